"""What every route needs, made once a process and found on `app.state.service`, and the dependencies that give it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from annotator.domain.clock import Clock
from annotator.domain.errors import ConfigError
from annotator.domain.schema import Schema
from annotator.insight.current import CurrentAgreement
from annotator.people.factor_key import FactorKey, factor_key
from annotator.people.texts import load_texts
from annotator.settings import Settings
from annotator.storage import onboarding, projects
from annotator.storage.database import Database
from annotator.storage.tables import Project
from annotator.studio.label_config import build_label_config
from annotator.web.frame.board import Board
from guidelines.loader import Guideline


@dataclass
class Service:
    settings: Settings
    database: Database
    clock: Clock
    guideline: Guideline
    opened: Project  # as it was when this process began; its guideline version holds until the next start

    @property
    def schema(self) -> Schema:
        return self.guideline.schema

    @property
    def project(self) -> Project:
        """The project with the settings in force, read anew each time: another process may have changed them."""
        with self.database.reading() as session:
            return projects.current(session, self.opened)

    @cached_property
    def label_config(self) -> str:
        """The editor's config, built from the guideline."""
        return build_label_config(self.schema)

    @cached_property
    def factor_key(self) -> FactorKey:
        """The key that secrets of second factors are sealed with."""
        return factor_key(self.settings)

    @cached_property
    def agreement(self) -> CurrentAgreement:
        """Agreement as it stands."""
        return CurrentAgreement(self.database, self.schema, self.opened.id, self.clock)

    @cached_property
    def board(self) -> Board:
        """The parts of the desk."""
        return Board(self)

    @property
    def address(self) -> str:
        """Where browsers find the pages."""
        return self.settings.address

    @property
    def studio_url(self) -> str:
        """Where coordinators find Label Studio; empty where there is none."""
        if not self.settings.studio:
            return ""
        return self.settings.studio_url or self.settings.embedded_studio_url

    def scratch(self) -> Path:
        """Return the folder for files that live as long as a request."""
        folder = self.settings.home / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def now(self) -> datetime:
        return self.clock.now()


def open_service(settings: Settings, database: Database, clock: Clock, guideline: Guideline) -> Service:
    """Make sure that the project exists, and return what the routes need."""
    now = clock.now()
    with database.writing() as session:
        onboarding.publish(session, now, load_texts())
        version = projects.guideline_version(session, now, guideline.schema)
        project = projects.ensure_project(
            session,
            now,
            Project(
                name=guideline.schema.name,
                purpose="Labelled postings for counter-trafficking research. Not evidence; not for action against a person.",
                guideline_version_id=version.id,
                overlap=settings.overlap,
                max_overlap=settings.max_overlap,
                risk_threshold=settings.risk_threshold,
                audit_share=settings.audit_share,
                retrain_every=settings.retrain_every,
                lease_seconds=settings.lease_seconds,
                order_seed=settings.order_seed,
                created_at=now,
            ),
        )
    if project.guideline_version_id != version.id:
        raise ConfigError(
            f"The project {project.name} does not use {version.name} {version.version}.",
            mend="Take a version up with `annotator guideline activate`.",
        )
    return Service(settings, database, clock, guideline, project)


async def get_service(request: Request) -> Service:
    """Give the service out; not a plain function, which would be sent to a thread and back for each request."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(get_service)]
