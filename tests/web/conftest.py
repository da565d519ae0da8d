"""The whole application over a real database, called without a network; the real guideline and editor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from annotator.app import create_app
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.people.accounts import Credentials, accept, invite
from annotator.settings import Settings
from annotator.storage import items
from annotator.studio.editor_assets import find_editor
from annotator.web.service import Service, open_service
from guidelines.loader import latest, load

PASSWORD = "four plain words here"


@pytest.fixture(scope="session")
def editor(tmp_path_factory):
    return find_editor(tmp_path_factory.mktemp("editor"))


@pytest.fixture(scope="session")
def guideline():
    return load("postings", latest("postings"))


@dataclass
class Site:
    """A running application, and how people enter it."""

    service: Service
    app: object

    def person(self, role: Role, *, qualified: bool = True) -> str:
        """Make a person; return their address."""
        email = f"{role.value}-{new_id().lower()}@example.org"
        now = self.service.now()
        token = invite(self.service.database, None, role, now, timedelta(hours=1), qualified=qualified)
        accept(self.service.database, token, Credentials(email, PASSWORD), now)
        return email

    def client(self) -> TestClient:
        return TestClient(self.app, base_url="http://testserver", follow_redirects=False)

    def enter(self, role: Role, **options) -> TestClient:
        """Return a client in which a new person of that role is signed in."""
        client = self.client()
        reply = client.post("/api/v1/session", json={"email": self.person(role, **options), "password": PASSWORD})
        assert reply.status_code == 200, reply.text
        client.headers["X-CSRF-Token"] = client.cookies["csrf"]
        return client

    def add_items(self, texts: list[str], state: ItemState = ItemState.READY) -> None:
        rows = [
            items.NewItem(f"item-{n}", text, items.text_hash(text), "synthetic", state) for n, text in enumerate(texts)
        ]
        with self.service.database.writing() as session:
            assert items.add(session, self.service.project, rows, self.service.now()) == []


@pytest.fixture
def site(database, clock, guideline, editor, tmp_path):
    settings = Settings(home=tmp_path / "home", studio=False)
    Path(settings.home).mkdir()
    service = open_service(settings, database, clock, guideline)
    return Site(service, create_app(service, editor))


def rating(value: str) -> list[dict]:
    """A result with the rating alone."""
    return [
        {
            "id": "r1",
            "from_name": "concern",
            "to_name": "text",
            "type": "choices",
            "origin": "manual",
            "value": {"choices": [value]},
        }
    ]


def span(text: str, marked: str, label: str, state: str = "present", region: str = "s1") -> list[dict]:
    """A marked passage with its state, as the editor gives them. The text here is plain ASCII."""
    start = text.index(marked)
    place = {"start": start, "end": start + len(marked), "text": marked}
    common = {"id": region, "to_name": "text", "origin": "manual"}
    return [
        {**common, "from_name": "indicators", "type": "labels", "value": {**place, "labels": [label]}},
        {**common, "from_name": "indicators_state", "type": "choices", "value": {**place, "choices": [state]}},
    ]


def answer(client: httpx.Client, given: dict, result: list[dict], key: str = "k") -> httpx.Response:
    body = {"lease": given["lease"], "result": result, "lead_time": 4.2, "key": f"{key}-{given['lease']}"}
    return client.post("/api/v1/answers", json=body)
