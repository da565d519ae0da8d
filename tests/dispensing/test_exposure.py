"""The exposure ledger where items are handed out: nobody is shown anything past a limit, whatever they do and in how many tabs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from annotator.dispensing.dispense import Dispensed, Nothing, next_item
from annotator.dispensing.returns import release, skip
from annotator.dispensing.wellbeing import forget_outlived
from annotator.domain.errors import InputError, LeaseExpiredError
from annotator.domain.leases import EmptyReason
from annotator.domain.limits import PRECAUTIONARY
from annotator.storage import exposure, project_settings, projects, wellbeing
from annotator.storage.database import Database
from annotator.storage.tables import Lease, Project
from annotator.storage.tables_exposure import Exposure
from annotator.storage.wellbeing import Preferences


def work(world, person, minutes, each=1.0):
    """Answer items of `each` minutes until the minutes are over or nothing comes; return what came instead."""
    for _ in range(round(minutes / each)):
        given = world.next(person)
        if isinstance(given, Nothing):
            return given
        left = (given.expires_at - world.clock.now()).total_seconds()
        world.pass_time(seconds=min(each * 60, left - 1))
        world.answer(person, given.lease_id, "0")
    return None


def ledger(world, person):
    with world.database.reading() as session:
        return exposure.ledger(session, person, world.clock.now())


def test_twenty_minutes_then_a_break_and_then_on(world):
    world.add_items(60)
    (ada,) = world.volunteers(1)
    refused = work(world, ada, 30)
    assert refused == Nothing(EmptyReason.BREAK, retry_after=300)
    assert len(ledger(world, ada)) == 19  # the twentieth minute was too short for one more
    world.pass_time(seconds=299)
    assert world.next(ada) == Nothing(EmptyReason.BREAK, retry_after=1)
    world.pass_time(seconds=1)
    assert isinstance(world.next(ada), Dispensed)


def test_a_session_a_day_and_a_week_run_out_with_the_time_of_return(world):
    world.add_items(120)
    (ada,) = world.volunteers(1)
    reasons = []
    while EmptyReason.WEEK_OVER not in reasons:
        refused = work(world, ada, 60, each=4)
        reasons.append(refused.reason)
        world.pass_time(seconds=refused.retry_after)
    assert reasons[:3] == [EmptyReason.BREAK, EmptyReason.BREAK, EmptyReason.SESSION_OVER]
    assert reasons.count(EmptyReason.DAY_OVER) == 3
    assert world.clock.now() == datetime(2026, 3, 9, 6, 0, tzinfo=UTC)


def test_a_lease_never_outlasts_what_is_left(world):
    world.add_items(60)
    (ada,) = world.volunteers(1)
    assert work(world, ada, 15) is None
    given = world.next(ada)
    assert given.expires_at == world.clock.now() + timedelta(minutes=5)
    world.pass_time(minutes=5)
    with pytest.raises(LeaseExpiredError):
        world.answer(ada, given.lease_id)


def test_an_abandoned_tab_counts_for_as_long_as_one_item_may_be_held(world):
    world.add_items(9)
    (ada,) = world.volunteers(1)
    world.next(ada)
    world.pass_time(hours=7)
    assert isinstance(world.next(ada), Dispensed)
    (first, _) = ledger(world, ada)
    assert first.ended - first.started == timedelta(minutes=10)


def test_abandoning_tab_after_tab_does_not_escape_the_budget(world):
    world.add_items(20)
    (ada,) = world.volunteers(1)
    for _ in range(2):
        assert isinstance(world.next(ada), Dispensed)
        world.pass_time(minutes=10)
    assert world.next(ada).reason is EmptyReason.BREAK


def test_looking_and_letting_go_counts_too(world):
    world.add_items(40)
    (ada,) = world.volunteers(1)
    for number in range(9):
        given = world.next(ada)
        world.pass_time(minutes=2)
        if number % 2:
            skip(world.database, ada, given.lease_id, world.clock.now())
        else:
            release(world.database, ada, world.clock.now())
    given = world.next(ada)
    assert given.expires_at - world.clock.now() == timedelta(minutes=2)


def test_many_tabs_at_the_edge_of_the_budget_get_one_item(world):
    world.add_items(60)
    (ada,) = world.volunteers(1)
    assert work(world, ada, 18) is None

    def tab(_):
        given = world.next(ada)
        if isinstance(given, Dispensed):
            try:
                world.answer(ada, given.lease_id, "0", key=f"key-{given.lease_id}")
            except LeaseExpiredError:
                return None
        return given

    world.pass_time(seconds=-30)  # every tab asks and answers at once, at a moment when there is room for some more
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tab, range(16)))
    world.pass_time(minutes=4)
    with world.database.reading() as session:
        rows = session.exec(select(Exposure).where(Exposure.person_id == ada)).all()
    assert sum(row.open for row in rows) <= 1
    assert sum((row.ended_at - row.started_at for row in rows), timedelta()) <= timedelta(minutes=20)
    world.check_books()


def test_another_process_and_another_project_see_the_same_ledger(world):
    world.add_items(60)
    (ada,) = world.volunteers(1)
    assert work(world, ada, 30).reason is EmptyReason.BREAK
    now = world.clock.now()
    with world.database.writing() as session:
        known = session.get_one(Project, world.project.id).model_dump(exclude={"id", "name"})
        other = projects.ensure_project(session, now, Project(name="other", **known))
    process = Database(world.database.url)
    assert next_item(process, other, world.schema, ada, now) == Nothing(EmptyReason.BREAK, 300)
    process.dispose()


def test_quiet_hours_hold_for_the_zone_that_was_left_until_a_day_later(world):
    world.add_items(9)
    (ada,) = world.volunteers(1)
    world.pass_time(hours=14)  # 23:00 UTC
    assert world.next(ada) == Nothing(EmptyReason.QUIET_HOURS, 7 * 3600)
    choose_zone(world, ada, "America/New_York")
    assert world.next(ada) == Nothing(EmptyReason.QUIET_HOURS, 3600 * 12)  # six in UTC is one at night in New York
    world.pass_time(hours=24)
    assert isinstance(world.next(ada), Dispensed)


def test_an_item_in_hand_is_taken_back_when_it_may_not_be_shown_any_more(world):
    world.add_items(3)
    (ada,) = world.volunteers(1)
    given = world.next(ada)
    choose_zone(world, ada, "Pacific/Auckland")  # 22:00 there
    assert world.next(ada).reason is EmptyReason.QUIET_HOURS
    assert world.item(given.public_id).leased == 0
    assert world.next(ada).reason is EmptyReason.QUIET_HOURS
    world.check_books()


def test_stricter_limits_hold_at_once_and_looser_ones_are_refused(world):
    world.add_items(60)
    (ada,) = world.volunteers(1)
    assert work(world, ada, 10) is None
    now, project = world.clock.now(), world.project.id
    with world.database.writing() as session:
        project_settings.set_limits(
            session, now, "c", project, replace(PRECAUTIONARY, active_minutes=10, break_minutes=9)
        )
    assert world.next(ada) == Nothing(EmptyReason.BREAK, 540)
    with world.database.writing() as session, pytest.raises(InputError) as refused:
        project_settings.set_limits(session, now, "c", project, replace(PRECAUTIONARY, day_minutes=91))
    assert refused.value.where == "day_minutes"


def test_after_three_items_of_high_concern_comes_a_mild_one(world):
    by_name = world.add_rated(["3"] * 12 + ["0"] * 2 + [None] * 2)
    (ada,) = world.volunteers(1)
    met = []
    while isinstance(given := world.next(ada), Dispensed):
        met.append(by_name[given.public_id])
        world.answer(ada, given.lease_id, met[-1] or "2")
    high = "".join("h" if rating != "0" else "m" for rating in met)
    assert "hhhm" in high
    known_high = "".join("h" if rating == "3" else "-" for rating in met)
    assert "hhhh" not in known_high
    assert given.reason is EmptyReason.SESSION_OVER
    assert given.retry_after == 3600


def test_the_last_item_of_a_session_is_a_mild_one(world):
    by_name = world.add_rated(["0"] * 30 + ["3"] * 60)
    (ada,) = world.volunteers(1)
    met, refused = [], None
    while refused is None or refused.reason is EmptyReason.BREAK:
        if refused is not None:
            world.pass_time(seconds=refused.retry_after)
        while isinstance(given := world.next(ada), Dispensed):
            met.append(by_name[given.public_id])
            world.pass_time(seconds=(given.expires_at - world.clock.now()).total_seconds() * 0.3)
            world.answer(ada, given.lease_id, met[-1])
        refused = given
    assert refused.reason is EmptyReason.SESSION_OVER
    assert met[-1] == "0"
    assert "3" in met


def test_what_somebody_would_rather_not_see_is_never_handed_to_them(world):
    names = world.add_items(4)
    ben, ada = world.volunteers(2)
    marked = world.next(ben)
    world.answer_marked(ben, marked.lease_id, "FEE")
    with world.database.writing() as session:
        wellbeing.set_preferences(session, ada, Preferences(("FEE",)))
    met = []
    while isinstance(given := world.next(ada), Dispensed):
        met.append(given.public_id)
        world.answer(ada, given.lease_id)
    assert sorted(met) == sorted(set(names) - {marked.public_id})
    assert given == Nothing(EmptyReason.DONE)
    (cyn,) = world.volunteers(1)
    assert world.next(cyn).public_id == marked.public_id


def test_an_item_in_hand_goes_back_when_somebody_finds_in_it_what_its_holder_would_rather_not_see(world):
    world.add_items(2)
    ada, ben = world.volunteers(2)
    with world.database.writing() as session:
        wellbeing.set_preferences(session, ada, Preferences(("FEE",)))
    held = world.next(ada)
    while (given := world.next(ben)).item_id != held.item_id:
        world.answer(ben, given.lease_id)
    world.answer_marked(ben, given.lease_id, "FEE")
    assert world.next(ada).item_id != held.item_id
    world.check_books()


def test_the_ledger_forgets_after_a_fortnight_also_those_who_do_not_come_again(world, monkeypatch):
    monkeypatch.setattr("annotator.dispensing.wellbeing._BATCH", 2)
    world.add_items(9)
    ada, ben = world.volunteers(2)
    assert work(world, ada, 3) is None
    world.pass_time(days=10)
    assert work(world, ben, 2) is None
    assert forget_outlived(world.database, world.clock.now()) == 0
    world.pass_time(days=5)
    assert forget_outlived(world.database, world.clock.now()) == 3
    with world.database.reading() as session:
        assert [one.person_id for one in session.exec(select(Exposure))] == [ben, ben]
    world.pass_time(days=15)
    assert forget_outlived(world.database, world.clock.now()) == 2


def test_every_lease_that_ended_has_left_no_open_interval(world):
    world.add_items(9)
    ada, ben = world.volunteers(2)
    assert work(world, ada, 3) is None
    world.next(ben)
    with world.database.reading() as session:
        live = session.exec(select(Lease.person_id).where(Lease.state == "live")).all()
        still = session.exec(select(Exposure.person_id).where(Exposure.open)).all()
    assert live == still == [ben]


def choose_zone(world, person, zone):
    with world.database.writing() as session:
        wellbeing.choose_zone(session, world.clock.now(), person, zone)
