"""What we hand out comes in again as it was: a release's Label Studio files, by the mapping that the import drafts itself."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlmodel import select

from annotator.domain.clock import ManualClock
from annotator.intake.run import ingest_file
from annotator.moving import label_studio
from annotator.moving.arrive import Import
from annotator.moving.drafting import Seen, draft
from annotator.moving.gathering import gather
from annotator.moving.mapping import read
from annotator.moving.people import Pseudonyms
from annotator.moving.record import Asked
from annotator.settings import Settings
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Item
from annotator.studio.results import parse_result
from annotator.synthetic.corpus import POSTINGS
from annotator.web.frame.service import open_service
from exports import load_release
from tests.releases.labelled import NOW


@dataclass
class Back:
    service: object
    summary: object


@pytest.fixture(scope="module")
def back(project, released, sqlite_template, tmp_path_factory):
    """A second service with the same postings, into which the release's own Label Studio files were imported."""
    folder = tmp_path_factory.mktemp("back")
    shutil.copy(sqlite_template, folder / "back.sqlite3")
    database = Database(f"sqlite:///{folder / 'back.sqlite3'}")
    service = open_service(Settings(home=folder, studio=False), database, ManualClock(NOW), project.service.guideline)
    ingest_file(database, service.project, project.corpus / POSTINGS, "test", service.clock)
    files = released.out / "label-studio"
    seen = Seen()
    seen.look(gather(label_studio.read(files, Asked())))
    text = draft("label-studio", seen, service.schema, Pseudonyms(database, "label-studio"))
    moving = read(text, "drafted.yaml", "label-studio", service.schema)
    run = Import(database, service.project, service.schema, moving, None)
    yield Back(service, run.bring(label_studio.read(files, Asked()), NOW, folder / "rejects.jsonl"))
    database.dispose()


def test_every_judgement_of_a_release_comes_back_with_the_same_answers(back, released):
    release = load_release(released.out)
    judged = release.annotations().astype(object)
    judged = judged.where(judged.notna(), None)
    labels = [spec.name for spec in back.service.schema.labels]
    handed_out = Counter((row["item"], *(row[name] for name in labels)) for row in judged.to_dict("records"))
    with back.service.database.reading() as session:
        rows = session.exec(select(Annotation, Item).join(Item, Item.id == Annotation.item_id)).all()
    came_back = Counter((item.public_id, *(row.labels[name] for name in labels)) for row, item in rows)
    assert came_back == handed_out
    assert (back.summary.stored, back.summary.rejected, back.summary.incomplete) == (len(judged), 0, 0)
    assert all(parse_result(back.service.schema, item.text, row.result).to_json() == row.answer for row, item in rows)


def test_items_are_settled_as_they_were(back, project):
    with project.service.database.reading() as session:
        before = {item.public_id: item.state for item in session.exec(select(Item))}
    with back.service.database.reading() as session:
        after = {item.public_id: item.state for item in session.exec(select(Item)) if item.answered}
    assert after
    assert after == {name: before[name] for name in after}
