"""Queries of the consensus: the newest fit of a label, people's skills, and the posteriors of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, delete, func
from sqlmodel import Session, col, select, update

from annotator.storage import markers
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
    newest = (
        select(ConsensusFit.id)
        .where(ConsensusFit.project_id == project_id, ConsensusFit.label == label)
        .order_by(col(ConsensusFit.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Annotation.person_id, Annotation.rating, ConsensusFit, Skill.confusion)
        .select_from(Annotation)
        .outerjoin(ConsensusFit, col(ConsensusFit.id) == newest)
        .outerjoin(
            Skill,
            and_(
                col(Skill.person_id) == Annotation.person_id,
                col(Skill.label) == label,
                col(Skill.fit_id) == ConsensusFit.id,
            ),
        )
        .where(Annotation.item_id == item_id, col(Annotation.rating).is_not(None))
        .order_by(col(Annotation.id))
    )
    rows = session.exec(statement).all()
    fit = rows[0][2] if rows else None
    return Evidence(
        ratings=[(person, str(rating)) for person, rating, _, _ in rows],
        model=fit.model if fit is not None else None,
        confusion={person: list(confusion) for person, _, _, confusion in rows if confusion is not None},
        prior=prior_of(session, item_id) if fit is not None and fit.model["bias"] is not None else None,
    )


def known_of(session: Session, project_id: str, label: str, person_id: str) -> Evidence:
    """Return what the newest fit knows of one person, with no item's ratings."""
    fit = newest_fit(session, project_id, label)
    if fit is None:
        return Evidence([], None, {})
    skill = session.get(Skill, (person_id, label))
    return Evidence([], fit.model, {person_id: skill.confusion} if skill is not None and skill.fit_id == fit.id else {})


def prior_of(session: Session, item_id: str) -> list[float] | None:
    """Return a classifier's probability for an item, None where it has none yet."""
    found = session.exec(select(Prediction.probability).where(Prediction.item_id == item_id)).first()
    return None if found is None else list(found)


def skills_of(session: Session, label: str) -> dict[str, Skill]:
    """Return everybody's skill for one label, by person."""
    return {row.person_id: row for row in session.exec(select(Skill).where(Skill.label == label))}


def replace_skills(session: Session, label: str, skills: Sequence[Skill]) -> None:
    session.exec(delete(Skill).where(col(Skill.label) == label))
    session.add_all(skills)


def set_posterior(session: Session, item_id: str, posterior: Sequence[float], priority: float) -> None:
    values = {"posterior": list(posterior), "risk": 1 - max(posterior), "priority": priority}
    session.exec(update(Item).where(col(Item.id) == item_id).values(**values))


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
