"""A second version of the real guideline, made in a folder of a test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from guidelines.loader import latest, load

FEE = "The worker pays to get the job or to start it: a registration fee, a deposit, a training pack or kit that must be bought,"
NEW_FEE = "The worker pays to get the job, to start it or to keep it: a fee, a deposit, a training pack or kit that must be bought,"
DEFINITION = "definition: The worker pays to get the job or to start it."
NEW_DEFINITION = "definition: The worker pays to get the job, to start it or to keep it."


def second_version(root: Path, *, quiz: bool = True) -> Path:
    """Copy the real guideline into `root` and put a version 1.1.0 beside it, in which the clause on fees has changed."""
    real = load("postings", latest("postings"))
    old, new = root / "postings" / real.schema.version, root / "postings" / "1.1.0"
    shutil.copytree(real.path, old)
    shutil.copytree(real.path, new)
    replace(new / "schema.yaml", 'version: "1.0.0"', 'version: "1.1.0"')
    replace(new / "schema.yaml", DEFINITION, NEW_DEFINITION)
    replace(new / "guideline.md", FEE, NEW_FEE)
    if not quiz:
        replace(new / "quiz.yaml", "clauses: [fee, indicators]", "clauses: [indicators]")
    return new


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
