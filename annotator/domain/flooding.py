"""Does one campaign flood the pool? Its share of what arrived lately, beside the largest that campaigns usually are.

Campaign sizes have long tails, so no share alone is unusual: a campaign has to take a share that matters, and be much larger than
any before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotator.domain.quality import accuracy_interval

LEAST_ITEMS = 20
SHARE = 0.10
"""The interval of the share has to lie above this."""
TIMES = 2.0
"""So many times larger than the largest usual campaign."""
WEEKS_KNOWN = 3
"""From so many earlier weeks with arrivals on, they say what is usual; until then the other campaigns of this week do."""
Z = 2.58
"""99 % intervals."""


@dataclass(frozen=True, slots=True)
class Flood:
    """A campaign with its count among `of` arrivals, the 99 % interval of that share, and the largest usual count."""

    campaign: str
    count: int
    of: int
    low: float
    high: float
    usual: int


def floods(arrived: Mapping[str, int], of: int, earlier: Sequence[Mapping[str, int]]) -> list[Flood]:
    """Return the campaigns that flood, the largest first.

    `arrived` counts the items of each campaign among the `of` that came in the last week, those without a campaign included in `of`;
    `earlier` does so for each week before in which anything came.
    """
    known = [max(week.values(), default=0) for week in earlier]
    found = []
    for campaign, count in sorted(arrived.items(), key=lambda pair: (-pair[1], pair[0])):
        others = [other for name, other in arrived.items() if name != campaign]
        usual = max(known) if len(known) >= WEEKS_KNOWN else max([*known, *others], default=0)
        low, high = accuracy_interval(count, of, Z)
        if count >= LEAST_ITEMS and low >= SHARE and count >= TIMES * max(usual, 1):
            found.append(Flood(campaign, count, of, low, high, usual))
    return found
