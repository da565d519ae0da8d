"""Queries of the consensus: the newest fit of a label, people's skills, and the posteriors of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, delete, func
from sqlmodel import Session, col, select, update

from annotator.storage import markers
from annotator.storage.prepared import Prepared
from annotator.storage.tables import Annotation, Item
from annotator.storage.tables_consensus import ConsensusFit, Skill
from annotator.storage.tables_learning import Prediction

MOVED = 1e-4
"""A refit rewrites an item only where a probability of it has moved by more than this."""
UNASKED = 0.005
"""The same for items that nobody has answered, which are many; and for priorities."""

ANSWERED = (col(Item.risk).is_not(None), col(Item.answered) > 0)
"""Conditions: people have had a part in the item's posterior."""

_REFIT = "refit"
_OPEN = "refit-open"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ratings of one item by person, in the order they came; `model` is the newest fit's, None before the first, and
    `confusion` holds the matrices of the people it knows. `prior` is a classifier's probability, where that fit takes one.
    """

    ratings: list[tuple[str, str]]
    model: dict[str, Any] | None
    confusion: dict[str, list[list[float]]]
    prior: list[float] | None = None


@dataclass(frozen=True, slots=True)
class ItemConsensus:
    """What a fit says of one item: the rating's posterior, and that of each indicator by name.

    `answered` is how many answers the fit saw; an item may have more by now. An item without any has a posterior where a
    classifier's probability stands for it, and a priority where there is one at all.
    """

    item_id: str
    answered: int
    posterior: list[float] | None
    indicators: dict[str, list[float]]
    priority: float


def newest_fit(session: Session, project_id: str, label: str) -> ConsensusFit | None:
    statement = select(ConsensusFit).where(ConsensusFit.project_id == project_id, ConsensusFit.label == label)
    return session.exec(statement.order_by(col(ConsensusFit.id).desc()).limit(1)).first()


def evidence(session: Session, project_id: str, label: str, item_id: str) -> Evidence:
    """Return all ratings of one item with what the newest fit knows of those who gave them, as of one moment.

    Without a rating there is nothing to be said: neither a model nor a prior.
    """
    rows = _EVIDENCE.rows(session, project=project_id, label=label, item=item_id)
    model = rows[0][2] if rows else None
    return Evidence(
        ratings=[(person, str(rating)) for person, rating, _, _ in rows],
        model=model,
        confusion={person: confusion for person, _, _, confusion in rows if confusion is not None},
        prior=prior_of(session, item_id) if model is not None and model["bias"] is not None else None,
    )


def known_of(session: Session, project_id: str, label: str, person_id: str) -> Evidence:
    """Return what the newest fit knows of one person, with no item's ratings."""
    row = _KNOWN_OF.first(session, project=project_id, label=label, person=person_id)
    if row is None:
        return Evidence([], None, {})
    model, confusion = row
    return Evidence([], model, {person_id: confusion} if confusion is not None else {})


def prior_of(session: Session, item_id: str) -> list[float] | None:
    """Return a classifier's probability for an item, None where it has none yet."""
    found = _PRIOR.first(session, item=item_id)
    return None if found is None else list(found[0])


def skills_of(session: Session, project_id: str, label: str) -> dict[str, Skill]:
    """Return everybody's skill for one label of a project, by person."""
    statement = select(Skill).where(Skill.project_id == project_id, Skill.label == label)
    return {row.person_id: row for row in session.exec(statement)}


def replace_skills(session: Session, project_id: str, label: str, skills: Sequence[Skill]) -> None:
    """Put the skills of a new fit in the place of those of the label's fit before."""
    session.exec(delete(Skill).where(col(Skill.project_id) == project_id, col(Skill.label) == label))
    session.add_all(skills)


def set_posterior(session: Session, item_id: str, posterior: Sequence[float], priority: float) -> None:
    session.exec(update(Item).where(col(Item.id) == item_id).values(**posterior_values(posterior, priority)))


def posterior_values(posterior: Sequence[float], priority: float) -> dict[str, Any]:
    """Return the columns of an item that its posterior fills."""
    return {"posterior": list(posterior), "risk": 1 - max(posterior), "priority": priority}


def forget_skills(session: Session, person_id: str) -> None:
    session.exec(delete(Skill).where(col(Skill.person_id) == person_id))


def forget_posterior(session: Session, item_id: str) -> None:
    """Forget what answers came to, as when one of them is withdrawn; what is left of them is worked out anew."""
    nothing = {"posterior": None, "risk": None, "indicators": None}
    session.exec(update(Item).where(col(Item.id) == item_id).values(**nothing))


def ask_refit(session: Session, project_id: str) -> None:
    """Say that the newest fit rests on answers that are gone, so that the next look refits, however few they are."""
    markers.put(session, f"{_REFIT}:{project_id}", "due")


def refit_asked(session: Session, project_id: str) -> bool:
    return markers.get(session, f"{_REFIT}:{project_id}") == "due"


def refit_done(session: Session, project_id: str) -> None:
    markers.put(session, f"{_REFIT}:{project_id}", "")


def lock_refits(session: Session, project_id: str) -> None:
    """Let refits store what they found one after another: a worker that has just lost its lead may still be at it."""
    markers.locked(session, f"{_REFIT}:{project_id}")


def begin_refit(session: Session, project_id: str, fit_id: str) -> None:
    """Say that skills are stored and items are not yet; should the process end in between, the next look refits."""
    markers.put(session, f"{_OPEN}:{project_id}", fit_id)


def end_refit(session: Session, project_id: str, fit_id: str) -> None:
    """Say that the items are stored too, unless another refit has begun meanwhile."""
    marker = markers.locked(session, f"{_OPEN}:{project_id}")
    if marker is not None and marker.value == fit_id:
        marker.value = ""
        session.add(marker)


def refit_open(session: Session, project_id: str) -> bool:
    """Say whether a refit has begun to store what it found, and has not come to its end."""
    return bool(markers.get(session, f"{_OPEN}:{project_id}"))


def set_consensus(session: Session, rows: Sequence[ItemConsensus]) -> list[str]:
    """Store what a fit says of items, where that has moved; lock them, and return those that have had an answer since.

    Those keep the posterior that their last answer left, which the caller brings up to date.
    """
    known = _locked(session, [row.item_id for row in rows])
    values, late = [], []
    for row in rows:
        item = known[row.item_id]
        if item.answered != row.answered:
            late.append(row.item_id)
            row = replace(row, posterior=item.posterior, priority=item.priority)  # noqa: PLW2901
        if _changed(item, row):
            risk = 1 - max(row.posterior) if row.posterior else None
            kept = {"posterior": row.posterior, "indicators": row.indicators, "priority": row.priority}
            values.append({"item": row.item_id, "risk": risk, **kept})
    if values:
        session.connection().execute(_SET, values)
    return late


def in_hand(session: Session, project_id: str) -> list[str]:
    """Return the items that somebody has answered or holds, in id order."""
    statement = select(Item.id).where(Item.project_id == project_id, (col(Item.answered) > 0) | (col(Item.leased) > 0))
    return list(session.exec(statement.order_by(Item.id)))


def lock_items(session: Session, item_ids: Sequence[str]) -> None:
    """Wait for whoever changes these items now, and let nobody else until the transaction ends."""
    _locked(session, item_ids)


def certain(session: Session, project_id: str, risk: float) -> tuple[int, int]:
    """Count the answered items whose risk is at most `risk`, and those that have a posterior at all."""
    with_posterior = select(func.count()).where(Item.project_id == project_id, *ANSWERED)
    return (
        session.exec(with_posterior.where(col(Item.risk) <= risk)).one(),
        session.exec(with_posterior).one(),
    )


def stored(session: Session, project_id: str) -> Mapping[str, list[float]]:
    """Return the stored posterior of every answered item that has one."""
    statement = select(Item.id, Item.posterior).where(Item.project_id == project_id, *ANSWERED)
    return {item_id: list(posterior or ()) for item_id, posterior in session.exec(statement)}


def _locked(session: Session, item_ids: Sequence[str]) -> dict[str, ItemConsensus]:
    """Return what is stored of items, which stays as it is until the transaction ends."""
    columns = [_ITEM.c[name] for name in ("id", "answered", "posterior", "indicators", "priority")]
    statement = sa.select(*columns).where(_ITEM.c.id.in_(item_ids)).order_by(_ITEM.c.id)
    rows = session.connection().execute(statement.with_for_update(key_share=True))
    return {row.id: ItemConsensus(*row) for row in rows}


def _changed(before: ItemConsensus, after: ItemConsensus) -> bool:
    least = MOVED if before.answered else UNASKED
    return (
        _moved(before.posterior, after.posterior, least)
        or abs(before.priority - after.priority) > UNASKED
        or _any_moved(before.indicators or {}, after.indicators)
    )


def _moved(before: Sequence[float] | None, after: Sequence[float] | None, least: float = MOVED) -> bool:
    if before is None or after is None or len(before) != len(after):
        return before is not after
    return max(abs(old - new) for old, new in zip(before, after, strict=True)) > least


def _any_moved(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]]) -> bool:
    return before.keys() != after.keys() or any(_moved(before[name], after[name]) for name in after)


_ITEM = Item.__table__  # type: ignore[attr-defined]
_SET = (
    _ITEM.update()
    .where(_ITEM.c.id == bindparam("item"))
    .values(**{name: bindparam(name) for name in ("posterior", "risk", "indicators", "priority")})
)


_NEWEST = (
    select(ConsensusFit.id)
    .where(ConsensusFit.project_id == bindparam("project"), ConsensusFit.label == bindparam("label"))
    .order_by(col(ConsensusFit.id).desc())
    .limit(1)
    .scalar_subquery()
)
_OF_THE_FIT = and_(
    col(Skill.project_id) == bindparam("project"),
    col(Skill.label) == bindparam("label"),
    col(Skill.fit_id) == ConsensusFit.id,
)
_EVIDENCE = Prepared(
    select(Annotation.person_id, Annotation.rating, ConsensusFit.model, Skill.confusion)
    .select_from(Annotation)
    .outerjoin(ConsensusFit, col(ConsensusFit.id) == _NEWEST)
    .outerjoin(Skill, and_(col(Skill.person_id) == Annotation.person_id, _OF_THE_FIT))
    .where(Annotation.item_id == bindparam("item"), col(Annotation.rating).is_not(None))
    .order_by(col(Annotation.id))
)
_KNOWN_OF = Prepared(
    select(ConsensusFit.model, Skill.confusion)
    .select_from(ConsensusFit)
    .outerjoin(Skill, and_(col(Skill.person_id) == bindparam("person"), _OF_THE_FIT))
    .where(col(ConsensusFit.id) == _NEWEST)
)
_PRIOR = Prepared(select(Prediction.probability).where(Prediction.item_id == bindparam("item")))
