"""What the tests start outside Python goes away with them."""

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from conftest import lacking
from engines import postgres_programs

RUN = """
import time
from pathlib import Path
from engines import postgres_server
with postgres_server(Path({programs!r})) as folder:
    print(folder, flush=True)
    time.sleep(600)
"""


def answers(folder: str) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(f"{folder}/.s.PGSQL.5432")
        except OSError:
            return False
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_killed_process_leaves_no_postgresql_behind() -> None:
    programs = postgres_programs()
    if programs is None:
        lacking("PostgreSQL is not installed (looked for initdb)")
    command = [sys.executable, "-c", RUN.format(programs=str(programs))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent
    ) as starter:
        assert starter.stdout is not None
        folder = starter.stdout.readline().strip()
        assert answers(folder)
        starter.send_signal(signal.SIGKILL)
    try:
        for _ in range(200):
            if not answers(folder):
                break
            sleep(0.05)
        assert not answers(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
