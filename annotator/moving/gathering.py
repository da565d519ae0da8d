"""Records of one text brought together: every person once, with all that they said in whichever file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from annotator.moving.record import Given, Record

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass
class Gathered:
    """One text: where it first stood, and the answer of each person. `superseded` counts answers that a later one replaced."""

    where: str
    id: str
    text: str
    given: dict[str, Given] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    superseded: int = 0


def gather(records: Iterable[Record]) -> list[Gathered]:
    """Return texts in the order in which they first come."""
    found: dict[str, Gathered] = {}
    for record in records:
        text = found.setdefault(record.text, Gathered(record.where, record.id, record.text))
        text.left_out.update(record.left_out)
        for given in record.given:
            _add(text, given)
    return list(found.values())


def _add(text: Gathered, given: Given) -> None:
    """Two answers to different questions are one; of two to the same question the later counts."""
    before = text.given.get(given.person)
    if before is None or before.skipped:
        text.given[given.person] = given
    elif not given.skipped:
        text.given[given.person] = _together(text, before, given)


def _together(text: Gathered, one: Given, other: Given) -> Given:
    late = sorted((one, other), key=lambda given: given.at or _LONG_AGO)
    if {*one.values} & {*other.values} or {m.name for m in one.marks} & {m.name for m in other.marks}:
        text.superseded += 1
        return late[1]
    seconds = [given.seconds for given in late if given.seconds is not None]
    return replace(
        late[1],
        values={**one.values, **other.values},
        marks=(*one.marks, *other.marks),
        seconds=sum(seconds) if seconds else None,
    )
