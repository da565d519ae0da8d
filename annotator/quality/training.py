"""Training: one card after the other, each answered in the real editor, explained, and tried again until it fits.

An attempt goes into a table of its own and nowhere else. The limits of exposure hold here as they do for real work. When every card
is done, qualification begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from annotator.dispensing import gates, wellbeing
from annotator.domain.answers import Answer, flat_labels
from annotator.domain.controls import compare
from annotator.domain.errors import ConflictError, NotFoundError
from annotator.domain.exposure import Rest, high_ratings
from annotator.domain.leases import UNDO, EmptyReason
from annotator.domain.schema import Schema
from annotator.quality.cards import Card, cards
from annotator.quality.decisions import open_qualification
from annotator.storage import asker, audit, exposure, people, quality, rules, training
from annotator.storage.database import Database
from annotator.storage.tables import Person, Project
from annotator.storage.tables_quality import TrainingAttempt

TRIES = 3
"""After so many tries at a card the explanation has been read often enough to go on."""
_OUTSIDE = (EmptyReason.ONBOARDING, EmptyReason.NOT_APPROVED)
"""What keeps somebody out of training too. Who is paused, or has a quiz to take, may train meanwhile."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody is: cards done of how many, what to study again, and whether qualification is going on."""

    done: int
    total: int
    study: tuple[str, ...]
    qualifying: bool
    qualified: bool

    @property
    def finished(self) -> bool:
        return self.done == self.total


@dataclass(frozen=True, slots=True)
class Dealt:
    card: Card
    until: datetime


@dataclass(frozen=True, slots=True)
class NoCard:
    """Nothing to train on now: why, and when it may be asked again, in seconds."""

    reason: EmptyReason
    retry_after: int | None = None


def standing(session: Session, schema: Schema, person_id: str) -> Standing:
    """Return where somebody is."""
    done, undone, study = _sorted(session, schema, person_id)
    return Standing(
        done=len(done),
        total=len(done) + len(undone),
        study=study,
        qualifying=quality.in_qualification(session, person_id),
        qualified=session.get_one(Person, person_id).qualified_at is not None,
    )


def deal(database: Database, project: Project, schema: Schema, person_id: str, now: datetime) -> Dealt | NoCard:
    """Show the first card that is not done, within the limits of exposure; with none left, begin qualification."""
    with database.writing() as session:
        person = people.locked(session, person_id)
        current, limits, policy, *_ = rules.of(session, project)
        refusal = gates.refusal(session, current, asker.of(session, current, person.id), person.role)
        if refusal in _OUTSIDE:
            return NoCard(refusal)
        exposure.end(session, person_id, now)
        _, undone, _ = _sorted(session, schema, person_id)
        if not undone:
            if person.qualified_at is None and policy is not None and cards(schema):
                open_qualification(session, person_id, now)
            return NoCard(EmptyReason.TRAINED)
        decided = wellbeing.decision(session, project.id, person_id, now, limits)
        if isinstance(decided, Rest):
            return NoCard(decided.reason, max(1, int((decided.until - now).total_seconds())))
        high = high_ratings(schema)
        mild = [card for card in undone if card.expected[schema.rating.name] not in high]
        if decided.mild and not mild:
            rest = wellbeing.session_over(session, project.id, person_id, now)
            return NoCard(rest.reason, max(1, int((rest.until - now).total_seconds())))
        card = mild[0] if decided.mild else undone[0]
        until = min(now + timedelta(minutes=limits.item_minutes), decided.until)
        exposure.begin(session, person_id, now, until, high=card.expected[schema.rating.name] in high)
        return Dealt(card, until)


def attempt(
    database: Database, schema: Schema, person_id: str, card_id: str, key: str, answer: Answer, now: datetime
) -> tuple[str, bool]:
    """Store an attempt once; return its id, and whether it was new.

    Raises:
        ConflictError: the key was used for another card.
    """
    card = card_of(schema, card_id)
    labels = flat_labels(schema, answer)
    right = compare(schema, card.expected, labels).right is True
    return _store(
        database,
        person_id,
        TrainingAttempt(
            person_id=person_id, card=card.id, key=key, answer=answer.to_json(), labels=labels, right=right, at=now
        ),
    )


def pass_over(database: Database, schema: Schema, person_id: str, card_id: str, now: datetime) -> None:
    """Leave a card out for good, without a reason."""
    card = card_of(schema, card_id)
    row = TrainingAttempt(
        person_id=person_id,
        card=card.id,
        key=f"skip {card.id} {now.isoformat()}",
        answer={},
        labels={},
        right=False,
        at=now,
    )
    _store(database, person_id, row)


def take_back(database: Database, schema: Schema, person_id: str, card_id: str, now: datetime) -> None:
    """Take back that a card was left out; the next one dealt is it again, if nothing else is due first.

    Raises:
        ConflictError: it was not left out just now, or something was answered since.
    """
    card = card_of(schema, card_id)
    with database.writing() as session:
        people.locked(session, person_id)
        last = next(reversed(training.attempts_of(session, person_id)), None)
        if last is None or last.card != card.id or last.labels or now - last.at > UNDO:
            raise ConflictError("You have not left this card out just now.", mend="Go on with the next card.")
        session.delete(last)
        audit.record(session, now, person_id, "training.undone", person_id, attempt=last.id)


def rest(database: Database, person_id: str, now: datetime) -> None:
    """Take a break: the time stops."""
    with database.writing() as session:
        exposure.end(session, person_id, now)


def card_of(schema: Schema, card_id: str) -> Card:
    """Return a card by its id.

    Raises:
        NotFoundError: there is none.
    """
    found = next((card for card in cards(schema) if card.id == card_id), None)
    if found is None:
        raise NotFoundError("There is no such training card.", mend="Go back to the training page.")
    return found


def _store(database: Database, person_id: str, row: TrainingAttempt) -> tuple[str, bool]:
    with database.writing() as session:
        people.locked(session, person_id)
        known = training.by_key(session, person_id, row.key)
        if known is not None:
            if known.card != row.card:
                raise ConflictError(
                    "This key was used for another card.", mend="Send each answer with a key of its own."
                )
            return known.id, False
        session.add(row)
        exposure.end(session, person_id, row.at)
        session.flush()
        audit.record(session, row.at, person_id, "training.attempted", person_id, attempt=row.id)
        return row.id, True


def _sorted(session: Session, schema: Schema, person_id: str) -> tuple[list[Card], list[Card], tuple[str, ...]]:
    """Return cards done, cards left, and the clauses to study: after a round that failed, cards on those begin anew."""
    rounds = [one for one in quality.rounds_of(session, person_id) if one.outcome == "study"]
    last = rounds[-1] if rounds else None
    everything = cards(schema)
    again = [card for card in everything if last is not None and card.touches(last.study, schema)] or everything
    tried = training.attempts_of(session, person_id, since=last.decided_at if last is not None else None)
    done: list[Card] = []
    undone: list[Card] = []
    for card in again:
        mine = [each for each in tried if each.card == card.id]
        ended = any(each.right or not each.labels for each in mine) or len(mine) >= TRIES
        (done if ended else undone).append(card)
    return done, undone, tuple(last.study) if last is not None else ()
