"""What people see of active learning: coordinators and researchers how it stands, volunteers nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sqlmodel import select

from annotator.domain.roles import Role
from annotator.insight.consensus import refit
from annotator.learning.forecasting import forecast_left
from annotator.learning.training import train
from annotator.storage import project_settings
from annotator.storage.tables import Item, Person
from annotator.storage.tables_learning import ModelVersion, Prediction
from annotator.web.frame.pages import STATIC
from tests.web.conftest import answer, rating


@pytest.fixture
def learned(site):
    """Sixty postings, thirty of them labelled by two people, and a model that has something to say of each."""
    words = ("contract salary insured", "overtime deposit agency", "fee housing deducted", "debt passport owed")
    rng = np.random.default_rng(4)
    service = site.service
    with service.database.writing() as session:
        changed = {"overlap": 2, "max_overlap": 2, "audit_share": 0}
        project_settings.change(session, service.now(), "test", service.project.id, changed)
    site.add_items([f"Posting {n}: {words[n % 4]} {' '.join(rng.choice(list('abcdefgh'), 5))}" for n in range(60)])
    for _ in range(2):
        client = site.enter(Role.VOLUNTEER)
        for _ in range(30):
            given = client.post("/api/v1/next").json()
            answer(client, given, rating(str(int(given["item"]["text"].split()[1].rstrip(":")) % 4)))
    common = (service.database, service.project, service.schema)
    model = train(*common, service.settings.home, service.now())
    refit(*common, service.now())
    forecast_left(*common, service.now())
    return site, model


def test_no_volunteer_is_sent_anything_of_what_a_model_says(learned):
    site, model = learned
    with site.service.database.reading() as session:
        said = {one.item_id: one for one in session.exec(select(Prediction))}
        items = {item.text: item for item in session.exec(select(Item))}
    assert said.keys() == {item.id for item in items.values()}
    client = site.enter(Role.VOLUNTEER)
    given = client.post("/api/v1/next")
    body = given.json()
    assert body.keys() == {"lease", "expires_at", "item", "guideline", "label_config"}
    assert body["item"].keys() == {"id", "text", "image"}
    sent = [given.text, str(given.headers)]
    sent += [client.get(page).text for page in ("/label", "/me", "/guideline", "/api/v1/progress")]
    stored = answer(client, body, rating("1"))
    sent += [stored.text, client.post("/api/v1/next").text]
    shown = items[body["item"]["text"]]
    numbers = [f"{p:.4f}" for p in said[shown.id].probability] + [f"{shown.priority:.5f}"]
    for text in sent:
        assert model.id not in text
        assert not re.search(r"model_version|probabilit|posterior|priority|propensity|\"score\"", text)
        assert not any(number in text for number in numbers)


def test_the_editor_is_given_no_predictions():
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    assert set(re.findall(r"predictions:\s*([^\s,}]*)", scripts)) == {"[]"}


def test_the_desk_and_its_page_say_who_orders_the_pool_and_why_and_what_is_left(learned):
    site, model = learned
    coordinator = site.enter(Role.COORDINATOR)
    desk = coordinator.get("/coordinator").text
    assert "judgements still needed" in desk
    assert "Chance orders the pool" in desk
    page = coordinator.get("/coordinator/learning").text
    assert "About" in page
    assert "more judgements" in page
    assert "Chance orders the pool: lift is not measured yet" in page
    assert f"Version {model.version}, trained" in page
    assert "Volunteers never see what it says" in page


def test_the_desk_is_plain_before_anything_was_learned(site):
    site.add_items(["Posting: work."])
    page = site.enter(Role.COORDINATOR).get("/coordinator").text
    assert "No classifier is trained yet" in page
    assert "<b>1</b> item open" in page


def test_the_api_tells_researchers_how_learning_stands(learned):
    site, model = learned
    found = site.enter(Role.RESEARCHER).get("/api/v1/learning").json()
    assert (found["order"], found["open"], found["states"]["agreed"]) == ("chance", 30, 30)
    assert found["left"]["judgements"] == 60
    (version,) = found["versions"]
    with site.service.database.reading() as session:
        stored = session.get_one(ModelVersion, model.id)
    assert version["data_sha256"] == stored.data_sha256
    assert version["metrics"] == stored.metrics
    assert "parameters" not in version
    assert 0 <= found["prevalence"]["0"]["low"] <= found["prevalence"]["0"]["high"] <= 1
    assert not any(name in str(found) for name in ("item-", "Posting"))


def test_volunteers_may_not_ask_how_learning_stands(site):
    assert site.enter(Role.VOLUNTEER).get("/api/v1/learning").status_code == 403
    with site.service.database.reading() as session:
        assert session.exec(select(Person)).first() is not None
