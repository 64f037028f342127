"""Compare what is promised to stay with the last released version.

    python .ci/stability.py [ROOT]

Compared are the names of ``eduplan.stable``, as griffe finds them; the keys of plan files and of
verdicts in JSON, by their schemas; and the codes of reasons. Exits 1 if one of them is broken.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import griffe

PACKAGE = "eduplan"
SCHEMAS = ("eduplan-plan.schema.json", "eduplan-verdicts.schema.json")
CODES = ("missing", "point", "reason")
"""Tables of the catalogue whose keys are codes that programs read."""


def git(root: Path, *words: str) -> str | None:
    """Return what a git command prints, None where it fails."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def broken_names(root: Path, tag: str) -> Iterator[str]:
    """Yield what is broken of the promised names."""
    was = griffe.load_git(PACKAGE, ref=tag, repo=root, search_paths=["src"], resolve_aliases=True)
    now = griffe.load(PACKAGE, search_paths=[root / "src"], resolve_aliases=True)
    promised = was["stable"].modules if "stable" in was.members else {}
    for version, module in promised.items():
        if version not in now["stable"].modules:
            yield f"eduplan.stable.{version}: is gone"
            continue
        for breakage in griffe.find_breaking_changes(module, now["stable"][version]):
            yield " ".join(breakage.explain(griffe.ExplanationStyle.ONE_LINE).split())


def lost_keys(root: Path, tag: str) -> Iterator[str]:
    """Yield the keys of plan files and verdicts that are gone, or are newly required."""
    for name in SCHEMAS:
        path = f"src/{PACKAGE}/plans/{name}"
        text = git(root, "show", f"{tag}:{path}")
        if text is None:
            continue
        was, now = keys(json.loads(text)), keys(json.loads((root / path).read_text("utf-8")))
        gone = was.keys() - now.keys()
        for place in sorted(gone):
            if place.rpartition(".")[0] not in gone:
                yield f"{name}: {place} is gone"
        for place in sorted(was.keys() & now.keys()):
            if name == SCHEMAS[0] and now[place] and not was[place]:
                yield f"{name}: {place} is required now"
            if name == SCHEMAS[1] and was[place] and not now[place]:
                yield f"{name}: {place} may be left out now"


def keys(schema: Any, place: str = "") -> dict[str, bool]:
    """Return the keys of a schema by their places, and whether each is required."""
    found: dict[str, bool] = {}
    if isinstance(schema, list):
        for part in schema:
            found |= keys(part, place)
    elif isinstance(schema, Mapping):
        for key, part in schema.get("properties", {}).items():
            found[f"{place}.{key}"] = key in schema.get("required", ())
            found |= keys(part, f"{place}.{key}")
        for name, part in schema.get("$defs", {}).items():
            found |= keys(part, name)
        for word in ("anyOf", "items", "additionalProperties"):
            found |= keys(schema.get(word), place)
    return found


def lost_codes(root: Path, tag: str) -> Iterator[str]:
    """Yield the codes of reasons that are gone."""
    folder = f"src/{PACKAGE}/catalogue"
    listed = git(root, "ls-tree", "--name-only", tag, f"{folder}/") or ""
    was = [git(root, "show", f"{tag}:{path}") or "" for path in listed.splitlines()]
    now = [path.read_text("utf-8") for path in sorted((root / folder).glob("*.toml"))]
    for code in sorted(codes(was) - codes(now)):
        yield f"the code {code} is gone"


def codes(files: list[str]) -> set[str]:
    """Return the codes that the files of a catalogue have."""
    tables = [tomllib.loads(text) for text in files]
    return {f"{head}.{key}" for table in tables for head in CODES for key in table.get(head, ())}


def main(root: Path) -> int:
    """Compare, tell what is broken, and return the exit code."""
    if git(root, "rev-parse", "--git-dir") is None:
        print("stability: not a git repository, so there is nothing to compare with")
        return 0
    tag = git(root, "describe", "--tags", "--abbrev=0", "--match", "v*")
    if tag is None:
        print("stability: no released version yet")
        return 0
    checks = (broken_names, lost_keys, lost_codes)
    broken = [line for check in checks for line in check(root, tag)]
    for line in broken:
        print(f"stability: broken since {tag}: {line}")
    if not broken:
        print(f"stability: nothing promised is broken since {tag}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
