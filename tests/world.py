"""A small world to test in: one project, people and items made by a line each, and the books checked at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import select

from annotator.dispensing.dispense import Dispensed, Nothing, next_item
from annotator.dispensing.submit import Stored, Submission, submit
from annotator.domain.answers import Answer, Span
from annotator.domain.clock import ManualClock
from annotator.domain.governance import Body, Review
from annotator.domain.ids import new_id
from annotator.domain.items import ItemState
from annotator.domain.leases import LeaseState
from annotator.domain.limits import Limits
from annotator.domain.roles import Role
from annotator.domain.schema import Choice, Flag, Kind, Question, Schema, State
from annotator.people.texts import load_texts
from annotator.storage import audit, guideline_life, items, learning, onboarding, project_settings, projects
from annotator.storage.database import Database
from annotator.storage.every_table import metadata
from annotator.storage.tables import Annotation, Item, Lease, Person, Project
from annotator.storage.tables_learning import ModelVersion

SCHEMA = Schema(
    name="small",
    version="1.0.0",
    title="Small",
    sha256="0" * 64,
    questions=(
        Question(
            "concern",
            Kind.RATING,
            "Concern for review",
            required=True,
            choices=(*(Choice(str(n), str(n), "") for n in range(4)), Choice("CT", "Cannot tell", "", missing=True)),
        ),
        Question(
            "indicators",
            Kind.SPANS,
            "Indicators",
            choices=(Choice("FEE", "Fee", ""), Choice("DEBT", "Debt", "", strong=True)),
            states=(State("present", "Present"), State("contradicted", "Contradicted")),
            unmarked="not stated",
        ),
    ),
    flags=(
        Flag("personal_data", "Personal data visible", "", quarantines=True),
        Flag("distressing", "Distressing", "", quarantines=False),
    ),
)


def approve(session, now, version_id: str) -> None:
    """Record that both bodies have approved a guideline version."""
    for body in Body:
        guideline_life.approve(session, now, "test", version_id, Review(body, approved=True, words="Approved."))


def empty(database: Database) -> None:
    """Forget everything that is stored."""
    deletions = [f'DELETE FROM "{table.name}"' for table in reversed(metadata().sorted_tables)]
    with database.engine.begin() as connection:
        for statement in deletions if database.is_sqlite else ["; ".join(deletions)]:
            connection.exec_driver_sql(statement)
    with database.writing() as session:
        audit.begin(session)


@dataclass
class World:
    database: Database
    clock: ManualClock
    schema: Schema = SCHEMA
    limits: Limits | None = None  # None: the precautionary ones
    name: str = "test"  # of the project: several share a database under names of their own
    project: Project = field(init=False)

    def __post_init__(self):
        now = self.clock.now()
        with self.database.writing() as session:
            onboarding.publish(session, now, load_texts())
            version = projects.guideline_version(session, now, self.schema)
            project = Project(
                name=self.name,
                purpose="tests",
                guideline_version_id=version.id,
                overlap=3,
                audit_share=0,  # the seeded order and nothing else, unless a test says otherwise
                lease_seconds=1800,
                order_seed=7,
                created_at=now,
            )
            self.project = projects.ensure_project(session, now, project)
            approve(session, now, version.id)
            if self.limits is not None:
                self.set_limits(session, self.limits)

    def set_limits(self, session, limits: Limits) -> None:
        """Set the project's limits of exposure, looser ones too."""
        project_settings.set_limits(session, self.clock.now(), "test", self.project.id, limits, may_be_looser=True)

    def change(self, **values) -> None:
        """Change the project's settings."""
        for name, value in values.items():
            setattr(self.project, name, value)
        with self.database.writing() as session:
            session.merge(self.project)

    def volunteers(self, count: int, *, onboarded: bool = True) -> list[str]:
        """Add qualified volunteers who have come in; return their ids."""
        now = self.clock.now()
        people = [
            Person(pseudonym=f"V-{new_id()}", role=Role.VOLUNTEER.value, qualified_at=now, created_at=now)
            for _ in range(count)
        ]
        with self.database.writing() as session:
            session.add_all(people)
            session.flush()
            for person in people if onboarded else ():
                onboarding.complete(session, now, person.id)
        return [person.id for person in people]

    def add_items(
        self, count: int, state: ItemState = ItemState.READY, *, source: str = "synthetic", first: int = 0
    ) -> list[str]:
        """Add items; return their public ids."""
        numbers = range(first, first + count)
        texts = [(f"item-{n:05d}", f"Posting {n}: seasonal work with housing.") for n in numbers]
        rows = [items.NewItem(name, text, items.text_hash(text), source, state) for name, text in texts]
        with self.database.writing() as session:
            assert items.add(session, self.project, rows, self.clock.now()) == []
        return [name for name, _ in texts]

    def add_rated(self, ratings: list[str | None]) -> dict[str, str | None]:
        """Add items that one other person has rated before, or nobody where None; return ratings by public id."""
        names, now = self.add_items(len(ratings)), self.clock.now()
        (other,) = self.volunteers(1)
        with self.database.writing() as session:
            for name, rating in zip(names, ratings, strict=True):
                if rating is None:
                    continue
                item = items.by_public_id(session, self.project.id, name)
                lease = Lease(
                    item_id=item.id, person_id=other, slot=0, state="answered", created_at=now, expires_at=now
                )
                item.answered = 1
                session.add_all([item, lease])
                session.flush()
                session.add(self._annotation(lease, rating))
        return dict(zip(names, ratings, strict=True))

    def _annotation(self, lease: Lease, rating: str) -> Annotation:
        return Annotation(
            lease_id=lease.id,
            item_id=lease.item_id,
            person_id=lease.person_id,
            guideline_version_id=self.project.guideline_version_id,
            key=new_id(),
            result=[],
            answer={},
            labels={"concern": rating},
            rating=rating,
            lead_time=1.0,
            created_at=self.clock.now(),
        )

    def use_model(
        self,
        probabilities: Mapping[str, Sequence[float]],
        *,
        version: int = 1,
        share: float = 1.0,
        pace: tuple[float, float] = (10.0, 0.0),
    ) -> None:
        """Put a model in use, without a training, that says so of items, by public id."""
        model = ModelVersion(
            project_id=self.project.id,
            version=version,
            created_at=self.clock.now(),
            label="concern",
            features="none",
            data_sha256="",
            n_answers=0,
            n_labelled=0,
            n_items=0,
            metrics={"pace": list(pace)},
            curve=[],
            looks=1,
            lift_proven=share == 1,
            lift_reason="",
            share=share,
            usable=False,
            active=False,
        )
        with self.database.writing() as session:
            session.add(model)
            session.flush()
            said = {self.item(name).id: list(p) for name, p in probabilities.items()}
            learning.set_predictions(session, model.id, said)
            learning.use(session, self.project.id, model.id)

    def next(self, person: str) -> Dispensed | Nothing:
        return next_item(self.database, self.project, self.schema, person, self.clock.now())

    def answer(self, person: str, lease: str, rating: str = "1", key: str | None = None) -> Stored:
        return self._submit(person, lease, Answer(choices={"concern": (rating,)}), key)

    def answer_marked(self, person: str, lease: str, indicator: str, rating: str = "1") -> Stored:
        """Answer with a passage that shows an indicator."""
        span = Span("indicators", indicator, "present", 0, 7, "Posting")
        return self._submit(person, lease, Answer(choices={"concern": (rating,)}, spans=(span,)), None)

    def _submit(self, person: str, lease: str, answer: Answer, key: str | None) -> Stored:
        submission = Submission(lease, key or new_id(), 3.0, [], answer)
        return submit(self.database, self.project, self.schema, person, submission, self.clock.now())

    def pass_time(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    def item(self, public_id: str) -> Item:
        with self.database.reading() as session:
            found = items.by_public_id(session, self.project.id, public_id)
        assert found is not None
        return found

    def check_books(self) -> None:
        """Every counter equals what the rows say, and no promise of the dispenser is broken."""
        with self.database.reading() as session:
            all_items = list(session.exec(select(Item)))
            leases = list(session.exec(select(Lease)))
            annotations = list(session.exec(select(Annotation)))
        live = Counter(lease.item_id for lease in leases if lease.state == LeaseState.LIVE)
        answered = Counter(lease.item_id for lease in leases if lease.state == LeaseState.ANSWERED)
        for item in all_items:
            assert (item.leased, item.answered) == (live[item.id], answered[item.id])
            assert item.leased + item.answered <= item.overlap
            assert item.state != ItemState.LEASED or item.leased > 0
            assert item.state not in (ItemState.AGREED, ItemState.ADJUDICATING) or item.answered == item.overlap
        assert (
            max(Counter(lease.person_id for lease in leases if lease.state == LeaseState.LIVE).values(), default=0) <= 1
        )
        assert max(Counter((lease.item_id, lease.person_id) for lease in leases).values(), default=0) <= 1
        assert {a.lease_id for a in annotations} == {lease.id for lease in leases if lease.state == LeaseState.ANSWERED}
        assert len(annotations) == sum(answered.values())
