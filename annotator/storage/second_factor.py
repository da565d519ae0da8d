"""Queries of second factors, recovery codes and sign-ins half-way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select, update

from annotator.storage.tables import Person
from annotator.storage.tables_sign_in import HalfSignIn, RecoveryCode, SecondFactor


def of(session: Session, person_id: str) -> SecondFactor | None:
    return session.get(SecondFactor, person_id)


def confirmed(session: Session, person_id: str) -> bool:
    row = of(session, person_id)
    return row is not None and row.confirmed_at is not None


def everyone_with(session: Session) -> set[str]:
    """Return the ids of the people who have one."""
    return set(session.exec(select(SecondFactor.person_id).where(col(SecondFactor.confirmed_at).is_not(None))))


def put_secret(session: Session, person_id: str, secret: str, now: datetime, sealed_by: str = "") -> None:
    row = SecondFactor(person_id=person_id, secret=secret, sealed_by=sealed_by, begun_at=now, confirmed_at=None)
    session.merge(row)


def unsealed(session: Session) -> Sequence[SecondFactor]:
    """Return those whose secret lies there as it is."""
    return session.exec(select(SecondFactor).where(SecondFactor.sealed_by == "").order_by(SecondFactor.person_id)).all()


def sealed_by(session: Session) -> dict[str, int]:
    """Return how many secrets are sealed, by the name of the key."""
    named = select(SecondFactor.sealed_by, func.count()).where(SecondFactor.sealed_by != "")
    return dict(session.exec(named.group_by(SecondFactor.sealed_by)).all())


def seal(session: Session, row: SecondFactor, sealed: str, key: str) -> bool:
    """Put the sealed secret in the place of the open one; False where it has changed meanwhile."""
    statement = (
        update(SecondFactor)
        .where(col(SecondFactor.person_id) == row.person_id, col(SecondFactor.secret) == row.secret)
        .values(secret=sealed, sealed_by=key)
        .returning(col(SecondFactor.person_id))
    )
    return session.execute(statement).first() is not None


def confirm(session: Session, person_id: str, now: datetime) -> None:
    session.get_one(SecondFactor, person_id).confirmed_at = now


def use_step(session: Session, person_id: str, step: int) -> bool:
    """Use up the code of a time step and all before it; False where it was used already."""
    statement = (
        update(SecondFactor)
        .where(col(SecondFactor.person_id) == person_id, col(SecondFactor.last_step) < step)
        .values(last_step=step)
        .returning(col(SecondFactor.person_id))
    )
    return session.execute(statement, execution_options={"synchronize_session": False}).first() is not None


def use_recovery(session: Session, person_id: str, code_hash: str, now: datetime) -> bool:
    """Use up a recovery code; False where there is none of that hash left."""
    statement = (
        update(RecoveryCode)
        .where(
            col(RecoveryCode.person_id) == person_id,
            col(RecoveryCode.code_hash) == code_hash,
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
        .returning(col(RecoveryCode.id))
    )
    return session.execute(statement).first() is not None


def recovery_left(session: Session, person_id: str) -> int:
    left = select(func.count()).where(RecoveryCode.person_id == person_id, col(RecoveryCode.used_at).is_(None))
    return session.exec(left).one()


def replace_recovery(session: Session, person_id: str, hashes: Iterable[str]) -> None:
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    session.add_all([RecoveryCode(person_id=person_id, code_hash=each) for each in hashes])


def forget(session: Session, person_id: str) -> None:
    """Delete somebody's second factor with everything that belongs to it."""
    for table in (RecoveryCode, HalfSignIn, SecondFactor):
        session.exec(delete(table).where(col(table.person_id) == person_id))


def wait(session: Session, token_hash: str, person_id: str, now: datetime, until: datetime) -> None:
    """Remember a sign-in that waits for its code, and forget those that have waited too long."""
    session.exec(delete(HalfSignIn).where(col(HalfSignIn.expires_at) < now))
    session.add(HalfSignIn(token_hash=token_hash, person_id=person_id, expires_at=until))


def who_waits(session: Session, token_hash: str, now: datetime) -> Person | None:
    statement = (
        select(Person)
        .join(HalfSignIn, col(HalfSignIn.person_id) == Person.id)
        .where(HalfSignIn.token_hash == token_hash, HalfSignIn.expires_at > now)
    )
    return session.exec(statement).first()


def wait_no_more(session: Session, person_id: str) -> None:
    session.exec(delete(HalfSignIn).where(col(HalfSignIn.person_id) == person_id))
