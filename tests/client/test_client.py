"""The client against a served application, and against servers that fail; the programs of the documentation run as they stand."""

from __future__ import annotations

import ast
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest

from annotator import client as package
from annotator.client import (
    Annotator,
    AuthenticationError,
    ClientError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnreachableError,
)
from annotator.domain.roles import Role
from annotator.domain.scopes import held_by
from annotator.people import api_tokens
from guidelines.loader import latest, load
from tests.browser.served import approved_site, listening
from tests.ports import free_port
from tests.web.conftest import answer, rating

ROOT = Path(__file__).parents[2]
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
ITEMS = 5


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A service in which three people have answered everything; (address, how to make a token of a role)."""
    folder = tmp_path_factory.mktemp("client")
    with approved_site(folder, load("postings", latest("postings"))) as site:
        site.add_items([f"Pickers wanted. Housing offered. Number {n}." for n in range(ITEMS)])
        for number in range(3):
            volunteer = site.enter(Role.VOLUNTEER)
            while (reply := volunteer.post("/api/v1/next")).status_code == 200:
                given = reply.json()
                split = site.item_of(given).public_id == "item-0"
                assert answer(volunteer, given, rating(str(number) if split else "1")).status_code == 201

        def token(role, *scopes):
            person = site.add(role, f"{role.value}-{free_port()}-{len(scopes)}@example.org")
            wanted = scopes or held_by(role)
            return api_tokens.make(site.service.database, person, "test", wanted, site.service.now()).secret

        with listening(site.app) as url:
            yield url, token


@pytest.fixture(scope="module")
def coordinator(served):
    url, token = served
    with Annotator(url, token(Role.COORDINATOR)) as made:
        yield made


def test_lists_go_through_all_pages(coordinator):
    assert [item.id for item in coordinator.items(page=2)] == [f"item-{n}" for n in range(ITEMS)]
    assert [item.id for item in coordinator.items(page=2, disagree=True)] == ["item-0"]
    assert len(list(coordinator.consensus(page=2))) == ITEMS
    assert len(list(coordinator.people(page=2))) == len(list(coordinator.people())) >= 4


def test_what_comes_back_is_typed(coordinator):
    item = coordinator.item("item-1")
    assert item.posterior is not None
    assert sum(item.posterior.values()) == pytest.approx(1)
    assert [given.rating for given in coordinator.answers("item-1")] == ["1"] * 3
    assert "annotation.created" in {event.action for event in coordinator.history("item-1")}
    assert {row.label for row in coordinator.agreement().agreement} >= {"concern"}
    assert coordinator.queue().items[0].item == "item-0"
    assert coordinator.quality().people == 0
    assert coordinator.learning()["open"] == 0
    assert coordinator.releases() == []
    with pytest.raises(ValueError, match="frozen"):
        item.state = "gold"


def test_errors_say_what_the_server_said(served, coordinator):
    url, token = served
    with pytest.raises(NotFoundError, match="There is no such item"):
        coordinator.item("nothing/at all?")
    with pytest.raises(InvalidError) as caught:
        list(coordinator.items(state="odd"))
    assert (caught.value.where, caught.value.status) == ("state", 422)
    with Annotator(url, "ann_wrong") as stranger, pytest.raises(AuthenticationError):
        stranger.agreement()
    with Annotator(url, token(Role.RESEARCHER, "agreement:read")) as researcher:
        researcher.agreement()
        with pytest.raises(ForbiddenError, match="releases:read"):
            researcher.releases()


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_the_programs_of_the_documentation_run(served, program, tmp_path, monkeypatch, capsys):
    url, token = served
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "docs/api.md", "exec"), {"url": url, "token": token(Role.COORDINATOR)})
    if "add_postings" in program:
        said = capsys.readouterr().out.splitlines()
        assert said[0].startswith("1 [(2, ")
        assert said[1].startswith("422 postings.jsonl")


def test_every_scope_is_documented_with_its_roles():
    from annotator.domain.scopes import HOLDERS

    table = dict(
        re.findall(r"^\| `([a-z:]+)` \|.*\| ([a-z, ]+) \|$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    )
    assert {scope: set(roles.split(", ")) for scope, roles in table.items()} == {
        scope.value: {role.value for role in roles} for scope, roles in HOLDERS.items()
    }


@contextmanager
def replying(*replies):
    """A server that gives these replies in turn, the last for ever: (status, headers, body). Gives its address and what it saw."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            status, headers, body = replies[min(len(seen), len(replies)) - 1]
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def patient(url, waits):
    return Annotator(url, "ann_x", tries=3, rng=Random(7), sleep=waits.append)


def test_what_passes_is_tried_again_with_growing_pauses():
    waits = []
    with replying((503, {}, b"busy"), (0, {}, b""), (200, {}, b"[]")) as (url, seen), patient(url, waits) as client:
        assert client.releases() == []
    assert len(seen) == 3
    assert 0.25 <= waits[0] <= 0.5
    assert 0.5 <= waits[1] <= 1


def test_retry_after_is_kept_to():
    waits = []
    with replying((429, {"Retry-After": "7"}, b""), (200, {}, b"[]")) as (url, _), patient(url, waits) as client:
        client.releases()
    assert waits == [7]


def test_patience_ends():
    waits = []
    with replying((429, {}, b"")) as (url, seen), patient(url, waits) as client, pytest.raises(RateLimitError):
        client.releases()
    assert len(seen) == 3
    with pytest.raises(UnreachableError), patient(f"http://127.0.0.1:{free_port()}", waits) as client:
        client.releases()


@pytest.mark.parametrize(("status", "kind"), [(500, ServerError), (404, NotFoundError), (302, ClientError)])
def test_what_does_not_pass_is_not_tried_again(status, kind):
    waits = []
    with (
        replying((status, {"Location": "http://127.0.0.1:1/"}, b"<html>a proxy's own page</html>")) as (url, seen),
        patient(url, waits) as client,
        pytest.raises(kind, match=str(status)),
    ):
        client.releases()
    assert (len(seen), waits) == (1, [])


@pytest.mark.parametrize("url", ["http://annotator.example.org", "ftp://localhost", "annotator.example.org"])
def test_a_token_never_goes_over_a_bare_line(url):
    with pytest.raises(ClientError, match="https"):
        Annotator(url, "ann_x")


def test_the_client_knows_nothing_of_the_service():
    for path in Path(package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            assert not (module or "").startswith("annotator.") or module.startswith("annotator.client"), path
