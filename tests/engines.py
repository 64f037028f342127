"""Engines from outside Python that data may lie in: a PostgreSQL server, a Spark cluster."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NOBODY = "nobody"
"""PostgreSQL refuses to run as root: then it runs as this user, which every Linux has."""

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Nothing of what a test stores has to outlive it."""


def postgres_programs() -> Path | None:
    """Return where PostgreSQL's programs lie; Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return None if newest is None else newest.parent


@contextmanager
def postgres_server(programs: Path) -> Iterator[str]:
    """Run a server in a temporary folder, reached by a socket there, and return that folder.

    Args:
        programs: where PostgreSQL's programs lie.
    """
    # Not below pytest's own folders, which nobody else may enter; short, for the socket's sake.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = {"user": NOBODY, "group": Path(folder).stat().st_gid, "extra_groups": []}
            shutil.chown(folder, NOBODY)
        data = f"{folder}/data"

        def run(program: str, *words: str) -> None:
            subprocess.run(
                [programs / program, "-D", data, *words],
                check=True,
                capture_output=True,
                cwd=folder,
                **user,
            )

        settings = {**QUICK, "listen_addresses": "", "unix_socket_directories": folder}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        run("initdb", "--no-sync", "--auth=trust", "--username=tests", "--encoding=UTF8")
        run("pg_ctl", "start", "-w", "-l", f"{folder}/log", "-o", options)
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")


COMPILE_LITTLE = "-XX:TieredStopAtLevel=1"
FEW_RECORDS = {
    "spark.driver.extraJavaOptions": COMPILE_LITTLE,
    "spark.executor.extraJavaOptions": COMPILE_LITTLE,
    "spark.locality.wait": "0s",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
}
"""Over a few hundred records, Spark would be busy with compiling and with waiting."""


@contextmanager
def spark_session() -> Iterator[Any]:
    """Run a cluster of two workers on this machine, each a process of its own, and a session there."""
    import pyspark
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory(prefix="spark-", ignore_cleanup_errors=True) as folder:
        os.environ |= {
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": folder,
            "PYSPARK_PYTHON": sys.executable,
        }
        settings: dict[str, bool | float | int | str | None] = {
            **FEW_RECORDS,
            "spark.driver.host": "127.0.0.1",
            "spark.sql.warehouse.dir": folder,
            "spark.ui.enabled": "false",
        }
        builder = SparkSession.builder.master("local-cluster[2,1,1024]")
        session = builder.config(map=settings).getOrCreate()
        try:
            yield session
        finally:
            session.stop()
