"""Simulated annotators with planted skill, for every simulation of the house: arrays in, arrays out, randomness passed in.

A rating is the truth seen through a noisy eye (a normal-ogive graded response, Samejima 1969): truth + bias + spread * noise,
rounded to the scale, so that mistakes fall near the truth. Careless people sometimes answer without reading, adversarial ones
turn the scale round. How they mark a whole posting lives in `replies`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from annotator.domain.errors import InputError
from annotator.synthetic.postings import CONTRADICTED, NOT_STATED, PRESENT, STATES

CANNOT_TELL = -1
PRESENT_CODE, CONTRADICTED_CODE, NOT_STATED_CODE = (STATES.index(s) for s in (PRESENT, CONTRADICTED, NOT_STATED))
_EVEN = 0.5  # difficulty at which `spread` holds as it stands
_FAVOURITE = 0.6  # of careless answers


class PersonKind(StrEnum):
    CAREFUL = "careful"
    TYPICAL = "typical"
    LENIENT = "lenient"  # rates lower than the truth
    STRICT = "strict"  # rates higher
    TIRING = "tiring"  # good at first, worse towards the end of a session
    CARELESS = "careless"
    ADVERSARIAL = "adversarial"


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated annotator. Rates are probabilities; `spread` and `bias` are in steps of the rating scale."""

    kind: PersonKind
    spread: float  # standard deviation of the noise at difficulty 0.5, at the start of a session
    bias: float
    fatigue: float  # by the end of a session the noise has grown by this share, and so have the slips
    hit: float  # an indicator that is shown or contradicted is seen
    misread: float  # of those seen: present taken for contradicted, or the other way round
    false_alarm: float  # an indicator that is not stated is marked all the same
    careless: float  # answers without reading
    cannot_tell: float  # says so, at difficulty 0.5
    favourite: int  # the rating that careless answers come down to
    jitter: float  # a passage's end is off by some words


_TYPES: dict[PersonKind, dict[str, tuple[float, float]]] = {
    PersonKind.CAREFUL: {
        "spread": (0.20, 0.40),
        "hit": (0.92, 0.98),
        "misread": (0.01, 0.03),
        "false_alarm": (0.0, 0.01),
    },
    PersonKind.TYPICAL: {},
    PersonKind.LENIENT: {"bias": (-1.0, -0.5), "hit": (0.65, 0.80)},
    PersonKind.STRICT: {"bias": (0.5, 1.0), "false_alarm": (0.04, 0.08)},
    PersonKind.TIRING: {"fatigue": (1.0, 2.5)},
    PersonKind.CARELESS: {
        "careless": (0.5, 0.9),
        "spread": (0.7, 1.0),
        "hit": (0.40, 0.65),
        "cannot_tell": (0.0, 0.02),
    },
    PersonKind.ADVERSARIAL: {"spread": (0.3, 0.5), "cannot_tell": (0.0, 0.01)},
}
_BASE: dict[str, tuple[float, float]] = {
    "spread": (0.40, 0.65),
    "bias": (-0.2, 0.2),
    "fatigue": (0.0, 0.3),
    "hit": (0.80, 0.92),
    "misread": (0.03, 0.08),
    "false_alarm": (0.005, 0.02),
    "careless": (0.0, 0.03),
    "cannot_tell": (0.02, 0.06),
    "jitter": (0.1, 0.4),
}
USUAL_MIX: dict[PersonKind, float] = {
    PersonKind.CAREFUL: 0.25,
    PersonKind.TYPICAL: 0.40,
    PersonKind.LENIENT: 0.10,
    PersonKind.STRICT: 0.10,
    PersonKind.TIRING: 0.05,
    PersonKind.CARELESS: 0.07,
    PersonKind.ADVERSARIAL: 0.03,
}
"""Shares of each kind in a crowd of volunteers; a choice of this project, not a finding."""


def draw_person(kind: PersonKind, rng: np.random.Generator, classes: int = 4) -> Person:
    """Return a person of that kind, with skills drawn from the kind's ranges."""
    ranges = _BASE | _TYPES[kind]
    drawn = {name: float(rng.uniform(*ranges[name])) for name in _BASE}
    return Person(kind=kind, favourite=int(rng.integers(classes)), **drawn)


def draw_people(
    count: int, rng: np.random.Generator, mix: dict[PersonKind, float] | None = None, classes: int = 4
) -> list[Person]:
    """Return `count` people whose kinds follow the mix (shares that need not sum to 1)."""
    shares = mix or USUAL_MIX
    weights = np.array(list(shares.values()), dtype=float)
    kinds = rng.choice(len(weights), size=count, p=weights / weights.sum())
    names = list(shares)
    return [draw_person(names[kind], rng, classes) for kind in kinds]


def confusion(
    person: Person, classes: int = 4, *, difficulty: float = _EVEN, position: float = 0.0
) -> NDArray[np.float64]:
    """Return the planted confusion matrix (classes, classes): row the truth, column the answer, abstentions left out."""
    spread = _spread(person.spread, person.fatigue, difficulty, position)
    truth = np.arange(classes)[:, None]
    seen = (classes - 1 - truth if person.kind is PersonKind.ADVERSARIAL else truth) + person.bias
    edges = np.concatenate([[-np.inf], np.arange(classes - 1) + 0.5, [np.inf]])
    read = np.diff(ndtr((edges - seen) / spread), axis=1)
    unread = np.full(classes, (1 - _FAVOURITE) / classes)
    unread[person.favourite] += _FAVOURITE
    return (1 - person.careless) * read + person.careless * unread


def rate(
    truth: ArrayLike,
    worker: ArrayLike,
    people: Sequence[Person],
    rng: np.random.Generator,
    *,
    classes: int = 4,
    difficulty: ArrayLike = _EVEN,
    position: ArrayLike = 0.0,
) -> NDArray[np.int64]:
    """Return one rating an answer, `CANNOT_TELL` where the person abstains.

    Args:
        truth: (answers,) true rating, 0 to classes - 1.
        worker: (answers,) place in `people` of who answers.
        people: who there is.
        rng: the source of all randomness.
        classes: how many steps the scale has.
        difficulty: (answers,) or one number, 0 easy to 1 hard.
        position: (answers,) or one number, 0 at the start of a session to 1 at its end.

    Raises:
        InputError: a truth is off the scale, or the arrays do not fit together.
    """
    true, who = _checked(truth, worker, len(people))
    if true.size and not (true.min() >= 0 and true.max() < classes):
        raise InputError(f"True ratings go from 0 to {classes - 1}.", where="truth")
    size = true.shape
    hard = np.broadcast_to(np.asarray(difficulty, dtype=float), size)
    turned = np.where(_column(people, "adversarial", who), classes - 1 - true, true)
    spread = _spread(
        _column(people, "spread", who), _column(people, "fatigue", who), hard, np.asarray(position, dtype=float)
    )
    read = np.clip(np.rint(turned + _column(people, "bias", who) + spread * rng.standard_normal(size)), 0, classes - 1)
    unread = np.where(
        rng.random(size) < _FAVOURITE, _column(people, "favourite", who), rng.integers(classes, size=size)
    )
    answer = np.where(rng.random(size) < _column(people, "careless", who), unread, read).astype(np.int64)
    abstains = rng.random(size) < _column(people, "cannot_tell", who) * 2 * hard
    return np.where(abstains, CANNOT_TELL, answer)


def judge(
    states: ArrayLike,
    worker: ArrayLike,
    people: Sequence[Person],
    rng: np.random.Generator,
    *,
    difficulty: ArrayLike = _EVEN,
    position: ArrayLike = 0.0,
) -> NDArray[np.int64]:
    """Return the states that people give to indicators, as places in `STATES`.

    Args:
        states: (answers, indicators) true states, as places in `STATES`.
        worker: (answers,) place in `people` of who answers.
        people: who there is.
        rng: the source of all randomness.
        difficulty: (answers,) or one number, 0 easy to 1 hard.
        position: (answers,) or one number, 0 at the start of a session to 1 at its end.

    Raises:
        InputError: the arrays do not fit together.
    """
    true = np.asarray(states, dtype=np.int64)
    _, who = _checked(true[:, 0], worker, len(people))
    slips = _spread(1.0, _column(people, "fatigue", who), np.asarray(difficulty, float), np.asarray(position, float))
    slips = np.broadcast_to(slips, who.shape)[:, None]
    hit = np.clip(1 - (1 - _column(people, "hit", who)[:, None]) * slips, 0, 1)
    misread = np.clip(_column(people, "misread", who)[:, None] * slips, 0, 0.5)  # at worst a coin is thrown
    misread = np.where(_column(people, "adversarial", who)[:, None], 1 - misread, misread)
    reads = rng.random(who.shape)[:, None] >= _column(people, "careless", who)[:, None]
    draws = rng.random((3, *true.shape))
    stated = true != NOT_STATED_CODE
    seen = stated & (draws[0] < hit) & reads
    other = np.where(true == PRESENT_CODE, CONTRADICTED_CODE, PRESENT_CODE)
    marked = np.where(draws[1] < misread, other, true)
    alarm = ~stated & (draws[2] < _column(people, "false_alarm", who)[:, None] * slips)
    return np.where(seen, marked, np.where(alarm, PRESENT_CODE, NOT_STATED_CODE))


def _spread(spread: ArrayLike, fatigue: ArrayLike, difficulty: ArrayLike, position: ArrayLike) -> NDArray[np.float64]:
    """Noise grows with difficulty, and over a session with fatigue."""
    growth = (0.5 + np.asarray(difficulty)) * (1 + np.asarray(fatigue) * np.asarray(position))
    return np.asarray(np.asarray(spread) * growth, dtype=np.float64)


def _column(people: Sequence[Person], name: str, who: NDArray[np.int64]) -> NDArray[np.float64]:
    if name == "adversarial":
        values = [float(person.kind is PersonKind.ADVERSARIAL) for person in people]
    else:
        values = [float(getattr(person, name)) for person in people]
    return np.asarray(values, dtype=np.float64)[who]


def _checked(truth: ArrayLike, worker: ArrayLike, people: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    true, who = np.asarray(truth, dtype=np.int64), np.asarray(worker, dtype=np.int64)
    if true.shape != who.shape or true.ndim != 1:
        raise InputError("There has to be one worker an answer.", where="worker")
    if who.size and not (who.min() >= 0 and who.max() < people):
        raise InputError(f"Workers are places in a list of {people} people.", where="worker")
    return true, who
