"""What adjudication rests on: why people disagreed, which item is worth a decision first, and when decisions settle one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Cause(StrEnum):
    """Why the answers of an item differ, as its adjudicator sees it."""

    GUIDELINE_UNCLEAR = "guideline_unclear"
    AMBIGUOUS_TEXT = "ambiguous_text"
    ANNOTATOR_ERROR = "annotator_error"
    MISSING_CONTEXT = "missing_context"
    OTHER = "other"


TITLES = {
    Cause.GUIDELINE_UNCLEAR: "The guideline is unclear",
    Cause.AMBIGUOUS_TEXT: "The text can be read in two ways",
    Cause.ANNOTATOR_ERROR: "An answer overlooks or misreads something",
    Cause.MISSING_CONTEXT: "The posting does not say enough",
    Cause.OTHER: "Something else",
}
"""Each cause as the bench shows it."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def expected_error(posterior: Sequence[float] | None, n_values: int, *, scale: bool = True) -> float:
    """Return by how many steps the best guess at a rating is expected to be off: what a decision takes away.

    The guess is the posterior's median, which has the least expected distance; without a scale every wrong value is one step
    off. `posterior` has `n_values` shares, in order; None, where nobody could tell, stands for equal shares.
    """
    shares = posterior or [1 / n_values] * n_values
    if not scale:
        return 1 - max(shares)
    return min(sum(p * abs(k - guess) for k, p in enumerate(shares)) for guess in range(len(shares)))


def is_severe(
    ratings: Sequence[str | None], values: Sequence[str], threshold: str | None, *, scale: bool = True
) -> bool:
    """Say whether anybody rated at or above `threshold`; such an item takes two adjudicators. None: no item does.

    Without a scale nothing lies above: only the threshold itself counts.
    """
    if threshold not in values:
        return False
    if not scale:
        return threshold in ratings
    least = values.index(threshold)
    return any(rating in values and values.index(rating) >= least for rating in ratings)


def settles(decisions: Sequence[str | None], *, needed: int) -> bool:
    """Say whether the newest decision settles the item, given the ratings decided so far by different people, oldest first.

    One decision does where one is needed. Where two are, the second settles if it agrees with the first, and else a third
    person's does.
    """
    if not decisions:
        return False
    return needed == 1 or len(decisions) > needed or (len(decisions) == needed and len(set(decisions)) == 1)
