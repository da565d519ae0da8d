"""Queries of onboarding: which texts are in force, what somebody has signed, and which step comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, literal, select as select_columns, union_all
from sqlmodel import Session, col, select

from annotator.domain.errors import ConfigError, ConflictError
from annotator.domain.onboarding import SIGNED, OnboardingText, Step
from annotator.storage import audit
from annotator.storage.prepared import Prepared
from annotator.storage.tables_people import AgreedText, Signature


@dataclass(frozen=True, slots=True)
class StepStanding:
    """A step as it stands for one person; `signed` is None while it is to be done, or to be done again."""

    step: Step
    text: AgreedText | None
    signed: Signature | None


def publish(session: Session, at: datetime, texts: Sequence[OnboardingText]) -> None:
    """Put texts in force. A version that is new asks everybody again.

    Raises:
        ConfigError: a version is stored with other words; people have signed those.
    """
    current = in_force(session)
    for given in texts:
        statement = select(AgreedText).where(AgreedText.step == given.step, AgreedText.version == given.version)
        known = session.exec(statement).first()
        if known is not None and known.sha256 != given.sha256:
            raise ConfigError(
                f"The text {given.step.value} {given.version} has changed since it was first shown.",
                mend="Restore its file, or put the change into a new version.",
            )
        now_in_force = current.get(given.step)
        if known is not None and now_in_force is not None and known.id == now_in_force.id:
            continue
        text = known or AgreedText(
            step=given.step.value, version=given.version, sha256=given.sha256, text=given.text, since=at
        )
        text.since = at
        session.add(text)
        audit.record(session, at, audit.SERVICE, "text.in_force", f"{given.step} {given.version}", sha256=given.sha256)
    session.flush()


def in_force(session: Session) -> dict[Step, AgreedText]:
    rows = session.exec(select(AgreedText).order_by(col(AgreedText.since), col(AgreedText.id)))
    return {Step(row.step): row for row in rows}


def standing(session: Session, person_id: str) -> list[StepStanding]:
    """Return every step in its order. A text that nobody has put in force can't be signed, and so lets nobody in."""
    texts = in_force(session)
    statement = select(Signature).where(Signature.person_id == person_id, col(Signature.revoked_at).is_(None))
    signed = {(row.step, row.text_id): row for row in session.exec(statement.order_by(Signature.id))}
    return [_standing(step, texts.get(step), signed) for step in Step]


def next_step(session: Session, person_id: str) -> Step | None:
    """Return the first step that is to be done; None for somebody who has come in. The texts themselves stay where they are."""
    rows = _TEXTS_AND_SIGNATURES.rows(session, person=person_id)
    texts = {Step(step): text_id for is_text, step, text_id, _ in rows if is_text}
    signed = {(step, text_id) for is_text, step, text_id, _ in rows if not is_text}
    return next((step for step in Step if not _is_signed(step, texts.get(step), signed)), None)


def next_steps(session: Session, person_ids: Sequence[str]) -> dict[str, Step | None]:
    """Return the first step that is to be done of each person, in a few queries however many they are."""
    texts = in_force(session)
    statement = select(Signature).where(col(Signature.revoked_at).is_(None)).order_by(Signature.id)
    signed: dict[str, dict[tuple[str, str | None], Signature]] = {}
    for row in session.exec(statement):
        signed.setdefault(row.person_id, {})[row.step, row.text_id] = row
    return {
        person: next(
            (step for step in Step if _standing(step, texts.get(step), signed.get(person, {})).signed is None), None
        )
        for person in person_ids
    }


def last_signature(session: Session, person_id: str, step: Step) -> Signature | None:
    """Return the newest signature of some version of a step's text, taken back or not."""
    statement = select(Signature).where(Signature.person_id == person_id, Signature.step == step)
    return session.exec(statement.order_by(col(Signature.id).desc())).first()


def sign(session: Session, at: datetime, person_id: str, step: Step, text_id: str | None = None) -> None:
    """Record that a person has done a step. Doing it twice changes nothing.

    Raises:
        ConflictError: an earlier step is to be done first, or the text is not the one in force any more.
    """
    steps = {each.step: each for each in standing(session, person_id)}
    earlier = next((each for each in steps.values() if each.signed is None), None)
    if earlier is None or steps[step].signed is not None:
        return
    if earlier.step is not step:
        raise ConflictError("An earlier step comes first.", mend="Go on from there.")
    text = steps[step].text
    if step in SIGNED and (text is None or text.id != text_id):
        raise ConflictError("The text has changed since you opened it.", mend="Read it again, then sign.")
    session.add(Signature(person_id=person_id, step=step.value, text_id=text.id if text is not None else None, at=at))
    session.flush()
    audit.record(session, at, person_id, f"onboarding.{step.value}", person_id, version=text.version if text else "")


def complete(session: Session, at: datetime, person_id: str) -> None:
    """Record every step at once, for people who are made up (demos and tests), never for somebody else."""
    for each in standing(session, person_id):
        if each.signed is None:
            sign(session, at, person_id, each.step, each.text.id if each.text is not None else None)


def revoke_consent(session: Session, at: datetime, person_id: str) -> None:
    """Take the consent back. From here on nothing is handed out until it is given anew."""
    statement = select(Signature).where(
        Signature.person_id == person_id, Signature.step == Step.CONSENT, col(Signature.revoked_at).is_(None)
    )
    for signature in session.exec(statement):
        signature.revoked_at = at
        session.add(signature)
    session.flush()
    audit.record(session, at, person_id, "consent.revoked", person_id)


def _standing(step: Step, text: AgreedText | None, signed: dict[tuple[str, str | None], Signature]) -> StepStanding:
    if step in SIGNED and text is None:
        return StepStanding(step, None, None)
    return StepStanding(step, text, signed.get((step.value, text.id if text is not None else None)))


def _is_signed(step: Step, text_id: str | None, signed: set[tuple[str, str | None]]) -> bool:
    """Say whether a step is done; a text that nobody has put in force can't be signed."""
    return (step.value, text_id) in signed and not (step in SIGNED and text_id is None)


_TEXTS_AND_SIGNATURES = Prepared(
    union_all(
        select_columns(literal(True).label("is_text"), col(AgreedText.step), col(AgreedText.id), col(AgreedText.since)),
        select_columns(literal(False), col(Signature.step), col(Signature.text_id), col(Signature.at)).where(
            col(Signature.person_id) == bindparam("person"), col(Signature.revoked_at).is_(None)
        ),
    ).order_by("since", "id")
)
