"""Plans judged over data frames and databases, where the data lie.

`evaluate_frame` gives the same verdicts as `eduplan.evaluate`, as rows of a frame. What cannot be
done there is refused by name before anything runs. Needs the extra ``frames``.
"""

from eduplan.errors import MissingExtra

try:
    from eduplan.frames.drilling import drill_down
    from eduplan.frames.evaluating import evaluate_frame
    from eduplan.frames.parquet import judge_parquet
    from eduplan.frames.portable import refusals
    from eduplan.frames.rows import rows_of
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("narwhals", "pyarrow"):
        raise
    raise MissingExtra("frames") from error

__all__ = ["drill_down", "evaluate_frame", "judge_parquet", "refusals", "rows_of"]
