"""Pauses: proposed from evidence, explained, appealed, decided by a person; and untouched by skips, breaks and the like."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from sqlmodel import select

from annotator.dispensing import returns
from annotator.dispensing.dispense import Dispensed, Nothing
from annotator.domain.controls import Placement
from annotator.domain.errors import ConflictError, InputError, NotFoundError
from annotator.domain.leases import EmptyReason
from annotator.domain.quality import statistic
from annotator.quality import decisions
from annotator.quality.decisions import appeal, decide_pause, watch
from annotator.storage import audit, quality, wellbeing
from annotator.storage.tables import Annotation, Person
from annotator.storage.tables_quality import Evidence
from annotator.storage.wellbeing import Preferences
from tests.quality.banks import add_controls
from tests.world import SCHEMA

pytestmark = pytest.mark.usefixtures("no_limits")
ALL = Placement(first=50, rate=0.1)


def label(world, person, count: int, rating: str = "0") -> None:
    for _ in range(count):
        given = world.next(person)
        assert isinstance(given, Dispensed), given
        world.answer(person, given.lease_id, rating)
        world.pass_time(seconds=20)


def watched(world) -> int:
    return watch(world.database, world.project, SCHEMA, world.clock.now())


@pytest.fixture
def clicker(world):
    """Somebody who has answered ten control items without reading, and another who read them."""
    world.add_items(3)
    add_controls(world, 12, rating="3", indicators=["FEE", "DEBT"], placement=ALL)
    clicking, reading = world.volunteers(2)
    label(world, clicking, 10)
    for _ in range(10):
        world.answer_marked(reading, world.next(reading).lease_id, "FEE", "3")
    return clicking, reading


def test_who_clicks_through_is_paused_provisionally_and_who_reads_is_not(world, clicker):
    clicking, reading = clicker
    assert watched(world) == 1
    assert world.next(clicking) == Nothing(EmptyReason.PAUSED)
    assert isinstance(world.next(reading), Dispensed)
    with world.database.reading() as session:
        (pause,) = quality.pauses_of(session, clicking)
        actions = [line.action for line in audit.history(session, clicking)]
    assert pause.decided_at is None
    assert pause.grounds["controls"] == pause.grounds["controls_wrong"] == 10
    assert actions[-1] == "pause.proposed"
    assert watched(world) == 0, "nothing new was answered"


def test_an_appeal_is_read_by_a_person_who_decides_with_a_reason(world, clicker):
    clicking, reading = clicker
    watched(world)
    with pytest.raises(NotFoundError):
        appeal(world.database, reading, "I was not paused.", world.clock.now())
    with pytest.raises(InputError):
        appeal(world.database, clicking, "  ", world.clock.now())
    appeal(world.database, clicking, "The screen was broken.", world.clock.now())
    with world.database.reading() as session:
        pause = quality.open_pause(session, clicking)
        assert [each.id for each, _ in quality.pauses(session, 10)] == [pause.id]
    assert pause.appeal == "The screen was broken."
    with pytest.raises(InputError):
        decide_pause(world.database, reading, pause.id, "", world.clock.now(), resume=True)
    decide_pause(world.database, reading, pause.id, "A broken screen is no fault.", world.clock.now(), resume=True)
    assert isinstance(world.next(clicking), Dispensed)
    with pytest.raises(ConflictError):
        decide_pause(world.database, reading, pause.id, "Again.", world.clock.now(), resume=False)
    with world.database.reading() as session:
        actions = [line.action for line in audit.history(session, clicking)]
    assert actions[-3:] == ["pause.proposed", "pause.appealed", "pause.resume"]


def test_after_a_resumption_what_was_gathered_is_dropped(world, clicker):
    clicking, _ = clicker
    watched(world)
    with world.database.reading() as session:
        pause = quality.open_pause(session, clicking)
    decide_pause(world.database, clicking, pause.id, "A fresh start.", world.clock.now(), resume=True)
    world.pass_time(seconds=5)
    label(world, clicking, 1)
    assert watched(world) == 0
    label(world, clicking, 1)
    assert watched(world) == 1, "two more without reading are enough"


def test_a_pause_lifted_elsewhere_counts_as_decided(world, clicker):
    clicking, _ = clicker
    watched(world)
    with world.database.writing() as session:
        session.get_one(Person, clicking).paused_at = None
    label(world, clicking, 1)
    assert watched(world) == 0
    with world.database.reading() as session:
        assert [pause.decision for pause in quality.pauses_of(session, clicking)] == ["resume"]


def test_a_pause_that_a_person_keeps_stays(world, clicker):
    clicking, reading = clicker
    watched(world)
    with world.database.reading() as session:
        pause = quality.open_pause(session, clicking)
    decide_pause(world.database, reading, pause.id, "Let us talk first.", world.clock.now(), resume=False)
    assert world.next(clicking) == Nothing(EmptyReason.PAUSED)
    with pytest.raises(ConflictError):
        decide_pause(world.database, reading, pause.id, "Again.", world.clock.now(), resume=False)
    decide_pause(world.database, reading, pause.id, "We have talked.", world.clock.now(), resume=True)
    assert isinstance(world.next(clicking), Dispensed)


def test_agreement_with_the_others_counts_once_all_have_answered(world):
    world.add_items(12)
    people = world.volunteers(3)
    for person, rating in zip(people, "003", strict=True):
        label(world, person, 12, rating)
    assert watched(world) == 1
    with world.database.reading() as session:
        assert world.next(people[2]) == Nothing(EmptyReason.PAUSED)
        assert len(session.exec(select(Evidence)).all()) == 36
        assert all(row.source == "consensus" for row in session.exec(select(Evidence)))


def score(world, person: str) -> list[tuple[str, float, bool | None]]:
    watched(world)
    with world.database.reading() as session:
        rows = quality.evidence_of(session, person)
    return [(row.source, round(row.llr, 9), row.right) for row in rows if row.llr]


def test_skips_cannot_tell_opt_outs_and_breaks_leave_the_score_where_it_was(world, clicker):
    _, reading = clicker
    before = score(world, reading)
    assert len(before) == 10
    skipped = world.next(reading)
    returns.skip(world.database, reading, skipped.lease_id, world.clock.now())
    flagged = world.next(reading)
    returns.flag(world.database, reading, flagged.lease_id, SCHEMA.flags[1], None, world.clock.now())
    world.next(reading)
    returns.release(world.database, reading, world.clock.now())
    world.pass_time(hours=30)
    with world.database.writing() as session:
        wellbeing.set_preferences(session, reading, Preferences(("FEE",), "GB"))
        wellbeing.choose_zone(session, world.clock.now(), reading, "Asia/Tokyo")
    while isinstance(given := world.next(reading), Dispensed):
        world.answer(reading, given.lease_id, "CT")
    assert score(world, reading) == before
    with world.database.reading() as session:
        assert statistic([row.llr for row in quality.evidence_of(session, reading)]) == 0
        told = session.exec(
            select(Annotation).where(Annotation.person_id == reading, Annotation.rating.is_(None))
        ).all()
    assert told, "some answers were cannot tell"


def test_what_scores_people_knows_no_table_of_wellbeing():
    package = Path(inspect.getfile(decisions)).parents[1]
    names = ("domain/quality.py", "domain/qualification.py", "domain/controls.py", "storage/quality.py")
    for path in [
        *(package / name for name in names),
        package / "quality/evidence.py",
        package / "quality/decisions.py",
    ]:
        imports = [
            line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("from", "import"))
        ]
        assert not [line for line in imports if "exposure" in line or "wellbeing" in line or "own" in line.split()], (
            path
        )
