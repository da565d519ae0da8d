"""The label matrix: who said what of which task, as three integer columns and the ids behind them.

Reading, checking and factorising live here, so that every estimator may trust its input. What is made of the labels
(consensus, agreement) does not live here. Column names follow Crowd-Kit: `task, worker, label`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from annotator.domain.errors import InputError

MAX_CLASSES = 4096
"""More distinct labels than this is taken for a mistake (an id or a text in the label column)."""

IntArray = NDArray[np.int32]

_MOST_CODES = 2**31 - 1


@dataclass(frozen=True, slots=True)
class LabelMatrix:
    """Labels in coordinate form: entry `i` says that `worker[i]` gave `task[i]` the class `label[i]`.

    `task`, `worker`, `label` are int32 codes of shape (n_labels,); `tasks`, `workers`, `classes` hold the ids in code
    order. `ordered` says whether the order of the classes means something: it does where it was given, and where the
    labels are numbers. A worker who labels a task twice counts twice, as observer 1 does in Dawid & Skene (1979);
    `require_unique` refuses that where a statistic cannot have it.
    """

    task: IntArray
    worker: IntArray
    label: IntArray
    tasks: NDArray[Any]
    workers: NDArray[Any]
    classes: NDArray[Any]
    ordered: bool = True

    @property
    def n_labels(self) -> int:
        return len(self.label)

    @property
    def n_tasks(self) -> int:
        return len(self.tasks)

    @property
    def n_workers(self) -> int:
        return len(self.workers)

    @property
    def n_classes(self) -> int:
        return len(self.classes)

    @classmethod
    def from_codes(
        cls,
        task: ArrayLike,
        worker: ArrayLike,
        label: ArrayLike,
        *,
        n_tasks: int | None = None,
        n_workers: int | None = None,
        n_classes: int | None = None,
    ) -> Self:
        """Wrap integer codes, each counted from 0; the sizes default to the largest code plus one.

        Raises `InputError` for columns of unequal length, no rows, and codes that are not integers within their size.
        """
        tasks, task_size = _codes("task", task, n_tasks)
        workers, worker_size = _codes("worker", worker, n_workers)
        classes, class_size = _codes("label", label, n_classes)
        _same_length(tasks, workers, classes)
        _check_classes(class_size)
        return cls(tasks, workers, classes, np.arange(task_size), np.arange(worker_size), np.arange(class_size))

    @classmethod
    def from_columns(cls, task: Any, worker: Any, label: Any, *, classes: Sequence[Any] | None = None) -> Self:
        """Factorise three columns of strings or numbers (lists, numpy, pandas or Arrow).

        Tasks and workers are numbered as they first appear. Classes are sorted (by value where they are numbers), or
        stand in the order of `classes`, which may name classes that nobody used. Rows are counted from 1 in errors.
        Raises `InputError` for columns of unequal length, no rows, missing values, and labels outside `classes`.
        """
        columns = {"task": task, "worker": worker, "label": label}
        with ThreadPoolExecutor(2) as pool:  # one column is read while the one before is factorised
            jobs = [pool.submit(_factorise, name, _arrow(name, values)) for name, values in columns.items()]
            (task_codes, tasks), (worker_codes, workers), (label_codes, found) = (job.result() for job in jobs)
        _same_length(task_codes, worker_codes, label_codes)
        _check_classes(len(found))
        if classes is None:
            label_codes, names, ordered = _sorted_classes(label_codes, found)
        else:
            label_codes, names = _given_classes(label_codes, found, classes)
            ordered = True
        return cls(task_codes, worker_codes, label_codes, tasks, workers, names, ordered)

    def class_values(self) -> NDArray[np.float64]:
        """Return the classes as numbers, shape (n_classes,). Raises `InputError` where one is not a number."""
        values = _as_numbers(self.classes)
        if values is None:
            raise InputError(
                f"the class {_first_non_number(self.classes)!r} is not a number.",
                where="column label",
                mend="Interval and ratio levels need numeric labels; use nominal, or ordinal with the order of the classes.",
            )
        return values

    def require_unique(self) -> None:
        """Raise `InputError`, naming the row, where a worker labelled a task more than once."""
        cell = self.task.astype(np.int64) * self.n_workers + self.worker
        order = np.argsort(cell, kind="stable")
        again = order[1:][cell[order[1:]] == cell[order[:-1]]]
        if len(again):
            row = int(again.min())
            raise InputError(
                f"worker {self.workers[self.worker[row]]!r} labelled task {self.tasks[self.task[row]]!r} before.",
                where=f"row {row + 1}, columns task and worker",
                mend="Keep one label a worker and task.",
            )


def _codes(column: str, values: ArrayLike, size: int | None) -> tuple[IntArray, int]:
    """Return the codes and their number: the size given, or one more than the largest."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise InputError(f"has shape {array.shape}, not one dimension.", where=f"column {column}")
    if not len(array):
        raise InputError("there are no rows.", where=f"column {column}", mend="Give at least one label.")
    if array.dtype.kind not in "iu":
        raise InputError(
            f"holds {array.dtype}, not integer codes.", where=f"column {column}", mend="Use LabelMatrix.from_columns."
        )
    most = int(array.max())
    if array.min() < 0 or most >= _MOST_CODES:
        row = int(np.flatnonzero((array < 0) | (array >= _MOST_CODES))[0])
        raise InputError(f"the code {array[row]} is out of range.", where=f"row {row + 1}, column {column}")
    if size is not None and most >= size:
        row = int(np.flatnonzero(array >= size)[0])
        raise InputError(f"the code {array[row]} is not below {size}.", where=f"row {row + 1}, column {column}")
    return np.ascontiguousarray(array, dtype=np.int32), most + 1 if size is None else size


def _same_length(task: IntArray, worker: IntArray, label: IntArray) -> None:
    if not len(task) == len(worker) == len(label):
        raise InputError(
            f"the columns differ in length: {len(task)}, {len(worker)} and {len(label)} rows.",
            where="columns task, worker, label",
        )


def _check_classes(n_classes: int) -> None:
    if n_classes > MAX_CLASSES:
        raise InputError(
            f"holds {n_classes:,} distinct labels, more than {MAX_CLASSES:,}.",
            where="column label",
            mend="Is it an id or a text? Labels are classes.",
        )


def _factorise(column: str, array: Any) -> tuple[IntArray, NDArray[Any]]:
    """Return int32 codes by first appearance and the distinct values of an Arrow array."""
    if not len(array):
        raise InputError("there are no rows.", where=f"column {column}", mend="Give at least one label.")
    if array.null_count:
        _missing(column, int(np.flatnonzero(np.asarray(array.is_null()))[0]))
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    names: NDArray[Any] = encoded.dictionary.to_numpy(zero_copy_only=False)
    if names.dtype.kind == "O":
        trimmed = pc.call_function("utf8_trim_whitespace", [encoded.dictionary])  # type: ignore[attr-defined]
        bare = pc.call_function("binary_length", [trimmed])  # type: ignore[attr-defined]
        _reject(column, codes, list(np.flatnonzero(bare.to_numpy(zero_copy_only=False) == 0)), "is empty")
    elif names.dtype.kind == "f":
        _reject(column, codes, list(np.flatnonzero(~np.isfinite(names))), "is not finite")
    return codes, names


def _arrow(column: str, values: Any) -> Any:
    """Return a contiguous Arrow array; a NaN of Python, numpy or pandas becomes null."""
    try:
        array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InputError(f"mixes kinds of values ({error}).", where=f"column {column}") from error
    if isinstance(array, pa.ChunkedArray):
        array = array.unify_dictionaries().combine_chunks()
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    elif not _is_known(array.type):
        raise InputError(f"holds {array.type}, neither strings nor numbers.", where=f"column {column}")
    return array


def _is_known(kind: Any) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    text = pa.types.is_string(value) or pa.types.is_large_string(value)
    return bool(text or pa.types.is_integer(value) or pa.types.is_floating(value) or pa.types.is_null(value))


def _missing(column: str, row: int) -> None:
    raise InputError("is missing.", where=f"row {row + 1}, column {column}", mend="Leave out rows without a value.")


def _reject(column: str, codes: IntArray, names: list[int], what: str) -> None:
    if names:
        row = int(np.flatnonzero(np.isin(codes, names))[0])
        raise InputError(f"{what}.", where=f"row {row + 1}, column {column}", mend="Leave out rows without a value.")


def _sorted_classes(codes: IntArray, found: NDArray[Any]) -> tuple[IntArray, NDArray[Any], bool]:
    numbers = _as_numbers(found)
    order = np.argsort(found.astype(str) if numbers is None else numbers, kind="stable")
    place = np.empty(len(found), dtype=np.int32)
    place[order] = np.arange(len(found), dtype=np.int32)
    return place[codes], found[order], numbers is not None


def _given_classes(codes: IntArray, found: NDArray[Any], classes: Sequence[Any]) -> tuple[IntArray, NDArray[Any]]:
    """Classes are matched by what they print as, so that 1 in a file meets "1" in a schema."""
    place = {str(name): code for code, name in enumerate(classes)}
    if len(place) != len(classes):
        raise InputError("a class is named twice.", where="classes", mend="Name each class once.")
    _check_classes(len(classes))
    unknown = [code for code, name in enumerate(found) if str(name) not in place]
    if unknown:
        row = int(np.flatnonzero(np.isin(codes, unknown))[0])
        raise InputError(
            f"{found[codes[row]]!r} is none of the classes {', '.join(map(str, classes))}.",
            where=f"row {row + 1}, column label",
        )
    return np.array([place[str(name)] for name in found], dtype=np.int32)[codes], np.array(classes)


def _as_numbers(names: NDArray[Any]) -> NDArray[np.float64] | None:
    try:
        values = names.astype(np.float64)
    except (TypeError, ValueError):
        return None
    return values if np.isfinite(values).all() else None


def _first_non_number(names: NDArray[Any]) -> Any:
    return next(name for name in names if _as_numbers(np.array([name])) is None)
