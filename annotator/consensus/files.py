"""Reading labels, truth and priors from CSV, with ids kept as they are written.

Columns are read as dictionaries of strings, so a million string ids cost no Python object each. What the numbers mean
does not live here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
from numpy.typing import NDArray

from annotator.consensus.labels import LabelMatrix
from annotator.domain.errors import InputError

COLUMNS = ("task", "worker", "label")

_NOTHING = ["", "nan", "NaN"]


def read_columns(path: Path, columns: Sequence[str]) -> pa.Table:
    """Return named columns of a CSV file as dictionary-encoded strings; empty cells and NaN are null.

    Raises `InputError` for a file that cannot be read, a missing column and a row of another length.
    """
    wanted = {name: pa.dictionary(pa.int32(), pa.string()) for name in columns}
    convert = pcsv.ConvertOptions(  # type: ignore[attr-defined]  # pyarrow types no csv
        column_types=wanted, include_columns=list(wanted), null_values=_NOTHING, strings_can_be_null=True
    )
    try:
        return pcsv.read_csv(path, convert_options=convert)  # type: ignore[attr-defined]  # pyarrow types no csv
    except OSError as error:
        raise InputError("cannot be read.", where=str(path), mend="Is the path right?") from error
    except pa.ArrowKeyError as error:
        missing = sorted(set(columns) - set(header(path)))
        raise InputError(
            f"column {', '.join(missing)} is missing; the file has {', '.join(header(path))}.", where=str(path)
        ) from error
    except pa.ArrowInvalid as error:
        raise InputError(f"is not a CSV file: {error}.", where=str(path)) from error


def header(path: Path) -> list[str]:
    """Return the names of the columns of a CSV file. Raises `InputError` where it cannot be read."""
    try:
        with pcsv.open_csv(path) as reader:  # type: ignore[attr-defined]  # pyarrow types no csv
            return list(reader.schema.names)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"cannot be read ({error}).", where=str(path)) from error


def label_matrix(path: Path, table: pa.Table, classes: Sequence[str] | None = None) -> LabelMatrix:
    """Return the columns `task, worker, label` of a table as a label matrix; errors name the file, row and column."""
    try:
        return LabelMatrix.from_columns(*(table[name] for name in COLUMNS), classes=classes)
    except InputError as error:
        raise InputError(error.what, where=f"{path}: {error.where}", mend=error.mend) from error


def read_labels(path: Path, classes: Sequence[str] | None = None) -> LabelMatrix:
    """Return the labels of a CSV file with columns `task, worker, label`."""
    return label_matrix(path, read_columns(path, COLUMNS), classes)


def slice_codes(path: Path, table: pa.Table, column: str) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Return the sorted names of a column's values and the code of each row. Raises `InputError` for empty cells."""
    values = np.array(_strings(path, table, column), dtype=object)
    names, codes = np.unique(values, return_inverse=True)
    return names, codes.astype(np.int32)


def read_truth(path: Path, labels: LabelMatrix) -> NDArray[np.intp]:
    """Return the true class of each task of `labels`, shape (n_tasks,); -1 where the file does not say.

    A true label that nobody used is -2: known, and never met. Numbers meet whatever their form (1 and 1.0). Raises
    `InputError` for a task that stands twice, and where the file knows none of the tasks.
    """
    table = read_columns(path, ("task", "label"))
    tasks, named = _strings(path, table, "task"), _strings(path, table, "label")
    place = {task: code for code, task in enumerate(labels.tasks.tolist())}
    code = {_form(name): number for number, name in enumerate(labels.classes.tolist())}
    truth = np.full(labels.n_tasks, -1, dtype=np.intp)
    seen: set[str] = set()
    for row, (task, name) in enumerate(zip(tasks, named, strict=True), start=1):
        if task in seen:
            raise InputError(f"task {task!r} stands twice.", where=f"{path}: row {row}, column task")
        seen.add(task)
        if task in place:
            truth[place[task]] = code.get(_form(name), -2)
    if (truth == -1).all():
        raise InputError("names none of the tasks that were labelled.", where=str(path), mend="Are the ids the same?")
    return truth


def read_prior(path: Path, labels: LabelMatrix) -> NDArray[np.float64]:
    """Return a classifier's probabilities from columns `task` and one for each class, shape (n_tasks, n_classes).

    Raises `InputError` for tasks without a row and cells that are no numbers.
    """
    names = [str(name) for name in labels.classes.tolist()]
    table = read_columns(path, ("task", *names))
    place = {task: row for row, task in enumerate(_strings(path, table, "task"))}
    missing = next((task for task in labels.tasks.tolist() if task not in place), None)
    if missing is not None:
        raise InputError(f"task {missing!r} has no row.", where=f"{path}: column task", mend="Give each task a prior.")
    columns = [_numbers(path, table, name) for name in names]
    return np.column_stack(columns)[[place[task] for task in labels.tasks.tolist()]]


def _strings(path: Path, table: pa.Table, column: str) -> list[str]:
    values: list[Any] = table[column].to_pylist()
    if None in values:
        raise InputError("is missing.", where=f"{path}: row {values.index(None) + 1}, column {column}")
    return values


def _numbers(path: Path, table: pa.Table, column: str) -> NDArray[np.float64]:
    values = _strings(path, table, column)
    for row, value in enumerate(values, start=1):
        if not _is_number(value):
            raise InputError(f"{value!r} is not a number.", where=f"{path}: row {row}, column {column}")
    return np.array(values, dtype=np.float64)


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _form(name: Any) -> Any:
    return float(name) if _is_number(str(name)) else name
