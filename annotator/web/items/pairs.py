"""The part of an item search that is about two answers to an item: what they say of a question, whose they are, and when they came.

Figures of agreement link here, so a search finds exactly the items that a figure counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from annotator.domain.errors import InputError
from annotator.domain.schema import LabelSpec, Schema
from annotator.domain.words import marked
from annotator.insight.labels import titles
from annotator.storage import people
from annotator.storage.item_search import Pair, Two
from annotator.web.frame.language import say
from annotator.web.frame.service import Service, ServiceDep

FIELDS = ("on", "two", "mixed", "people", "since", "until")
_FAR = 253_402_300_799  # the last second of the year 9999
_Since = Annotated[
    int | None, Query(ge=0, le=_FAR, description="Seconds since 1970; the last answer came then or later.")
]
_Until = Annotated[int | None, Query(ge=0, le=_FAR, description="Seconds since 1970; the last answer came by then.")]


@dataclass(frozen=True, slots=True)
class Paired:
    """What was asked for, in `words` and as `fields` of an address."""

    pair: Pair | None
    since: datetime | None
    until: datetime | None
    words: str
    fields: dict[str, str]


def paired_of(
    service: ServiceDep,
    on: Annotated[str, Query(max_length=100, description="a question, an answer of it, or a clause")] = "",
    two: Two = Two.GIVEN,
    mixed: Annotated[str, Query(max_length=200, description="value~value")] = "",
    people: Annotated[str, Query(max_length=100, description="pseudonym~pseudonym")] = "",
    since: _Since = None,
    until: _Until = None,
) -> Paired:
    """Read the part of a search that is about two answers."""
    specs = _specs(service.schema, on) if on else ()
    values = _two("mixed", mixed) if mixed else None
    if values is not None and not any(set(values) <= set(spec.values) for spec in specs):
        raise InputError(f"{mixed} are no two answers to it.", where="mixed", mend="Choose two values of one question.")
    whose = _people(service, people) if people else None
    labels = tuple((spec.name, spec.unmarked) for spec in specs)
    pair = Pair(labels, service.schema.rating.name, two, values, whose) if labels or whose else None
    given = zip(FIELDS, (on, two.value if on else "", mixed, people, since, until), strict=True)
    fields = {name: str(value) for name, value in given if value not in ("", None)}
    begin, end = (None if seconds is None else _moment(seconds) for seconds in (since, until))
    return Paired(pair, begin, end, _words(service.schema, specs, two, values, fields), fields)


PairedDep = Annotated[Paired, Depends(paired_of)]


def address(**fields: str | int) -> str:
    """Return the address of an item search; empty fields are left out."""
    return f"/coordinator/items?{urlencode({name: value for name, value in fields.items() if value != ''})}"


def _specs(schema: Schema, on: str) -> tuple[LabelSpec, ...]:
    """Return the labels of a question, of one answer to it, or of a clause."""
    clauses = {
        choice.clause: (question.id, choice.value) for question in schema.questions for choice in question.choices
    }
    names = {on, *clauses.get(on, ())}
    found = [spec for spec in schema.labels if spec.name in names] or [s for s in schema.labels if s.question == on]
    if not found:
        raise InputError(f"{on} is no question, answer or clause.", where="on", mend="Choose one of the guideline's.")
    return tuple(found)


def _two(where: str, text: str) -> tuple[str, str]:
    first, _, second = text.partition("~")
    if not first or not second or first == second:
        raise InputError(f"{text} does not name two.", where=where, mend="Write one~other.")
    return first, second


def _people(service: Service, text: str) -> tuple[str, str]:
    with service.database.reading() as session:
        found = [people.by_pseudonym(session, name) for name in _two("people", text)]
    one, other = found
    if one is None or other is None:
        raise InputError(f"{text} are not two people here.", where="people", mend="Write pseudonym~pseudonym.")
    return one.id, other.id


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _words(
    schema: Schema, specs: tuple[LabelSpec, ...], two: Two, values: tuple[str, str] | None, fields: dict[str, str]
) -> str:
    """Say what is asked for, to follow "only items"."""
    said = []
    if specs:
        named = ", ".join(titles(schema)[spec.name] for spec in specs[:3])
        named = say("{names} and more", names=named) if specs[3:] else named
        if values:
            one, another = values
            said.append(
                say(
                    "where one answer says “{one}” and another “{another}” of {names}",
                    one=one,
                    another=another,
                    names=named,
                )
            )
        else:
            said.append(say(_TWO[two], names=named))
    if "people" in fields:
        one, other = fields["people"].split("~")
        said.append(say("answered by both {one} and {other}", one=one, other=other))
    said += [
        say(words, moment=f"{_moment(int(fields[name])):%Y-%m-%d %H:%M}")
        for name, words in (("since", _SINCE), ("until", _UNTIL))
        if name in fields
    ]
    return ", ".join(said)


_TWO = {
    Two.GIVEN: marked("with two answers to {names}"),
    Two.DIFFER: marked("where answers differ on {names}"),
    Two.APPLIED: marked("where somebody applied {names}"),
}
_SINCE = marked("whose last answer came from {moment} UTC")
_UNTIL = marked("whose last answer came by {moment} UTC")
