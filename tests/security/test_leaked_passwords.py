"""Passwords that leaked often are refused where one is chosen; the list is read where Django was installed."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from annotator.commands import demo
from annotator.commands.checkup_sign_in import check_sign_in
from annotator.domain.errors import InputError
from annotator.domain.roles import Role
from annotator.people import leaked
from annotator.people.accounts import Credentials, accept, invite, made_up_credentials
from annotator.people.passwords import MIN_LENGTH, hash_password
from tests.security.test_own_sign_in import change, enter, signed_in
from tests.web.conftest import PASSWORD


@pytest.mark.parametrize(
    "password",
    [
        "qwerty123456",
        "QWERTY123456",
        "1qaz2wsx3edc",
        "passwordpassword",
        "Sunflower2026!",
        "...password1234",
        "abcabcabcabc",
    ],
)
def test_what_leaked_often_is_refused_with_what_would_do(password):
    with pytest.raises(InputError, match="leaked most often") as refused:
        hash_password(password)
    assert (refused.value.where, refused.value.mend) == ("password", "A few unrelated words make a good one.")
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "password of a green kettle",
        "abc-8431-9942-1187",
        "740271938465",
        "ßøłïđ żółw na łące",
        "🦜🦜🪁🫖🧭🪢🦜🪁🫖🧭🪢🪁",
    ],
)
def test_what_did_not_is_taken(password):
    assert hash_password(password).startswith("$argon2id$")


def test_none_of_those_made_at_random_is_refused():
    given = [each.password for each in made_up_credentials(Role.VOLUNTEER, 2000)]
    assert not [password for password in given if leaked.often_leaked(password, MIN_LENGTH)]


def test_a_password_that_leaked_often_is_refused_wherever_one_is_chosen(site):
    email = site.person(Role.RESEARCHER)
    refused = change(signed_in(site, email), new="qwerty123456")
    assert (refused.status_code, "leaked most often" in refused.text) == (422, True)
    assert enter(site, email, PASSWORD) == 200
    service = site.service
    token = invite(service.database, None, Role.VOLUNTEER, service.now(), timedelta(hours=1))
    form = {"token": token, "email": "new@example.org", "password": "qwerty123456"}
    refused = site.client().post("/invitation", data=form)
    assert (refused.status_code, "leaked most often" in refused.text) == (422, True)
    assert (
        accept(service.database, token, Credentials("new@example.org", PASSWORD), service.now()).role == Role.VOLUNTEER
    )


def test_django_itself_is_not_imported_for_it():
    program = (
        "import sys; from annotator.people.passwords import hash_password\n"
        "try: hash_password('qwerty123456')\n"
        "except Exception as error: print(type(error).__name__, 'django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["InputError", "False"]


def test_where_the_list_is_missing_the_doctor_says_so_and_passwords_are_taken(monkeypatch, tmp_path):
    assert [each.mend for each in check_sign_in()] == [""]
    leaked.often_used.cache_clear()
    monkeypatch.setattr(leaked, "_LIST", tmp_path / "moved away")
    try:
        (warned,) = check_sign_in()
        assert ("not installed" in warned.what, "make setup" in warned.mend) == (True, True)
        assert hash_password("qwerty123456")
    finally:
        leaked.often_used.cache_clear()


def test_the_passwords_of_a_demonstration_are_never_refused():
    assert not any(leaked.often_leaked(demo.password(), MIN_LENGTH) for _ in range(2000))
