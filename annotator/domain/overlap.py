"""When an item is finished: what the answers of its people come to, and whether another opinion is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from annotator.domain.items import ItemState


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many people label an item: `least` always, and up to `most` while the risk of its rating is above `risk`."""

    least: int
    most: int
    risk: float

    @property
    def adaptive(self) -> bool:
        return self.least < self.most


@dataclass(frozen=True, slots=True)
class Best:
    """An item's most probable rating, and the chance that it is wrong."""

    rating: str
    risk: float


def outcome(ratings: Sequence[str | None], bounds: Bounds, best: Best | None) -> ItemState | None:
    """Return what an item with these answers comes to; None while more people are asked.

    `None` among the ratings is "cannot tell". Where the number of people is fixed the majority decides (`settle`). Else an item
    is agreed once the risk of its most probable rating is low enough, as many people as must be have rated it, and one of them
    said just that: a classifier alone never settles anything. Whatever is uncertain at `most` answers goes to a person.
    """
    if not bounds.adaptive:
        return settle(ratings) if len(ratings) >= bounds.least else None
    given = [rating for rating in ratings if rating is not None]
    if best is not None and best.risk <= bounds.risk and len(given) >= bounds.least and best.rating in given:
        return ItemState.AGREED
    return ItemState.ADJUDICATING if len(ratings) >= bounds.most else None


def settle(ratings: Sequence[str | None]) -> ItemState:
    """Return `AGREED` when more than half of all answers give one rating, else `ADJUDICATING`.

    `None` is "cannot tell": it counts as an answer and can never be the majority, so a tie or a doubtful item goes to a
    person instead of being settled silently.
    """
    given = Counter(rating for rating in ratings if rating is not None)
    if given and given.most_common(1)[0][1] * 2 > len(ratings):
        return ItemState.AGREED
    return ItemState.ADJUDICATING
