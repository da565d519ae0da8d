"""Attacks on signing in and on sessions: guessing, telling who is here, forged requests, fixation, forged hosts and proxies."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from datetime import timedelta

import pytest
import structlog
import uvicorn

from annotator import logs
from annotator.domain.errors import UnauthenticatedError
from annotator.domain.roles import Role
from annotator.people import accounts, attempts, passwords
from annotator.settings import Settings
from annotator.storage import people
from annotator.web.frame.serving import config_of
from tests.ports import free_port
from tests.security.routes import routes_of
from tests.web.conftest import PASSWORD, made_site

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def tries(site, count, **more):
    return [
        site.client().post("/api/v1/session", json={"email": f"nobody-{n}@example.org", "password": "wrong"} | more)
        for n in range(count)
    ]


def test_guessing_ends_for_an_account_and_for_a_place(site):
    email = site.person(Role.VOLUNTEER)
    assert [reply.status_code for reply in tries(site, 11, email=email)] == [401] * 10 + [429]
    assert site.client().post("/api/v1/session", json={"email": email, "password": PASSWORD}).status_code == 429
    keys = {attempts.keyed(site.service.database, "place:testclient"): 100}
    for _ in range(90):
        with pytest.raises(UnauthenticatedError), attempts.trying(site.service.database, keys, site.service.now()):
            raise UnauthenticatedError("Wrong.")
    assert tries(site, 1)[0].status_code == 429, "one place, many addresses"


def test_nobody_learns_who_has_an_account_by_words_or_by_work(site, monkeypatch):
    """The same words, status and headers, and one hash computed either way: the time is that of the hash."""
    computed = []
    hasher = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", type("Counted", (), {
        "verify": lambda _, *given: computed.append(given[0][:10]) or hasher.verify(*given), "hash": hasher.hash,
    })())  # fmt: skip
    known = tries(site, 1, email=site.person(Role.VOLUNTEER))[0]
    unknown = tries(site, 1)[0]
    assert len(computed) == 2
    assert known.json() == unknown.json()
    assert set(known.headers) == set(unknown.headers)


def test_an_invitation_does_not_tell_who_has_an_account(site):
    known = site.person(Role.VOLUNTEER)
    token = accounts.invite(site.service.database, None, Role.VOLUNTEER, site.service.now(), timedelta(hours=1))
    form = {"token": token, "password": PASSWORD}
    replies = [site.client().post("/invitation", data=form | {"email": known}).status_code for _ in range(5)]
    assert replies == [409] * 3 + [429] * 2


def test_every_route_that_changes_something_wants_the_session_s_own_token(shared):
    """Generated from the application: a new route is tried without being named here."""
    tried = 0
    for route in routes_of(shared.app):
        if route.method not in UNSAFE or "anybody" in route.roles:
            continue
        client = shared.enter(Role(min(route.roles)))
        path = re.sub(r"{(\w+)(:path)?}", "x", route.path)
        for token in (None, "guess", ""):
            client.headers.pop("X-CSRF-Token", None)
            headers = {} if token is None else {"X-CSRF-Token": token}
            assert client.request(route.method, path, headers=headers).status_code in {403, 422}, route.name
            form = client.request(route.method, path, data={"csrf": token or ""})
            assert form.status_code in {403, 422}, route.name
        tried += 1
    assert tried > 40


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example.org"},
        {"Origin": "http://testserver.example.org"},
    ],
)
def test_another_site_can_start_no_change_signing_in_included(shared, headers):
    for route in routes_of(shared.app):
        if route.method in UNSAFE:
            path = re.sub(r"{(\w+)(:path)?}", "x", route.path)
            assert shared.client().request(route.method, path, headers=headers).status_code == 403, route.name


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "none"}])
def test_our_own_pages_can(shared, headers):
    reply = shared.client().post("/sign-in", data={"email": "a@example.org", "password": "x"}, headers=headers)
    assert reply.status_code == 401


def test_a_session_that_somebody_else_chose_is_never_taken_over(site):
    email = site.person(Role.VOLUNTEER)
    client = site.client()
    client.cookies.set("session", "chosen-by-the-attacker")
    client.post("/api/v1/session", json={"email": email, "password": PASSWORD})
    first = client.cookies.get("session", domain="testserver.local")
    assert first
    assert first != "chosen-by-the-attacker"
    again = site.client()
    again.cookies.set("session", first)
    signed = again.post("/api/v1/session", json={"email": site.person(Role.RESEARCHER), "password": PASSWORD})
    assert signed.status_code == 200
    old = site.client()
    old.cookies.set("session", first)
    assert old.get("/me").status_code == 303, "the session of before ends with the new one"


def test_cookies_are_marked_as_they_should_be(database, clock, guideline, editor, tmp_path):
    site = made_site(database, clock, guideline, editor, tmp_path, secure_cookies=True)
    reply = site.client().post("/sign-in", data={"email": site.person(Role.VOLUNTEER), "password": PASSWORD})
    cookies = {line.split("=")[0]: line.lower() for line in reply.headers.get_list("set-cookie")}
    assert all("secure" in cookie and "path=/" in cookie for cookie in cookies.values())
    assert "httponly" in cookies["__Host-session"]
    assert "samesite=lax" in cookies["__Host-session"]
    assert "samesite=strict" in cookies["csrf"]
    assert "domain" not in cookies["__Host-session"]
    assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_over_https_the_session_s_cookie_is_bound_to_this_host(database, clock, guideline, editor, tmp_path):
    site = made_site(database, clock, guideline, editor, tmp_path, secure_cookies=True)
    client = site.client()
    reply = client.post("/sign-in", data={"email": site.person(Role.VOLUNTEER), "password": PASSWORD})
    token = reply.headers["set-cookie"].split(";")[0].removeprefix("__Host-session=")
    with_name = {name: site.client() for name in ("__Host-session", "session")}
    seen = {
        name: each.get("/me/sign-in", headers={"Cookie": f"{name}={token}"}).status_code
        for name, each in with_name.items()
    }
    assert seen == {"__Host-session": 200, "session": 303}


def test_only_our_own_hosts_are_answered_once_they_are_named(database, clock, guideline, editor, tmp_path):
    site = made_site(database, clock, guideline, editor, tmp_path, public_url="https://label.example.org")
    ours = {"Host": "label.example.org"}
    for host in ("evil.example.org", "label.example.org.evil.example.org", "", "label.example.org:99"):
        assert site.client().get("/sign-in", headers={"Host": host}).status_code == 400
    assert site.client().get("/sign-in", headers=ours).status_code == 200
    assert site.client().get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    coordinator = site.enter(Role.COORDINATOR)
    page = coordinator.post("/coordinator/people/invitations", data={"role": "volunteer"}, headers=ours)
    assert "https://label.example.org/invitation?token=" in page.text


@pytest.mark.parametrize(
    "target", ["//evil.example.org", "/\\evil.example.org", "https://evil.example.org", "/\n/evil"]
)
def test_signing_in_leads_nowhere_else(shared, target):
    form = {"email": shared.person(Role.VOLUNTEER), "password": PASSWORD, "next": target}
    assert shared.client().post("/sign-in", data=form).headers["location"] == "/label"


@pytest.fixture(scope="module")
def address(shared):
    """The application behind real uvicorn with our own configuration, for bytes that no client library would send."""
    port = free_port()
    server = uvicorn.Server(config_of(shared.app, Settings(home=shared.service.settings.home, port=port)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield ("127.0.0.1", port)
    server.should_exit = True
    thread.join(10)


def sent(address, data):
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(data)
        connection.settimeout(1)
        received = b""
        try:
            while part := connection.recv(65_536):
                received += part
        except (TimeoutError, ConnectionResetError):
            pass
    return received


HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5 \x00\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length : 5\r\n",
    ],
)
def test_a_request_cannot_hide_another(address, headers):
    """One connection, a body whose length is told in two ways: at most one answer, so nothing was smuggled past a proxy."""
    body = b"0\r\n\r\n" + HIDDEN
    received = sent(address, b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + body)
    assert b'"status":"ok"' not in received


def test_forwarded_headers_of_anybody_are_not_believed(address, shared):
    """Else every failure would be counted for another place."""
    body = b'{"email": "x@example.org", "password": "wrong"}'
    request = (
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Forwarded-For: 203.0.113.7\r\n"
        b"X-Forwarded-Host: evil.example.org\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    assert sent(address, request).startswith(b"HTTP/1.1 401")
    database, now = shared.service.database, shared.service.now()
    with database.reading() as session:
        counts = [
            people.failures_since(session, attempts.keyed(database, f"place:{place}"), now - attempts.WINDOW)
            for place in ("203.0.113.7", "127.0.0.1")
        ]
    assert counts == [0, 1]


def test_a_request_without_end_is_not_kept_in_memory(address):
    received = sent(address, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")
    assert received.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431")) or not received


@pytest.mark.parametrize("length", ["abc", "-5", "+5", "5.0", "\u0665", "0x10"])
def test_a_length_that_is_none_is_refused(shared, length):
    reply = shared.client().post("/sign-in", content=b"", headers={"Content-Length": length.encode()})
    assert reply.status_code == 400


def test_no_log_ever_holds_a_secret(site, tmp_path, capfd, monkeypatch):
    """Every way in is tried, rightly and wrongly, one with a fault of ours; then all that was written is searched."""
    root = logging.getLogger()
    before, level, configured = root.handlers[:], root.level, structlog.get_config()
    file = tmp_path / "web.log"
    logs.configure(file)
    try:
        email, secret = site.person(Role.COORDINATOR), "a very secret passphrase"
        client = site.client()
        client.post("/sign-in", data={"email": email, "password": secret})
        client.post("/api/v1/session", json={"email": email, "password": PASSWORD})
        client.headers["X-CSRF-Token"] = client.cookies["csrf"]
        page = client.post("/coordinator/people/invitations", data={"role": "volunteer"}).text
        (invitation,) = re.findall(r"token=([\w-]+)", page)
        client.get(f"/invitation?token={invitation}")
        site.client().post("/invitation", data={"token": invitation, "email": "b@example.org", "password": secret})
        made = client.post("/me/tokens", data={"name": "x", "scope": "items:read"}).text
        (token,) = re.findall(r"ann_[\w-]+", made)
        site.client().get("/api/v1/items", headers={"Authorization": f"Bearer {token}"})
        monkeypatch.setattr("annotator.people.sign_in.check_password", _broken)
        with pytest.raises(RuntimeError):
            site.client().post("/api/v1/session", json={"email": email, "password": secret})
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)
        structlog.configure(**configured)
    written = file.read_text() + "".join(capfd.readouterr())
    assert "request failed" in written, "the fault of ours is in the log"
    known = (email, secret, PASSWORD, invitation, token, client.cookies["session"], client.cookies["csrf"])
    assert [each for each in known if each in written] == []


def _broken(*_):
    raise RuntimeError


def test_public_routes_are_few_and_known(shared):
    public = {route.name for route in routes_of(shared.app) if "anybody" in route.roles and route.method in UNSAFE}
    assert public == {"POST /look", "POST /sign-in", "POST /sign-in/code", "POST /invitation", "POST /api/v1/session"}
