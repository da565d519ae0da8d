"""One labelled project and one release of it, built once for the tests that only look at it."""

from __future__ import annotations

import shutil

import pytest

from annotator.insight.freeze import freeze
from annotator.insight.planted import Planted
from annotator.insight.release_gate import GATE_VERSION, recheck
from annotator.storage.database import Database
from exports.answers import PROFILE, QUESTIONS, read_answers
from exports.release import Plan, build_release
from tests.releases.labelled import NOW, labelled

N_ITEMS = 240


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
