"""Splits that do not leak: what belongs together goes into one split together, and a test of the build holds that it did.

A group is everything that shares a campaign (whatever the epoch) or is a near-duplicate, and whatever those share in turn. Where
a group goes is decided by a hash of its campaigns' smallest name, so that a release that follows keeps items where they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from annotator.domain.errors import AnnotatorError
from exports import near_duplicates

SHARES = (0.7, 0.1, 0.1, 0.1)
"""Of the groups, in the order of `SPLITS`."""

LEAK = 0.8
"""Exact resemblance from which on two texts in different splits are a leak."""

_SEED, _OTHER_SEED = 8_191, 131_071
_ROUNDS = 5


class LeakageError(AnnotatorError):
    """Texts in different splits are alike, and uniting them did not end it."""


@dataclass(frozen=True)
class Placed:
    """Where each item went. `group` is the place of the smallest item of its group; `split` indexes `SPLITS`."""

    group: NDArray[np.int64]
    split: NDArray[np.int8]
    united: int  # pairs that the leakage test still found, and united

    @property
    def n_groups(self) -> int:
        return len(np.unique(self.group))


def place(
    texts: Callable[[], Iterable[pa.ChunkedArray]],
    campaigns: Sequence[str | None],
    ids: Sequence[str],
    text_of: Callable[[int], str],
) -> Placed:
    """Group and split items; `texts` gives them anew in batches each time it is asked, `text_of` gives the text of one item.

    Raises:
        LeakageError: the leakage test still finds pairs after several rounds of uniting them.
    """
    groups = near_duplicates.united(_signatures(texts, _SEED), campaigns)
    suspects = _suspects(texts)
    united = 0
    for _ in range(_ROUNDS):
        roots = groups.roots()
        placed = Placed(roots, _assigned(roots, campaigns, ids), united)
        leaks = leaking(placed.split, suspects, text_of)
        if not len(leaks):
            return placed
        groups.unite(leaks)
        united += len(leaks)
    raise LeakageError("Texts in different splits are alike.", mend="Look for campaigns that were given several names.")


def leaking(split: NDArray[np.int8], suspects: NDArray[np.int64], text_of: Callable[[int], str]) -> NDArray[np.int64]:
    """Return the suspected pairs that lie in different splits and whose exact resemblance is `LEAK` or more."""
    apart = suspects[split[suspects[:, 0]] != split[suspects[:, 1]]]
    alike = [near_duplicates.resemblance(text_of(int(a)), text_of(int(b))) >= LEAK for a, b in apart]
    leaks: NDArray[np.int64] = apart[np.array(alike, dtype=bool)] if len(apart) else apart
    return leaks


def _suspects(texts: Callable[[], Iterable[pa.ChunkedArray]]) -> NDArray[np.int64]:
    """Return pairs that may be alike, by other hashes than those the groups were made with: an error of one is not the other's."""
    found = _signatures(texts, _OTHER_SEED)
    pairs = [near_duplicates.alike(found, some) for some in near_duplicates.candidates(found)]
    return np.unique(np.concatenate(pairs), axis=0) if pairs else np.empty((0, 2), dtype=np.int64)


def _signatures(texts: Callable[[], Iterable[pa.ChunkedArray]], seed: int) -> NDArray[np.uint16]:
    made = [near_duplicates.signatures(batch, seed) for batch in texts()]
    return np.concatenate(made) if made else np.empty((0, near_duplicates.HASHES), dtype=np.uint16)


def _assigned(roots: NDArray[np.int64], campaigns: Sequence[str | None], ids: Sequence[str]) -> NDArray[np.int8]:
    names: dict[int, str] = {}
    for number, root in enumerate(roots.tolist()):
        campaign = campaigns[number]
        name = f"campaign {campaign}" if campaign is not None else f"item {ids[number]}"
        if root not in names or name < names[root]:
            names[root] = name
    where = {root: _drawn(name) for root, name in names.items()}
    return np.array([where[root] for root in roots.tolist()], dtype=np.int8)


def _drawn(name: str) -> int:
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    return int(np.searchsorted(np.cumsum(SHARES)[:-1], share, side="right"))
