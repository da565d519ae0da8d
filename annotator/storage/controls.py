"""Queries of control items: a project's policy and bank, which of them a person has not met, and what is expected of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, not_, or_
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from annotator.storage.prepared import Prepared, read_only, whole
from annotator.storage.tables import Item, Lease, Project
from annotator.storage.tables_quality import Control, QualityPolicy
from annotator.storage.upsert import inserting


def policy(session: Session, project_id: str) -> QualityPolicy | None:
    """Return the project's policy, to be read only; without one there are no control items."""
    row = _POLICY.first(session, project=project_id)
    return read_only(QualityPolicy, row) if row is not None else None


def bank_of(session: Session, project_id: str) -> Project | None:
    """Return the project that is another one's bank; None where it has none."""
    found = policy(session, project_id)
    return session.get_one(Project, found.bank_id) if found is not None else None


def add_bank(session: Session, bank: Project) -> bool:
    """Store a new bank; False where there is a project of its name, as when another process has made it meanwhile."""
    insert = inserting(session, Project).values(bank.model_dump()).on_conflict_do_nothing(index_elements=["name"])
    return session.scalars(insert.returning(col(Project.id))).first() is not None


def place(session: Session, person_id: str) -> int:
    """Count what the person was handed so far, controls or not: the place in their stream of what comes next."""
    count: int = _PLACE.first(session, person=person_id)[0]
    return count


def unmet(session: Session, bank_id: str, person_id: str, conditions: Sequence[ColumnElement[bool]]) -> list[str]:
    """Return the control items that the person never held, neither themselves nor the item they were made from."""
    held = exists().where(
        col(Lease.person_id) == person_id,
        or_(col(Lease.item_id) == Item.id, col(Lease.item_id) == Control.origin_item_id),
    )
    statement = (
        select(Item.id)
        .join(Control, col(Control.item_id) == Item.id)
        .where(
            Item.project_id == bank_id,
            col(Item.open_slots) > 0,
            col(Control.retired_at).is_(None),
            ~held,
            *conditions,
        )
        .order_by(col(Item.id))
    )
    return list(session.exec(statement))


def does_not_show(indicators: Sequence[str], state: str) -> ColumnElement[bool]:
    """It is not expected that any of the indicators is found in that state."""
    shown = [col(Control.expected)[code].as_string() == state for code in indicators]
    return not_(or_(*shown))


def rated(ratings: Sequence[str], name: str) -> ColumnElement[bool]:
    """The expected rating is one of these."""
    condition: ColumnElement[bool] = col(Control.expected)[name].as_string().in_(ratings)
    return condition


def expected(session: Session, item_id: str) -> Control | None:
    """Return what is expected of an item; None where it is no control."""
    return session.get(Control, item_id)


def made_from(session: Session, item_id: str) -> Control | None:
    """Return the control item that was made from an item of the project."""
    return session.exec(select(Control).where(Control.origin_item_id == item_id)).first()


def met(session: Session, item_id: str) -> bool:
    """Say whether anybody was ever handed a control item."""
    return session.exec(select(Lease.id).where(Lease.item_id == item_id).limit(1)).first() is not None


def reuse(session: Session, control: Control, expected: dict[str, str | None], spans: list[dict[str, Any]]) -> bool:
    """Bring a retired control item that nobody has met into use again, with what is expected now; False for any other."""
    if control.retired_at is None or met(session, control.item_id):
        return False
    control.expected, control.spans, control.retired_at = expected, spans, None
    session.add(control)
    session.flush()
    return True


def bank(session: Session, bank_id: str) -> list[tuple[Control, Item]]:
    """Return the whole bank, oldest first."""
    statement = (
        select(Control, Item)
        .join(Item, col(Item.id) == Control.item_id)
        .where(Item.project_id == bank_id)
        .order_by(col(Control.item_id))
    )
    return [(control, item) for control, item in session.exec(statement)]


def retire_worn(session: Session, bank_id: str, answers: int, now: datetime) -> int:
    """Retire the control items that so many people have answered; return how many."""
    worn = select(Item.id).where(Item.project_id == bank_id, col(Item.answered) >= answers)
    return _retire(session, worn, now)


def retire(session: Session, item_id: str, now: datetime) -> bool:
    """Retire one control item; False when it is retired already or none."""
    return _retire(session, select(Item.id).where(Item.id == item_id), now) > 0


def _retire(session: Session, items: SelectOfScalar[str], now: datetime) -> int:
    statement = (
        update(Control)
        .where(col(Control.item_id).in_(items), col(Control.retired_at).is_(None))
        .values(retired_at=now)
        .returning(col(Control.item_id))
    )
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


_POLICY = Prepared(select(*whole(QualityPolicy)).where(QualityPolicy.project_id == bindparam("project")))
_PLACE = Prepared(select(func.count()).select_from(Lease).where(Lease.person_id == bindparam("person")))
