"""Breaks, opt-outs, time zones and the ledger never touch a score or leave the house."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import select

from annotator.insight.consensus import refit
from annotator.insight.export import export_project
from annotator.storage import annotation_log, consensus, wellbeing
from annotator.storage.tables_consensus import ConsensusFit, Skill
from annotator.storage.tables_exposure import Exposure, Preference, Wellbeing, ZoneChoice
from annotator.storage.wellbeing import Preferences

ROOT = Path(__file__).parents[2]
MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def labelled(world):
    rng = np.random.default_rng(11)
    world.add_items(24)
    for person in world.volunteers(4):
        while hasattr(given := world.next(person), "lease_id"):
            world.pass_time(seconds=30)
            world.answer(person, given.lease_id, str(rng.integers(0, 4)))


def outcome(world, folder):
    """Everything a score or an export is made of, and what comes of it."""
    refit(world.database, world.project, world.schema, MOMENT)
    with world.database.reading() as session:
        skills = [
            row.model_dump(exclude={"fit_id"})
            for row in session.exec(select(Skill).order_by(Skill.person_id, Skill.label))
        ]
        fits = session.exec(select(ConsensusFit).order_by(ConsensusFit.id.desc())).first()
        posteriors = dict(consensus.stored(session, world.project.id))
        labels = annotation_log.label_columns(session, world.project.id)
    export_project(world.database, world.project, folder, "test", MOMENT)
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    return skills, fits.model, posteriors, labels, files


@pytest.mark.usefixtures("no_limits")
def test_the_export_and_the_skills_are_the_same_whatever_stands_in_the_ledger(world, tmp_path):
    labelled(world)
    before = outcome(world, tmp_path / "before")
    assert before[0]
    assert before[4]
    with world.database.writing() as session:
        for person in set(before[3][1]):
            wellbeing.set_preferences(session, person, Preferences(("FEE", "DEBT"), "GB"))
            wellbeing.choose_zone(session, MOMENT, person, "Asia/Tokyo")
            session.add(
                Exposure(
                    person_id=person,
                    started_at=MOMENT - timedelta(hours=3),
                    ended_at=MOMENT,
                    open=False,
                    high_concern=True,
                )
            )
        wellbeing.set_welfare_contact(session, MOMENT, "test", world.project.id, "Ada Example")
    assert outcome(world, tmp_path / "added") == before
    with world.database.writing() as session:
        for table in (Exposure, Preference, Wellbeing, ZoneChoice):
            for row in session.exec(select(table)).all():
                session.delete(row)
    assert outcome(world, tmp_path / "gone") == before


def test_nothing_that_scores_or_exports_knows_the_tables_of_wellbeing():
    forbidden = {"tables_exposure", "exposure", "wellbeing"}
    scoring = [
        ROOT / "annotator" / "insight",
        ROOT / "annotator" / "consensus",
        ROOT / "exports",
        ROOT / "active_learning",
    ]
    files = [path for folder in scoring for path in folder.rglob("*.py")]
    files += [ROOT / "annotator" / "storage" / f"{name}.py" for name in ("snapshot", "consensus", "annotation_log")]
    assert len(files) > 20
    for path in files:
        imported = {
            name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [*(alias.name for alias in node.names), *(getattr(node, "module", "") or "").split(".")]
        }
        assert not imported & forbidden, path
