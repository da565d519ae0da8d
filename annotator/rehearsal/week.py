"""The week itself: postings come, people are handed items and answer them, the worker's duties run, and in a bad week things go wrong.

Everything goes through the use cases that the pages and the worker call, at moments of the past: leases, limits of exposure,
control items and constraints hold as they do for people. In a bad week a reworded clause is taken up on the third evening, one
volunteer clicks through from the fourth day on, and one advertiser floods the pool on the fifth.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from annotator.alerts.watch import Watcher
from annotator.dispensing.dispense import Dispensed, next_item
from annotator.dispensing.finishing import close_certain
from annotator.dispensing.submit import Submission, submit
from annotator.domain.clock import ManualClock
from annotator.domain.errors import ConflictError
from annotator.insight.consensus import refit_if_due
from annotator.intake.run import ingest_file
from annotator.quality.decisions import watch as weigh
from annotator.rehearsal import team
from annotator.rehearsal.guideline import reworded
from annotator.rehearsal.team import Volunteer
from annotator.storage import asker, guideline_life, outbox
from annotator.storage.audit import SERVICE
from annotator.storage.tables import Item, Project
from annotator.storage.tables_quality import Control
from annotator.studio.results import to_result
from annotator.synthetic.corpus import POSTINGS, write_postings
from annotator.synthetic.flood import flood
from annotator.synthetic.generator import generate
from annotator.synthetic.postings import SyntheticPosting
from annotator.synthetic.replies import Reply
from annotator.web.frame.service import Service
from annotator.web.guideline import versions

DAYS = 7
POSTINGS_A_DAY = 60
CHANGE_DAY, CARELESS_DAY, FLOOD_DAY = 2, 3, 4  # from 0
COPIES = 150
_ARRIVE, _CHANGE_HOUR = 6, 20
_DUTIES = (12, 21)
_SESSION = (8, 17)  # people begin between these hours, UTC


class Kind(StrEnum):
    """How the week goes."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of the week: when it ended, how many answers there are, and who grew careless in it."""

    ended: datetime
    answers: int
    careless: str | None


def live(
    service: Service, kind: Kind, person_ids: Sequence[str], seed: int, advance: Callable[[int], None] = lambda _: None
) -> Lived:
    """Live the seven days up to last midnight with these volunteers, calling `advance` with how many answers there are.

    In a bad week the project takes up another guideline version, so the service has to be opened again.

    Raises:
        ConflictError: fewer than six volunteers.
    """
    if len(person_ids) < 6:
        raise ConflictError("A team of fewer than six shows nothing.", mend="Name six volunteers or more.")
    rng = np.random.default_rng(seed)
    midnight = service.now().replace(hour=0, minute=0, second=0, microsecond=0)
    week = _Week(service, kind, midnight - timedelta(days=DAYS), seed, rng, advance)
    return week.live(team.gather(person_ids, rng))


@dataclass
class _Week:
    service: Service
    kind: Kind
    begins: datetime
    seed: int
    rng: np.random.Generator
    advance: Callable[[int], None]
    postings: dict[str, SyntheticPosting] = field(default_factory=dict)
    answers: int = 0
    changed: bool = False
    _events: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _number: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.project: Project = self.service.project
        self.guideline = self.service.guideline
        self.watcher = Watcher(self.service.database, self.project, self.guideline.schema)

    def live(self, volunteers: list[Volunteer]) -> Lived:
        bad = self.kind is Kind.BAD
        slack = volunteers[4] if bad else None
        drawn = list(generate(POSTINGS_A_DAY * DAYS, self.seed))
        for day in range(DAYS):
            part = drawn[day * POSTINGS_A_DAY : (day + 1) * POSTINGS_A_DAY]
            self._at(day, _ARRIVE, partial(self._arrive, part, f"day-{day + 1}"))
            for hour in _DUTIES:
                self._at(day, hour, self._duties)
            for volunteer in volunteers:
                if day in volunteer.days:
                    turned = volunteer is slack and day >= CARELESS_DAY
                    one = replace(volunteer, habits=team.careless(self.rng)) if turned else volunteer
                    self._at(day, float(self.rng.uniform(*_SESSION)), _Session(self, one).ask)
        if bad:
            self._at(CHANGE_DAY, _CHANGE_HOUR, self._take_up)
            self._at(FLOOD_DAY, _ARRIVE + 1, lambda now: self._arrive(flood(COPIES, self.seed + 1), "day-5-again", now))
        while self._events:
            now, _, happens = heapq.heappop(self._events)
            happens(now)
        with self.service.database.writing() as session:
            outbox.begin_now(session, self.service.now())
        ended = self.begins + timedelta(days=DAYS)
        return Lived(ended, self.answers, slack.person_id if slack else None)

    def push(self, at: datetime, happens: Callable[[datetime], None]) -> None:
        """Let something happen at a moment; what is pushed first of the same moment happens first."""
        heapq.heappush(self._events, (at, next(self._number), happens))

    def posting(self, given: Dispensed) -> SyntheticPosting:
        """Return what an item says and what is true of it; of a control item, what is expected."""
        found = self.postings.get(given.public_id)
        if found is not None:
            return found
        with self.service.database.reading() as session:
            control = session.get_one(Control, given.item_id)
            text = session.get_one(Item, given.item_id).text
        return team.as_posting(control, text, next(iter(self.postings.values())))

    def _at(self, day: int, hour: float, happens: Callable[[datetime], None]) -> None:
        self.push(self.begins + timedelta(days=day, hours=hour), happens)

    def _arrive(self, postings: Iterable[SyntheticPosting], name: str, now: datetime) -> None:
        kept = list(postings)
        folder: Path = self.service.settings.home / "demo-postings" / name
        write_postings(folder, kept, kept[0].seed)
        ingest_file(self.service.database, self.project, folder / POSTINGS, SERVICE, ManualClock(now))
        self.postings |= {posting.id: posting for posting in kept}

    def _take_up(self, now: datetime) -> None:
        old, new = self.guideline, reworded(self.guideline, self.service.settings.home / "guidelines")
        with self.service.database.writing() as session:
            versions.activate(session, now, SERVICE, self.project, old, new)
        with self.service.database.reading() as session:
            self.project = session.get_one(Project, self.project.id)
        self.guideline, self.changed = new, True
        self.watcher = Watcher(self.service.database, self.project, new.schema)

    def _duties(self, now: datetime) -> None:
        """Do what the worker would, of its duties that bear on people and alerts."""
        common = (self.service.database, self.project, self.guideline.schema, now)
        if refit_if_due(*common):
            close_certain(*common)
        weigh(*common)
        self.watcher.run(now)


@dataclass
class _Session:
    """One volunteer's labelling on one day."""

    week: _Week
    who: Volunteer
    done: int = 0

    def ask(self, now: datetime) -> None:
        week = self.week
        self._read_what_is_new(now)
        common = (week.service.database, week.project, week.guideline.schema, self.who.person_id)
        given = next_item(*common, now, week.rng)
        if not isinstance(given, Dispensed):
            if given.retry_after is not None and given.retry_after < 900:
                week.push(now + timedelta(seconds=given.retry_after + 1), self.ask)
            return
        posting = week.posting(given)
        wide = week.changed and self.who.wide
        said = team.answer(self.who.habits, posting, week.rng, position=self.done / team.ANSWERS_A_DAY, wide=wide)
        seconds = min(max(said.seconds, 3.0), 240.0)
        week.push(now + timedelta(seconds=seconds), lambda then: self._submit(given, said, seconds, then))

    def _submit(self, given: Dispensed, said: Reply, seconds: float, now: datetime) -> None:
        week = self.week
        schema, answer = week.guideline.schema, said.to_answer(given.text)
        result = to_result(schema, given.text, answer)
        submission = Submission(given.lease_id, f"week-{given.lease_id}", seconds, result, answer)
        submit(week.service.database, week.project, schema, self.who.person_id, submission, now)
        self.done += 1
        week.answers += 1
        week.advance(week.answers)
        if self.done < team.ANSWERS_A_DAY:
            week.push(now + timedelta(seconds=float(week.rng.uniform(2, 15))), self.ask)

    def _read_what_is_new(self, now: datetime) -> None:
        """Answer the questions on a new version, once."""
        if self.done or not self.week.changed:
            return
        project, person = self.week.project, self.who.person_id
        with self.week.service.database.writing() as session:
            if asker.of(session, project, person).quiz_due:
                guideline_life.pass_quiz(session, now, person, project.guideline_version_id)
