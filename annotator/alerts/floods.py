"""A template campaign floods: one advertiser's postings, or near-duplicates without a campaign, take an unusual share of arrivals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa

from annotator.domain.alerts import Finding, Rule
from annotator.domain.flooding import LEAST_ITEMS, Flood, floods
from annotator.domain.words import worded
from exports.near_duplicates import Groups, alike, candidates, signatures

WEEK = timedelta(days=7)
WEEKS = 8
MOST_TEXTS = 20_000
SHOWN = 50
_SEED = 20_260_101


def watched_since(now: datetime) -> datetime:
    """Return from when on arrivals are needed."""
    return now - (WEEKS + 1) * WEEK


def flooding(
    waiting: Sequence[Any], everything: Sequence[Any], texts: Sequence[Any], pool: int, now: datetime
) -> list[Finding]:
    """Return a finding a campaign, or a group of near-duplicates, that floods.

    `waiting` are the arrivals of the last week that wait for answers and `everything` those since `watched_since`, both as
    `storage.alert_data.arrivals` gives them; `texts` those without a campaign; `pool` counts all items that wait.
    """
    members: dict[str, list[Any]] = {}
    for row in waiting:
        if row.campaign:
            members.setdefault(row.campaign, []).append(row)
    arrived = {name: len(rows) for name, rows in members.items()}
    of = sum(row.created_at >= now - WEEK for row in everything)
    found = [
        _finding(flood, [row.public_id for row in members[flood.campaign]], members[flood.campaign][0].created_at, pool)
        for flood in floods(arrived, of, earlier_weeks(everything, now))
    ]
    when = {row.public_id: row.created_at for row in waiting}
    groups = near_duplicates(texts)
    for flood in floods({name: len(ids) for name, ids in groups.items()}, of, []):
        ids = groups[flood.campaign]
        found.append(
            _finding(flood, ids, min((when[one] for one in ids if one in when), default=now), pool, named=False)
        )
    return found


def earlier_weeks(everything: Sequence[Any], now: datetime) -> list[Counter[str]]:
    """Count arrivals by campaign for each of the weeks before the last one in which enough came to say what is usual."""
    weeks: dict[int, Counter[str]] = {}
    for row in everything:
        number = int((now - row.created_at) / WEEK)
        if number > 0:
            weeks.setdefault(number, Counter())[row.campaign or row.public_id] += 1
    return [week for week in weeks.values() if week.total() >= LEAST_ITEMS]


def near_duplicates(texts: Sequence[Any]) -> dict[str, list[str]]:
    """Group texts that are nearly the same; a group goes by the public id of its first."""
    if len(texts) < LEAST_ITEMS:
        return {}
    found = signatures(pa.array([row.text for row in texts]), _SEED)
    groups = Groups(len(texts))
    for pairs in candidates(found):
        groups.unite(alike(found, pairs))
    roots = groups.roots()
    large = [root for root, count in zip(*np.unique(roots, return_counts=True), strict=True) if count >= LEAST_ITEMS]
    ids = np.array([row.public_id for row in texts], dtype=object)
    return {ids[root]: ids[roots == root].tolist() for root in large}


def _finding(flood: Flood, ids: Sequence[str], since: datetime, pool: int, *, named: bool = True) -> Finding:
    if named:
        title = worded("Campaign {campaign} floods the pool", campaign=flood.campaign)
        what = worded("are of this campaign and wait for answers")
    else:
        title = worded("Copies of {campaign} flood the pool", campaign=flood.campaign)
        what = worded("are of one template and wait for answers")
    usual = (
        worded("the largest of a usual week has {count}", count=flood.usual)
        if flood.usual
        else worded("no other has more than one")
    )
    seen = worded(
        "{count} of {of} postings that came in the last seven days ({share}, 99 % interval {low} to {high}) {what}; {usual}.",
        count=flood.count,
        of=flood.of,
        share=f"{flood.count / flood.of:.0%}",
        low=f"{flood.low:.0%}",
        high=f"{flood.high:.0%}",
        what=what,
        usual=usual,
    )
    waiting = max(pool, flood.count)
    part = worded(
        "They are {share} of the {count} postings that wait.", share=f"{flood.count / waiting:.0%}", count=waiting
    )
    address = f"/coordinator/items?{urlencode({'campaign': flood.campaign})}"
    return Finding(
        Rule.CAMPAIGN_FLOODS,
        flood.campaign,
        title,
        (seen, part),
        since,
        {
            "count": flood.count,
            "of": flood.of,
            "low": flood.low,
            "high": flood.high,
            "usual": flood.usual,
            "pool": pool,
        },
        tuple(ids[:SHOWN]),
        ((worded("All its items"), address),) if named else (),
    )
