"""The secrets of second factors are sealed in the database; without their key people are helped, and nobody is locked out for good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlmodel import select
from typer.testing import CliRunner

from annotator.commands.checkup_sign_in import check_factor_key
from annotator.commands.people import app as command
from annotator.domain.errors import ConflictError, InputError, SecondFactorKeyError, UnauthenticatedError
from annotator.domain.roles import Role
from annotator.people import second_factor
from annotator.people.factor_key import NAME, FactorKey, begin_key, seal_old
from annotator.storage import dump, second_factor as stored
from annotator.storage.tables import Person
from annotator.storage.tables_sign_in import SecondFactor


@pytest.fixture
def key(tmp_path):
    return FactorKey(tmp_path / NAME, embedded=True)


@pytest.fixture
def ada(world):
    person = Person(pseudonym="C-1", role=Role.COORDINATOR.value, created_at=world.clock.now())
    with world.database.writing() as session:
        session.add(person)
    return person


def enrolled(world, key, person):
    secret = second_factor.begin(world.database, key, person.id, world.clock.now())
    codes = second_factor.finish(world.database, key, person.id, at(world, secret), world.clock.now())
    world.clock.advance(timedelta(minutes=1))
    return secret, codes


def at(world, secret):
    return pyotp.TOTP(secret).at(world.clock.now())


def use(world, key, person, code):
    second_factor.require(world.database, key, person.id, code, world.clock.now())


def everything(database) -> bytes:
    """Return all that a thief of the database gets: the files of SQLite, every row of PostgreSQL."""
    if database.is_sqlite:
        file = Path(database.engine.url.database)
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    with database.engine.connect() as connection:
        tables = dump.tables(connection)
        return b"".join(repr(connection.execute(select(table)).all()).encode() for table in tables)


def put_open(world, person, secret):
    """Store a secret as earlier versions did."""
    with world.database.writing() as session:
        stored.put_secret(session, person.id, secret, world.clock.now())
        session.flush()
        stored.confirm(session, person.id, world.clock.now())


def test_the_database_holds_no_secret_in_the_clear(world, key, ada):
    secret, _ = enrolled(world, key, ada)
    assert secret.encode() not in everything(world.database)
    use(world, key, ada, at(world, secret))


def test_secrets_of_earlier_versions_are_sealed_and_leave_nothing_behind(world, key, ada):
    secret = pyotp.random_base32()
    put_open(world, ada, secret)
    assert secret.encode() in everything(world.database)
    assert seal_old(world.database, key) == 1
    assert secret.encode() not in everything(world.database)
    assert seal_old(world.database, key) == 0
    use(world, key, ada, at(world, secret))


def test_a_secret_that_went_through_an_older_schema_is_not_sealed_twice(world, key, ada):
    secret, _ = enrolled(world, key, ada)
    with world.database.writing() as session:
        session.get_one(SecondFactor, ada.id).sealed_by = ""
    assert seal_old(world.database, key) == 1
    use(world, key, ada, at(world, secret))


def test_a_sealed_secret_opens_for_its_owner_alone_and_not_once_it_was_touched(world, key, ada):
    secret, _ = enrolled(world, key, ada)
    with world.database.reading() as session:
        row = session.get_one(SecondFactor, ada.id)
    assert key.secret_of(row) == secret
    assert key.secret_of(row.model_copy(update={"person_id": "somebody else"})) is None
    swapped = row.secret.swapcase()
    assert key.secret_of(row.model_copy(update={"secret": swapped})) is None


def test_a_database_that_machines_may_share_waits_until_the_key_is_made_on_purpose(world, tmp_path, ada):
    shared = FactorKey(tmp_path / NAME, embedded=False)
    secret, _ = enrolled(world, shared, ada)
    assert not shared.path.exists()
    assert secret.encode() in everything(world.database), "nobody can be locked out by a key that was never made"
    assert begin_key(world.database, shared, anew=False) == 0
    assert secret.encode() not in everything(world.database)
    use(world, shared, ada, at(world, secret))
    elsewhere = FactorKey(tmp_path / "another" / NAME, embedded=False)
    with pytest.raises(SecondFactorKeyError):
        use(world, elsewhere, ada, at(world, secret))


def test_without_the_key_recovery_codes_and_another_coordinator_help(world, key, ada):
    secret, codes = enrolled(world, key, ada)
    key.path.unlink()
    with pytest.raises(SecondFactorKeyError, match="recovery code, or ask another coordinator"):
        use(world, key, ada, at(world, secret))
    use(world, key, ada, codes[0])
    with pytest.raises(UnauthenticatedError):
        use(world, key, ada, codes[0])

    other = Person(pseudonym="C-2", role=Role.COORDINATOR.value, created_at=world.clock.now())
    with world.database.writing() as session:
        session.add(other)
    with pytest.raises(SecondFactorKeyError, match="not on this machine"):
        second_factor.begin(world.database, key, other.id, world.clock.now())
    assert not key.path.exists(), "a key that is missed is never made anew by itself"

    second_factor.reset(world.database, other, ada, world.clock.now())
    again, _ = enrolled(world, key, ada)
    use(world, key, ada, at(world, again))


def test_a_lost_key_is_made_anew_only_when_that_is_said(world, key, ada):
    enrolled(world, key, ada)
    key.path.unlink()
    with pytest.raises(ConflictError, match="--anew"):
        begin_key(world.database, key, anew=False)
    assert begin_key(world.database, key, anew=True) == 1
    with pytest.raises(ConflictError):
        second_factor.begin(world.database, key, ada.id, world.clock.now())


def test_a_file_that_is_no_key_is_told(world, key, ada):
    key.path.write_text("not a key\n")
    with pytest.raises(InputError, match="key"):
        second_factor.begin(world.database, key, ada.id, world.clock.now())


def test_the_doctor_tells_how_the_key_is(site, ada_of):
    def told():
        return [each for each in check_factor_key(site.service.settings, site.service.database) if each.mend]

    assert told() == []
    put_open(site.service, ada_of, pyotp.random_base32())
    assert "1 secrets lie" in told()[0].what
    seal_old(site.service.database, site.service.factor_key)
    assert told() == []
    path = site.service.factor_key.path
    kept = path.read_bytes()
    path.unlink()
    assert "1 secrets can't be opened" in told()[0].what
    path.write_text("not a key")
    assert "can't be read" in told()[0].what
    path.write_bytes(kept)
    assert told() == []


def test_the_command_makes_the_key_and_says_where_it_lies(site, tmp_path, monkeypatch):
    monkeypatch.setenv("ANNOTATOR_HOME", str(site.service.settings.home))
    monkeypatch.setenv("ANNOTATOR_DATABASE_URL", site.service.database.url)
    person = site.add(Role.COORDINATOR, "ada@example.org")
    put_open(site.service, person, pyotp.random_base32())
    assert CliRunner().invoke(command, ["second-factor-key"]).exit_code == 0
    with site.service.database.reading() as session:
        assert list(stored.sealed_by(session).values()) == [1]
    (site.service.settings.home / NAME).unlink()
    refused = CliRunner().invoke(command, ["second-factor-key"])
    assert isinstance(refused.exception, ConflictError)
    assert CliRunner().invoke(command, ["second-factor-key", "--anew"]).exit_code == 0


@pytest.fixture
def ada_of(site):
    return site.add(Role.COORDINATOR, "ada@example.org")
