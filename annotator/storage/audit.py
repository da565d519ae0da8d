"""The audit log: who did what to what, written in the transaction of the change itself, as links of hash chains.

Lines wait in their session and are chained right before it commits (`seal`, called by `Database.writing`), so that a chain is
held for no longer than the commit takes. There are `CHAINS` chains and a transaction takes whichever is free: answers given at
once do not wait for one another. A line's hash covers all it says, its chain and place, and the hash before it
(`audit_chain` checks them).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from annotator.domain.errors import ConflictError
from annotator.storage.prepared import Prepared, store
from annotator.storage.tables import Audit
from annotator.storage.tables_audit import AuditHead

SERVICE = "service"
CHAINS = 16
GENESIS = "0" * 64  # what the first line of a chain follows
_WAITING = "audit"


def record(session: Session, at: datetime, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Add one line. `actor` is a person id or `SERVICE`; `detail` never holds raw text or an identity."""
    said = json.loads(json.dumps(detail))  # as the database will give it back
    line = {"at": at, "actor": actor, "action": action, "subject": subject, "detail": said}
    session.info.setdefault(_WAITING, []).append(line)


def seal(session: Session) -> None:
    """Chain the lines that wait and store them. Nothing but the commit may follow: the chain is held until then."""
    waiting: list[dict[str, Any]] = session.info.pop(_WAITING, [])
    if not waiting:
        return
    session.flush()  # all that may have to wait for another transaction comes before the chain is taken
    chain, position, previous = _free_head(session)
    for line in waiting:
        position += 1
        line["chain"], line["position"] = chain, position
        line["hash"] = previous = link(previous, **line)
    _MOVE_HEAD.run(session, of_chain=chain, to_position=position, last=previous)
    for line in waiting:
        store(session, Audit, **line)


def link(
    previous: str,
    *,
    chain: int,
    position: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any],
) -> str:
    """Return a line's hash: SHA-256, in hexadecimal, over the hash before it and all that the line says."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [previous, chain, position, moment, actor, action, subject, detail]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def begin(session: Session) -> None:
    """Begin the chains of an empty log."""
    session.add_all([AuditHead(chain=chain, position=0, hash=GENESIS) for chain in range(CHAINS)])


def history(session: Session, subject: str) -> list[Audit]:
    """Return the lines about one subject, oldest first."""
    return list(session.exec(select(Audit).where(Audit.subject == subject).order_by(col(Audit.id))))


def _free_head(session: Session) -> tuple[int, int, str]:
    """Return the head of a chain that nobody writes to now, locked; where all are taken, wait for the first."""
    free = _FREE_HEAD.first(session) or _FIRST_HEAD.first(session)
    if free is None:
        raise ConflictError("The audit log has lost the heads of its chains.", mend="See `annotator audit verify`.")
    chain, position, last = free
    return chain, position, last


_HEADS = select(AuditHead.chain, AuditHead.position, AuditHead.hash).order_by(col(AuditHead.chain)).limit(1)
_FREE_HEAD = Prepared(_HEADS.with_for_update(skip_locked=True))
_FIRST_HEAD = Prepared(_HEADS.with_for_update())
_MOVE_HEAD = Prepared(
    update(AuditHead)
    .where(col(AuditHead.chain) == bindparam("of_chain"))
    .values(position=bindparam("to_position"), hash=bindparam("last"))
)
