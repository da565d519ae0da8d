"""What a backup keeps of a home, what a restore refuses, and both as commands."""

from __future__ import annotations

import gzip
import io
import sqlite3
import stat
import threading
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlmodel import select
from typer.testing import CliRunner

from annotator.backup import archive, home
from annotator.backup.archive import ArchiveReader, ArchiveWriter, Head
from annotator.backup.make import make
from annotator.backup.restore import restore
from annotator.cli import app
from annotator.domain.errors import ConfigError, ConflictError, InputError
from annotator.settings import Settings
from annotator.storage.database import Database
from annotator.storage.leader import leadership
from annotator.storage.sealing import Key, SealedWriter
from annotator.storage.tables import Audit, WebSession
from tests.backup.drill import KEY
from tests.world import World

HEAD = Head("2026-03-02T09:00:00+00:00", "0001", "sqlite", "0")


@pytest.fixture
def filled(sqlite_template, tmp_path, clock):
    """A home as the service leaves it, with an embedded database and the traces of Label Studio."""
    folder = tmp_path / "home"
    (folder / "label-studio" / "data" / "media").mkdir(parents=True)
    (folder / "guidelines" / "postings").mkdir(parents=True)
    (folder / "features").mkdir()
    (folder / "annotator.sqlite3").write_bytes(sqlite_template.read_bytes())
    for name in (
        "quarantine.vault",
        "label-studio/secrets.json",
        "guidelines/postings/a.md",
        "label-studio/data/media/x",
    ):
        (folder / name).write_bytes(name.encode() * 20_000)
    for passing in ("label-studio/label-studio.log", "label-studio/lock", "features/cache", "demo-sign-ins.csv"):
        (folder / passing).write_bytes(b"passing")
    with closing(sqlite3.connect(folder / "label-studio" / "data" / "label_studio.sqlite3")) as studio, studio:
        studio.execute("PRAGMA journal_mode=WAL")
        studio.execute("CREATE TABLE task (id INTEGER)")
        studio.execute("INSERT INTO task VALUES (7)")
    settings = Settings(home=folder, quarantine_key="a key", overlap=4)
    database = Database(settings.database)
    world = World(database, clock)
    world.add_items(3)
    yield settings, database, world
    database.dispose()


def test_a_home_comes_back(filled, tmp_path, clock):
    settings, database, world = filled
    (ada,) = world.volunteers(1)
    with database.writing() as session:
        session.add(WebSession(token_hash="t", person_id=ada, csrf="c", created_at=clock.now(), expires_at=clock.now()))
    manifest = make(settings, database, tmp_path / "b", KEY, clock.now())
    assert set(manifest.files) == {
        "restored-settings.env",
        "quarantine.vault",
        "guidelines/postings/a.md",
        "label-studio/secrets.json",
        "label-studio/data/label_studio.sqlite3",
        "label-studio/data/media/x",
    }
    other = Settings(home=tmp_path / "other")
    restore(other, tmp_path / "b", KEY, clock.now())
    for name in ("quarantine.vault", "label-studio/data/media/x"):
        assert (other.home / name).read_bytes() == (settings.home / name).read_bytes()
        assert stat.S_IMODE((other.home / name).stat().st_mode) == 0o600
    with closing(sqlite3.connect(other.home / "label-studio" / "data" / "label_studio.sqlite3")) as studio:
        assert studio.execute("SELECT id FROM task").fetchall() == [(7,)]
    said = (other.home / "restored-settings.env").read_text().splitlines()
    assert said == ["ANNOTATOR_OVERLAP=4", "ANNOTATOR_QUARANTINE_KEY=a key"]
    came = Database(other.database)
    with came.reading() as session:
        assert session.exec(select(WebSession)).all() == []
        assert session.exec(select(Audit).where(Audit.action == "restored")).one().actor == "service"
    came.dispose()


def test_a_file_that_goes_meanwhile_is_left_out(filled, tmp_path, clock, monkeypatch):
    settings, database, _ = filled
    there = list(home.names(settings.home))
    monkeypatch.setattr(home, "names", lambda _: ["releases/1.0.0/.building/gone", *there])
    assert make(settings, database, tmp_path / "b", KEY, clock.now()).files.keys() == {home.SETTINGS, *there}


def test_nothing_is_written_over_unless_told(filled, tmp_path, clock):
    settings, database, world = filled
    make(settings, database, tmp_path / "b", KEY, clock.now())
    world.add_items(2, first=3)
    with pytest.raises(ConfigError, match="not empty"):
        restore(settings, tmp_path / "b", KEY, clock.now())
    with leadership(database), pytest.raises(ConflictError, match="worker"):
        restore(settings, tmp_path / "b", KEY, clock.now(), replace=True)
    empty = Settings(home=settings.home, database_url=f"sqlite:///{tmp_path / 'empty'}")
    with pytest.raises(InputError, match="there already"):
        restore(empty, tmp_path / "b", KEY, clock.now())
    restore(settings, tmp_path / "b", KEY, clock.now(), replace=True)
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM item")).scalar() == 3


def test_tables_of_others_are_left_alone(filled, tmp_path, clock):
    settings, database, _ = filled
    make(settings, database, tmp_path / "b", KEY, clock.now())
    theirs = Settings(home=tmp_path / "other", database_url=f"sqlite:///{tmp_path / 'theirs'}")
    with closing(sqlite3.connect(tmp_path / "theirs")) as other, other:
        other.execute("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(ConfigError, match="invoices"):
        restore(theirs, tmp_path / "b", KEY, clock.now(), replace=True)


def test_an_older_database_is_kept_as_it_is_and_comes_back_up_to_date(tmp_path, clock):
    old = Database(f"sqlite:///{tmp_path / 'old'}")
    old.migrate("0016")
    with old.engine.begin() as connection:
        line = {"at": "2026-03-01 09:00:00.000000", "detail": "{}"}
        connection.execute(
            text("INSERT INTO audit (at, actor, action, subject, detail) VALUES (:at, 'a', 'b', 'c', :detail)"), line
        )
    make(Settings(home=tmp_path), old, tmp_path / "b", KEY, clock.now())
    assert old.revision() == "0016"
    new = Settings(home=tmp_path / "new")
    assert restore(new, tmp_path / "b", KEY, clock.now()).audit.lines == 1
    old.dispose()


@pytest.mark.parametrize("name", ["../out", "/etc/out", "annotator.sqlite3", "other/file"])
def test_files_come_back_below_the_home_only(name, tmp_path):
    with pytest.raises(InputError, match="does not belong"):
        home.write(tmp_path, name, [b""])


def _backup(*, manifest=True, head=HEAD):
    target = io.BytesIO()
    writer = ArchiveWriter(target, KEY, head)
    writer.table("item", ["id"], [["1"], ["2"]])
    writer.file("f", io.BytesIO(b"x" * 100_000))
    if not manifest:
        writer.manifest.tables["item"] = (3, "0")
    writer.__exit__(None, None, None)
    return target.getvalue()


def test_parts_may_be_read_over(tmp_path):
    parts = [part.name for part in ArchiveReader(io.BytesIO(_backup()), KEY).parts()]
    assert parts == ["item", "f"]


def test_a_manifest_that_does_not_fit_is_refused(tmp_path):
    (tmp_path / "b").write_bytes(_backup(manifest=False))
    with pytest.raises(InputError, match="manifest"):
        archive.check(tmp_path / "b", KEY)


@pytest.mark.parametrize("end", [-1, -70, 200])
def test_a_backup_cut_off_touches_nothing(end, tmp_path, clock):
    (tmp_path / "b").write_bytes(_backup()[:end])
    with pytest.raises(InputError):
        restore(Settings(home=tmp_path / "new"), tmp_path / "b", KEY, clock.now())
    assert not (tmp_path / "new").exists()


def test_a_backup_of_a_newer_program_is_refused(tmp_path, clock):
    (tmp_path / "b").write_bytes(_backup(head=Head(HEAD.made_at, "9999", "sqlite", "9")))
    with pytest.raises(InputError, match="newer"):
        restore(Settings(home=tmp_path / "new"), tmp_path / "b", KEY, clock.now())


OF_ANOTHER_KIND = {
    "nothing": b"",
    "not packed": b"plain",
    "cut off": b"\x1f\x8b no more",
    "half an object": gzip.compress(b"{"),
    "a list": gzip.compress(b"[]"),
}


@pytest.mark.parametrize("content", OF_ANOTHER_KIND.values(), ids=OF_ANOTHER_KIND)
def test_a_sealed_file_of_another_kind_is_refused(content, tmp_path):
    with (tmp_path / "b").open("wb") as file, SealedWriter(file, KEY) as sealed:
        sealed.write(content)
    with pytest.raises(InputError, match="no backup"):
        archive.check(tmp_path / "b", KEY)


def test_another_key_is_refused(tmp_path):
    (tmp_path / "b").write_bytes(_backup())
    with pytest.raises(InputError, match="another"):
        archive.check(tmp_path / "b", Key(b"o" * 32))


def test_the_commands(filled, tmp_path, monkeypatch):
    settings, _, _ = filled
    run, key = CliRunner().invoke, tmp_path / "key"
    (tmp_path / "safe").mkdir()
    monkeypatch.setenv("ANNOTATOR_HOME", str(settings.home))
    assert isinstance(run(app, ["backup", str(tmp_path / "safe")]).exception, ConfigError)  # nobody to ask
    assert run(app, ["backup", str(tmp_path / "safe"), "--key-file", str(key), "--make-key"]).exit_code == 0
    (made,) = (tmp_path / "safe").iterdir()
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("ANNOTATOR_BACKUP_KEY_FILE", str(key))
    checked = run(app, ["restore", str(made), "--check"])
    assert checked.exit_code == 0, checked.output
    assert not (tmp_path / "other").exists()
    restored = run(app, ["restore", str(made)])
    assert restored.exit_code == 0, restored.output
    assert (tmp_path / "other" / "annotator.sqlite3").exists()


def test_a_file_that_is_written_meanwhile_is_read_at_one_moment(tmp_path):
    path = tmp_path / "studio.sqlite3"
    with closing(sqlite3.connect(path, check_same_thread=False)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE pair (a INTEGER, b INTEGER)")
        stopping = threading.Event()

        def write():
            number = 0
            while not stopping.is_set():
                number += 1
                with writer:
                    writer.execute("INSERT INTO pair VALUES (?, 0)", (number,))
                    writer.execute("UPDATE pair SET b = a")

        thread = threading.Thread(target=write)
        thread.start()
        try:
            for turn in range(5):
                with home.reading(path) as content:
                    (tmp_path / str(turn)).write_bytes(content.read())
        finally:
            stopping.set()
            thread.join()
    for turn in range(5):
        with closing(sqlite3.connect(tmp_path / str(turn))) as copy:
            assert copy.execute("SELECT count(*) FROM pair WHERE a <> b").fetchone() == (0,)
