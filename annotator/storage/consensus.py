"""Queries of the consensus: the newest fit of a label, people's skills, and the posteriors of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func
from sqlmodel import Session, col, select, update

from annotator.storage.tables import Annotation, Item
from annotator.storage.tables_consensus import ConsensusFit, Skill


@dataclass(frozen=True, slots=True)
class ItemConsensus:
    """What a fit says of one item: the rating's posterior, and that of each indicator by name.

    `answered` is how many answers the fit saw; an item that has more by now keeps the posterior that they moved.
    """

    item_id: str
    answered: int
    posterior: list[float] | None
    indicators: dict[str, list[float]]


def newest_fit(session: Session, project_id: str, label: str) -> ConsensusFit | None:
    statement = select(ConsensusFit).where(ConsensusFit.project_id == project_id, ConsensusFit.label == label)
    return session.exec(statement.order_by(col(ConsensusFit.id).desc()).limit(1)).first()


def skill(session: Session, person_id: str, label: str) -> Skill | None:
    return session.get(Skill, (person_id, label))


def skills_of(session: Session, label: str) -> dict[str, Skill]:
    """Return everybody's skill for one label, by person."""
    return {row.person_id: row for row in session.exec(select(Skill).where(Skill.label == label))}


def replace_skills(session: Session, label: str, skills: Sequence[Skill]) -> None:
    session.exec(delete(Skill).where(col(Skill.label) == label))
    session.add_all(skills)


def lock_posterior(session: Session, item_id: str) -> list[float] | None:
    """Return the posterior of an item whose row this transaction has locked."""
    found = session.exec(select(Item.posterior).where(Item.id == item_id)).one()
    return list(found) if found is not None else None


def set_posterior(session: Session, item_id: str, posterior: Sequence[float]) -> None:
    risk = 1 - max(posterior)
    session.exec(update(Item).where(col(Item.id) == item_id).values(posterior=list(posterior), risk=risk))


def set_consensus(session: Session, rows: Sequence[ItemConsensus]) -> int:
    """Store what a fit says of items that have had no answer since; return how many those are."""
    table = Item.__table__  # type: ignore[attr-defined]
    statement = (
        table.update()
        .where(table.c.id == bindparam("item"), table.c.answered == bindparam("seen"))
        .values(posterior=bindparam("posterior"), risk=bindparam("risk"), indicators=bindparam("indicators"))
    )
    values = [
        {
            "item": row.item_id,
            "seen": row.answered,
            "posterior": row.posterior,
            "risk": 1 - max(row.posterior) if row.posterior else None,
            "indicators": row.indicators,
        }
        for row in rows
    ]
    return int(session.connection().execute(statement, values).rowcount) if values else 0


def count_answers(session: Session, project_id: str) -> int:
    """Count the answers of a project."""
    statement = select(func.count()).select_from(Annotation).join(Item, col(Item.id) == Annotation.item_id)
    return session.exec(statement.where(Item.project_id == project_id)).one()


def certain(session: Session, project_id: str, risk: float) -> tuple[int, int]:
    """Count the items whose risk is at most `risk`, and those that have a posterior at all."""
    with_posterior = select(func.count()).where(Item.project_id == project_id, col(Item.risk).is_not(None))
    return (
        session.exec(with_posterior.where(col(Item.risk) <= risk)).one(),
        session.exec(with_posterior).one(),
    )


def stored(session: Session, project_id: str) -> Mapping[str, list[float]]:
    """Return the stored posterior of every item that has one."""
    statement = select(Item.id, Item.posterior).where(Item.project_id == project_id, col(Item.risk).is_not(None))
    return {item_id: list(posterior or ()) for item_id, posterior in session.exec(statement)}
