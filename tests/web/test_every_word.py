"""Every page that anybody can reach, in a language that nobody speaks: what stands in no brackets comes from no catalogue."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from annotator.domain.clock import ManualClock
from annotator.domain.roles import Role
from annotator.storage.database import Database
from annotator.storage.tables import Item
from annotator.web.frame import language
from tests.web.conftest import made_site
from tests.web.lived_in import live_in, pages
from tests.web.pseudo import catalogue, unspoken

HERE = {
    "AUC",
    "CSV",
    "UTC",
    "IRI",
    "SQLite",
    "alpha",
    "Alpha",
    "kappa",
    "Label Studio",
    "Prometheus",
    "Cohen",
    "Croissant",
}
"""Names that are the same in every language."""


@pytest.fixture(scope="module")
def site(tmp_path_factory, sqlite_template, guideline, editor):
    folder = tmp_path_factory.mktemp("lived-in")
    shutil.copy(sqlite_template, folder / "site.sqlite3")
    database = Database(f"sqlite:///{folder}/site.sqlite3")
    made = made_site(database, ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC)), guideline, editor, folder)
    live_in(made)
    yield made
    database.dispose()


@pytest.fixture(scope="module")
def data(site):
    """What stands on pages as it was given: the guideline's words, the longest first."""
    schema = site.service.schema
    found = {schema.title, schema.name, site.service.project.purpose, *schema.clauses, *schema.clauses.values(), *HERE}
    for question in schema.questions:
        found |= {question.title, question.id, question.unmarked}
        found |= {part for one in question.choices for part in (one.title, one.value, one.definition)}
        found |= {part for one in question.states for part in (one.title, one.value)}
    found |= {part for flag in schema.flags for part in (flag.title, flag.help)}
    found |= {"north", *_postings(site), *(flag.value.replace("_", " ") for flag in schema.flags)}
    return sorted(filter(None, found), key=len, reverse=True)


def _postings(site):
    """Yield each text, and its words, which the drift of words names."""
    with site.service.database.reading() as session:
        for text in session.exec(select(Item.text)):
            yield text
            yield from (f"{word} {arrow}" for word in re.findall("[a-z]{3,}", text) for arrow in "↑↓")


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.ADJUDICATOR, Role.COORDINATOR, Role.RESEARCHER])
def test_every_word_of_every_page_comes_from_the_catalogue(role, site, data, monkeypatch):
    spoken = catalogue()
    monkeypatch.setattr(language, "spoken", lambda _: spoken)
    client = site.enter(role)
    left: dict[str, str] = {}
    seen = []
    for address, page in pages(client):
        seen.append(address)
        left = dict.fromkeys(unspoken(page, data), address) | left
    assert not left, "\n".join(f"{address}: {text}" for text, address in left.items())
    assert len(seen) > 5
