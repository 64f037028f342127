"""Engines from outside Python that data may lie in: a PostgreSQL server, a Spark cluster."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

NOBODY = "nobody"
"""PostgreSQL refuses to run as root: then it runs as this user, which every Linux has."""

AS_CHILD = Path(__file__).with_name("as_child.py")
"""Runs a program as a child that ends with its parent."""

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

    The server is a child of this process and ends with it, even when that is killed.

    Args:
        programs: where PostgreSQL's programs lie.
    """
    # Not below pytest's own folders, which nobody else may enter; short, for the socket's sake.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        user = "-"
        if os.geteuid() == 0:
            user = NOBODY
            shutil.chown(folder, NOBODY)

        def command(program: str, *words: str) -> list[str]:
            child = [sys.executable, "-I", str(AS_CHILD), str(os.getpid()), user]
            return [*child, str(programs / program), *words]

        data = f"{folder}/data"
        words = ("--no-sync", "--auth=trust", "--username=tests", "--encoding=UTF8")
        subprocess.run(command("initdb", "-D", data, *words), check=True, capture_output=True)
        settings = {**QUICK, "listen_addresses": "", "unix_socket_directories": folder}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(f"{folder}/log", "w+b") as log:
            server = subprocess.Popen(
                command("postgres", "-D", data, *options), stdout=log, stderr=log
            )
            try:
                wait_until_ready(server, folder)
                yield folder
            finally:
                server.send_signal(signal.SIGQUIT)  # stop at once; nothing of it is kept
                server.wait()


def wait_until_ready(server: subprocess.Popen[bytes], folder: str) -> None:
    """Wait until a server says that it takes connections, for half a minute; else tell its log."""
    state = Path(folder, "data", "postmaster.pid")
    for _ in range(600):
        if state.exists() and state.read_text().splitlines()[7:] == ["ready   "]:
            return
        if server.poll() is not None:
            break
        sleep(0.05)
    raise RuntimeError(f"PostgreSQL does not answer:\n{Path(folder, 'log').read_text()}")


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
