"""Near-duplicate texts, found without comparing all with all: MinHash signatures, bands, and a union of what is alike.

Words are runs of letters or digits in lower case, every digit counting as one and the same, so that copies which differ in a
number are still copies. Broder, A. (1997). On the resemblance and containment of documents. Leskovec, Rajaraman & Ullman,
Mining of Massive Datasets, chapter 3 (bands).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit, uint32, uint64
from numpy.typing import NDArray

SHINGLE = 3
"""Words in a shingle."""
HASHES = 128
ALIKE = 0.6
"""Estimated resemblance (Jaccard, of shingles) from which on two texts count as near-duplicates."""

_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
_FNV, _PRIME = 14695981039346656037, 1099511628211


def signatures(texts: pa.Array | pa.ChunkedArray, seed: int) -> NDArray[np.uint16]:
    """Return the MinHash signature of each text, shape (n_texts, `HASHES`), the lower 16 bits of each minimum."""
    rng = np.random.default_rng(seed)
    factors = rng.integers(1, 2**63, HASHES, dtype=np.uint64) | np.uint64(1)
    data, offsets = _bytes(texts)
    found: NDArray[np.uint16] = _signatures(data, offsets, factors, SHINGLE)
    return found


def candidates(found: NDArray[np.uint16]) -> Iterator[NDArray[np.int64]]:
    """Yield, band by band, pairs of texts that share the band, shape (n_pairs, 2).

    Of many that share one, each is paired with the first and with the one before it: enough to unite what is alike.
    """
    bands = found.view(np.uint64)  # four hashes of 16 bits make a band
    for band in range(bands.shape[1]):
        keys = bands[:, band]
        order = np.argsort(keys, kind="stable")
        same = keys[order][1:] == keys[order][:-1]
        places = np.flatnonzero(same) + 1
        starts = np.maximum.accumulate(np.where(np.concatenate(([True], ~same)), np.arange(len(keys)), 0))
        before = np.stack([order[places - 1], order[places]], axis=1)
        first = np.stack([order[starts[places]], order[places]], axis=1)
        yield np.concatenate([before, first])


def alike(found: NDArray[np.uint16], pairs: NDArray[np.int64], least: float = ALIKE) -> NDArray[np.int64]:
    """Return the pairs whose estimated resemblance is at least `least`."""
    kept: NDArray[np.int64] = pairs[_agreement(found, pairs) >= least * HASHES]
    return kept


def resemblance(one: str, other: str) -> float:
    """Return the exact Jaccard resemblance of two texts' shingles."""
    a, b = _shingles(one), _shingles(other)
    return len(a & b) / len(a | b)


class Groups:
    """Disjoint sets of items, united pair by pair."""

    def __init__(self, n: int) -> None:
        self._parent = np.arange(n, dtype=np.int64)

    def unite(self, pairs: NDArray[np.int64]) -> None:
        """Put both items of each pair into one set."""
        _unite(self._parent, np.ascontiguousarray(pairs, dtype=np.int64))

    def roots(self) -> NDArray[np.int64]:
        """Return for each item the smallest item of its set."""
        _flatten(self._parent)
        return self._parent.copy()


def united(found: NDArray[np.uint16], campaigns: Sequence[str | None]) -> Groups:
    """Return the sets of items that share a campaign or are alike by their signatures, and whatever those share in turn."""
    groups = Groups(len(campaigns))
    groups.unite(_same(campaigns))
    for pairs in candidates(found):
        groups.unite(alike(found, pairs))
    return groups


def _same(campaigns: Sequence[str | None]) -> NDArray[np.int64]:
    """Return pairs of consecutive items of the same campaign."""
    places: dict[str, list[int]] = {}
    for number, campaign in enumerate(campaigns):
        if campaign is not None:
            places.setdefault(campaign, []).append(number)
    pairs = [pair for members in places.values() for pair in pairwise(members)]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _bytes(texts: pa.Array | pa.ChunkedArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    whole = whole.cast(pa.large_string())
    _, offsets, data = whole.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[whole.offset : whole.offset + len(whole) + 1]
    return np.frombuffer(data or b"", dtype=np.uint8), ends


def _shingles(text: str) -> set[tuple[bytes, ...]]:
    """Return runs of words; a text of fewer words, or of none, is one run."""
    words = [re.sub(rb"\d", b"0", word).lower() for word in _WORD.findall(text.encode())]
    return {tuple(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1))}


@njit(cache=True)
def _signatures(data: Any, offsets: Any, factors: Any, shingle: int) -> Any:
    n = len(offsets) - 1
    out = np.empty((n, len(factors)), np.uint16)
    least = np.empty(len(factors), np.uint32)
    last = np.zeros(shingle, np.uint64)
    for text in range(n):
        least[:] = uint32(0xFFFFFFFF)
        word, inside, words = uint64(_FNV), False, 0
        for at in range(offsets[text], offsets[text + 1] + 1):
            byte = data[at] if at < offsets[text + 1] else 32
            if 65 <= byte <= 90:
                byte += 32
            elif 48 <= byte <= 57:
                byte = 48
            if 97 <= byte <= 122 or byte == 48 or byte >= 128:
                word = (word ^ uint64(byte)) * uint64(_PRIME)
                inside = True
            elif inside:
                last[words % shingle] = word
                words += 1
                word, inside = uint64(_FNV), False
                if words >= shingle:
                    _least(last, words, shingle, factors, least)
        if words < shingle:
            _least(last, words, words, factors, least)
        for hashed in range(len(factors)):
            out[text, hashed] = least[hashed] & uint32(0xFFFF)
    return out


@njit(cache=True)
def _least(last: Any, words: int, length: int, factors: Any, least: Any) -> None:
    mixed = uint64(_FNV)
    for back in range(length, 0, -1):
        mixed = (mixed ^ last[(words - back) % len(last)]) * uint64(_PRIME)
        mixed ^= mixed >> uint64(29)
    for hashed in range(len(factors)):
        value = uint32((mixed * factors[hashed]) >> uint64(32))
        least[hashed] = min(least[hashed], value)


@njit(cache=True)
def _agreement(found: Any, pairs: Any) -> Any:
    out = np.zeros(len(pairs), np.int64)
    for row in range(len(pairs)):
        same = 0
        for hashed in range(found.shape[1]):
            same += found[pairs[row, 0], hashed] == found[pairs[row, 1], hashed]
        out[row] = same
    return out


@njit(cache=True)
def _root(parent: Any, item: int) -> int:
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


@njit(cache=True)
def _unite(parent: Any, pairs: Any) -> None:
    for row in range(len(pairs)):
        one, other = _root(parent, pairs[row, 0]), _root(parent, pairs[row, 1])
        if one != other:
            parent[max(one, other)] = min(one, other)


@njit(cache=True)
def _flatten(parent: Any) -> None:
    for item in range(len(parent)):
        parent[item] = _root(parent, item)
