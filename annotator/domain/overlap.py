"""When an item is finished: what the answers of its people come to once the overlap is met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from annotator.domain.items import ItemState


def settle(ratings: Sequence[str | None]) -> ItemState:
    """Return `AGREED` when more than half of all answers give one rating, else `ADJUDICATING`.

    `None` is "cannot tell": it counts as an answer and can never be the majority, so a tie or a doubtful item goes to a
    person instead of being settled silently.
    """
    given = Counter(rating for rating in ratings if rating is not None)
    if given and given.most_common(1)[0][1] * 2 > len(ratings):
        return ItemState.AGREED
    return ItemState.ADJUDICATING
