"""A backup made while clients write holds all that was acknowledged before it and nothing by halves, and comes back so."""

from __future__ import annotations

from sqlmodel import select

from annotator.backup import archive
from annotator.backup.make import make
from annotator.backup.restore import restore
from annotator.settings import Settings
from annotator.storage import audit_chain, dump
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Audit
from tests.backup.drill import KEY, Clients, empty_database
from tests.world import World


def test_while_clients_write(world, no_limits, request, tmp_path):
    """Restored into a database of the other kind."""
    world.add_items(400)
    kind = _other(world.database)
    settings = Settings(home=tmp_path / "home", database_url=world.database.url)
    target = tmp_path / "now.backup"
    clients = Clients(world)
    with clients.working():
        clients.wait_for(40)
        before = list(clients.acknowledged)
        manifest = make(settings, world.database, target, KEY, world.clock.now())
        clients.wait_for(len(clients.acknowledged) + 4)
    with empty_database(kind, request, tmp_path) as url:
        into = Settings(home=tmp_path / "other", database_url=url)
        restored = restore(into, target, KEY, world.clock.now())
        assert restored.audit.whole
        assert restored.manifest == manifest == archive.check(target, KEY)[1]
        copy = _world(url, world)
        copy.check_books()
        with copy.database.reading() as session:
            kept = {one.id for one in session.exec(select(Annotation))}
            lines = session.exec(select(Audit).where(Audit.action == "annotation.created"))
            told = {line.detail["annotation"] for line in lines}
            assert audit_chain.verify(session).whole
        assert set(before) <= kept <= set(clients.acknowledged)
        assert told == kept
        _goes_on(copy)
        copy.database.dispose()


def _world(url: str, world: World) -> World:
    copy = World.__new__(World)
    copy.database, copy.clock, copy.schema, copy.limits = Database(url), world.clock, world.schema, None
    copy.project = world.project
    return copy


def _goes_on(copy: World) -> None:
    """People go on where they were: new rows take numbers of their own, and the audit log grows."""
    (new,) = copy.volunteers(1)
    assert copy.answer(new, copy.next(new).lease_id).created
    copy.check_books()
    with copy.database.frozen() as session:
        assert audit_chain.verify(session).whole


def test_a_restored_database_is_the_same_row_by_row(world, no_limits, request, tmp_path):
    """Restored into a database of the same kind."""
    world.add_items(20)
    (ada,) = world.volunteers(1)
    for _ in range(5):
        world.answer_marked(ada, world.next(ada).lease_id, "FEE")
    first = _digests(world.database)
    source = Settings(home=tmp_path / "home", database_url=world.database.url)
    make(source, world.database, tmp_path / "b", KEY, world.clock.now())
    with empty_database("sqlite" if world.database.is_sqlite else "postgresql", request, tmp_path) as url:
        restore(Settings(home=tmp_path / "other", database_url=url), tmp_path / "b", KEY, world.clock.now())
        copy = Database(url)
        last = _digests(copy)
        copy.dispose()
    assert {name for name in first if first[name] != last[name]} == {"audit", "audit_head"}  # "restored" is told there


def _other(database: Database) -> str:
    return "postgresql" if database.is_sqlite else "sqlite"


def _digests(database: Database) -> dict[str, tuple[int, str]]:
    with database.frozen() as session:
        found = {table.name: dump.digest(session.connection(), table) for table in dump.tables(session.connection())}
    return {name: (digest.rows, digest.hex) for name, digest in found.items()}
