"""Commands that somebody answers for ask for what the pages ask for: password, code, and a second factor where it is a duty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from typer.testing import CliRunner

from annotator.commands import release, token
from annotator.domain.errors import (
    ForbiddenError,
    NotFoundError,
    SecondFactorMissingError,
    UnauthenticatedError,
)
from annotator.domain.roles import Role
from annotator.people import second_factor
from annotator.storage import api_tokens
from tests.web.conftest import PASSWORD

ADDRESS = "ada@example.org"
NEW = ["new", ADDRESS, "--scope", "agreement:read"]


@pytest.fixture
def here(site, monkeypatch):
    """The environment of a command on the site's database."""
    monkeypatch.setenv("ANNOTATOR_HOME", str(site.service.settings.home))
    monkeypatch.setenv("ANNOTATOR_DATABASE_URL", site.service.database.url)
    monkeypatch.setenv("ANNOTATOR_STUDIO", "false")
    return site


@pytest.fixture
def ada(here):
    return here.add(Role.COORDINATOR, ADDRESS)


def enrol(site, person):
    """Give somebody a second factor a minute ago, since commands go by the machine's clock; return a code for now."""
    ago, service = datetime.now(UTC) - timedelta(minutes=1), site.service
    secret = second_factor.begin(service.database, service.factor_key, person.id, ago)
    second_factor.finish(service.database, service.factor_key, person.id, pyotp.TOTP(secret).at(ago), ago)
    return pyotp.TOTP(secret).at(datetime.now(UTC))


def call(app, arguments, *said):
    return CliRunner().invoke(app, arguments, input="".join(f"{line}\n" for line in said))


def tokens_of(site, person):
    with site.service.database.reading() as session:
        return len(api_tokens.of_person(session, person.id))


def test_a_token_takes_the_password_alone_where_there_is_no_second_factor(here, ada):
    assert call(token.app, NEW, PASSWORD).exit_code == 0
    assert tokens_of(here, ada) == 1


def test_a_token_takes_the_code_too_where_there_is_one(here, ada):
    code = enrol(here, ada)
    assert isinstance(call(token.app, NEW, PASSWORD, "000000").exception, UnauthenticatedError)
    assert tokens_of(here, ada) == 0
    done = call(token.app, NEW, PASSWORD, code)
    assert ("Code of the second factor" in done.output, done.exit_code) == (True, 0)
    assert tokens_of(here, ada) == 1


def test_where_a_second_factor_is_a_duty_nobody_makes_a_token_without(here, ada, monkeypatch):
    monkeypatch.setenv("ANNOTATOR_SECOND_FACTOR_DUTY", "true")
    refused = call(token.app, NEW, PASSWORD)
    assert isinstance(refused.exception, SecondFactorMissingError)
    assert "/me/second-factor" in refused.exception.mend
    assert tokens_of(here, ada) == 0
    assert call(token.app, NEW, PASSWORD, enrol(here, ada)).exit_code == 0
    researcher = here.add(Role.RESEARCHER, "bea@example.org")
    assert call(token.app, ["new", "bea@example.org", *NEW[2:]], PASSWORD).exit_code == 0
    assert tokens_of(here, researcher) == 1


@pytest.mark.parametrize(
    "arguments", [["withdraw", "9.9.9", "--reason", "A text was taken down."], ["publish", "9.9.9"]], ids=lambda a: a[0]
)
def test_releases_are_published_and_withdrawn_by_the_code_too(here, ada, arguments):
    code = enrol(here, ada)
    refused = call(release.app, [*arguments, "--by", ADDRESS], PASSWORD, "000000")
    assert isinstance(refused.exception, UnauthenticatedError)
    let_on = call(release.app, [*arguments, "--by", ADDRESS], PASSWORD, code)
    assert isinstance(let_on.exception, NotFoundError | ForbiddenError), let_on.output
