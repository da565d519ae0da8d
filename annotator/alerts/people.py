"""An annotator changed: somebody's answers differ from the others', or from known ones, more than before. Never a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from annotator.domain.alerts import Finding, Rule
from annotator.domain.noticing import change, threshold
from annotator.domain.quality import accuracy_interval
from annotator.domain.words import Words, worded

MONTH = timedelta(days=28)
LOOKED_BACK = timedelta(days=60)
SHOWN = 50


def changed(rows: Sequence[Any], since: dict[str, datetime], now: datetime) -> list[Finding]:
    """Return a finding a person whose evidence has gathered. `rows` are those of `storage.alert_data.evidence_since`.

    `since` says from when on evidence counts, for those who were let go on after a pause.
    """
    least = threshold(sum(row.llr != 0 and row.created_at >= now - MONTH for row in rows))
    by_person: dict[str, list[Any]] = {}
    for row in rows:
        if row.person_id not in since or row.created_at > since[row.person_id]:
            by_person.setdefault(row.person_id, []).append(row)
    findings = []
    for person_id, said in by_person.items():
        found = change([row.llr for row in said], least)
        if found is not None:
            findings.append(_finding(person_id, said[: found.begins], said[found.begins :]))
    return findings


def _finding(person_id: str, before: Sequence[Any], lately: Sequence[Any]) -> Finding:
    pseudonym, begins = lately[0].pseudonym, min(row.created_at for row in lately)
    numbers: dict[str, Any] = {"pseudonym": pseudonym}
    seen = [worded("Since {when} UTC:", when=f"{begins:%Y-%m-%d %H:%M}")]
    for count, words in _WORDS.items():
        (now_count, now_of), (then_count, then_of) = count(lately), count(before)
        numbers[count.__name__.strip("_")] = {"now": [now_count, now_of], "before": [then_count, then_of]}
        if now_of:
            now = Words(words.text, {"share": _share(now_count, now_of)})
            then = worded("{now}; before, {share}.", now=now, share=_share(then_count, then_of))
            seen.append(then if then_of else Words("{now}.", {"now": now}))
    fast = sum(bool(row.detail.get("fast")) for row in lately)
    if fast:
        seen.append(worded("{count} of the wrong ones came too fast to have been read.", count=fast))
    if lately[-1].paused_at is not None:
        seen.append(worded("They are paused, provisionally, until a person decides."))
    far = [row for row in lately if row.public_id and row.detail.get("steps", 0) > 1]
    far.sort(key=lambda row: (row.detail["steps"], row.created_at), reverse=True)
    return Finding(
        Rule.ANNOTATOR_CHANGED,
        person_id,
        worded("Answers of {pseudonym} differ more than before", pseudonym=pseudonym),
        tuple(seen),
        begins,
        numbers,
        tuple(row.public_id for row in far[:SHOWN]),
        (
            (worded("Their page"), f"/coordinator/people/{pseudonym}"),
            (worded("Control answers and pauses"), "/coordinator/quality"),
        ),
        person_id=person_id,
    )


def _far(rows: Sequence[Any]) -> tuple[int, int]:
    """Count ratings far from the others', among those that could be compared."""
    compared = [row for row in rows if row.source == "consensus" and "steps" in row.detail]
    return sum(row.detail["steps"] > 1 for row in compared), len(compared)


def _off(rows: Sequence[Any]) -> tuple[int, int]:
    """Count control answers that were wrong, among those that could be told."""
    told = [row for row in rows if row.source == "control" and row.right is not None]
    return sum(not row.right for row in told), len(told)


def _share(count: int, of: int) -> Words:
    low, high = accuracy_interval(count, of)
    return worded("{count} of {of} ({low} to {high})", count=count, of=of, low=f"{low:.0%}", high=f"{high:.0%}")


_WORDS = {
    _far: worded("{share} ratings are two steps or more from the others'"),
    _off: worded("{share} control answers are clearly off"),
}
"""What is counted, lately and before, and how it is said."""
