"""What a simulation reads: recorded answers or a crowd's, the truth, and texts, brought to one order of items."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from active_learning.simulation.campaign import Material
from active_learning.simulation.crowd import Crowd
from active_learning.simulation.texts import TextPrior
from annotator.consensus.files import read_columns, read_labels, read_truth
from annotator.domain.errors import InputError


def read_material(truth: Path, labels: Path | None, items: Path | None, crowd: Crowd, seed: int) -> Material:
    """Read the files; without labels, the crowd answers every item of the truth.

    Raises `InputError`, naming file and row, for what cannot be read, for items without a text, and for one class alone.
    """
    if labels is not None:
        matrix = read_labels(labels)
        _several(matrix.n_classes, labels)
        known, tasks = read_truth(truth, matrix), matrix.tasks.tolist()
    else:
        tasks, known, n_classes = _classes(truth)
        _several(n_classes, truth)
        matrix = crowd.label(known, n_classes, np.random.default_rng([seed, 2]))
    texts = None if items is None else TextPrior.of(_texts(items, tasks), matrix.n_classes)
    return Material(matrix, known, texts)


def _classes(path: Path) -> tuple[list[str], Any, int]:
    table = read_columns(path, ("task", "label"))
    tasks, named = _strings(path, table, "task"), _strings(path, table, "label")
    seen: set[str] = set()
    for row, task in enumerate(tasks, start=1):
        if task in seen:
            raise InputError(f"task {task!r} stands twice.", where=f"{path}: row {row}, column task")
        seen.add(task)
    names, codes = np.unique(np.array(named, dtype=object).astype(str), return_inverse=True)
    return tasks, codes.astype(np.intp), len(names)


def _texts(path: Path, tasks: Sequence[Any]) -> list[str]:
    table = read_columns(path, ("task", "text"))
    text = dict(zip(_strings(path, table, "task"), _strings(path, table, "text"), strict=True))
    missing = next((task for task in tasks if task not in text), None)
    if missing is not None:
        raise InputError(
            f"task {missing!r} has no row.",
            where=f"{path}: column task",
            mend="Give a text for each task that is labelled.",
        )
    return [text[task] for task in tasks]


def _strings(path: Path, table: Any, column: str) -> list[str]:
    values: list[Any] = table[column].to_pylist()
    if None in values:
        raise InputError("is missing.", where=f"{path}: row {values.index(None) + 1}, column {column}")
    return values


def _several(n_classes: int, path: Path) -> None:
    if n_classes < 2:
        raise InputError(
            "names a single class.", where=f"{path}: column label", mend="A campaign decides between two or more."
        )
