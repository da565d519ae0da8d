"""Undo: a skip, or a flag that shuts nothing away, is taken back by whoever made it while it is fresh.

Nothing is passed by: the lease is opened as any other is, within the limits of exposure and into a slot that is free, and the time it
takes is counted anew. A flag that takes the posting from everybody stands until people have looked: what somebody has seen
cannot be unseen by a key.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from annotator.dispensing import wellbeing
from annotator.dispensing.opening import Opening
from annotator.dispensing.returns import give_back, held_lease
from annotator.domain.errors import ConflictError
from annotator.domain.exposure import Rest
from annotator.domain.leases import UNDO, LeaseState
from annotator.domain.schema import Schema
from annotator.domain.words import marked
from annotator.storage import audit, items, leases, people
from annotator.storage.database import Database
from annotator.storage.leases import Holding
from annotator.storage.tables import Project

_GO_ON = marked("Nothing was changed. Go on with the next posting.")


def undo(database: Database, project: Project, schema: Schema, person_id: str, lease_id: str, now: datetime) -> None:
    """Put back into a person's hands what they have just skipped or flagged; what they hold meanwhile goes back without a mark.

    Doing it twice changes nothing, nor does an undo that is refused.

    Raises:
        NotFoundError: the lease is not the person's.
        ConflictError: it is too late, the flag has shut the posting away, the limits of exposure say no, or the slot is gone.
    """
    with database.writing() as session:
        opening = Opening(session, project, schema, person_id, now)
        refused = opening.refusal(people.asking(session, person_id)) is not None
        held = opening.asker.holding
        leases.lock_items(session, [lease_id, *([held.id] if held is not None else [])])
        lease = held_lease(session, person_id, lease_id)
        if lease.state == LeaseState.LIVE:
            return
        if refused:
            raise _refused(marked("Nothing is handed to you just now, so this cannot be taken back."))
        _take_back(session, schema, lease, now)
        give_back(session, person_id, now)
        _open_again(opening, lease)


def _take_back(session: Session, schema: Schema, lease: Holding, now: datetime) -> None:
    """Require that the lease has just been skipped, and withdraw the flags that came with it."""
    if lease.state != LeaseState.SKIPPED or lease.ended_at is None:
        raise _refused(marked("You have neither skipped nor flagged this posting."))
    if now - lease.ended_at > UNDO:
        raise _refused(marked("That was more than five minutes ago and cannot be taken back any more."))
    if leases.answered_since(session, lease.person_id, lease.ended_at):
        raise _refused(marked("You have answered another posting since, so this cannot be taken back any more."))
    harmless = {flag.value for flag in schema.flags if not flag.quarantines}
    flags = items.own_flags(session, lease.item_id, lease.person_id, lease.ended_at)
    if any(flag.kind not in harmless for flag in flags):
        raise ConflictError(
            "This flag stands until two people have looked at the posting.",
            mend="If it was a slip, tell your coordinator: they can release the posting.",
        )
    for flag in flags:
        session.delete(flag)
        audit.record(session, now, lease.person_id, f"unflag.{flag.kind}", lease.item_id, lease=lease.id)
    audit.record(session, now, lease.person_id, "lease.undone", lease.item_id, lease=lease.id)


def _open_again(opening: Opening, lease: Holding) -> None:
    """Open the lease within what the person may be shown now, by a ledger in which all that they held has ended."""
    session = opening.session
    decided = wellbeing.decision(session, opening.project.id, opening.person_id, opening.now, opening.rules.limits)
    if isinstance(decided, Rest) or (decided.mild and opening.concern(lease.item_id)):
        raise _refused(marked("Your time limits call for something else now, so this posting does not come back."))
    if opening.open(leases.to_open(session, lease.id), opening.wanted(), decided) is None:
        raise _refused(marked("The posting is not open to you any more: others have it, or it was taken out."))


def _refused(why: str) -> ConflictError:
    return ConflictError(why, mend=_GO_ON)
