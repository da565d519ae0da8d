"""Nobody can tell a control item from another: payloads, ids, headers, cookies, and what the service does to make them."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from annotator.domain.controls import Placement
from annotator.domain.limits import UNLIMITED
from annotator.domain.roles import Role
from annotator.quality.bank import ensure_policy, fill
from annotator.storage import project_settings
from annotator.storage.prepared import Prepared
from annotator.storage.tables_quality import Control
from annotator.synthetic.generator import generate
from benchmarks._load_pool import model_in_use
from tests.web.conftest import answer, rating

HALF = Placement(first=3, rate=0.5)


@pytest.fixture
def mixed(site):
    """A project whose stream is half control items, without limits of exposure and without a random slice for audits."""
    service = site.service
    with service.database.writing() as session:
        project_settings.change(session, service.now(), "test", service.project.id, {"audit_share": 0})
        project_settings.set_limits(session, service.now(), "test", service.project.id, UNLIMITED, may_be_looser=True)
        ensure_policy(session, service.project, service.now(), HALF)
    fill(service.database, service.project, service.schema, 12, "test", service.now())
    site.add_items([posting.text for posting in generate(30, 77)])
    return site


def is_control(site, given) -> bool:
    with site.service.database.reading() as session:
        return session.get(Control, site.item_of(given).id) is not None


@contextmanager
def statements(site):
    """Collect what the database is asked, through the ORM and past it, without values."""
    asked: list[str] = []
    execute = Prepared._execute

    def note_prepared(prepared, at, values):
        ran = execute(prepared, at, values)
        note(None, None, ran[0].sql)
        return ran

    def note(_connection, _cursor, statement, *_):
        statement = statement.replace(", high_concern=?", "").replace(
            ", high_concern=%(high_concern)s", ""
        )  # if it moved
        asked.append(re.sub(r"\s+(FOR UPDATE.*|LIMIT .*)?$", "", statement))

    event.listen(site.service.database.engine, "before_cursor_execute", note)
    Prepared._execute = note_prepared
    try:
        yield asked
    finally:
        Prepared._execute = execute
        event.remove(site.service.database.engine, "before_cursor_execute", note)


def form(value):
    """The shape of a value: keys, kinds, and the form of anything that looks like an id."""
    if isinstance(value, dict):
        return {name: form(each) for name, each in sorted(value.items())}
    if isinstance(value, list):
        return [form(each) for each in value]
    if not isinstance(value, str):
        return type(value).__name__
    for name, pattern in {
        "ulid": r"[0-7][0-9A-HJKMNP-TV-Z]{25}",
        "hex": r"[0-9a-f]+",
        "time": r"\d{4}-\d\d-\d\dT[\d:.]+Z",
    }.items():
        if re.fullmatch(pattern, value):
            return (name, len(value))
    return "text"


def test_everything_a_browser_is_told_has_one_form(mixed):
    volunteer = mixed.enter(Role.VOLUNTEER)
    told = defaultdict(list)
    for number in range(20):
        mixed.service.clock.advance(timedelta(seconds=31))
        cookies = dict(volunteer.cookies)
        given = volunteer.post("/api/v1/next")
        stored = answer(volunteer, given.json(), rating("1"), key=f"{number:02d}", then_next=True)
        progress = volunteer.get("/api/v1/progress")
        assert (given.status_code, stored.status_code) == (200, 201)
        assert progress.json()["session"] == number + 1, (
            "a control item counts in the person's own progress as any other"
        )
        assert dict(volunteer.cookies) == cookies
        seen = [
            form(given.json()),
            form(stored.json()),
            [sorted(name for name in reply.headers if name != "content-length") for reply in (given, stored, progress)],
        ]
        told[is_control(mixed, given.json())].append(seen)
    controls, ordinary = told[True], told[False]
    assert len(controls) > 4
    assert len(ordinary) > 4
    assert all(each == ordinary[0] for each in [*controls, *ordinary])


@pytest.mark.parametrize("picks", ["the seeded order", "a model"])
def test_the_service_takes_the_same_steps_for_both(mixed, picks):
    service = mixed.service
    if picks == "a model":
        with service.database.writing() as session:
            model = model_in_use(service.project.id, service.schema, service.now())
            model.share = 1.0
            session.add(model)
    volunteer = mixed.enter(Role.VOLUNTEER)
    steps = defaultdict(set)
    for number in range(20):
        mixed.service.clock.advance(timedelta(seconds=31))
        with statements(mixed) as giving:
            given = volunteer.post("/api/v1/next").json()
        with statements(mixed) as storing:
            assert answer(volunteer, given, rating("1"), key=f"{number:02d}").status_code == 201
        if number:  # the first one forgets nothing in the ledger and warms the caches
            steps[is_control(mixed, given)].add((tuple(giving), tuple(storing)))
    assert steps[True]
    assert steps[False]
    assert all(len(giving) > 15 and len(storing) > 10 for giving, storing in [*steps[True], *steps[False]])
    assert steps[True] == steps[False]
    assert len(steps[True]) == 1


def test_skip_and_flag_answer_alike(mixed):
    volunteer = mixed.enter(Role.VOLUNTEER)
    told = defaultdict(list)
    for number in range(16):
        given = volunteer.post("/api/v1/next").json()
        control = is_control(mixed, given)
        if number % 2:
            reply = volunteer.post("/api/v1/skip", json={"lease": given["lease"]})
        else:
            reply = volunteer.post("/api/v1/flag", json={"lease": given["lease"], "kind": "distressing"})
        told[control].append((reply.status_code, form(reply.json()), sorted(reply.headers)))
    assert told[True]
    assert told[False]
    assert len({str(each) for each in [*told[True], *told[False]]}) == 1


def test_the_labelling_page_is_the_same_whatever_comes(mixed):
    volunteer = mixed.enter(Role.VOLUNTEER)
    pages = set()
    for number in range(8):
        page = volunteer.get("/label").text
        pages.add(re.sub(r'nonce="[^"]+"', "", page))
        answer(volunteer, volunteer.post("/api/v1/next").json(), rating("0"), key=f"p{number}")
    assert len(pages) == 1
    assert "control" not in next(iter(pages)).lower().replace("controls", "")


def test_a_rate_of_zero_switches_them_off(mixed):
    with mixed.service.database.writing() as session:
        project_settings.change(
            session, mixed.service.now(), "test", mixed.service.project.id, {"control_first": 5, "control_rate": 0}
        )
    volunteer = mixed.enter(Role.VOLUNTEER)
    for number in range(6):
        given = volunteer.post("/api/v1/next").json()
        assert not is_control(mixed, given)
        answer(volunteer, given, rating("0"), key=f"z{number}")


def test_the_desk_and_the_agreement_do_not_know_them(mixed):
    volunteer = mixed.enter(Role.VOLUNTEER)
    ordinary = 0
    for number in range(12):
        given = volunteer.post("/api/v1/next").json()
        ordinary += not is_control(mixed, given)
        answer(volunteer, given, rating("0"), key=f"d{number}")
    desk = mixed.enter(Role.COORDINATOR)
    assert f"{ordinary} answers today" in desk.get("/coordinator").text
    assert mixed.enter(Role.RESEARCHER).get("/api/v1/agreement").json()["answers"] == ordinary
