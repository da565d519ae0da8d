"""Actions on many items: looked at beforehand, done a batch a transaction, and taken back as far as that is possible still.

Which items an action is about is written down when it begins, and what became of each as it goes on, so that a stopped process
loses nothing: the worker goes on from there. Between two batches whoever answers comes first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from annotator.coordination.actions import Hand, do, undo
from annotator.domain.bulk import Action, Progress, Result, refusal
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.storage import audit, bulk
from annotator.storage.batches import writing_in_turn
from annotator.storage.bulk import Selection, Tally
from annotator.storage.database import Database
from annotator.storage.item_search import Search
from annotator.storage.tables import Item, Project
from annotator.storage.tables_bulk import BulkAction, BulkItem

EXAMPLES = 5
_BATCH = 100
_AT_ONCE = 5  # batches done within the request; the worker goes on from there


@dataclass(frozen=True, slots=True)
class Preview:
    """What an action would do now: how many items it can touch, with a few of them, and why not the others."""

    action: Action
    total: int
    can: int
    examples: tuple[str, ...]
    refused: tuple[tuple[str, int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How an action stands: what became of its items."""

    bulk: BulkAction
    tallies: tuple[Tally, ...]

    def count(self, *results: Result) -> int:
        return sum(tally.count for tally in self.tallies if tally.result in results)


@dataclass(frozen=True, slots=True)
class BulkDesk:
    """Bulk actions of one project."""

    database: Database
    project: Project

    def preview(self, action: Action, selection: Selection, now: datetime) -> Preview:
        """Say what an action would do; nothing is changed."""
        total, can = 0, 0
        examples: list[str] = []
        refused: Counter[str] = Counter()
        some: dict[str, list[str]] = defaultdict(list)
        with self.database.reading() as session:
            for candidate in bulk.candidates(session, self.project.id, selection, now):
                total += 1
                reason = refusal(action, candidate.subject)
                can += not reason
                refused[reason] += 1
                into = some[reason] if reason else examples
                if len(into) < EXAMPLES:
                    into.append(candidate.public_id)
        reasons = [(reason, count) for reason, count in refused.most_common() if reason]
        return Preview(
            action,
            total,
            can,
            tuple(examples),
            tuple((reason, count, tuple(some[reason])) for reason, count in reasons),
        )

    def start(
        self,
        person_id: str,
        action: Action,
        selection: Selection,
        key: str,
        now: datetime,
        *,
        expected: int | None = None,
    ) -> BulkAction:
        """Begin an action, once for each `key`, and do the first batches of it.

        Raises:
            InputError: nothing was chosen.
            ConflictError: more items are chosen now than the person has seen (`expected`), or the key was used for something else.
        """
        try:
            with self.database.writing() as session:
                known = bulk.by_key(session, person_id, key)
                made = known or self._begin(session, person_id, action, selection, key, now, expected)
        except IntegrityError:  # the same request twice at once
            with self.database.reading() as session:
                known = bulk.by_key(session, person_id, key)
            if known is None:
                raise
            made = known
        if made.action != action:
            raise ConflictError("This key was used for something else.", mend="Send each action with a key of its own.")
        self.carry_on(now, made.id, batches=_AT_ONCE)
        return self.report(made.id).bulk

    def undo(self, person_id: str, bulk_id: str, now: datetime) -> BulkAction:
        """Take an action back as far as that is possible still; what it has not begun with is left alone. Doing it twice changes
        nothing. Raises `NotFoundError`.
        """
        with self.database.writing() as session:
            if bulk.of_project(session, self.project.id, bulk_id) is None:
                raise NotFoundError("There is no such action.")
            made = bulk.locked(session, bulk_id)
            if made.progress in {Progress.RUNNING, Progress.DONE}:
                made.progress, made.undone_by, made.undone_at = Progress.UNDOING.value, person_id, now
                session.add(made)
                audit.record(session, now, person_id, "bulk.undone", bulk_id, what=made.action)
        self.carry_on(now, bulk_id, batches=_AT_ONCE)
        return self.report(bulk_id).bulk

    def carry_on(self, now: datetime, bulk_id: str | None = None, *, batches: int | None = None) -> int:
        """Go on with one action, or with all that are not finished, so many batches each; return how many items were seen to."""
        with self.database.reading() as session:
            going = [bulk_id] if bulk_id is not None else bulk.unfinished(session, self.project.id)
        seen = 0
        for each in going:
            left = batches
            while left is None or left > 0:
                with writing_in_turn(self.database) as session:
                    count = self._batch(session, each, now)
                if count is None:
                    break
                seen += count
                left = None if left is None else left - 1
        return seen

    def report(self, bulk_id: str) -> Report:
        """Return how an action stands. Raises `NotFoundError`."""
        with self.database.reading() as session:
            made = bulk.of_project(session, self.project.id, bulk_id)
            if made is None:
                raise NotFoundError("There is no such action.")
            return Report(made, tuple(bulk.tally(session, bulk_id, EXAMPLES)))

    def _begin(
        self,
        session: Session,
        person_id: str,
        action: Action,
        selection: Selection,
        key: str,
        now: datetime,
        expected: int | None,
    ) -> BulkAction:
        total = bulk.count(session, self.project.id, selection)
        if total == 0:
            raise InputError("No item is chosen.", where="items", mend="Choose some, or a search that finds some.")
        if expected is not None and total > expected:
            raise ConflictError(
                f"{total:,} items are chosen now, and {expected:,} when you looked.", mend="Look again, then confirm."
            )
        chosen = {"search": _plain(selection.search)} if selection.search is not None else {"items": total}
        made = BulkAction(
            project_id=self.project.id,
            person_id=person_id,
            key=key,
            action=action.value,
            chosen=chosen,
            total=total,
            progress=Progress.RUNNING.value,
            created_at=now,
        )
        session.add(made)
        session.flush()
        bulk.add_items(session, made, selection)
        audit.record(session, now, person_id, "bulk.begun", made.id, what=action.value, items=total)
        return made

    def _batch(self, session: Session, bulk_id: str, now: datetime) -> int | None:
        """See to one batch; return how many items it had, None where the action is finished."""
        made = bulk.locked(session, bulk_id)
        steps = {
            Progress.RUNNING.value: (Result.WAITING, _do, Progress.DONE),
            Progress.UNDOING.value: (Result.DONE, _undo, Progress.UNDONE),
        }
        if made.progress not in steps:
            return None
        wanted, step, finished = steps[made.progress]
        rows = bulk.next_rows(session, bulk_id, wanted, _BATCH)
        if not rows:
            made.progress = finished.value
            made.finished_at = now
            session.add(made)
            return None
        actor = made.person_id if finished is Progress.DONE else (made.undone_by or made.person_id)
        hand = Hand(session, self.project, actor, bulk_id, now)
        step(hand, Action(made.action), rows)
        session.add_all(rows)
        return len(rows)


def _do(hand: Hand, action: Action, rows: Sequence[BulkItem]) -> None:
    subjects = bulk.subjects(hand.session, [row.item_id for row in rows], hand.now)
    for row in rows:
        row.reason = refusal(action, subjects[row.item_id])
        if not row.reason:
            try:
                row.before = do(hand, action, hand.session.get_one(Item, row.item_id))
            except ConflictError as error:
                row.reason = error.what.rstrip(".")
        row.result = (Result.REFUSED if row.reason else Result.DONE).value


def _undo(hand: Hand, action: Action, rows: Sequence[BulkItem]) -> None:
    for row in rows:
        item = hand.session.get_one(Item, row.item_id, populate_existing=True)
        row.reason = undo(hand, action, item, row.before or {})
        row.result = (Result.STAYS if row.reason else Result.RESTORED).value


def _plain(search: Search) -> dict[str, Any]:
    """Return a search as the audit log can hold it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(search).items()}
