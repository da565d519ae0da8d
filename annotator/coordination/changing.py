"""Changing a project's settings, for pages and calls alike: checked, stored, and carried over to the open items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from annotator.coordination.following import follow_settings
from annotator.domain.project_settings import Values
from annotator.domain.schema import Schema
from annotator.storage import markers, project_settings
from annotator.storage.database import Database
from annotator.storage.project_settings import Standing
from annotator.storage.tables import Project

_AT_ONCE = 5  # batches of open items that follow within the request; the worker goes on from there


@dataclass(frozen=True, slots=True)
class SettingsDesk:
    """The settings of one project. `may_be_looser` is the operator's leave to allow more exposure than usual."""

    database: Database
    project: Project
    schema: Schema
    may_be_looser: bool = False

    def change(self, person_id: str, given: Values, version: int | None, now: datetime) -> Standing:
        """Put values in force; raises as `project_settings.change` does."""
        with self.database.writing() as session:
            done = project_settings.change(
                session,
                now,
                person_id,
                self.project.id,
                given,
                version=version,
                may_be_looser=self.may_be_looser,
            )
        follow_settings(self.database, self.project, self.schema, now, batches=_AT_ONCE)
        return done

    def put_back(self, person_id: str, change_id: int, version: int | None, now: datetime) -> Standing:
        """Put the values in force that a change replaced; raises as `change` does, and `NotFoundError`."""
        with self.database.reading() as session:
            past = project_settings.past(session, self.project.id, change_id)
        return self.change(person_id, {name: before for name, (before, _) in past.values.items()}, version, now)

    def following(self) -> bool:
        """Say whether open items have yet to follow a change."""
        with self.database.reading() as session:
            return markers.get(session, project_settings.open_items_marker(self.project.id)) is not None
