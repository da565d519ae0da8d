"""Statements that are compiled once say the same as those that go through the ORM, on either database."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, func, literal, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlmodel import col, select

from annotator.domain.ids import new_id
from annotator.storage.prepared import Prepared, read_only, store, whole
from annotator.storage.tables import Annotation, Item, Lease, Outbox, Person
from annotator.storage.tables_exposure import Exposure
from annotator.storage.types import UtcDateTime

AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)


def a_person(**given):
    return Person(**({"pseudonym": new_id(), "role": "volunteer", "created_at": AT} | given))


def test_what_is_stored_past_the_session_reads_as_what_the_session_stores(database):
    past, through = a_person(qualified_at=AT), a_person(qualified_at=AT)
    with database.writing() as session:
        store(session, Person, **past.model_dump())
        session.add(through)
    with database.reading() as session:
        first, second = session.get_one(Person, past.id), session.get_one(Person, through.id)
    assert first.model_dump(exclude={"id", "pseudonym"}) == second.model_dump(exclude={"id", "pseudonym"})


def test_json_numbers_and_moments_come_back_as_the_columns_have_them(world):
    (name,) = world.add_items(1)
    (person,) = world.volunteers(1)
    world.answer(person, world.next(person).lease_id, "2")
    prepared = Prepared(
        select(
            Annotation.labels, Annotation.result, Annotation.created_at, Annotation.lead_time, Annotation.cannot_tell
        ).where(Annotation.person_id == bindparam("person"))
    )
    for _ in range(2):  # compiled at the first run, found at the second
        with world.database.reading() as session:
            (row,) = prepared.rows(session, person=person)
            known = session.exec(select(Annotation).where(Annotation.person_id == person)).one()
        assert list(row) == [known.labels, known.result, known.created_at, known.lead_time, known.cannot_tell]
        assert row[2].tzinfo is not None
    assert world.item(name).answered == 1


def test_a_moment_of_any_zone_is_compared_as_the_moment_it_is(database):
    prepared = Prepared(select(Person.id).where(Person.created_at < bindparam("before", type_=UtcDateTime())))
    with database.writing() as session:
        store(session, Person, **a_person().model_dump())
    there = timezone(timedelta(hours=-7))
    with database.reading() as session:
        assert prepared.first(session, before=(AT + timedelta(seconds=1)).astimezone(there)) is not None
        assert prepared.first(session, before=AT.astimezone(there)) is None


def test_lists_of_constants_are_part_of_the_statement(world):
    (name,) = world.add_items(1)
    found = Prepared(
        select(Item.public_id).where(col(Item.state).in_(["ready", "leased"]), Item.id == bindparam("item"))
    )
    with world.database.reading() as session:
        item_id = session.exec(select(Item.id)).one()
        assert found.first(session, item=item_id)[0] == world.item(name).public_id


@pytest.mark.parametrize("strange", ["it's", "100 %", "%s %(x)s", "?", ":person", "a\\'b", '"', "$1", "é\n"])
def test_a_constant_that_looks_like_sql_stays_the_text_that_it_is(database, strange):
    with database.writing() as session:
        store(session, Person, pseudonym=strange, role="volunteer", created_at=AT)
        store(session, Person, pseudonym="another", role="volunteer", created_at=AT)
    same = Prepared(select(Person.pseudonym, literal(strange)).where(Person.pseudonym == strange))
    listed = Prepared(select(Person.pseudonym).where(col(Person.pseudonym).in_([strange, "nobody"])))
    with database.reading() as session:
        assert [tuple(row) for row in same.rows(session)] == [(strange, strange)]
        assert [tuple(row) for row in listed.rows(session)] == [(strange,)]


def test_what_waits_in_the_session_is_written_first(database):
    person = a_person()
    by_id = Prepared(select(Person.pseudonym).where(Person.id == bindparam("person")))
    with database.writing() as session:
        session.add(person)
        assert by_id.first(session, person=person.id)[0] == person.pseudonym


def test_a_change_gives_the_rows_it_is_asked_for_and_is_undone_with_its_transaction(database):
    person = a_person()
    renamed = Prepared(
        update(Person)
        .where(col(Person.id) == bindparam("person"))
        .values(role=bindparam("to_role"))
        .returning(col(Person.role))
    )
    with database.writing() as session:
        session.add(person)
    with database.writing() as session:
        assert renamed.first(session, person=person.id, to_role="researcher")[0] == "researcher"
        session.rollback()
    with database.reading() as session:
        assert session.get_one(Person, person.id).role == "volunteer"


def test_a_constraint_that_is_broken_is_the_same_error_as_ever(database):
    person = a_person()
    with database.writing() as session:
        store(session, Person, **person.model_dump())
    with pytest.raises(IntegrityError), database.writing() as session:
        store(session, Person, **a_person(pseudonym=person.pseudonym).model_dump())


def test_the_database_numbers_rows_and_works_out_columns_itself(world):
    (person,) = world.volunteers(1)
    with world.database.writing() as session:
        for high in (True, None):
            store(session, Exposure, person_id=person, started_at=AT, ended_at=AT, open=False, high_concern=high)
        store(session, Outbox, kind="annotation", subject="x", created_at=AT, due_at=AT)
        item = session.exec(select(Item)).first()
    with world.database.reading() as session:
        rows = session.exec(select(Exposure).where(Exposure.person_id == person).order_by(col(Exposure.id))).all()
    assert [row.high_concern for row in rows] == [True, None]
    assert rows[1].id == rows[0].id + 1
    assert item is None


def test_an_item_is_stored_without_the_columns_that_are_worked_out(world):
    (name,) = world.add_items(1)
    with world.database.reading() as session:
        known = session.exec(select(Item)).one()
    twin = known.model_dump(exclude={"open_slots", "missing"})
    twin |= {"id": new_id(), "public_id": "twin", "text_sha256": "0" * 64}
    with world.database.writing() as session:
        store(session, Item, **twin)
    with world.database.reading() as session:
        stored = session.get_one(Item, twin["id"])
    assert (stored.open_slots, stored.missing) == (known.open_slots, known.missing)
    assert stored.open_slots == known.overlap
    assert world.item(name).id == known.id


def test_what_is_not_given_is_the_models_default_and_a_strange_value_is_refused(database):
    with database.writing() as session:
        store(session, Person, pseudonym="A-1", role="volunteer", created_at=AT)
        with pytest.raises(TypeError, match="needs role"):
            store(session, Person, pseudonym="A-2", created_at=AT)
        with pytest.raises(TypeError, match="no nickname"):
            store(session, Person, pseudonym="A-3", role="volunteer", created_at=AT, nickname="x")
    with database.reading() as session:
        (person,) = session.exec(select(Person)).all()
    assert person.id
    assert person.qualified_at is None


def test_equal_rows_share_one_object_and_others_do_not(world):
    ada, ben = world.volunteers(2)
    by_id = Prepared(select(*whole(Person)).where(Person.id == bindparam("person")))
    with world.database.reading() as session:
        first, again, other = (read_only(Person, by_id.first(session, person=each)) for each in (ada, ada, ben))
        assert first is again
        assert (first.id, other.id) == (ada, ben)
        assert first.model_dump() == session.get_one(Person, ada).model_dump()


def test_each_transaction_of_a_session_has_a_way_of_its_own(world):
    world.volunteers(1)
    count = Prepared(select(func.count()).select_from(Person))
    with world.database.reading() as session:
        assert count.first(session)[0] == 1
        session.rollback()
        world.volunteers(1)
        assert count.first(session)[0] == 2


@pytest.mark.parametrize("kind", ["reading", "writing", "glance"])
def test_a_session_is_gone_at_its_end_and_waits_for_no_collector(database, kind):
    count = Prepared(select(func.count()).select_from(Person))
    gc.disable()
    try:
        with getattr(database, kind)() as session:
            count.first(session)
        gone = weakref.ref(session)
        del session
        assert gone() is None
    finally:
        gc.enable()


def test_a_parameter_that_is_forgotten_is_an_error_and_no_row(world):
    by_person = Prepared(select(Lease.id).where(Lease.person_id == bindparam("person")))
    with world.database.reading() as session, pytest.raises((KeyError, StatementError)):
        by_person.rows(session)


def test_a_connection_that_broke_is_not_used_again(database):
    if database.is_sqlite:
        pytest.skip("there is no server that could go away")
    own = Prepared(select(func.pg_terminate_backend(func.pg_backend_pid())))
    with pytest.raises(OperationalError) as ended, database.reading() as session:
        own.first(session)
    assert ended.value.connection_invalidated
    with database.reading() as session:
        assert Prepared(select(Person.id)).rows(session) == []
