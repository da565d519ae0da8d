"""A version of the guideline that a team stumbles over: one clause reworded so that it can be read in two ways.

Copies of the version in use and of the new one are written into a folder of their own; the guidelines shipped stay as they are.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from annotator.domain.errors import ConfigError
from guidelines.loader import Guideline, load

LABEL = "FEE"
"""The indicator whose clause is reworded."""
_TEXT = (
    "The worker pays to get the job or to start it: a registration fee, a deposit, a training pack or kit that must be bought,",
    "The worker bears a cost that comes with the job: a registration fee, a deposit, a training pack or kit that must be bought,",
)
_DEFINITION = (
    "definition: The worker pays to get the job or to start it.",
    "definition: The worker bears a cost that comes with the job.",
)


def reworded(guideline: Guideline, root: Path) -> Guideline:
    """Write the version and its successor under `root`, and return the successor.

    Raises:
        ConfigError: the guideline has no such clause, so there is nothing to reword.
    """
    name, old = guideline.schema.name, guideline.schema.version
    major, minor, _ = (int(part) for part in old.split("."))
    new = f"{major}.{minor + 1}.0"
    for version in (old, new):
        shutil.copytree(guideline.path, root / name / version, dirs_exist_ok=True)
    folder = root / name / new
    _replace(folder / "schema.yaml", f'version: "{old}"', f'version: "{new}"')
    _replace(folder / "schema.yaml", *_DEFINITION)
    _replace(folder / "guideline.md", *_TEXT)
    return load(name, new, root)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ConfigError(f"{path.name} does not word the clause on fees as it did.", mend="Rehearse with `postings`.")
    path.write_text(text.replace(old, new), encoding="utf-8")
