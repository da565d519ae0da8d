"""What is asked of large tables goes by an index on either database, and so does the look for rows that name a deleted answer."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event, inspect, text
from sqlmodel import select

from annotator.storage import studio_gold, withdrawal
from annotator.storage.tables import Annotation


def _bury(session, world):
    withdrawal.bury(session, session.exec(select(Annotation)).one(), world.clock.now())


ASKED = {
    "a change in Label Studio": ("ix_adjudication_item_id", lambda s, w: studio_gold.ids_of_item(s, "1")),
    "a withdrawal": ("ix_adjudication_started_from", _bury),
    "a withdrawal of what was changed there": ("ix_studio_change_annotation_id", _bury),
}


@pytest.mark.parametrize("asked", ASKED)
def test_it_goes_by_its_index(filled, asked):
    index, ask = ASKED[asked]
    with filled.database.reading() as session:
        if not filled.database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))  # tables of tests are too small for it otherwise
        with _plans(session) as plans:
            ask(session, filled)
    assert index in "\n".join(plans)


def test_every_column_that_names_an_answer_leads_an_index(database):
    """Either database looks through such a column before an answer is deleted."""
    found, seen = inspect(database.engine), set()
    for table in found.get_table_names():
        led = {found.get_pk_constraint(table)["constrained_columns"][0]} if table != "alembic_version" else set()
        led |= {index["column_names"][0] for index in found.get_indexes(table)}
        for key in found.get_foreign_keys(table):
            if key["referred_table"] == "annotation":
                seen.add(table)
                assert set(key["constrained_columns"]) <= led, table
    assert {"studio_change", "adjudication"} <= seen


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_looks_through_all_items_of_a_project_before_one_is_handed_out(world):
    """SQLite chooses among indexes without knowing how many rows each leaves: one more may send it through the whole pool."""
    world.add_items(5)
    world.use_model({"item-00003": [0.1, 0.2, 0.3, 0.4]})
    one, other = world.volunteers(2)
    with _traced(world.database) as statements:
        world.answer(one, world.next(one).lease_id)
        world.next(other)
    with world.database.reading() as session:
        explained = [session.execute(text(f"EXPLAIN QUERY PLAN {each}")).all() for each in statements]
    looks = {row[3] for plan in explained for row in plan if re.match(r"(SEARCH|SCAN) item\b", row[3])}
    assert any("item_dispensable" in look for look in looks)
    assert [look for look in looks if not re.search(r"item_(dispensable|priority|audit) |\(id=\?\)", look)] == []


@contextmanager
def _traced(database):
    """Collect the queries of items that go past the ORM too, with their values."""
    statements = []

    def trace(connection, *_):
        connection.set_trace_callback(lambda said: statements.append(said) if "FROM item" in said else None)

    event.listen(database.engine, "checkout", trace)
    yield statements
    event.remove(database.engine, "checkout", trace)


@pytest.fixture
def filled(world):
    """Items, one of them answered, which the planner knows of."""
    world.add_items(400)
    (person,) = world.volunteers(1)
    world.answer(person, world.next(person).lease_id)
    with world.database.writing() as session:
        session.execute(text("ANALYZE"))
    return world


@contextmanager
def _plans(session):
    """Collect how the database finds the rows of each statement of a session."""
    connection, plans = session.connection(), []
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "

    def plan(conn, cursor, statement, parameters, context, executemany):
        if not statement.startswith("INSERT"):
            beside = cursor.connection.cursor()
            plans.extend(str(row) for row in beside.execute(explain + statement, parameters).fetchall())

    event.listen(connection, "before_cursor_execute", plan)
    yield plans
    event.remove(connection, "before_cursor_execute", plan)
