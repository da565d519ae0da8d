"""`annotator doctor` finds settings that each are fine and together are not, and what an OpenID provider is not as it should be."""

from __future__ import annotations

import socket

import pytest
from pydantic import SecretStr

from annotator.commands.checkup_openid import check_openid
from annotator.commands.checkup_settings import check_settings
from annotator.commands.finding import Verdict
from annotator.settings import Settings
from tests.ports import free_port
from tests.security.provider import CLIENT, SECRET, provider

SHARED = {
    "host": "0.0.0.0",
    "public_url": "https://annotate.example.org",
    "secure_cookies": True,
    "proxies": "10.77.0.2, 10.78.0.0/16",
    "studio_url": "http://studio:8080",
    "studio_token": SecretStr("t"),
    "metrics_token": SecretStr("a-token-of-some-length"),
    "database_url": "postgresql://annotator@database/annotator",
}


def seen(check, **changes):
    """Return what is not well: part → finding."""
    found = list(check(Settings(**changes)))
    assert all(bool(each.mend) == (each.verdict is not Verdict.WELL) for each in found)
    return {each.part: each for each in found if each.verdict is not Verdict.WELL}


@pytest.mark.parametrize("settings", [{}, SHARED], ids=["one machine", "shared"])
def test_what_the_docs_advise_is_well(settings):
    assert seen(check_settings, **settings) == {}


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("cookies", {"secure_cookies": False, "host": "127.0.0.1"}, "SECURE_COOKIES=true"),
        ("cookies", {"secure_cookies": False}, "plain HTTP too"),
        ("cookies", {"public_url": "http://annotate.example.org"}, "no sign-in would last"),
        (
            "cookies",
            {"public_url": "http://annotate.example.org", "secure_cookies": False, "host": "127.0.0.1"},
            "with their passwords",
        ),
        ("proxies", {"proxies": "*"}, "anybody"),
        ("proxies", {"proxies": "10.0.0.1,0.0.0.0/0"}, "anybody"),
        ("proxies", {"proxies": "nginx"}, "nginx is no address"),
        ("ports", {"studio_url": "", "studio_token": SecretStr(""), "studio_port": 8000}, "8000"),
        ("label studio's address", {"studio_url": "studio.example.org"}, "no address of a server"),
        ("overlap", {"overlap": 5, "max_overlap": 2}, "at the least"),
        ("dask", {"dask_scheduler": "tcp://127.0.0.1"}, "no port"),
        ("dask", {"dask_scheduler": "tcp://127.0.0.1:1"}, "can't be reached"),
    ],
)
def test_a_wrong_setting_is_found(part, changes, words):
    finding = seen(check_settings, **SHARED | changes)[part]
    assert (finding.verdict, words in f"{finding.what} {finding.mend}") == (Verdict.WRONG, True), finding


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("public address", {"public_url": ""}, "ANNOTATOR_PUBLIC_URL"),
        ("proxies", {"proxies": ""}, "count together"),
        ("label studio's token", {"studio_url": ""}, "not used"),
        ("label studio's address", {"studio_url": "http://studio.example.org"}, "plain HTTP"),
        ("limits of exposure", {"looser_limits": True}, "docs/wellbeing.md"),
        ("webhooks", {"webhooks_private": True}, "private addresses"),
        ("metrics", {"metrics_token": SecretStr("short")}, "5 characters"),
    ],
)
def test_a_doubtful_setting_is_warned_of(part, changes, words):
    finding = seen(check_settings, **SHARED | changes)[part]
    assert (finding.verdict, words in f"{finding.what} {finding.mend}") == (Verdict.WARNING, True), finding


def test_embeddings_without_their_extra_are_found(monkeypatch):
    monkeypatch.setattr("annotator.commands.checkup_settings.find_spec", lambda _: None)
    assert "not installed" in seen(check_settings, features="embeddings")["features"].what


def test_a_scheduler_that_listens_is_well():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        where = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        assert [each.part for each in check_settings(Settings(dask_scheduler=where))] == ["dask"]


@pytest.fixture(scope="module")
def running():
    with provider() as made:
        yield made


@pytest.fixture
def openid(running):
    """Settings for the provider, and a way to say what is off."""

    def told(**changes):
        given = {"oidc_issuer": running.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
        found = seen(check_openid, **given | changes)
        return [(each.verdict, f"{each.what} {each.mend}") for each in found.values()]

    return told


def test_a_provider_that_is_as_it_should_be_is_well_and_told_where_people_come_back_to(running):
    given = {"oidc_issuer": running.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
    (told,) = check_openid(Settings(**given, public_url="https://annotate.example.org"))
    assert told.verdict is Verdict.WELL
    assert "https://annotate.example.org/sign-in/provider/back" in told.what
    assert list(check_openid(Settings())) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"oidc_client_id": ""}, "ANNOTATOR_OIDC_CLIENT_ID"),
        ({"oidc_issuer": ""}, "there is no provider"),
        ({"public_url": "http://annotate.example.org"}, "plain HTTP, to http://annotate.example.org/"),
        ({"host": "0.0.0.0"}, "plain HTTP"),
        ({"oidc_issuer": f"http://127.0.0.1:{free_port()}"}, "does not answer"),
        ({"oidc_issuer": "http://id.example.org"}, "not reached by https"),
    ],
)
def test_what_is_off_in_our_settings_for_it_is_found(openid, changes, words):
    ((verdict, said),) = openid(**changes)
    assert (verdict, words in said) == (Verdict.WRONG, True), said


def test_an_issuer_that_names_itself_otherwise_is_found(running, openid, monkeypatch):
    here = running.issuer
    monkeypatch.setattr(running, "issuer", here.replace("127.0.0.1", "localhost"))
    ((verdict, said),) = openid(oidc_issuer=here)
    assert (verdict, "names another issuer" in said) == (Verdict.WRONG, True)


def test_a_provider_without_keys_is_found(running, openid, monkeypatch):
    class _None:
        def as_dict(self, private):
            return {"kty": "none"}

    monkeypatch.setattr(running, "key", _None())
    ((verdict, said),) = openid()
    assert (verdict, "publishes no key" in said) == (Verdict.WRONG, True)


@pytest.mark.parametrize(
    ("taken", "secret", "verdict"),
    [
        (["client_secret_basic", "private_key_jwt"], SECRET, None),
        (["client_secret_post"], SECRET, Verdict.WRONG),
        (["none"], SECRET, Verdict.WRONG),
        (["none", "client_secret_basic"], "", None),
        (None, "", Verdict.WARNING),
    ],
)
def test_a_secret_is_compared_with_what_the_provider_takes(running, openid, monkeypatch, taken, secret, verdict):
    monkeypatch.setattr(running, "takes", taken)
    found = openid(oidc_client_secret=SecretStr(secret))
    assert [verdict for verdict, _ in found] == ([verdict] if verdict else [])
