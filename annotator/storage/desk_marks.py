"""What tells, for next to nothing, that something on the desk has changed: the ends of a few indexes, never a count."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from annotator.storage.tables import Audit, Item, Marker
from annotator.storage.tables_alerts import Alert
from annotator.storage.tables_learning import ModelVersion

_TAIL = 100


@dataclass(frozen=True, slots=True)
class Marks:
    """`log` is of the audit log, where every lease, answer and change of state leaves a line; `kept` of markers; `alerts` of what
    stands; `model` and `item` of the newest of each.
    """

    log: str
    kept: str
    alerts: str
    model: str
    item: str


def read(session: Session, project_id: str, names: Sequence[str]) -> Marks:
    """Return the marks; `names` are of the markers that count."""
    kept = session.exec(select(Marker.name, Marker.value).where(col(Marker.name).in_(names)).order_by(Marker.name))
    standing = select(Alert.id, Alert.state).where(Alert.project_id == project_id, col(Alert.closed_at).is_(None))
    standing = standing.order_by(Alert.id)
    model = select(func.max(ModelVersion.version)).where(ModelVersion.project_id == project_id)
    item = select(func.max(Item.id)).where(Item.project_id == project_id)
    return Marks(
        log=_end_of_log(session),
        kept=_short(kept.all()),
        alerts=_short(session.exec(standing).all()),
        model=str(session.exec(model).one() or 0),
        item=(session.exec(item).one() or "")[-12:],
    )


def _short(rows: Sequence[object]) -> str:
    return f"{zlib.crc32(repr(rows).encode()):x}"


def _end_of_log(session: Session) -> str:
    """A line that is committed late has a lower number than the newest: the sum of the last hundred tells of it as well."""
    tail = select(Audit.id).order_by(col(Audit.id).desc()).limit(_TAIL).subquery()
    newest, total = session.exec(select(func.max(tail.c.id), func.sum(tail.c.id))).one()
    return f"{newest or 0}-{total or 0}"
