"""Parquet in, parquet out: how processor time and memory grow with the number of records.

Each run is a process of its own that judges the training cycle of `bulk_training.toml` from one
parquet file into another by `judge_parquet`, with random order of records. Processor time (user and
system) and the peak of memory are those the operating system says the process had, Python and the
libraries included.

The exponent is the slope of the logarithm of processor time over that of the number of records,
between the least and the most records.

    python benchmarks/scaling.py [--json] [--records 10000000 30000000 100000000]
        [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import province
from harness import report

from eduplan.frames import judge_parquet

GIB = {"duckdb": 4, "polars": 6}
"""The most memory that each engine may come to."""


def judge(engine: str, people: Path, records: Path, out: Path) -> None:
    """Judge a parquet file into another."""
    judge_parquet(province.plan(), people, records, out, **province.PERIOD, engine=engine)


def measured(engine: str, folder: Path) -> tuple[float, float]:
    """Return the processor seconds and the peak of memory, in MB, of one run in its own process."""
    out = folder / f"{engine}.parquet"
    words = [sys.executable, __file__, "--run", engine, str(folder), str(out)]
    child = subprocess.Popen(words)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{engine}: the run ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def check(folder: Path, records: int) -> None:
    """Stop if the two engines gave other rows, or not one for every teacher."""
    import polars as pl

    first, second = (pl.scan_parquet(folder / f"{engine}.parquet") for engine in GIB)
    types = first.collect_schema()
    both = pl.concat([first, second.cast(types)])
    counts = both.group_by(types.names()).len().select(pl.col("len").min(), pl.len().alias("rows"))
    least, rows = counts.collect(engine="streaming").row(0)
    if least != 2 or rows != province.how_many_teachers(records):
        raise SystemExit("the engines disagree")


def say(text: str) -> None:
    """Tell how far it has got."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    options.add_argument("--records", type=int, nargs="+", default=[10**7, 3 * 10**7, 10**8])
    options.add_argument("--keep", type=Path, help="where records lie, or are written, to stay")
    options.add_argument("--run", nargs=3, metavar=("ENGINE", "FOLDER", "OUT"))
    wanted = options.parse_args()
    if wanted.run:
        engine, folder_, out = wanted.run
        given = Path(folder_)
        judge(engine, given / "teachers.parquet", given / "records.parquet", Path(out))
        return
    seconds: dict[tuple[str, int], float] = {}
    peaks: dict[tuple[str, int], float] = {}
    for count in wanted.records:
        with TemporaryDirectory(prefix="scaling-") as name:
            folder = Path(name) if wanted.keep is None else wanted.keep / str(count)
            if not folder.exists() or wanted.keep is None:
                folder.mkdir(parents=True, exist_ok=True)
                began = time.perf_counter()
                province.write(folder, count)
                say(f"{count} records written in {time.perf_counter() - began:.0f} s")
            for engine in GIB:
                began = time.perf_counter()
                seconds[engine, count], peaks[engine, count] = measured(engine, folder)
                say(
                    f"{engine}, {count} records: {seconds[engine, count]:.1f} processor s, "
                    f"{time.perf_counter() - began:.0f} s by the clock, "
                    f"peak {peaks[engine, count]:.0f} MB"
                )
            check(folder, count)
    least, most = min(wanted.records), max(wanted.records)
    ratios = {}
    figures: dict[str, float] = {}
    for engine in GIB:
        growth = seconds[engine, most] / seconds[engine, least]
        ratios[f"{engine}_exponent"] = math.log(growth) / math.log(most / least)
        figures[f"{engine}_mb_per_million"] = peaks[engine, most] / (most / 10**6)
        figures[f"{engine}_share_of_limit"] = peaks[engine, most] / 1024 / GIB[engine]
        for count in wanted.records:
            figures[f"{engine}_{count}_s"] = seconds[engine, count]
            figures[f"{engine}_{count}_mb"] = peaks[engine, count]
    figures["cores"] = len(os.sched_getaffinity(0))
    figures["memory_gib"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    report("scaling", ratios, figures, "exponents of processor time; peaks of resident memory")


if __name__ == "__main__":
    main()
