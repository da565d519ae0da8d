"""Speaks to a Label Studio server through label-studio-sdk: projects, users, tasks, annotations and what changed there.

Everything that writes may be asked twice: the second time finds what the first made. One writer at a time is assumed (SQLite
has no other); readers are free. The SDK is imported at first use, since that takes most of a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import structlog

from annotator.domain.errors import ConflictError, NotFoundError
from annotator.storage.batches import batches
from annotator.studio import wire
from annotator.studio.failures import StudioRefusedError, explained
from annotator.studio.rows import AnnotationRow, TaskChange, TaskRef, TaskRow, key_number, key_uuid
from annotator.studio.wire import COUNTS, FULL, LIGHT, WHOLE, find_key, task_json, to_change, where

log = structlog.get_logger(__name__)

IMPORT_BATCH = 2500  # tasks a request
LOOKUP_BATCH = 1000  # item ids a request: the address line of a request ends at 64 KB
READ_PAGE = 500  # tasks a page when their annotations come along
COUNT_PAGE = 2500  # tasks a page when they do not
ONCE: Any = {"max_retries": 0}  # the SDK would try a refused duplicate again


class StudioClient(AbstractContextManager["StudioClient"]):
    """One Label Studio server, seen by the holder of `api_key` (an organisation member who may do everything).

    Every call raises StudioUnavailableError when the server cannot be reached, fails or takes longer than `timeout` seconds,
    ConfigError when it refuses the key, and another AnnotatorError when it refuses the request.
    """

    def __init__(self, base_url: str, api_key: str, *, timeout: float = 30, bulk_timeout: float = 300) -> None:
        self.base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._timeout = timeout
        self._bulk: Any = {"max_retries": 0, "timeout": bulk_timeout}
        self._made: Any = None
        self._http: Any = None

    def __exit__(self, *_: object) -> None:
        """Let go of the connections; a call after that opens new ones."""
        if self._http is not None:
            self._http.close()
        self._made = self._http = None

    def health(self) -> None:
        """Return if the server answers and knows the key; raise what is wrong otherwise."""
        with explained("Asking Label Studio who we are"):
            self.sdk.users.whoami()

    def ensure_project(
        self, key: str, title: str, label_config: str, description: str = "", *, overlap: int = 3
    ) -> int:
        """Return the id of the project of `key` (such as a guideline's name, version and hash), made if there is none.

        The key stands at the end of the project's description; title and description are free to be edited otherwise. A label
        config that was changed there is set back, since a guideline version never changes. `overlap` is the number of answers
        after which the Data Manager calls a task completed.
        """
        found = self._projects(key)
        if not found:
            text = f"{description}\n\nMirrored by annotator; please leave this line: {_mark(key)}".strip()
            with explained(f"Making the Label Studio project {key}"):
                made = self.sdk.projects.create(
                    title=title[: wire.TITLE_LENGTH],
                    description=text,
                    label_config=label_config,
                    maximum_annotations=overlap,
                    request_options=ONCE,
                )
            found = self._projects(key) or [made]  # an earlier try, its reply lost, may have made one just before
        project = min(found, key=lambda p: p.id)
        if (project.label_config or "").strip() != label_config.strip():
            log.warning("label config set back", project=project.id, guideline=key)
            with explained(f"Setting back the label config of {key}"):
                self.sdk.projects.update(id=project.id, label_config=label_config, request_options=ONCE)
        return int(project.id)

    def _projects(self, key: str) -> list[Any]:
        with explained(f"Looking for the Label Studio project {key}"):
            listed = self.sdk.projects.list(include="id,description,label_config")
            return [project for project in listed if _mark(key) in (project.description or "")]

    def ensure_user(self, pseudonym: str) -> int:
        """Return the id of the user of that pseudonym, made if there is none. It has no password and cannot sign in."""
        email = f"{pseudonym.lower()}@volunteer.invalid"
        try:
            with explained(f"Making the Label Studio user {pseudonym}"):
                made = self.sdk.users.create(username=email, email=email, first_name=pseudonym, request_options=ONCE)
            return int(made.id)
        except StudioRefusedError:
            with explained("Listing Label Studio's users"):
                there = next((user for user in self.sdk.users.list() if user.email == email), None)
            if there is None:
                raise
            return int(there.id)

    def find_tasks(self, project: int, item_ids: Sequence[str]) -> dict[str, int]:
        """Return the task ids of those items that have a task in the project."""
        found: dict[str, int] = {}
        for batch in batches(item_ids, LOOKUP_BATCH):
            for task in self.page(project, [where("data.item", "in_list", "List", batch)], LIGHT, len(batch)):
                if item := (task.meta or {}).get("item"):  # a copy that somebody imported by hand has none
                    found.setdefault(item, int(task.id))
        return found

    def import_tasks(self, project: int, rows: Sequence[TaskRow]) -> dict[str, int]:
        """Return the task id of every row's item, made with its annotations where the project had none.

        A row's annotations count for new tasks only: `put_annotations` adds to tasks that are there.
        """
        found = self.find_tasks(project, [row.item_id for row in rows]) if self._holds_tasks(project) else {}
        fresh = list({row.item_id: row for row in rows if row.item_id not in found}.values())
        for batch in batches(fresh, IMPORT_BATCH):
            with explained(f"Importing {len(batch)} tasks"):
                made = self.sdk.projects.import_tasks(
                    id=project,
                    request=[task_json(row) for row in batch],
                    return_task_ids=True,
                    request_options=self._bulk,
                )
            found |= dict(zip((row.item_id for row in batch), made.task_ids or (), strict=True))
        return found

    def put_annotation(self, project: int, task: TaskRef, row: AnnotationRow) -> int:
        """Return the id of the row's annotation, made if there is none. Raises NotFoundError when the item has no such task."""
        _, annotation_id = next(self.put_annotations(project, [(task, row)]))
        if annotation_id is None:
            raise NotFoundError(
                f"Item {task.item_id} is no longer task {task.task_id} of Label Studio's project {project}."
            )
        return annotation_id

    def put_annotations(
        self, project: int, rows: Iterable[tuple[TaskRef, AnnotationRow]]
    ) -> Iterator[tuple[str, int | None]]:
        """Yield each row's key with its annotation's id as soon as the server holds it; None when the task is not the item's.

        Tasks are read first, a page at a time: the id of a deleted task may belong to another item by now.
        """
        for batch in batches(rows, READ_PAGE):
            tasks = self.read_tasks(project, [ref.task_id for ref, _ in batch])
            for ref, row in batch:
                task = tasks.get(ref.task_id)
                if task is None or task.item_id != ref.item_id:
                    yield row.key, None
                else:
                    yield row.key, find_key(task, row.key) or self._create_annotation(project, ref.task_id, row)

    def delete_annotation(self, annotation_id: int, key: str) -> bool:
        """Delete the annotation if it is the key's; return whether it was there."""
        try:
            with explained("Deleting an annotation"):
                if self.sdk.annotations.get(id=annotation_id).import_id != key_number(key):
                    return False  # the id belongs to another annotation by now
                self.sdk.annotations.delete(id=annotation_id, request_options=ONCE)
        except NotFoundError:
            return False
        return True

    def delete_task(self, project: int, task: TaskRef) -> bool:
        """Delete the item's task with its annotations; return whether it was there."""
        there = self.read_tasks(project, [task.task_id]).get(task.task_id)
        if there is None or there.item_id != task.item_id:
            return False
        with explained("Deleting a task"):
            self.sdk.tasks.delete(id=str(task.task_id), request_options=ONCE)
        return True

    def read_tasks(self, project: int, task_ids: Sequence[int]) -> dict[int, TaskChange]:
        """Return those tasks of the project that exist, with their annotations."""
        read: dict[int, TaskChange] = {}
        for batch in batches(list(dict.fromkeys(task_ids)), READ_PAGE):
            page = self.page(project, [where("id", "in_list", "List", batch)], FULL, len(batch))
            read |= {int(task.id): to_change(task) for task in page}
        return read

    def newest_change(self, project: int, after: datetime | None = None) -> datetime | None:
        """Return when a task of the project last changed, None if none did `after` that moment.

        It is where the next `changed_since` may begin, less a margin. With `after` the server need not sort every task.
        """
        filters = [_changed_after(after)] if after else []
        newest = self.page(project, filters, "id,updated_at", 1, ordering="-tasks:updated_at")
        return newest[0].updated_at.astimezone(UTC) if newest else None

    def changed_since(self, project: int, since: datetime) -> Iterator[TaskChange]:
        """Yield the tasks that changed after `since`. Making, changing or deleting an annotation changes its task.

        Tasks are read lightly first: of a hundred thousand that were just imported, hardly one has an annotation.
        """
        for page in self._walk(project, [_changed_after(since)], COUNTS, COUNT_PAGE):
            answered = {int(task.id) for task in page if task.total_annotations or task.cancelled_annotations}
            yield from (to_change(task) for task in page if task.id not in answered)
            yield from self.read_tasks(project, sorted(answered)).values()

    def all_annotations(self, project: int) -> Iterator[TaskChange]:
        """Yield every task that has an annotation, by id."""
        for page in self._walk(project, [where("total_annotations", "greater", "Number", 0)], FULL, READ_PAGE):
            yield from map(to_change, page)

    def label_config(self, project: int) -> str:
        """Return the labelling config of a project, whoever made it. Raises NotFoundError where there is none."""
        with explained(f"Reading Label Studio's project {project}"):
            return str(self.sdk.projects.get(id=project).label_config or "")

    def whole_tasks(self, project: int) -> Iterator[dict[str, Any]]:
        """Yield every task of a project as a JSON export has it: data, annotations, predictions."""
        for page in self._walk(project, [], WHOLE, READ_PAGE):
            for task in page:
                parts = {name: list(getattr(task, name, None) or ()) for name in ("annotations", "predictions")}
                yield {"id": int(task.id), "data": dict(task.data or {}), **parts}

    def _create_annotation(self, project: int, task_id: int, row: AnnotationRow) -> int:
        try:
            with explained("Writing an annotation"):
                made = self.sdk.annotations.create(
                    id=task_id,
                    result=[dict(item) for item in row.result],
                    completed_by=row.completed_by,
                    lead_time=row.lead_time,
                    unique_id=key_uuid(project, row.key),
                    import_id=key_number(row.key),
                    ground_truth=row.ground_truth,
                    request_options=ONCE,
                )
            return int(made.id)
        except ConflictError:  # an earlier attempt, given up here, was still at work there
            task = self.read_tasks(project, [task_id]).get(task_id)
            there = find_key(task, row.key) if task else None
            if there is None:
                raise
            return there

    def _walk(self, project: int, filters: Sequence[Mapping[str, Any]], include: str, size: int) -> Iterator[list[Any]]:
        """Yield pages by rising id, so that a task that changes meanwhile moves no other out of sight."""
        last = 0
        while page := self.page(project, [*filters, where("id", "greater", "Number", last)], include, size):
            yield page
            last = int(page[-1].id)

    def _holds_tasks(self, project: int) -> bool:
        return bool(self.page(project, [], "id", 1))

    def page(
        self, project: int, filters: Sequence[Mapping[str, Any]], include: str, size: int, ordering: str = "tasks:id"
    ) -> list[Any]:
        """Return tasks that pass all filters, `size` at the most."""
        query = {"filters": {"conjunction": "and", "items": filters}, "ordering": [ordering]}
        with explained("Reading tasks"):
            page = self.sdk.tasks.list(
                project=project,
                query=json.dumps(query, separators=(",", ":")),
                include=include,
                page_size=size,
                fields="all" if include in (FULL, wire.PREDICTED, WHOLE) else "task_only",
                request_options=self._bulk,
            )
        return list(page.items or ())

    @property
    def sdk(self) -> Any:
        """The SDK's client; Any, since its declared types miss fields that the server sends (`task_ids`)."""
        if self._made is None:
            import httpx
            from label_studio_sdk import LabelStudio

            local = urlsplit(self.base_url).hostname in {"127.0.0.1", "localhost", "::1"}
            self._http = httpx.Client(timeout=self._timeout, trust_env=not local)  # a proxy must not see loopback
            self._made = LabelStudio(  # type: ignore[no-untyped-call]
                base_url=self.base_url,
                api_key=self._api_key,
                httpx_client=self._http,
                timeout=self._timeout,
                max_retries=0,
            )
        return self._made


def _mark(key: str) -> str:
    return f"[{key}]"


def _changed_after(moment: datetime) -> dict[str, Any]:
    return where("updated_at", "greater", "Datetime", moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
