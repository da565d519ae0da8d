"""One labelled project and one release of it, built once for the tests that only look at it."""

from __future__ import annotations

import shutil
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from annotator.insight.freeze import freeze
from annotator.insight.planted import Planted
from annotator.insight.release import Places, built, frozen_for
from annotator.insight.release_gate import GATE_VERSION, recheck
from annotator.settings import Settings
from annotator.storage.database import Database
from annotator.storage.tables_releases import Release
from annotator.web.frame.service import open_service
from exports.answers import PROFILE, QUESTIONS, read_answers
from exports.release import Plan, build_release
from tests.releases.labelled import NOW, labelled

N_ITEMS = 240
FEW = 40
DESPITE = {"unadjudicated": "a test", "guideline": "a test"}


@pytest.fixture(scope="session")
def project(sqlite_template, tmp_path_factory):
    """A project on SQLite with all its judgements; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("labelled")
    shutil.copy(sqlite_template, folder / "project.sqlite3")
    database = Database(f"sqlite:///{folder / 'project.sqlite3'}")
    yield labelled(database, folder, N_ITEMS)
    database.dispose()


@pytest.fixture(scope="session")
def frozen(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("frozen") / "snapshot"
    service = project.service
    planted = Planted.read(project.corpus)
    return freeze(service.database, service.project, service.guideline, folder, NOW, planted=planted)


@pytest.fixture(scope="session")
def answers_file(tmp_path_factory):
    """Every question answered, and a profile with a small cell."""
    lines = [f"{name}: The answer to {name}." for name in QUESTIONS if name != "licence"]
    lines += [
        "licence: CC-BY-4.0",
        f"{PROFILE}:",
        "  first language:",
        "    English: 24",
        "    Welsh: 3",
        "    other: 12",
    ]
    path = tmp_path_factory.mktemp("answers") / "answers.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def answers(answers_file):
    return read_answers(answers_file)


@pytest.fixture(scope="session")
def released(frozen, answers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    plan = Plan("1.0.0", answers)
    return build_release(frozen, plan, folder / "release", folder / "apart", recheck, GATE_VERSION)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(request, tmp_path_factory, answers):
    """A small labelled project with a release, made once on each kind of database; copies of it are made by what is yielded."""
    folder = tmp_path_factory.mktemp("filled")
    copies = _files(request, folder) if request.param == "sqlite" else _databases(request)
    with copies("template_filled") as database:
        service = labelled(database, folder, FEW).service
        places = Places(folder / "home" / "releases" / "1.0.0")
        after = NOW + timedelta(minutes=FEW)  # when all have answered
        frozen = frozen_for(database, service.project, service.guideline, places.snapshot, after)
        built(database, service.project, frozen, Plan("1.0.0", answers, despite=DESPITE), places, "test", after)
        guideline = service.guideline
        database.dispose()

        @contextmanager
        def copy(home):
            with copies(f"t{uuid.uuid4().hex[:12]}", "template_filled") as made:
                shutil.copytree(folder / "home", home)
                with made.writing() as session:
                    session.exec(select(Release)).one().folder = str(home / "releases" / "1.0.0")
                yield made, guideline

        yield copy


@pytest.fixture
def here(filled, tmp_path, clock):
    """The service over a small project of which release 1.0.0 is built; on both databases."""
    with filled(tmp_path / "home") as (database, guideline):
        yield open_service(Settings(home=tmp_path / "home", studio=False), database, clock, guideline)


@pytest.fixture
def database(here):
    return here.database


def _files(request, folder):
    @contextmanager
    def copy(name, source=None):
        path = folder / f"{name}.sqlite3"
        shutil.copy(folder / f"{source}.sqlite3" if source else request.getfixturevalue("sqlite_template"), path)
        made = Database(f"sqlite:///{path}")
        yield made
        made.dispose()

    return copy


def _databases(request):
    base, admin = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_admin")

    @contextmanager
    def copy(name, source="template_annotator"):
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {source}"))
        made = Database(base.replace("/postgres?", f"/{name}?"))
        yield made
        made.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    return copy
