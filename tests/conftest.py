"""What all tests share: commands, and parts from outside Python."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, NoReturn

import pytest

from commands import run as run
from engines import postgres_programs, postgres_server, spark_session
from oneroster_packages import folder as folder
from plan_lines import write as write
from sheets import csv_file as csv_file
from sheets import workbook as workbook

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

OUTSIDE_PARTS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
}


@pytest.fixture(scope="session")
def outside() -> Callable[[str], str]:
    """Return a function that finds a program from outside Python, or says loudly that it is missing.

    In CI a missing part is a failure; elsewhere the test is skipped, with the reason.

    Example: ``browser = outside("chromium")``.
    """

    def find(part: str) -> str:
        names = OUTSIDE_PARTS.get(part, (part,))
        for name in names:
            if path := shutil.which(name):
                return path
        lacking(f"{part} is not installed (looked for {', '.join(names)})")

    return find


def lacking(reason: str) -> NoReturn:
    """Say that a part is missing: in CI a failure, elsewhere the test is skipped."""
    if IN_CI:
        pytest.fail(f"{reason}; CI must have it", pytrace=False)
    pytest.skip(f"{reason}; install it to run this test")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the folder with the socket of a PostgreSQL server that is there for the tests."""
    programs = postgres_programs()
    if programs is None:
        lacking("PostgreSQL is not installed (looked for initdb)")
    with postgres_server(programs) as folder:
        yield folder


@pytest.fixture(scope="session")
def spark(outside: Callable[[str], str]) -> Iterator[Any]:
    """Return the session of a Spark cluster that is there for the tests."""
    outside("java")
    if find_spec("pyspark") is None:
        lacking("PySpark is not installed")
    with spark_session() as session:
        yield session
