"""Agreement of one label under each guideline version, and over time.

Over time, an item stands where its last answer came, with all its answers: cut by the calendar instead, answers to one item that
come weeks apart would never meet. Blocks follow one another without overlap and hold equally many items, so each point is as
certain as the next and a sudden fall is not smeared over many of them; no block crosses from one version into the next. The size of
a block is 50 items and doubles whenever there would be more than 24: points that were drawn once stay where they are until then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.agreement import NO_PAIR, Agreement
from annotator.consensus.slices import alpha_by_slice
from annotator.domain.schema import LabelSpec
from annotator.insight.agreement import BOOTSTRAP, SEED
from annotator.insight.answers import Answers, Units, Version

BLOCK = 50
MOST_BLOCKS = 24


@dataclass(frozen=True, slots=True)
class VersionAgreement:
    """Agreement among answers under one version, of which there are `answers`."""

    version: Version
    answers: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Block:
    """Agreement of items that were answered one after the other. `first`, `middle` and `last` are when their last answers came, in
    seconds since 1970; `full` is False for one that still fills.
    """

    version: Version
    first: int
    middle: int
    last: int
    agreement: Agreement
    full: bool


def agreement_by_version(answers: Answers, spec: LabelSpec) -> list[VersionAgreement]:
    """Return one row a version that answers were given under, oldest version first."""
    units = answers.units(spec)
    found = _alpha(units, units.version, len(answers.versions))
    counts = np.bincount(answers.version, minlength=len(answers.versions))
    return [VersionAgreement(*row) for row in zip(answers.versions, map(int, counts), found, strict=True)]


def agreement_over_time(answers: Answers, spec: LabelSpec) -> list[Block]:
    """Return the blocks of a label, those of the oldest version first, in order of time within a version."""
    units = answers.units(spec)
    size = block_size(units.n)
    order = np.lexsort((units.last, units.version))
    starts = np.searchsorted(units.version[order], np.arange(len(answers.versions)))
    rank = np.empty(units.n, np.int64)
    rank[order] = np.arange(units.n) - starts[units.version[order]]
    key = units.version * (units.n + 1) + rank // size
    keys, block = np.unique(key, return_inverse=True)
    found = _alpha(units, block, len(keys))
    blocks = []
    for code, agreement in enumerate(found):
        times = np.sort(units.last[block == code])
        version = answers.versions[int(keys[code]) // (units.n + 1)]
        first, middle, last = (int(times[at]) for at in (0, len(times) // 2, -1))
        blocks.append(Block(version, first, middle, last, agreement, full=len(times) == size))
    return blocks


def block_size(units: int) -> int:
    """Return how many items a block holds where there are so many in all."""
    size = BLOCK
    while units > size * MOST_BLOCKS:
        size *= 2
    return size


def _alpha(units: Units, group: NDArray[np.int64], n_groups: int) -> list[Agreement]:
    """Return alpha within each group of units; `group` goes by unit."""
    matrix = units.matrix()
    if matrix is None:
        return [Agreement(None, None, None, 0, 0, 0, NO_PAIR)] * n_groups
    rng, level = np.random.default_rng(SEED), units.spec.level.value
    return alpha_by_slice(matrix, group[units.unit], n_groups, level=level, bootstrap=BOOTSTRAP, rng=rng)
