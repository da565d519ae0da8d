"""Sign-in at an OpenID provider: linked by invitation alone, and refused whenever anything of the provider's answer is off."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlmodel import select

from annotator.domain.roles import Role
from annotator.people import accounts
from annotator.storage.tables import Identity, Person
from annotator.storage.tables_sign_in import OutsideIdentity, OutsideSignIn
from tests.security.provider import CLIENT, SECRET, Provider, provider
from tests.web.conftest import PASSWORD, made_site


@pytest.fixture(scope="module")
def running():
    with provider() as made:
        yield made


@pytest.fixture
def honest(running):
    """The provider as it should be; what a test changed is taken back."""
    kept = {name: getattr(running, name) for name in ("issuer", "key")}
    yield running
    fresh = Provider()
    for name in ("subject", "claims", "signs_with", "algorithm"):
        setattr(running, name, getattr(fresh, name))
    for name, value in kept.items():
        setattr(running, name, value)


@pytest.fixture
def here(database, clock, guideline, editor, tmp_path, honest):
    return made_site(
        database, clock, guideline, editor, tmp_path,
        oidc_issuer=honest.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_name="the charity",
    )  # fmt: skip


def invited(site, role=Role.VOLUNTEER):
    return accounts.invite(site.service.database, None, role, site.service.now(), timedelta(hours=1))


def away(client, **query):
    """Go to the provider and come to the address it sends people back to."""
    out = client.get("/sign-in/provider", params=query)
    assert out.status_code == 303
    back = httpx.get(out.headers["location"], follow_redirects=False)
    assert back.status_code in {302, 307}, back.text
    return back.headers["location"]


def come(client, **query):
    parts = urlsplit(away(client, **query))
    return client.get(f"{parts.path}?{parts.query}")


def people_in(site):
    with site.service.database.reading() as session:
        return len(session.exec(select(Person)).all())


def test_an_invitation_links_and_from_then_on_the_account_signs_in(here):
    client = here.client()
    assert "Sign in with the charity" in client.get("/invitation?token=x").text
    assert "Sign in with the charity" in client.get("/sign-in").text
    done = come(client, token=invited(here))
    assert (done.status_code, done.headers["location"]) == (303, "/label")
    assert client.get("/me").status_code == 200
    again = here.client()
    done = come(again, next="/me")
    assert done.headers["location"] == "/me"
    assert again.get("/me").status_code == 200
    assert people_in(here) == 1


def test_nobody_is_made_or_found_without_an_invitation(here, honest):
    here.add(Role.COORDINATOR, "ada@example.org")
    client = here.client()
    refused = come(client)
    assert (refused.status_code, "Nobody here is linked" in refused.text) == (403, True)
    assert "session" not in client.cookies
    assert people_in(here) == 1
    taken = come(here.client(), token=invited(here))
    assert taken.status_code == 409, "the address of an account here does not give that account away"
    honest.claims = {}
    assert come(here.client(), token="no such invitation").status_code == 404
    assert people_in(here) == 1


def test_an_invitation_makes_one_person_and_an_account_is_linked_once(here, honest):
    token = invited(here)
    assert come(here.client(), token=token).status_code == 303
    assert come(here.client(), token=invited(here)).status_code == 409
    honest.subject, honest.claims = "subject-2", {}
    assert come(here.client(), token=token).status_code == 404
    assert people_in(here) == 1


def test_no_password_opens_an_account_that_is_linked(here):
    come(here.client(), token=invited(here))
    for password in ("", PASSWORD):
        reply = here.client().post("/api/v1/session", json={"email": "ada@example.org", "password": password})
        assert reply.status_code == 401


def test_an_address_that_the_provider_does_not_vouch_for_is_not_kept(here, honest):
    honest.claims = {"email": "ada@example.org", "email_verified": False}
    assert come(here.client(), token=invited(here)).status_code == 303
    with here.service.database.reading() as session:
        assert session.exec(select(Identity.email)).one().endswith("@oidc.invalid")


def lies():
    other = RSAKey.generate_key(2048, {"kid": "one"})
    yield "another key", {"signs_with": other}
    yield "no signature", {"algorithm": "none"}
    yield "the public key as a shared secret", {"algorithm": "HS256"}
    for name, value in (
        ("iss", "http://127.0.0.1:1"),
        ("aud", "somebody-else"),
        ("exp", 1_000_000_000),
        ("nonce", "another"),
        ("azp", "somebody-else"),
    ):
        yield name, {"claims": {name: value}}


@pytest.mark.parametrize("which", range(8))
def test_an_answer_that_is_not_genuine_opens_nothing(here, honest, which):
    name, change = list(lies())[which]
    for attribute, value in change.items():
        setattr(honest, attribute, value)
    client = here.client()
    refused = come(client, token=invited(here))
    assert (refused.status_code, people_in(here)) == (401, 0), name
    assert "session" not in client.cookies


def test_the_way_back_is_for_the_browser_that_left_once_and_in_time(here):
    come(here.client(), token=invited(here))
    mine, other = here.client(), here.client()
    parts = urlsplit(away(mine))
    back = f"{parts.path}?{parts.query}"
    assert other.get(back).status_code == 401, "another browser"
    parts = urlsplit(away(mine))
    back = f"{parts.path}?{parts.query}"
    assert mine.get(back).status_code == 303
    assert mine.get(back).status_code == 401, "twice"
    parts = urlsplit(away(mine))
    here.service.clock.advance(timedelta(minutes=11))
    assert mine.get(f"{parts.path}?{parts.query}").status_code == 401, "too late"
    asked = parse_qs(parts.query)
    assert mine.get("/sign-in/provider/back", params={"code": asked["code"][0], "state": "guess"}).status_code == 401
    assert mine.get("/sign-in/provider/back", params={"error": "access_denied"}).status_code == 401


def test_what_is_asked_for_at_the_provider_is_code_with_pkce_state_and_nonce(here):
    out = here.client().get("/sign-in/provider", params={"next": "https://elsewhere.example.org"})
    asked = parse_qs(urlsplit(out.headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert SECRET not in out.headers["location"]
    with here.service.database.reading() as session:
        row = session.exec(select(OutsideSignIn)).one()
    assert row.next == ""
    assert asked["state"][0] not in json.dumps(row.model_dump(mode="json"))


def test_a_second_factor_is_asked_for_here_as_well(here):
    come(here.client(), token=invited(here))
    with here.service.database.writing() as session:
        from annotator.storage import second_factor

        person = session.exec(select(OutsideIdentity.person_id)).one()
        second_factor.put_secret(session, person, "A" * 32, here.service.now())
        session.flush()
        second_factor.confirm(session, person, here.service.now())
    client = here.client()
    assert come(client).headers["location"].startswith("/sign-in/code")
    assert "session" not in client.cookies


def test_without_a_provider_there_is_no_such_page(site):
    assert site.client().get("/sign-in/provider").status_code == 404
    assert "Sign in with" not in site.client().get("/sign-in").text


def test_a_provider_over_plain_http_elsewhere_is_refused(database, clock, guideline, editor, tmp_path):
    site = made_site(database, clock, guideline, editor, tmp_path, oidc_issuer="http://id.example.org")
    assert site.client().get("/sign-in/provider").status_code == 500
