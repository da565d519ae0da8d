"""Labels into the order of their tasks, in two sweeps that stay within the processor's cache.

The first deals labels out to buckets of neighbouring tasks, the second sorts each bucket by counting. Both run on all
cores; the order within a task is that of the rows, whatever the number of cores. Compiled; imported on first use.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from annotator.consensus.labels import LabelMatrix

_BUCKET_BITS = 13  # tasks in a bucket: 8192 counters and their labels fit the second-level cache
_CHUNK = 1 << 19  # rows dealt out at once


def group_by_task(labels: LabelMatrix) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (indptr, code): the rows `worker * n_classes + label` of task `t` are `code[indptr[t]:indptr[t + 1]]`."""
    n_tasks, n_labels = labels.n_tasks, labels.n_labels
    n_buckets = (n_tasks >> _BUCKET_BITS) + 1
    chunks = [(low, min(low + _CHUNK, n_labels)) for low in range(0, n_labels, _CHUNK)]
    columns = labels.task, labels.worker, labels.label
    sizes = np.zeros((len(chunks), n_buckets), dtype=np.int64)
    dealt = np.empty((2, n_labels), dtype=np.int32)
    indptr, code = np.empty(n_tasks + 1, dtype=np.int32), np.empty(n_labels, dtype=np.int32)
    indptr[0] = 0
    _each(lambda n: _sizes(labels.task, sizes[n], *chunks[n]), len(chunks))
    bucket_of_chunk = np.cumsum(sizes.T.ravel()).reshape(n_buckets, len(chunks)).T
    starts = np.ascontiguousarray(bucket_of_chunk - sizes)
    _each(lambda n: _deal(columns, labels.n_classes, starts[n], dealt, chunks[n]), len(chunks))
    edges = np.append(bucket_of_chunk[0] - sizes[0], n_labels)
    _each(lambda n: _sort(dealt, n << _BUCKET_BITS, (edges[n], edges[n + 1]), indptr, code), n_buckets)
    return indptr, code


def _each(work: Callable[[int], Any], count: int) -> None:
    if count < 2:
        work(0)
        return
    with ThreadPoolExecutor(min(count, cpu_count() or 1)) as pool:
        list(pool.map(work, range(count)))


@njit(cache=True, nogil=True)
def _sizes(task: Any, sizes: Any, low: int, high: int) -> None:
    for j in range(low, high):
        sizes[task[j] >> _BUCKET_BITS] += 1


@njit(cache=True, nogil=True)
def _deal(columns: Any, n_classes: int, place: Any, dealt: Any, span: Any) -> None:
    """Copy (task, code) of a chunk of rows to where its share of each bucket begins."""
    task, worker, label = columns
    for j in range(span[0], span[1]):
        bucket = task[j] >> _BUCKET_BITS
        to = place[bucket]
        dealt[0, to] = task[j]
        dealt[1, to] = worker[j] * n_classes + label[j]
        place[bucket] = to + 1


@njit(cache=True, nogil=True)
def _sort(dealt: Any, first: int, span: Any, indptr: Any, code: Any) -> None:
    """Sort a bucket, which begins with task `first`, and write the ends of its tasks."""
    last = min(first + (1 << _BUCKET_BITS), indptr.size - 1)
    place = np.zeros(last - first + 1, dtype=np.int64)
    for j in range(span[0], span[1]):
        place[dealt[0, j] - first + 1] += 1
    place[0] = span[0]
    for t in range(1, place.size):
        place[t] += place[t - 1]
        indptr[first + t] = place[t]
    for j in range(span[0], span[1]):
        t = dealt[0, j] - first
        code[place[t]] = dealt[1, j]
        place[t] += 1
