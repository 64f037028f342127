"""The package as a whole: what it loads, what it carries, what its files may not say."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

RUN_COMMAND = (
    'python3 -m venv .venv && .venv/bin/pip install ".[all]" && .venv/bin/eduplan demo --out demo'
)
TEST_COMMAND = 'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest'

HEAVY = {
    "altair",
    "cyclopts",
    "duckdb",
    "hypothesis",
    "jinja2",
    "narwhals",
    "numpy",
    "ortools",
    "pandas",
    "polars",
    "pyarrow",
    "python_calamine",
    "rich",
    "xlsxwriter",
}


def files() -> Iterator[Path]:
    """Yield every file of the project: what git knows or would take, or else the whole tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        for name in sorted(set(listed.stdout.decode().split("\0")) - {""}):
            if (ROOT / name).is_file():
                yield ROOT / name
        return
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name
            for name in folders
            if name not in {"__pycache__", "build", "demo", "dist", "site"}
            and (not name.startswith(".") or name == ".ci")
        )
        yield from (Path(folder) / name for name in sorted(names))


def text_of(path: Path) -> str | None:
    """Return the text of a file, or None of a binary one."""
    content = path.read_bytes()
    if b"\0" in content[:8192]:
        return None
    return content.decode("utf-8", errors="replace")


def extras() -> dict[str, list[str]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        declared: dict[str, list[str]] = tomllib.load(file)["project"]["optional-dependencies"]
    return declared


def resolved(extra: str) -> tuple[set[str], set[str]]:
    """Return the extras that ``extra`` includes, itself too, and the distributions they install."""
    included, distributions = {extra}, set()
    for requirement in extras()[extra]:
        if own := re.fullmatch(r"eduplan\[([a-z, ]+)\]", requirement):
            for name in own[1].replace(" ", "").split(","):
                more, theirs = resolved(name)
                included |= more
                distributions |= theirs
        else:
            name = re.match(r"[A-Za-z0-9._-]+", requirement)
            assert name, requirement
            distributions.add(name[0].lower())
    return included, distributions


def commands(readme: str) -> list[str]:
    """Return the lines in fenced sh blocks that set up a virtual environment."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    return [
        line
        for block in blocks
        for line in block.splitlines()
        if line.startswith("python3 -m venv")
    ]


def test_import_loads_no_optional_library() -> None:
    code = "import json, sys, eduplan; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}

    assert "eduplan" in loaded
    assert loaded & HEAVY == set()


def test_all_means_what_a_user_needs() -> None:
    included, distributions = resolved("all")

    assert included == {"all", "excel", "report", "cli", "frames", "sql", "solver"}
    assert distributions.isdisjoint({"pyspark", "pytest", "mkdocs", "zen-engine"})


def test_test_extra_installs_all_the_tests_need() -> None:
    included, distributions = resolved("test")

    assert {"all", "docs", "spark"} <= included
    assert {"pytest", "pytest-xdist", "hypothesis", "sybil", "ruff", "mypy"} <= distributions


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_readme_gives_the_same_two_commands(name: str) -> None:
    assert commands((ROOT / name).read_text("utf-8")) == [RUN_COMMAND, TEST_COMMAND]


def test_wheel_carries_every_file_of_the_package(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("eduplan/")}
    source = ROOT / "src"
    kept = {path.relative_to(source).as_posix() for path in files() if source in path.parents}

    assert "eduplan/py.typed" in carried
    assert carried == kept


# Spelt in pieces, so that this file does not break its own rule.
MACHINE_PATHS = [("work", ""), ("root", ""), ("tmp", "bash")]
REGISTRY_HOSTS = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("deb", "debian", "org"),
    ("security", "debian", "org"),
    ("crates", "io"),
    ("proxy", "golang", "org"),
]
UNWANTED = re.compile(
    "|".join(
        [
            *(r"(?<![\w.~-])/" + "/".join(parts) for parts in MACHINE_PATHS),
            *(r"\b" + re.escape(".".join(parts)) + r"\b" for parts in REGISTRY_HOSTS),
        ]
    )
)


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files()
        if (text := text_of(path)) is not None
        for number, line in enumerate(text.splitlines(), start=1)
        if UNWANTED.search(line)
    ]

    assert found == []


def test_without_its_extra_the_command_says_what_to_install() -> None:
    # as in an installation of the core alone, where cyclopts is not there
    script = (
        "import sys; sys.modules['cyclopts'] = None; from eduplan.cli import main; main(['plans'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "eduplan[cli]" in done.stderr
    assert "Traceback" not in done.stderr
