"""People as a coordinator sees them: what they did, how control items went, where they stand. For seeing who may need help.

In no order of merit unless one is asked for, and nothing of anybody's wellbeing: when somebody was last there is a day, no hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session

from annotator.domain.onboarding import TITLES, Step
from annotator.domain.quality import accuracy_interval
from annotator.domain.roles import Role
from annotator.domain.vetting import VettingStep
from annotator.domain.words import Words
from annotator.storage import onboarding, people, quality, vetting, withdrawal, work
from annotator.storage.tables import Person
from annotator.storage.tables_people import CoordinatorPause, Departure, Vetting
from annotator.storage.work import Work


class State(StrEnum):
    """Where somebody stands; the first that holds."""

    ERASED = "erased"
    LEFT = "has left"
    PAUSED = "paused"
    COMING_IN = "coming in"
    NOT_QUALIFIED = "not qualified yet"
    QUALIFIED = "qualified"
    ACTIVE = "active"  # everybody who is no volunteer


class Order(StrEnum):
    """How to order people; by pseudonym says nothing of anybody."""

    PSEUDONYM = ""
    ANSWERS = "answers"
    CONTROLS = "controls"
    TIME = "time"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Controls:
    """Right answers to control items, with Wilson's 95 % interval of the share; "cannot tell" is left out."""

    right: int
    answered: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.right / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Standing:
    """A person: where they are on their way in, what was checked, whether they are paused or have left, and what they did."""

    person: Person
    next_step: Step | None
    checks: dict[VettingStep, Vetting]
    pause: CoordinatorPause | None
    departure: Departure | None
    work: Work | None = None
    controls: Controls | None = None

    @property
    def place(self) -> State:
        person, volunteer = self.person, self.person.role == Role.VOLUNTEER
        states = (
            (self.departure is not None and self.departure.erased, State.ERASED),
            (volunteer and self.next_step is not None and self.departure is not None, State.LEFT),
            (self.pause is not None or person.paused_at is not None, State.PAUSED),
            (volunteer and self.next_step is not None, State.COMING_IN),
            (volunteer and person.qualified_at is None, State.NOT_QUALIFIED),
            (volunteer, State.QUALIFIED),
        )
        return next((state for holds, state in states if holds), State.ACTIVE)

    @property
    def state(self) -> str:
        """The state in one or two words, with the step that somebody is at."""
        place = self.place
        return f"{place.value}: {self.next_step.value}" if place is State.COMING_IN and self.next_step else place.value

    @property
    def words(self) -> Words:
        """The state to be said on a page."""
        place = Words(self.place.value)
        if self.place is not State.COMING_IN or self.next_step is None:
            return place
        return Words("{state}: {step}", {"state": place, "step": Words(TITLES[self.next_step])})


@dataclass(frozen=True, slots=True)
class Summary:
    """Volunteers by state, and the control answers of all of them together."""

    states: dict[State, int]
    controls: Controls
    appeals: int


def everybody(session: Session, *, with_work: bool = True) -> list[Standing]:
    """Return everybody by pseudonym; what they did takes longest to count."""
    checks, pauses, left = vetting.passed_by_all(session), vetting.pauses(session), withdrawal.departures(session)
    everyone = people.everyone(session)
    volunteers = [one.id for one in everyone if one.role == Role.VOLUNTEER]
    steps = onboarding.next_steps(session, volunteers)
    done = work.of_people(session, volunteers) if with_work else {}
    counts = quality.control_counts(session)
    return [
        Standing(
            person,
            steps.get(person.id),
            dict(checks.get(person.id, {})),
            pauses.get(person.id),
            left.get(person.id),
            done.get(person.id),
            _controls(*counts[person.id]) if person.id in counts else None,
        )
        for person in everyone
    ]


def ordered(standings: Sequence[Standing], order: Order) -> list[Standing]:
    """Return people in an order that was asked for, those without a value last; ties go by pseudonym."""
    key = _KEYS.get(order)
    if key is None:
        return list(standings)
    values = [(key(one), place) for place, one in enumerate(standings)]
    known = sorted((value, place) for value, place in values if value is not None)
    return [standings[place] for _, place in known] + [standings[place] for value, place in values if value is None]


def summary(session: Session, standings: Sequence[Standing]) -> Summary:
    """Sum volunteers up."""
    volunteers = [one for one in standings if one.person.role == Role.VOLUNTEER]
    found = [one.controls for one in volunteers if one.controls is not None]
    states = Counter(one.place for one in volunteers)
    return Summary(
        {state: states[state] for state in State if states[state]},
        _controls(sum(one.right for one in found), sum(one.answered for one in found)),
        quality.count_open_pauses(session)[1],
    )


def _controls(right: int, answered: int) -> Controls:
    return Controls(right, answered, *accuracy_interval(right, answered))


def _days(moment: date | datetime | None) -> int | None:
    return None if moment is None else -moment.toordinal()


_KEYS: dict[Order, Callable[[Standing], float | None]] = {
    Order.ANSWERS: lambda one: -one.work.answers if one.work else None,
    Order.CONTROLS: lambda one: one.controls.share if one.controls else None,
    Order.TIME: lambda one: one.work.seconds if one.work else None,
    Order.LAST: lambda one: _days(one.work.last) if one.work else None,
}
