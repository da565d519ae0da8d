"""The adjudicator's bench: take a case, decide it, put it back, reopen it.

Answers are shown as A, B, C in an order of their own for each adjudicator; who gave them is not said. Whoever answered an item
never decides on it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from annotator.domain.adjudication import LETTERS, Cause, expected_error, is_severe, settles
from annotator.domain.answers import Answer, cannot_tell, flat_labels
from annotator.domain.errors import ConflictError, InputError, LeaseExpiredError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.schema import Schema
from annotator.storage import adjudication, annotation_log, audit, item_state, items
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Item, Project
from annotator.storage.tables_adjudication import Adjudication, AdjudicationHold, AdjudicationPolicy

HOLD = timedelta(hours=1)
_LOOKED_AT = 200  # the least certain items, of which the one with the largest expected error is taken


@dataclass(frozen=True, slots=True)
class Case:
    """An item on the bench. `answers` are (letter, annotation) in the adjudicator's own order; `needed` people decide it and
    `decided` have.
    """

    item: Item
    answers: list[tuple[str, Annotation]]
    needed: int
    decided: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an adjudicator sends; `started_from` is the letter of the answer they began with, if any."""

    public_id: str
    key: str
    result: list[dict[str, Any]]
    answer: Answer
    cause: Cause
    clause: str = ""
    note: str = ""
    started_from: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """`settled`: the item is gold now; else somebody else has to decide as well."""

    adjudication_id: str
    settled: bool
    created: bool


@dataclass(frozen=True, slots=True)
class Bench:
    """Adjudication of one project."""

    database: Database
    project: Project
    schema: Schema

    def next_case(self, person_id: str, now: datetime) -> Case | None:
        """Put the item that a decision is worth most for on the person's bench; what lies there already stays."""
        with self.database.reading() as session:
            mine = adjudication.hold_of(session, person_id, now)
            if mine is not None and self._open(session.get(Item, mine.item_id)):
                return self._case(session, mine)
            found = adjudication.waiting_for(session, self.project.id, person_id, now, _LOOKED_AT)
        for item in sorted(found, key=self.value, reverse=True):
            try:
                return self.take(person_id, item.public_id, now)
            except ConflictError:
                continue  # somebody else took it while we looked
        return None

    def take(self, person_id: str, public_id: str, now: datetime) -> Case:
        """Put a given item on the person's bench.

        Raises:
            NotFoundError: there is no such item.
            ConflictError: it is not up for adjudication, somebody else has it, or the person has said what they think of it.
        """
        try:
            with self.database.writing() as session:
                item = self._locked(session, public_id)
                self._require_open(item)
                if adjudication.has_seen(session, item.id, person_id):
                    raise ConflictError("You have answered or decided this item.", mend="Leave it to somebody else.")
                hold = AdjudicationHold(person_id=person_id, item_id=item.id, expires_at=now + HOLD)
                adjudication.put_on_bench(session, hold, now)
                return self._case(session, hold)
        except IntegrityError as error:
            raise ConflictError("Somebody else has this item on the bench.", mend="Take another one.") from error

    def put_back(self, person_id: str) -> None:
        """Clear the person's bench; nothing is decided."""
        with self.database.writing() as session:
            adjudication.clear_bench(session, person_id)

    def decide(self, person_id: str, verdict: Verdict, now: datetime) -> Decided:
        """Store a decision once; the one that settles the item makes it gold.

        Raises:
            LeaseExpiredError: the item is not on the person's bench any more.
            ConflictError: the key was used for another item, or the item is not up for adjudication any more.
            InputError: there is no answer of that letter, or no such clause.
        """
        with self.database.writing() as session:
            item = items.locked_by_public_id(session, self.project.id, verdict.public_id)
            known = adjudication.by_key(session, person_id, verdict.key)
            if known is not None:
                if item is None or known.item_id != item.id:
                    raise ConflictError("This key was used for another item.")
                return Decided(known.id, known.settles, created=False)
            hold = adjudication.hold_of(session, person_id, now)
            if item is None or hold is None or hold.item_id != item.id:
                raise LeaseExpiredError("This item is not on your bench any more.", mend="Open it again.")
            self._require_open(item)
            return self._decide(session, person_id, item, verdict, now)

    def _decide(self, session: Session, person_id: str, item: Item, verdict: Verdict, now: datetime) -> Decided:
        case = self._case(session, AdjudicationHold(person_id=person_id, item_id=item.id, expires_at=now))
        row = self._row(person_id, case, verdict, now)
        before = [decision.rating for decision in adjudication.decisions(session, item.id)]
        row.settles = settles([*before, row.rating], needed=case.needed)
        session.add(row)
        adjudication.clear_bench(session, person_id)
        detail = {"adjudication": row.id, "cause": row.cause, "clause": row.clause}
        audit.record(session, now, person_id, "item.decided", item.id, **detail)
        if row.settles:
            item_state.move(session, now, person_id, item.id, ItemState.GOLD)
        return Decided(row.id, row.settles, created=True)

    def reopen(self, person_id: str, public_id: str, now: datetime) -> None:
        """Set an item's decisions aside and adjudicate it again; or adjudicate one that was agreed.

        Raises:
            NotFoundError: there is no such item.
            ConflictError: the item is not gold or agreed.
        """
        with self.database.writing() as session:
            item = self._locked(session, public_id)
            if item.state not in {ItemState.GOLD.value, ItemState.AGREED.value}:
                raise ConflictError(
                    f"The item is {item.state}.", mend="Only what is gold or agreed can be opened again."
                )
            item_state.move(session, now, person_id, item.id, ItemState.ADJUDICATING, reopened=True)
            adjudication.supersede(session, item.id, now)

    def two_from(self, session: Session) -> str | None:
        """Return the rating from which two people decide; None where one always does."""
        policy = adjudication.policy(session, self.project.id)
        if policy is not None:
            return policy.two_from
        return self.schema.rating.values[-1] if self.schema.rating.is_scale else None

    def set_two_from(self, person_id: str, rating: str | None, now: datetime) -> None:
        """Set the rating from which two people decide. Raises `InputError` for a rating that is none."""
        if rating is not None and rating not in self.schema.rating.values:
            raise InputError(f"{rating} is no rating.", where="two_from", mend="Choose one of the list.")
        with self.database.writing() as session:
            session.merge(AdjudicationPolicy(project_id=self.project.id, two_from=rating))
            audit.record(session, now, person_id, "adjudication.policy", self.project.id, two_from=rating)

    def value(self, item: Item) -> float:
        """Return what a decision is worth: the steps by which the best guess at the rating is expected to be off."""
        rating = self.schema.rating
        return expected_error(item.posterior, len(rating.values), scale=rating.is_scale)

    def clauses(self) -> dict[str, str]:
        """Return the guideline's clauses that a question or a choice refers to, with a title each."""
        return self.schema.clauses

    def _case(self, session: Session, hold: AdjudicationHold) -> Case:
        item = session.get_one(Item, hold.item_id)
        given = [annotation for annotation, _ in annotation_log.of_item(session, item.id)]
        given.sort(key=lambda annotation: _place(hold.person_id, annotation.id))
        rating = self.schema.rating
        severe = is_severe([a.rating for a in given], rating.values, self.two_from(session), scale=rating.is_scale)
        decided = len(adjudication.decisions(session, item.id))
        return Case(item, list(zip(LETTERS, given, strict=False)), 2 if severe else 1, decided, hold.expires_at)

    def _row(self, person_id: str, case: Case, verdict: Verdict, now: datetime) -> Adjudication:
        answers = dict(case.answers)
        if verdict.started_from and verdict.started_from not in answers:
            raise InputError("There is no such answer.", where="started_from", mend="Use the letter of one shown.")
        if verdict.clause and verdict.clause not in self.clauses():
            raise InputError("There is no such clause.", where="clause", mend="Choose one of the list.")
        labels = flat_labels(self.schema, verdict.answer)
        return Adjudication(
            item_id=case.item.id,
            person_id=person_id,
            guideline_version_id=self.project.guideline_version_id,
            key=verdict.key,
            result=verdict.result,
            answer=verdict.answer.to_json(),
            labels=labels,
            rating=labels[self.schema.rating.name],
            cannot_tell=cannot_tell(self.schema, verdict.answer),
            cause=verdict.cause.value,
            clause=verdict.clause,
            note=verdict.note,
            started_from=answers[verdict.started_from].id if verdict.started_from else None,
            created_at=now,
        )

    def _locked(self, session: Session, public_id: str) -> Item:
        item = items.locked_by_public_id(session, self.project.id, public_id)
        if item is None:
            raise NotFoundError("There is no such item.")
        return item

    def _require_open(self, item: Item) -> None:
        if not self._open(item):
            raise ConflictError(f"The item is {item.state}.", mend="Take another one.")

    @staticmethod
    def _open(item: Item | None) -> bool:
        return item is not None and item.state == ItemState.ADJUDICATING.value


def _place(person_id: str, annotation_id: str) -> bytes:
    """An order of the answers that says nothing of who gave them or when, and stays as it is for one adjudicator."""
    return hashlib.blake2b(annotation_id.encode(), key=person_id.encode(), digest_size=8).digest()
