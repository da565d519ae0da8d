"""The mirror: pushes items and answers to Label Studio, and brings back what was done there. Running anything twice changes nothing.

Answers are pushed in the order of the outbox, each under its own id as the key, so that a lost reply never makes a second one.
What a coordinator does in Label Studio is kept beside the raw answers (`studio_change`); a raw answer that was deleted there is
put back. A project's control items have a project of their own there, and a mirror of their own: nothing that
anybody counts or exports in the main one is about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from annotator.domain.clock import Clock
from annotator.domain.errors import AnnotatorError, StudioUnavailableError
from annotator.domain.schema import Media, Schema
from annotator.storage import markers, mirror, outbox, studio_gold
from annotator.storage.batches import batches, writing_in_turn
from annotator.storage.database import Database
from annotator.storage.markers import STUDIO_STATE
from annotator.storage.mirror import ToMirror
from annotator.storage.outbox import OutboxKind
from annotator.storage.tables import Item, Outbox, Person, Project
from annotator.studio.changes import bring_back
from annotator.studio.client import StudioClient
from annotator.studio.column_names import FRESH
from annotator.studio.removal import remove_withdrawn
from annotator.studio.rows import AnnotationRow, TaskRef, TaskRow, key_number
from annotator.studio.views import arrange
from annotator.studio.wire import titled

_ITEMS = 2_500
_ANSWERS = 200
_SWEPT = "swept_until"
_MARGIN = timedelta(seconds=10)
_BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Books:
    """Answers that only we hold, that only Label Studio holds under one of our keys, that it holds twice, and that both hold."""

    missing: int
    unknown: int
    twice: int
    alike: int

    @property
    def balanced(self) -> bool:
        return not (self.missing or self.unknown or self.twice)


class Mirror:
    """One project's mirror under its guideline version."""

    def __init__(
        self,
        database: Database,
        client: StudioClient,
        project: Project,
        schema: Schema,
        label_config: str,
        clock: Clock,
        *,
        part: str = "",
        pictures_at: str = "",
    ) -> None:
        self.client = client
        self.schema = schema
        self._database, self._clock = database, clock
        self._project, self._label_config, self._part = project, label_config, part
        self._pictures_at = pictures_at
        self._version = project.guideline_version_id
        self._opened: int | None = None

    @property
    def ls_project(self) -> int:
        """The project's id there; asks the server the first time."""
        if self._opened is None:
            self._opened = self._open_project()
        return self._opened

    def push(self) -> int:
        """Push what waits; return how many answers were pushed.

        Raises:
            StudioUnavailableError: the server does not answer; everything still waits.
        """
        try:
            self.client.health()
            self._opened = self.ls_project  # before anything is looked up: another server may stand there now
            self.push_items()
            pushed = self._push_outbox()
        except StudioUnavailableError:
            self._opened = None  # another server may stand there when it answers again
            self._mark("down")
            raise
        self._mark("up")
        return pushed

    def sweep(self) -> int:
        """Bring back what was done in Label Studio since the last sweep; return how many changes were new."""
        with self._database.reading() as session:
            marker = markers.get(session, f"{_SWEPT}:{self._version}:{self.ls_project}")
        since = datetime.fromisoformat(marker) if marker else _BEFORE_ALL
        newest = self.client.newest_change(self.ls_project, since)
        if newest is None:
            return 0
        found = sum(
            bring_back(self._database, change, self._clock.now())
            for change in self.client.changed_since(self.ls_project, since - _MARGIN)
        )
        with self._database.writing() as session:
            markers.put(session, f"{_SWEPT}:{self._version}:{self.ls_project}", newest.isoformat())
        return found

    def heal(self) -> int:
        """Compare both sides in full and push again what Label Studio has lost without a trace, such as a deleted task."""
        there = set(self._keys_there())
        with self._database.reading() as session:
            ours = mirror.all_answers(session, self._project.id, self._version)
        lost = {item for item, annotation in ours if (item, key_number(annotation)) not in there}
        for item_id in sorted(lost):
            with self._database.writing() as session:
                mirror.mirror_again(session, item_id, self._clock.now())
        return len(lost)

    def books(self) -> Books:
        """Compare every answer on both sides."""
        with self._database.reading() as session:
            ours = {
                (item, key_number(annotation))
                for item, annotation in mirror.all_answers(session, self._project.id, self._version)
            }
            gold = {key_number(decision) for decision in studio_gold.ids_of_project(session, self._project.id)}
        theirs = [(item, key) for item, key in self._keys_there() if key not in gold]
        distinct = set(theirs)
        return Books(
            missing=len(ours - distinct),
            unknown=len(distinct - ours),
            twice=len(theirs) - len(distinct),
            alike=len(ours & distinct),
        )

    def _keys_there(self) -> Iterator[tuple[str, int]]:
        """Yield item and key of every annotation there that bears a key; what people made by hand bears none."""
        for change in self.client.all_annotations(self.ls_project):
            for annotation in change.annotations:
                if annotation.key_number is not None:
                    yield change.item_id or "", annotation.key_number

    def _open_project(self) -> int:
        schema = self.schema
        found = self.client.ensure_project(
            f"{schema.name} {schema.version} {schema.sha256[:12]} {self._part}".strip(),
            titled(schema.title, f"{schema.version} {self._part}".strip()),
            self._label_config,
            self._project.purpose,
            overlap=self._project.overlap,
        )
        empty = self.client.newest_change(found) is None
        if not self._part:
            arrange(self.client, found)
        now = self._clock.now()
        with self._database.writing() as session:
            mirror.project_is(session, self._project, found, now, empty=empty)
            outbox.hurry(session, now)
        return found

    def picture(self, public_id: str) -> dict[str, str]:
        """Return what a task says beside the text where its item is a picture: the page of ours that shows it to the desk."""
        if self.schema.media is not Media.IMAGE:
            return {}
        return {Media.IMAGE.value: f"{self._pictures_at}/coordinator/pictures/{quote(public_id)}"}

    def push_items(self) -> None:
        """Give every item that may leave a task there."""
        while True:
            with self._database.reading() as session:
                items = mirror.unmirrored_items(session, self._project.id, self._version, _ITEMS)
            if not items:
                return
            self._import(items)

    def _import(self, items: Sequence[Item]) -> None:
        rows = [
            TaskRow(
                item.id,
                item.text,
                {"id": item.public_id, "source": item.source},
                {**FRESH, **self.picture(item.public_id)},
            )
            for item in items
        ]
        tasks = self.client.import_tasks(self.ls_project, rows)
        for batch in batches(tasks.items()):
            with writing_in_turn(self._database) as session:
                mirror.keep_tasks(session, self._version, dict(batch))

    def _push_outbox(self) -> int:
        pushed = 0
        while True:
            with self._database.reading() as session:
                rows = outbox.due(session, self._project.id, self._clock.now(), _ANSWERS)
            if not rows:
                return pushed
            for row in rows:
                if row.kind == OutboxKind.ITEM_WITHDRAWN:
                    self._withdraw(row)
                elif row.kind == OutboxKind.ANNOTATION_WITHDRAWN:
                    remove_withdrawn(self._database, self.client, self.ls_project, self._version, row.subject)
                    self._done(row)
            pushed += self._put([row for row in rows if row.kind == OutboxKind.ANNOTATION])

    def _put(self, rows: Sequence[Outbox]) -> int:
        """Put answers; one that the server refuses is put off alone, and holds up nobody else's."""
        with self._database.reading() as session:
            known = mirror.to_mirror(session, [row.subject for row in rows], self._version)
        waiting = {row.subject: row for row in rows}
        for row in rows:
            if row.subject not in known:  # its item was shut away since: it will come again when the item does
                self._done(row)
        ready = [answer for answer in known.values() if answer.task_id is not None]
        for answer in known.values():
            if answer.task_id is None:
                self._put_off(waiting[answer.annotation.id], "its item has no task yet")
        try:
            pairs = [self._pair(answer) for answer in ready]
            for key, found in self.client.put_annotations(self.ls_project, pairs):
                self._keep(known[key], waiting[key], found)
        except StudioUnavailableError:
            raise
        except AnnotatorError:
            return self._put_singly(ready, waiting)
        return len(ready)

    def _put_singly(self, ready: Sequence[ToMirror], waiting: dict[str, Outbox]) -> int:
        put = 0
        for answer in ready:
            row = waiting[answer.annotation.id]
            try:
                ref, annotation = self._pair(answer)
                self._keep(answer, row, self.client.put_annotation(self.ls_project, ref, annotation))
                put += 1
            except StudioUnavailableError:
                raise
            except AnnotatorError as error:
                self._put_off(row, error.what)
        return put

    def _pair(self, answer: ToMirror) -> tuple[TaskRef, AnnotationRow]:
        assert answer.task_id is not None
        annotation = answer.annotation
        row = AnnotationRow(annotation.id, annotation.result, self._user(answer.person), annotation.lead_time)
        return TaskRef(answer.item.id, answer.task_id), row

    def _user(self, person: Person) -> int:
        """Return the person's user there, a pseudonym without a password, making it the first time."""
        if person.ls_user_id is None:
            person.ls_user_id = self.client.ensure_user(person.pseudonym)
            with self._database.writing() as session:
                session.get_one(Person, person.id).ls_user_id = person.ls_user_id
        return person.ls_user_id

    def _keep(self, answer: ToMirror, row: Outbox, found: int | None) -> None:
        with self._database.writing() as session:
            if found is None:  # the task is gone: the item is imported again, then the answer
                mirror.drop_task(session, answer.item.id, self._version)
                mirror.mirror_again(session, answer.item.id, self._clock.now())
                outbox.put_off(session, row.id, self._clock.now(), "its task was deleted in Label Studio")
                return
            mirror.mirrored(session, answer.annotation.id, found)
            outbox.done(session, row.id)

    def _withdraw(self, row: Outbox) -> None:
        with self._database.reading() as session:
            task_id = mirror.task_of(session, row.subject, self._version)
        if task_id is not None:
            self.client.delete_task(self.ls_project, TaskRef(row.subject, task_id))
        with self._database.writing() as session:
            mirror.drop_task(session, row.subject, self._version)
            outbox.done(session, row.id)

    def _done(self, row: Outbox) -> None:
        with self._database.writing() as session:
            outbox.done(session, row.id)

    def _put_off(self, row: Outbox, why: str) -> None:
        with self._database.writing() as session:
            outbox.put_off(session, row.id, self._clock.now(), why)

    def _mark(self, state: str) -> None:
        with self._database.writing() as session:
            markers.put(session, STUDIO_STATE, f"{state} {self._clock.now().isoformat()}")
