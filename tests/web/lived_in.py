"""A small service in which a bit of everything has happened, for tests that go through all its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import numpy as np
from fastapi.testclient import TestClient

from annotator.alerts import parts
from annotator.domain.controls import Placement
from annotator.domain.items import ItemState
from annotator.domain.limits import UNLIMITED
from annotator.domain.roles import Role
from annotator.insight.consensus import refit
from annotator.insight.data import measure_drift_if_due
from annotator.learning.forecasting import forecast_left
from annotator.learning.training import train
from annotator.quality.bank import ensure_policy
from annotator.storage import alerts, heartbeat, items, project_settings
from annotator.storage.outbox import OutboxState
from annotator.storage.tables_recheck import Recheck
from annotator.worker import duties
from tests.web.conftest import Site, answer, rating, span

_WORDS = ("contract salary insured", "overtime deposit agency", "fee housing deducted", "debt passport owed")
_LINK = re.compile(r'href="(/[^"#]*)')
_FILES = re.compile(r"\.csv|\.json|/files/|/live$|/download|^/static|^/docs|^/editor|/charts/")


def live_in(site: Site) -> None:
    """Let items come, be answered, disputed, decided, held and flagged; people come in, pause and appeal; a model learn."""
    service = site.service
    with service.database.writing() as session:
        project_settings.set_limits(session, service.now(), "test", service.project.id, UNLIMITED, may_be_looser=True)
        changed = {"overlap": 2, "max_overlap": 2, "audit_share": 0.5}
        project_settings.change(session, service.now(), "test", service.project.id, changed)
    _postings(site)
    _answers(site)
    common = (service.database, service.project, service.schema)
    train(*common, service.settings.home, service.now())
    refit(*common, service.now())
    forecast_left(*common, service.now())
    measure_drift_if_due(service.database, service.project, service.now())
    _desk(site)
    _alerts(site)


def _postings(site: Site) -> None:
    rng = np.random.default_rng(4)
    rows = []
    for n in range(90):
        text = f"Posting {n}: {_WORDS[n % 4]} {' '.join(rng.choice(list('abcdefgh'), 5))}"
        place = {"campaign": f"c{n}", "epoch": f"202{n % 2}", "region": "north", "quarter": "2026Q1", "language": "en"}
        rows.append(items.NewItem(f"item-{n}", text, items.text_hash(text), "synthetic", ItemState.READY, **place))
    held = items.NewItem("item-held", "Call <PHONE>.", items.text_hash("held"), "de-identified", ItemState.QUARANTINED)
    with site.service.database.writing() as session:
        assert items.add(session, site.service.project, [*rows, held], site.service.now()) == []
        kept = {"spans": [], "gate_version": "1", "opened_at": site.service.now()}
        session.add(Recheck(item_id=held.id, reasons=["phone"], **kept))


def _answers(site: Site) -> None:
    """Two people answer thirty items each; they differ on some, cannot tell on some, and mark passages."""
    for who in range(2):
        client = site.enter(Role.VOLUNTEER)
        for number in range(30):
            given = client.post("/api/v1/next").json()
            text = given["item"]["text"]
            truth = int(text.split()[1].rstrip(":")) % 4
            said = "CT" if number % 10 == who else str((truth + (who if number % 7 == 0 else 0)) % 4)
            marked = span(text, "fee", "FEE") if "fee" in text and who else []
            assert answer(client, given, rating(said) + marked).status_code == 201
        lease = client.post("/api/v1/next").json()["lease"]
        if who:
            client.post("/api/v1/flag", json={"lease": lease, "kind": "personal_data", "note": ""})
        else:
            client.post("/api/v1/skip", json={"lease": lease})


def _desk(site: Site) -> None:
    """Decide an item, hold some and take it back, change a setting, bring postings in, pause somebody, give a token out."""
    ada, desk = site.enter(Role.ADJUDICATOR), site.enter(Role.COORDINATOR)
    case = ada.post("/api/v1/adjudication/case", json={}).json()
    decision = {"item": case["item"]["id"], "result": rating("1"), "cause": "guideline_unclear", "key": "k1"}
    assert ada.post("/api/v1/adjudication/decisions", json={**decision, "clause": "fee"}).status_code == 201
    for action in ("hold", "raise"):
        body = {"action": action, "items": ["item-80", "item-81"], "key": action}
        done = desk.post("/api/v1/bulk", json=body)
        assert done.status_code in (200, 201, 202), done.text
    desk.post(f"/api/v1/bulk/{done.json()['id']}/undo")
    page = desk.get("/coordinator/people").text
    person = re.search(r'href="/coordinator/people/([^"?#/]+)"', page).group(1)
    desk.post(f"/coordinator/people/{person}/vetting", data={"step": "identity", "passed": "yes"})
    desk.post(f"/coordinator/people/{person}/pause", data={"reason": "…"})
    site.enter(Role.VOLUNTEER, onboarded=False)
    desk.post("/me/tokens", data={"name": "x", "scope": "items:read", "days": "30"})
    site.service.settings.__dict__["webhooks_private"] = True
    desk.post("/coordinator/webhooks", data={"url": "http://127.0.0.1:9/", "event": "item.agreed"})


def _alerts(site: Site) -> None:
    """Open what alerts there can be of the parts, close one, and let the worker have been there."""
    service, now = site.service, site.service.now()
    long_ago = now - timedelta(hours=1)
    found = [
        *parts.outbox_behind(OutboxState(3, 1, long_ago), now),
        *parts.studio_away("down", long_ago, now),
        *parts.not_approved(usable=False, version="1.0.0", now=now),
    ]
    with service.database.writing() as session:
        alerts.reconcile(session, service.project.id, found, now)
        alerts.reconcile(session, service.project.id, found[:2], now)
        ensure_policy(session, service.project, now, Placement(2, 0.1))
        heartbeat.write(session, long_ago, [duty.state for duty in duties(service)])


def pages(client: TestClient, start: str = "/", most: int = 2) -> Iterator[tuple[str, str]]:
    """Yield (address, page) of all that can be reached by links from a page, of each kind so many."""
    waiting, seen, kinds = [start], {start}, {}
    while waiting:
        address = waiting.pop(0)
        parts_of = urlsplit(address)
        kind = (re.sub(r"/(items|people|alerts|pairs|guideline|bulk|recheck|releases)/.+", r"/\1/*", parts_of.path),)
        kind += tuple(sorted(part.partition("=")[0] for part in parts_of.query.split("&")))
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > most:
            continue
        answered = client.get(address, follow_redirects=True)
        assert answered.status_code < 500, address
        if "html" not in answered.headers.get("content-type", ""):
            continue
        yield address, answered.text
        for link in (found.replace("&amp;", "&") for found in _LINK.findall(answered.text)):
            if link not in seen and not _FILES.search(link):
                seen.add(link)
                waiting.append(link)
