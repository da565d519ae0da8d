"""A labelled project to release: synthetic postings judged by simulated people, stored as the service stores them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from annotator.domain.answers import cannot_tell, flat_labels
from annotator.domain.clock import ManualClock
from annotator.domain.ids import new_id
from annotator.domain.overlap import settle
from annotator.intake.run import ingest_file
from annotator.settings import Settings
from annotator.storage import items
from annotator.storage.database import Database
from annotator.storage.tables import Annotation, Lease, Person
from annotator.studio.results import to_result
from annotator.synthetic.corpus import POSTINGS, write_corpus
from annotator.synthetic.generator import generate
from annotator.synthetic.people import PersonKind, draw_person
from annotator.synthetic.replies import reply
from annotator.web.frame.service import Service, open_service
from guidelines.loader import latest, load

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOTE = "a private remark"


@dataclass(frozen=True)
class Labelled:
    service: Service
    corpus: Path


def labelled(database: Database, folder: Path, n_items: int, *, n_people: int = 5, seed: int = 3) -> Labelled:
    """Fill an empty database: every item has three judgements; a few carry a note."""
    clock = ManualClock(NOW)
    home = folder / "home"
    home.mkdir(parents=True)
    guideline = load("postings", latest("postings"))
    service = open_service(Settings(home=home, studio=False), database, clock, guideline)
    corpus = folder / "corpus"
    write_corpus(corpus, n_items, seed)
    ingest_file(database, service.project, corpus / POSTINGS, "test", clock)
    _judge(service, n_items, n_people, seed)
    return Labelled(service, corpus)


def _judge(service: Service, n_items: int, n_people: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    schema, project = service.schema, service.project
    careful = [draw_person(PersonKind.CAREFUL, rng) for _ in range(n_people)]
    people = [Person(pseudonym=f"V-{n}", role="volunteer", qualified_at=NOW, created_at=NOW) for n in range(n_people)]
    with service.database.writing() as session:
        session.add_all(people)
        session.flush()
        for number, posting in enumerate(generate(n_items, seed)):
            item = items.by_public_id(session, project.id, posting.id)
            if item is None:  # the same text came twice
                continue
            ratings = []
            for slot, place in enumerate(rng.choice(n_people, project.overlap, replace=False)):
                given = reply(careful[place], posting, rng)
                answer = given.to_answer(item.text)
                result = to_result(schema, item.text, answer)
                if number % 10 == 0:
                    result.append(_note())
                labels = flat_labels(schema, answer)
                at = NOW + timedelta(minutes=number, seconds=slot)
                lease = Lease(
                    item_id=item.id,
                    person_id=people[place].id,
                    slot=slot,
                    state="answered",
                    created_at=at,
                    expires_at=at,
                    **picked(number),
                )
                session.add(lease)
                session.flush()
                session.add(
                    Annotation(
                        lease_id=lease.id,
                        item_id=item.id,
                        person_id=people[place].id,
                        guideline_version_id=project.guideline_version_id,
                        key=new_id(),
                        result=result,
                        answer=answer.to_json() | ({"notes": {"note": NOTE}} if number % 10 == 0 else {}),
                        labels=labels,
                        rating=labels["concern"],
                        cannot_tell=cannot_tell(schema, answer),
                        lead_time=given.seconds,
                        created_at=at,
                    )
                )
                ratings.append(labels["concern"])
            item.answered = project.overlap
            item.state = settle(ratings).value
            session.add(item)


def picked(number: int) -> dict:
    """What picked an item: every fourth chance, with the share of the slice."""
    return {"pick": "model"} if number % 4 else {"pick": "audit", "propensity": 0.1}


def _note() -> dict:
    return {"id": "n1", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": [NOTE]}}
