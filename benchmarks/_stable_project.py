"""Months of a stable project for `benchmarks.alarms`: people come and go, postings come in weekly batches, nothing changes.

The answers, postings and control items are those of the house's generator and simulated people; what comes out are rows as the
queries of the service return them, so that the rules meet what they meet there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from annotator.dispensing.posterior import first_skills
from annotator.domain.controls import Outcome
from annotator.domain.quality import is_fast, weigh_agreement, weigh_control
from annotator.quality.bank import is_fair
from annotator.synthetic.generator import generate
from annotator.synthetic.people import USUAL_MIX, Person, PersonKind, draw_people, draw_person, judge, rate
from annotator.synthetic.postings import INDICATORS, NOT_STATED, STATES, SyntheticPosting

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS, HISTORY = 56, 28
VALUES = ("0", "1", "2", "3")
OVERLAP = 3
CONTROL_RATE = 0.1
HONEST = {kind: share for kind, share in USUAL_MIX.items() if kind not in (PersonKind.CARELESS, PersonKind.ADVERSARIAL)}
WEEKDAY = (1.0, 1.1, 1.0, 1.0, 0.8, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a project is: people at a time, and answers a person gives in a week."""

    people: int
    answers: int


class Row(NamedTuple):
    """As `storage.alert_data.answers_since` returns it."""

    item_id: str
    public_id: str
    campaign: str
    person_id: str
    guideline_version_id: str
    created_at: datetime
    labels: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is planted at a day: `noise` is the share of everybody's answers given as chance has it, `careless` that of one person."""

    day: int
    noise: float = 0.0
    careless: float = 0.0


@dataclass
class Month:
    """`rows` in the order they came; `evidence` (day, log-likelihood ratio) by person; `turned` is who changed, if anybody."""

    rows: list[Row]
    evidence: dict[str, list[tuple[float, float]]]
    turned: str


@cache
def postings() -> list[SyntheticPosting]:
    return list(generate(4000, 11))


@cache
def controls() -> list[SyntheticPosting]:
    return [posting for posting in postings() if is_fair(posting)]


def live(size: Size, rng: np.random.Generator, version_day: int, change: Change | None = None) -> Month:
    """Live `DAYS` days; another guideline version is taken up on `version_day`, read like the one before unless `change` says so."""
    pool = postings()
    people = draw_people(2 * size.people, rng, HONEST)
    team = list(range(size.people))
    turned = team[0]
    month = Month([], {str(who): [] for who in range(len(people))}, str(turned))
    number, newcomer = 0, size.people
    for day in range(DAYS):
        if day % 7 == 0:
            tilt = rng.normal(0, 0.5)
            weights = np.exp(tilt * np.array([posting.difficulty for posting in pool]))
            weights /= weights.sum()
            if newcomer < len(people) and len(team) > 1 and rng.random() < 0.5:  # somebody leaves, somebody comes
                team[int(rng.integers(1, len(team)))] = newcomer
                newcomer += 1
        n = int(rng.poisson(size.people * size.answers / 7 / OVERLAP * WEEKDAY[day % 7]))
        drawn = rng.choice(len(pool), n, p=weights)
        _day(month, people, team, [pool[place] for place in drawn], number, day, rng, version_day, change)
        number += n
    month.rows.sort(key=lambda row: row.created_at)
    for said in month.evidence.values():
        said.sort()
    return month


def _day(
    month: Month,
    people: list[Person],
    team: list[int],
    items: list[SyntheticPosting],
    number: int,
    day: int,
    rng: np.random.Generator,
    version_day: int,
    change: Change | None,
) -> None:
    """Let everybody answer the day's items, and some control items."""
    if not items:
        return
    on = change is not None and day >= change.day
    habits = list(people)
    if on and change is not None and change.careless:
        slack = draw_person(PersonKind.CARELESS, rng)
        habits[int(month.turned)] = replace(slack, careless=change.careless)
    n = len(items)
    who = np.array([rng.choice(team, min(OVERLAP, len(team)), replace=False) for _ in range(n)])
    worker, of = who.ravel(), np.repeat(np.arange(n), who.shape[1])
    position = rng.random(worker.size)
    hard = np.array([items[k].difficulty for k in of])
    rating = rate([items[k].rating for k in of], worker, habits, rng, difficulty=hard, position=position)
    true = np.array([[STATES.index(items[k].indicators[code]) for code in INDICATORS] for k in of])
    states = judge(true, worker, habits, rng, difficulty=hard, position=position)
    if on and change is not None and change.noise:
        lost = rng.random(worker.size) < change.noise
        rating = np.where(lost & (rating >= 0), rng.integers(0, 4, worker.size), rating)
        states = np.where(lost[:, None], states[rng.permutation(worker.size)], states)
    times = day + rng.random(worker.size) * 0.5 + 0.3
    version = "new" if day >= version_day else "old"
    for place, k in enumerate(of):
        labels = {code: STATES[state] for code, state in zip(INDICATORS, states[place], strict=True)}
        labels["concern"] = None if rating[place] < 0 else VALUES[rating[place]]
        name = f"i{number + k}"
        at = BEGIN + timedelta(days=float(times[place]))
        month.rows.append(
            Row(name, name, items[k].campaign, str(worker[place]), version, at, orjson.dumps(labels).decode())
        )
    ratings = rating.reshape(who.shape)
    for k in range(n):
        _weigh(month, habits, items[k], who[k], ratings[k], times.reshape(who.shape)[k], rng)


def _weigh(
    month: Month,
    habits: list[Person],
    posting: SyntheticPosting,
    who: NDArray[np.int64],
    ratings: NDArray[np.int64],
    times: NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    """Weigh each rating against the others', and now and then a control item."""
    words = len(posting.text.split())
    for place, person in enumerate(who):
        others = tuple(int(r) for r in np.delete(ratings, place) if r >= 0)
        given = None if ratings[place] < 0 else int(ratings[place])
        fast = is_fast(_seconds(habits[person], words, rng), words)
        llr = weigh_agreement(given, posterior(others), fast=fast).llr if len(others) >= 2 else 0.0
        month.evidence[str(person)].append((float(times[place]), llr))
        if rng.random() < CONTROL_RATE:
            month.evidence[str(person)].append((float(times[place]), _control(habits[person], rng)))


def _control(person: Person, rng: np.random.Generator) -> float:
    posting = controls()[int(rng.integers(len(controls())))]
    words = len(posting.text.split())
    given = int(rate([posting.rating], [0], [person], rng, difficulty=posting.difficulty)[0])
    true = [[STATES.index(posting.indicators[code]) for code in INDICATORS]]
    marked = judge(true, [0], [person], rng, difficulty=posting.difficulty)[0]
    slips = tuple(
        code for code, state in zip(INDICATORS, marked, strict=True) if STATES[state] != posting.indicators[code]
    )
    planted = [code for code in INDICATORS if posting.indicators[code] != NOT_STATED]
    steps = None if given < 0 else abs(given - posting.rating)
    return weigh_control(Outcome(steps, slips, ()), planted, fast=is_fast(_seconds(person, words, rng), words)).llr


def _seconds(person: Person, words: int, rng: np.random.Generator) -> float:
    return float(rng.lognormal(np.log(max((1 - 0.85 * person.careless) * words * 0.35, 1.0)), 0.35))


@cache
def posterior(ratings: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(first_skills(VALUES).posterior([None] * len(ratings), ratings).tolist())
