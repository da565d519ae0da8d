"""Searching items: every filter is a condition the database evaluates, and a page goes on from a cursor, never from an offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from annotator.domain.errors import InputError
from annotator.domain.items import SHUT, ItemState
from annotator.storage.consensus import ANSWERED
from annotator.storage.tables import Annotation, Item
from annotator.storage.tables_adjudication import Adjudication

_BATCH = 1000
_FIRST = 4000


class Order(StrEnum):
    """By id, or the largest chance first that the most probable rating is wrong; items without a rating are left out then."""

    ID = ""
    RISK = "risk"


class Place(StrEnum):
    """What a coordinator has set an item apart for."""

    ANY = ""
    ON_HOLD = "on-hold"
    RAISED = "raised"
    LOWERED = "lowered"


class Two(StrEnum):
    """What two answers to an item, by different people under one guideline version, say of a label."""

    GIVEN = "given"  # both say something
    DIFFER = "differ"  # and not the same
    APPLIED = "applied"  # and one of them something other than that it was not marked


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one item, under one guideline version: what they say of any of `labels`, or which two values one of them gives
    and the other; and which two people they are of. `labels` are names with the value that says "not marked", empty for a rating.
    Items that are withdrawn or quarantined are left out, as agreement leaves them out.
    """

    labels: tuple[tuple[str, str], ...] = ()
    rating: str = ""  # of these, the one that has a column of its own
    two: Two = Two.GIVEN
    values: tuple[str, str] | None = None
    people: tuple[str, str] | None = None


class Progress(StrEnum):
    """How far an item is, across states, as the desk's strip counts them."""

    ANY = ""
    COMPLETE = "complete"
    BEGUN = "begun"  # answered by somebody or held, and not done
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; all conditions hold together. `label` and `value` go together: an answer says so of that label.
    `rests_on` are the labels and values, an empty one for "cannot tell", by which an answer rests on the clause.

    An item's last answer (under `version`, where one is given) came between `since` and `until`, both included.
    """

    state: ItemState | None = None
    answered: int = 0
    text: str = ""
    campaign: str = ""
    label: str = ""
    value: str = ""
    disagree: bool = False
    version: str = ""
    order: Order = Order.ID
    progress: Progress = Progress.ANY
    place: Place = Place.ANY
    clause: str = ""
    rests_on: tuple[tuple[str, str], ...] = ()
    pair: Pair | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def cheap(self) -> bool:
        """Say whether an index answers it, so that counting costs next to nothing."""
        of_answers = self.label or self.version or self.disagree or self.clause or self.pair or self.since or self.until
        return not (self.text or of_answers)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of items; `cursor` leads to the next, and is empty on the last."""

    items: list[Item]
    cursor: str


def page(session: Session, project_id: str, search: Search, after: str, limit: int) -> Found:
    """Return up to `limit` items behind a cursor. Raises `InputError` for a cursor that is none."""
    statement = select(Item).where(*conditions(project_id, search))
    if after:
        statement = statement.where(_behind(search.order, after))
    by_risk = (col(Item.risk).desc(), col(Item.id)) if search.order is Order.RISK else (col(Item.id),)
    statement = statement.order_by(*by_risk).limit(limit + 1)
    found: list[Item] = []
    if search.order is Order.RISK and not search.cheap:  # most often enough is found among the first; else all are read
        first = _first_by_risk(project_id, search.order, after)
        found = list(session.exec(statement.where(col(Item.id).in_(first))))
    if len(found) <= limit:
        found = list(session.exec(statement))
    return Found(found[:limit], _cursor(search.order, found[limit - 1]) if len(found) > limit else "")


def _first_by_risk(project_id: str, order: Order, after: str) -> SelectOfScalar[str]:
    """Return the items with the largest risk behind a cursor, whatever else is asked of them."""
    first = select(Item.id).where(col(Item.project_id) == project_id, *ANSWERED)
    if after:
        first = first.where(_behind(order, after))
    return first.order_by(col(Item.risk).desc(), col(Item.id)).limit(_FIRST)


def batches(session: Session, project_id: str, search: Search) -> Iterator[list[Item]]:
    """Yield all items of a search, a batch at a time."""
    after = ""
    while True:
        found = page(session, project_id, search, after, _BATCH)
        yield found.items
        if not found.cursor:
            return
        after = found.cursor


def count(session: Session, project_id: str, search: Search, most: int | None) -> int:
    """Return how many items a search finds, counting to `most` at the most; to the end where that is None."""
    some = select(Item.id).where(*conditions(project_id, search)).limit(most).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def conditions(project_id: str, search: Search) -> list[ColumnElement[bool]]:
    """Return what must hold of an item: first what its own row tells, then what its answers say."""
    found = [col(Item.project_id) == project_id, *_of_the_item(search), *_of_the_answers(search)]
    return [*found, *ANSWERED] if search.order is Order.RISK else found


def _of_the_item(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.state is not None:
        found.append(col(Item.state) == search.state.value)
    if search.progress:
        found.append(_so_far(search.progress))
    if search.place:
        found.append(_set_apart(search.place))
    if search.answered:
        found.append(col(Item.answered) >= search.answered)
    if search.campaign:
        found.append(col(Item.campaign) == search.campaign)
    if search.text:
        found.append(col(Item.text).icontains(search.text, autoescape=True))
    return found


def _of_the_answers(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.label and search.value:
        said = _said(Annotation, search.label) == search.value
        found.append(exists().where(col(Annotation.item_id) == Item.id, said))
    if search.version:
        under = col(Annotation.guideline_version_id) == search.version
        found.append(exists().where(col(Annotation.item_id) == Item.id, under))
    if search.disagree:
        one, other = aliased(Annotation), aliased(Annotation)
        same_item = (col(one.item_id) == Item.id, col(other.item_id) == Item.id)
        found.append(exists().where(*same_item, col(one.rating) < col(other.rating)))
    if search.clause:
        found.append(_concerns(search))
    if search.pair is not None:
        found.append(_pair(search.pair, search.version))
    if search.since is not None or search.until is not None:
        found += _last_answer(search)
    return found


def _pair(pair: Pair, version: str) -> ColumnElement[bool]:
    one, other = aliased(Annotation), aliased(Annotation)
    same = [col(one.item_id) == Item.id, col(other.item_id) == Item.id]
    same.append(col(one.guideline_version_id) == col(other.guideline_version_id))
    if version:
        same.append(col(one.guideline_version_id) == version)
    if pair.people is not None:
        first, second = pair.people
        same += [col(one.person_id) == first, col(other.person_id) == second]
    else:
        same.append(col(one.id) != col(other.id))
    if pair.labels:
        said = [
            (col(one.rating), col(other.rating), "")
            if label == pair.rating
            else (_said(one, label), _said(other, label), unmarked)
            for label, unmarked in pair.labels
        ]
        same.append(or_(*(_both_say(pair, *three) for three in said)))
    return and_(col(Item.state).not_in(SHUT), exists().where(*same))


def _both_say(pair: Pair, one: ColumnElement[str], other: ColumnElement[str], unmarked: str) -> ColumnElement[bool]:
    if pair.values is not None:
        first, second = pair.values
        there = and_(one == first, other == second)
        return or_(there, and_(one == second, other == first)) if pair.people else there
    if pair.two is Two.DIFFER:
        return one != other  # says something on both sides: a comparison with nothing is never true
    both = and_(one.is_not(None), other.is_not(None))
    return and_(one != unmarked, both) if pair.two is Two.APPLIED else both


def _said(answer: Any, label: str) -> ColumnElement[str]:
    value: ColumnElement[str] = col(answer.labels)[label].as_string()
    return value


def _last_answer(search: Search) -> list[ColumnElement[bool]]:
    answered = exists().where(col(Annotation.item_id) == Item.id)
    if search.version:
        answered = answered.where(col(Annotation.guideline_version_id) == search.version)
    moment = col(Annotation.created_at)
    found: list[ColumnElement[bool]] = []
    if search.since is not None:
        found.append(answered.where(moment >= search.since))
    if search.until is not None:
        end = search.until + timedelta(seconds=1)  # moments are told to the second
        found += [answered.where(moment < end), ~answered.where(moment >= end)]
    return found


def _set_apart(place: Place) -> ColumnElement[bool]:
    if place is Place.ON_HOLD:
        return col(Item.on_hold).is_(True)
    return col(Item.precedence) == (1 if place is Place.RAISED else -1)


def _concerns(search: Search) -> ColumnElement[bool]:
    """An answer rests on the clause, or a decision that stands names it."""
    says = [
        _said(Annotation, label) == value if value else col(Annotation.cannot_tell).is_(True)
        for label, value in search.rests_on
    ]
    decided = exists().where(
        col(Adjudication.item_id) == Item.id,
        col(Adjudication.clause) == search.clause,
        col(Adjudication.superseded_at).is_(None),
    )
    return decided | exists().where(col(Annotation.item_id) == Item.id, or_(false(), *says))


def _so_far(progress: Progress) -> ColumnElement[bool]:
    state = col(Item.state)
    if progress is Progress.COMPLETE:
        return state.in_([ItemState.AGREED.value, ItemState.GOLD.value])
    if progress is Progress.UNTOUCHED:
        return (state == ItemState.READY.value) & (col(Item.answered) == 0)
    begun = (state == ItemState.READY.value) & (col(Item.answered) > 0)
    return begun | state.in_([ItemState.LEASED.value, ItemState.ADJUDICATING.value])


def _cursor(order: Order, last: Item) -> str:
    return f"{last.risk!r}~{last.id}" if order is Order.RISK else last.id


def _behind(order: Order, after: str) -> ColumnElement[bool]:
    if order is Order.ID:
        return col(Item.id) > after
    risk, _, item_id = after.partition("~")
    try:
        at = float(risk)
    except ValueError as error:
        raise InputError("is no place in this list.", where="after", mend="Begin from the first page.") from error
    return or_(col(Item.risk) < at, and_(col(Item.risk) == at, col(Item.id) > item_id))
