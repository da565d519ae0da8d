"""Invitations, passwords, sessions and the limit on sign-ins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from annotator.commands.people import app as command
from annotator.domain.errors import (
    AnnotatorError,
    ConflictError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RateLimitedError,
    UnauthenticatedError,
)
from annotator.domain.roles import Role
from annotator.people.accounts import Credentials, accept, add_in_bulk, invite, made_up_credentials
from annotator.people.factor_key import FactorKey
from annotator.people.sign_in import sign_in, sign_out
from annotator.people.tokens import token_hash
from annotator.storage import people
from annotator.storage.tables import Audit, Identity, Person

ADA = Credentials("Ada@Example.org", "four plain words here")
LASTS = timedelta(hours=12)
KEY = FactorKey(Path("nowhere"), embedded=False)


@pytest.fixture
def ada(world):
    token = invite(world.database, None, Role.COORDINATOR, world.clock.now(), LASTS)
    return accept(world.database, token, ADA, world.clock.now())


def enter(world, email, password, *, place="192.0.2.1", **options):
    return sign_in(
        world.database, email, password, place, world.clock.now(), key=KEY, attempts=3, lasts=LASTS, **options
    )


def test_an_invitation_makes_one_person_with_its_role(world, ada):
    assert ada.role == Role.COORDINATOR
    assert ada.pseudonym.startswith("C-")
    assert enter(world, "ada@example.org", ADA.password).person.id == ada.id


def test_an_invitation_works_once(world):
    token = invite(world.database, None, Role.VOLUNTEER, world.clock.now(), LASTS)

    def try_it(number):
        try:
            return accept(
                world.database, token, Credentials(f"v{number}@example.org", "four plain words here"), world.clock.now()
            )
        except AnnotatorError as error:
            return type(error)

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(try_it, range(6)))
    assert sum(isinstance(outcome, Person) for outcome in outcomes) == 1
    assert outcomes.count(NotFoundError) + outcomes.count(RateLimitedError) == 5


def test_an_old_invitation_does_not_work(world):
    token = invite(world.database, None, Role.VOLUNTEER, world.clock.now(), LASTS)
    world.pass_time(hours=13)
    with pytest.raises(NotFoundError, match="too old"):
        accept(world.database, token, ADA, world.clock.now())


def test_a_refused_acceptance_leaves_the_invitation_good(world, ada):
    token = invite(world.database, ada, Role.VOLUNTEER, world.clock.now(), LASTS)
    with pytest.raises(InputError, match="12 to 256"):
        accept(world.database, token, Credentials("ben@example.org", "short"), world.clock.now())
    with pytest.raises(ConflictError, match="account already"):
        accept(world.database, token, ADA, world.clock.now())
    assert accept(world.database, token, Credentials("ben@example.org", "four plain words here"), world.clock.now())


def test_only_those_who_may_invite_can(world, ada):
    with pytest.raises(ForbiddenError):
        invite(world.database, ada, Role.ADMIN, world.clock.now(), LASTS)
    volunteer = Person(id="v", pseudonym="V-1", role="volunteer", created_at=world.clock.now())
    with pytest.raises(ForbiddenError):
        invite(world.database, volunteer, Role.VOLUNTEER, world.clock.now(), LASTS)


def test_the_wrong_password_and_an_unknown_address_say_the_same(world, ada):
    with pytest.raises(UnauthenticatedError) as wrong:
        enter(world, "ada@example.org", "not the password")
    with pytest.raises(UnauthenticatedError) as unknown:
        enter(world, "nobody@example.org", "not the password")
    assert str(wrong.value) == str(unknown.value)


def test_sign_in_is_limited_for_an_address_and_opens_again(world, ada):
    for _ in range(3):
        with pytest.raises(UnauthenticatedError):
            enter(world, "ada@example.org", "not the password")
    with pytest.raises(RateLimitedError) as limited:
        enter(world, "ada@example.org", ADA.password)
    assert limited.value.retry_after == 900
    world.pass_time(minutes=16)
    assert enter(world, "ada@example.org", ADA.password)


def test_a_place_is_limited_too(world, ada):
    for number in range(30):
        with pytest.raises(UnauthenticatedError):
            enter(world, f"guess{number}@example.org", "x")
    with pytest.raises(RateLimitedError):
        enter(world, "ada@example.org", ADA.password)
    assert enter(world, "ada@example.org", ADA.password, place="192.0.2.2")


def test_signing_in_rotates_the_session_and_signing_out_ends_it(world, ada):
    first = enter(world, "ada@example.org", ADA.password)
    second = enter(world, "ada@example.org", ADA.password, old_token=first.token)
    with world.database.reading() as session:
        assert people.session_person(session, token_hash(first.token), world.clock.now()) is None
        assert people.session_person(session, token_hash(second.token), world.clock.now())[1].id == ada.id
    sign_out(world.database, second.token)
    with world.database.reading() as session:
        assert people.session_person(session, token_hash(second.token), world.clock.now()) is None


def test_a_session_ends_by_itself(world, ada):
    signed_in = enter(world, "ada@example.org", ADA.password)
    world.pass_time(hours=13)
    with world.database.reading() as session:
        assert people.session_person(session, token_hash(signed_in.token), world.clock.now()) is None


def test_accounts_in_bulk_are_added_all_or_none(world):
    made = made_up_credentials(Role.VOLUNTEER, 3)
    add_in_bulk(world.database, Role.VOLUNTEER, made, world.clock.now(), qualified=True)
    assert enter(world, made[1].email, made[1].password).person.qualified_at is not None
    with pytest.raises(ConflictError):
        add_in_bulk(
            world.database,
            Role.VOLUNTEER,
            [Credentials("new@example.org", "four plain words here"), made[0]],
            world.clock.now(),
            qualified=True,
        )
    with world.database.reading() as session:
        assert people.by_email(session, "new@example.org") is None


def test_passwords_are_argon2id_and_addresses_stay_in_one_table(world, ada):
    with world.database.reading() as session:
        assert session.exec(select(Identity.password_hash)).one().startswith("$argon2id$")
        assert "ada@" not in repr(session.exec(select(Audit)).all()).lower()


def test_a_guess_costs_as_much_as_the_standard_asks(quick_passwords):
    assert (quick_passwords.memory_cost, quick_passwords.time_cost) >= (64 * 1024, 3)  # RFC 9106, second choice


def test_the_command_erases_an_account_once_it_is_confirmed(tmp_path, monkeypatch):
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ANNOTATOR_STUDIO", "false")
    run = partial(CliRunner().invoke, command)
    made = run(["add", "--role", "volunteer", "--qualified", "--csv", str(tmp_path / "people.csv")])
    assert made.exit_code == 0
    address = (tmp_path / "people.csv").read_text().splitlines()[1].partition(",")[0]
    assert run(["erase", address], input="n\n").exit_code == 1
    gone = run(["erase", address, "--withdraw", "--yes"])
    assert gone.exit_code == 0
    assert isinstance(run(["erase", address, "--yes"]).exception, NotFoundError)
