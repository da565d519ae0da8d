from __future__ import annotations

import pytest
from sqlmodel import select

from annotator.domain.recheck import Decision
from annotator.intake.recheck import RecheckDesk
from annotator.moving.arrive import Import
from annotator.moving.mapping import read
from annotator.moving.record import Asked
from annotator.moving.tools import reader
from annotator.privacy.vault import Vault, new_key
from annotator.storage.tables import Annotation, Audit, Item, Person
from annotator.storage.tables_moving import ImportedAnswer
from tests.moving.exports import WORDS

LABELS = "{none: concern/0, weak: concern/1}"
TAGS = "{fee: indicators/FEE/present}"
ANNA = "people: {anna: M-ANNA, ben: M-BEN}\n"
MARKED = [("FEE", "present", WORDS)]


def mapping_text(tool, labels="rating", passages="tags", more=""):
    return f"from: {tool}\nlabels:\n  {labels}: {LABELS}\npassages:\n  {passages}: {TAGS}\n{more}"


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "quarantine.vault", new_key())


class Mover:
    """Imports into a world, lets texts in, and reads what is stored."""

    def __init__(self, world, vault, tmp_path):
        self.world, self.vault, self.rejects = world, vault, tmp_path / "rejects.jsonl"
        self.desk = RecheckDesk(world.database, world.project, world.schema, vault)

    def run(self, tool, text, *, vault=True):
        moving = read(text, "m.yaml", tool, self.world.schema)
        vault = self.vault if vault else None
        return Import(self.world.database, self.world.project, self.world.schema, moving, vault)

    def bring(self, tool, path, text=None, texts=None, *, vault=True):
        run = self.run(tool, text or mapping_text(tool), vault=vault)
        records = reader(tool)(path, Asked(run.moving.text, texts))
        return run.bring(records, self.world.clock.now(), self.rejects)

    def look(self, tool, path, text=None):
        run = self.run(tool, text or mapping_text(tool))
        return run.look(reader(tool)(path, Asked()), self.rejects)

    def decide(self, public_id, decision=Decision.ACCEPT):
        now = self.world.clock.now()
        for person in self.world.volunteers(2):
            shown = self.desk.show(public_id, person, now)
            self.desk.decide(public_id, person, decision, shown.recheck.version, now)

    def let_in(self):
        """Let every text in that waits."""
        for item in self.all(Item):
            if item.state == "quarantined":
                self.decide(item.public_id)

    def all(self, table):
        with self.world.database.reading() as session:
            return list(session.exec(select(table)))

    def answers(self):
        """(pseudonym, rating, [(label, state, words)]) of every annotation, in a stable order."""
        people = {person.id: person.pseudonym for person in self.all(Person)}
        rows = self.all(Annotation)
        return sorted(
            (people[row.person_id], row.rating, [(s["label"], s["state"], s["text"]) for s in row.answer["spans"]])
            for row in rows
        )


@pytest.fixture
def mover(world, vault, tmp_path):
    return Mover(world, vault, tmp_path)


def bring(mover, path, **more):
    """Bring in an export of Label Studio's whose people are named as M-ANNA and M-BEN."""
    return mover.bring("label-studio", path, mapping_text("label-studio", more=ANNA), **more)


def dump(mover):
    """Everything stored of items, answers and the log, as text."""
    return repr([mover.all(table) for table in (Item, Annotation, ImportedAnswer, Audit, Person)])
