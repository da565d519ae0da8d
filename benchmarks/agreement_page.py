"""What the pages of agreement cost over 100,000 items with 300,000 answers by 200 people: the first time, and every time after that.

python -m benchmarks.agreement_page [--items 100000] [--people 200] [--url postgresql://…]

`first` is what the page costs when nothing is known yet, `again` the median of five; `worked out` is what is done behind the pages
whenever answers have come. All are seconds of processor, so that what else runs on the machine does not count.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from fastapi.testclient import TestClient
from rich.console import Console

from annotator.app import create_app
from annotator.domain.clock import ManualClock
from annotator.domain.ids import new_id
from annotator.domain.roles import Role
from annotator.insight.agreement import agreement_by_label
from annotator.insight.answers import Answers
from annotator.people.sign_in import open_session
from annotator.settings import Settings
from annotator.storage.database import Database
from annotator.storage.tables import Person
from annotator.studio.editor_assets import find_editor
from annotator.web.frame.service import Service, open_service
from guidelines.loader import latest, load
from tests import bad_week

PAGES = (
    "/coordinator/agreement",
    "/coordinator/agreement/time",
    "/coordinator/agreement/time?label=FEE",
    "/coordinator/agreement/pairs",
    "/coordinator/agreement/pairs?label=FEE&rows=3&columns=7",
    "/coordinator/agreement/pairs/V-01/V-03",
    "/coordinator/agreement/confusions",
    "/coordinator/agreement/passages",
    "/coordinator/agreement/pairs.csv",
    "/coordinator/items?on=FEE&two=differ",
    "/coordinator/items?on=concern&two=differ&mixed=3~0",
    "/coordinator/items?people=V-01~V-03",
    "/coordinator",
)
say = Console().print


def desk(service: Service, folder: Path) -> TestClient:
    """Return a client in which a coordinator is signed in."""
    client = TestClient(create_app(service, find_editor(folder / "editor")), base_url="http://testserver")
    person = Person(pseudonym=new_id(), role=Role.COORDINATOR.value, created_at=service.now())
    with service.database.writing() as session:
        session.add(person)
    signed_in = open_session(service.database, person, service.now(), timedelta(hours=12))
    client.cookies.update({"session": signed_in.token, "csrf": signed_in.csrf})
    return client


def seconds(client: TestClient, page: str) -> float:
    began = time.process_time()
    client.get(page).raise_for_status()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(given.url or f"sqlite:///{folder}/agreement.sqlite3")
        database.migrate()
        settings = Settings(home=folder / "home", studio=False)
        settings.home.mkdir()
        clock = ManualClock(datetime(2026, 3, 2, 10, tzinfo=UTC))
        service = open_service(settings, database, clock, load("postings", latest("postings")))
        bad_week.have(service, items=given.items, people=given.people)
        client = desk(service, folder)
        client.get("/coordinator/items").raise_for_status()

        began = time.process_time()
        with database.frozen() as session:
            data = Answers.read(session, service.schema, service.project.id)
        read = time.process_time()
        agreement_by_label(service.schema, data.by_unit)
        done = time.process_time()
        say(
            f"worked out: {read - began:.2f} s to read {data.labels.n_answers:,} answers, {done - read:.2f} s for alpha"
        )
        service.agreement.standing()
        say(f"{'page':60} {'first':>9} {'again':>9}")
        for page in PAGES:
            first = seconds(client, page)
            again = statistics.median(seconds(client, page) for _ in range(5))
            say(f"{page:60} {first * 1000:6.0f} ms {again * 1000:6.0f} ms", highlight=False)
        database.dispose()


if __name__ == "__main__":
    main()
