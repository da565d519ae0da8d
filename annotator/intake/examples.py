"""The worked examples of a guideline as items: a demonstration of it begins with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from annotator.domain.items import ItemState, Source
from annotator.intake.pictures import keep_picture, read_picture
from annotator.storage import audit, items
from annotator.storage.database import Database
from annotator.storage.tables import Project
from guidelines.lessons import Example

_WORDS = "A worked example of the guideline, made up by whoever wrote it."


def add_examples(database: Database, project: Project, examples: Sequence[Example], now: datetime) -> int:
    """Add each example as an item, ready to be labelled; return how many were new."""
    rows = []
    with database.writing() as session:
        for example in examples:
            if example.picture is None:
                digest = items.text_hash(example.text)
            else:
                dots = read_picture(example.picture)
                digest = keep_picture(session, dots, _WORDS, now)
            rows.append(items.NewItem(example.id, example.text, digest, Source.SYNTHETIC.value, ItemState.READY))
        added = len(rows) - len(items.add(session, project, rows, now))
        audit.record(session, now, audit.SERVICE, "items.examples", project.id, added=added)
    return added
