"""Whoever touches the audit log is found out: a changed, lost, moved or added line, a shortened or rewritten log."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import text
from sqlmodel import select

from annotator.domain.errors import InputError
from annotator.storage import audit, audit_chain
from annotator.storage.tables import Audit
from annotator.storage.tables_audit import AuditHead
from tests.world import empty

DETAILS = [
    {},
    {"n": 3, "share": 0.1, "tiny": 5e-324},
    {"words": "naïve \u2028 'quote' \"", "list": [1, None, {"a": True}]},
]


def fill(database, clock, lines=12):
    for number in range(lines):
        clock.advance(timedelta(seconds=1))
        with database.writing() as session:
            for part in range(1 + number % 2):
                audit.record(session, clock.now(), f"P{number}", "test.done", f"S{part}", **DETAILS[number % 3])


def verify(database, *anchors):
    with database.frozen() as session:
        return audit_chain.verify(session, list(anchors))


def anchored(database, clock):
    with database.reading() as session:
        return audit_chain.anchor(session, clock.now())


def run(database, statement, **values):
    with database.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_a_log_that_nobody_touched_is_whole(database, clock):
    fill(database, clock)
    report = verify(database, anchored(database, clock))
    assert (report.whole, report.lines) == (True, 18)


def test_the_lines_of_a_rolled_back_change_are_not_there(database, clock):
    def fail():
        with database.writing() as session:
            audit.record(session, clock.now(), "P", "test.done", "S")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert verify(database).lines == 0


COLUMNS = st.sampled_from(
    [
        ("actor", "somebody else"),
        ("action", "test.undone"),
        ("subject", "another"),
        ("detail", '{"n": 4}'),
        ("at", "2026-03-02 09:00:00.000001"),
        ("hash", "0" * 64),
        ("position", 10_000),
        ("chain", 3),
        ("id", 10_000),
    ]
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(column=COLUMNS, which=st.integers(0, 17))
def test_any_change_of_any_line_is_found(database, clock, column, which):
    empty(database)
    fill(database, clock)
    with database.reading() as session:
        line = sorted(session.exec(select(Audit)).all(), key=lambda row: (row.chain, row.position))[which]
        last_of_all = line.id == max(row.id for row in session.exec(select(Audit)))
    name, value = column
    run(database, f"UPDATE audit SET {name} = :value WHERE id = :id", value=value, id=line.id)
    found = verify(database).findings
    if name == "id" and last_of_all:
        assert not found, "a larger number for the newest line says nothing else"
    else:
        assert found, (name, which)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gone=st.sets(st.integers(0, 17), min_size=1))
def test_any_loss_of_lines_is_found(database, clock, gone):
    empty(database)
    fill(database, clock)
    with database.reading() as session:
        ids = sorted(session.exec(select(Audit.id)))
    for number in gone:
        run(database, "DELETE FROM audit WHERE id = :id", id=ids[number])
    assert not verify(database).whole


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=st.lists(st.integers(0, 17), min_size=2, max_size=2, unique=True))
def test_lines_that_changed_places_are_found(database, clock, pair):
    empty(database)
    fill(database, clock)
    with database.reading() as session:
        ids = sorted(session.exec(select(Audit.id)))
    one, other = (ids[number] for number in pair)
    run(database, "UPDATE audit SET id = -1 WHERE id = :id", id=one)
    run(database, "UPDATE audit SET id = :to WHERE id = :id", to=one, id=other)
    run(database, "UPDATE audit SET id = :to WHERE id = -1", to=other)
    assert not verify(database).whole


def test_a_tail_cut_off_with_its_head_is_found_by_an_anchor(database, clock):
    fill(database, clock)
    kept = anchored(database, clock)
    (chain, (position, _)), *_ = [row for row in kept.heads.items() if row[1][0] > 1]
    with database.reading() as session:
        before = session.exec(select(Audit.hash).where(Audit.chain == chain, Audit.position == position - 1)).one()
    run(database, "DELETE FROM audit WHERE chain = :chain AND position = :position", chain=chain, position=position)
    run(
        database,
        "UPDATE audit_head SET position = :position, hash = :hash WHERE chain = :chain",
        position=position - 1,
        hash=before,
        chain=chain,
    )
    assert verify(database).whole, "without an anchor a clean cut can't be seen"
    assert not verify(database, kept).whole


def test_a_log_written_anew_from_the_first_line_is_found_by_an_anchor(database, clock):
    fill(database, clock)
    kept = anchored(database, clock)
    with database.writing() as session:
        for head in session.exec(select(AuditHead)):
            previous = audit.GENESIS
            lines = session.exec(select(Audit).where(Audit.chain == head.chain).order_by(Audit.position)).all()
            for line in lines:
                line.actor = "nobody"
                said = line.model_dump(exclude={"id", "hash"})
                line.hash = previous = audit.link(previous, **said)
            head.hash = previous
    assert verify(database).whole, "whoever may write can compute hashes anew"
    assert not verify(database, kept).whole


def test_a_lost_head_is_found(database, clock):
    fill(database, clock)
    run(database, "DELETE FROM audit_head WHERE chain = 5")
    assert [finding.chain for finding in verify(database).findings] == [5]


def test_what_cannot_be_read_is_found(database, clock):
    if not database.is_sqlite:
        pytest.skip("PostgreSQL refuses it")
    fill(database, clock)
    for change in ("detail = 'no json'", "at = 'yesterday'", "position = 'x'"):
        run(database, f"UPDATE audit SET {change} WHERE id = 7")
        assert not verify(database).whole


def test_people_who_write_at_once_keep_every_chain_whole(database, clock):
    def write(number):
        with database.writing() as session:
            audit.record(session, clock.now(), f"P{number}", "test.done", "S")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(200)))
    report = verify(database)
    assert (report.findings, report.lines) == ([], 200)


def test_an_anchor_comes_back_from_its_text_and_a_changed_one_does_not(database, clock):
    fill(database, clock)
    kept = anchored(database, clock)
    assert audit_chain.read_anchor(kept.to_json()) == kept
    changed = json.loads(kept.to_json())
    changed["heads"]["0"][0] += 1
    for wrong in (json.dumps(changed), "", "[]", '{"heads": 3}'):
        with pytest.raises(InputError):
            audit_chain.read_anchor(wrong)
