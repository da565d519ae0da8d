"""The whole application over a real database, called without a network; the real guideline and editor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from annotator.app import create_app
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.people.passwords import hash_password
from annotator.people.sign_in import open_session
from annotator.settings import Settings
from annotator.storage import items, onboarding
from annotator.storage.tables import Identity, Item, Lease, Person
from annotator.studio.editor_assets import find_editor
from annotator.web.frame.service import Service, open_service
from guidelines.loader import latest, load
from tests.world import approve

PASSWORD = "four plain words here"


@pytest.fixture(scope="session")
def editor(tmp_path_factory):
    return find_editor(tmp_path_factory.mktemp("editor"))


@pytest.fixture(scope="session")
def guideline():
    return load("postings", latest("postings"))


@cache
def _hashed() -> str:
    """One slow hash for all the people of a run."""
    return hash_password(PASSWORD)


@dataclass
class Site:
    """A running application, and how people enter it."""

    service: Service
    app: object

    def person(self, role: Role, *, qualified: bool = True, onboarded: bool = True) -> str:
        """Make a person; return their address."""
        email = f"{role.value}-{new_id().lower()}@example.org"
        self._made(role, email, qualified=qualified, onboarded=onboarded)
        return email

    def add(self, role: Role, email: str, *, qualified: bool = True, onboarded: bool = True) -> Person:
        """Make a person with an address of your choice."""
        return self._made(role, email, qualified=qualified, onboarded=onboarded)

    def _made(self, role: Role, email: str, *, qualified: bool, onboarded: bool) -> Person:
        now = self.service.now()
        person = Person(pseudonym=new_id(), role=role.value, qualified_at=now if qualified else None, created_at=now)
        with self.service.database.writing() as session:
            session.add(person)
            session.flush()
            session.add(Identity(person_id=person.id, email=email, password_hash=_hashed()))
            if onboarded and role is Role.VOLUNTEER:
                onboarding.complete(session, now, person.id)
        return person

    def client(self) -> TestClient:
        return TestClient(self.app, base_url="http://testserver", follow_redirects=False)

    def enter(self, role: Role, *, qualified: bool = True, onboarded: bool = True) -> TestClient:
        """Return a client in which a new person of that role is signed in."""
        client = self.client()
        person = self._made(role, f"{new_id().lower()}@example.org", qualified=qualified, onboarded=onboarded)
        signed_in = open_session(self.service.database, person, self.service.now(), timedelta(hours=12))
        client.cookies.update({"session": signed_in.token, "csrf": signed_in.csrf})
        client.headers["X-CSRF-Token"] = signed_in.csrf
        return client

    def item_of(self, given: dict) -> Item:
        """Return the item that a lease is about: the page itself is told a name that says nothing."""
        with self.service.database.reading() as session:
            return session.get_one(Item, session.get_one(Lease, given["lease"]).item_id)

    def add_items(self, texts: list[str], state: ItemState = ItemState.READY) -> None:
        rows = [
            items.NewItem(f"item-{n}", text, items.text_hash(text), "synthetic", state) for n, text in enumerate(texts)
        ]
        with self.service.database.writing() as session:
            assert items.add(session, self.service.project, rows, self.service.now()) == []


@pytest.fixture
def site(database, clock, guideline, editor, tmp_path):
    return made_site(database, clock, guideline, editor, tmp_path)


def made_site(database, clock, guideline, editor, folder, **more) -> Site:
    """Open the application on a database, with an approved guideline."""
    settings = Settings(home=folder / "home", studio=False, **more)
    Path(settings.home).mkdir()
    service = open_service(settings, database, clock, guideline)
    with database.writing() as session:
        approve(session, service.now(), service.project.guideline_version_id)
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


def answer(client: httpx.Client, given: dict, result: list[dict], key: str = "k", **more: Any) -> httpx.Response:
    body = {"lease": given["lease"], "result": result, "lead_time": 4.2, "key": f"{key}-{given['lease']}", **more}
    return client.post("/api/v1/answers", json=body)
