"""False pauses of honest volunteers and delay until a careless one is noticed, over simulated streams as the service hands them out.

Control items stand in the first five places and then one in ten; every other item is compared with what two people of the usual
crowd made of it. Replies, mistakes and times come from the house's simulated people. A careless person is met twice: from their
first item, and after 200 items of typical work.
Run: python -m benchmarks.pausing [--people 400] [--threshold 10] [--sweep]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache

import numpy as np

from annotator.dispensing.posterior import first_skills
from annotator.domain.controls import Outcome, Placement
from annotator.domain.quality import THRESHOLD, first_alarm, is_fast, weigh_agreement, weigh_control
from annotator.quality.bank import is_fair
from annotator.synthetic.generator import generate
from annotator.synthetic.people import USUAL_MIX, Person, PersonKind, draw_people, draw_person, rate
from annotator.synthetic.postings import INDICATORS, NOT_STATED, SyntheticPosting
from annotator.synthetic.replies import reply

ITEMS, ONSET, DELAY, SESSION = 500, 200, 200, 40
VALUES = ("0", "1", "2", "3")
HONEST = {kind: share for kind, share in USUAL_MIX.items() if kind not in (PersonKind.CARELESS, PersonKind.ADVERSARIAL)}
KEY = b"the key of a benchmark, no other"


class Pool:
    """Postings, those among them that could be control items, and a crowd to agree or disagree with."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.all = list(generate(3000, 5))
        self.controls = [posting for posting in self.all if is_fair(posting)]
        self.crowd = draw_people(200, rng)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--threshold", type=float, default=THRESHOLD)
    parser.add_argument("--sweep", action="store_true", help="print a row for each of several thresholds")
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    pool = Pool(rng)
    honest = draw_people(asked.people, rng, HONEST)
    quiet = [stream([person] * ITEMS, pool, rng, f"honest-{n}") for n, person in enumerate(honest)]
    fewer = max(50, asked.people // 4)
    slack = {
        kind: [stream([draw_person(kind, rng)] * DELAY, pool, rng, f"{kind}-{n}") for n in range(fewer)]
        for kind in (PersonKind.CARELESS, PersonKind.ADVERSARIAL)
    }
    turned = [turning(pool, rng, n) for n in range(fewer)]
    thresholds = (4.0, 5.0, 6.0, 7.0, 8.0, 10.0) if asked.sweep else (asked.threshold,)
    print(
        f"{len(honest)} honest people over {ITEMS} items; {fewer} careless from the start, {fewer} from item {ONSET} on"
    )
    print(
        f"{'threshold':>9}{'false pauses':>14}{'careless: median':>18}{'90 %':>6}{'later: median':>15}{'90 %':>6}{'adversarial':>13}"
    )
    for threshold in thresholds:
        false = np.mean([first_alarm(each, threshold) is not None for each in quiet])
        start, reverse = ([delay(each, threshold) for each in slack[kind]] for kind in slack)
        later = [delay(each[ONSET:], threshold, before=each[:ONSET]) for each in turned]
        print(
            f"{threshold:9.1f}{false:14.1%}{np.median(start):18.0f}{np.quantile(start, 0.9):6.0f}"
            f"{np.median(later):15.0f}{np.quantile(later, 0.9):6.0f}{np.median(reverse):13.0f}"
        )
    for kind in HONEST:
        of_kind = [each for person, each in zip(honest, quiet, strict=True) if person.kind is kind]
        share = np.mean([first_alarm(each, asked.threshold) is not None for each in of_kind])
        print(f"  {kind:9} {len(of_kind):4} people, {share:.1%} paused at {asked.threshold}")


def stream(people: Sequence[Person], pool: Pool, rng: np.random.Generator, name: str) -> list[float]:
    """Return the log-likelihood ratio of each item of one volunteer, who is `people[i]` at item `i`."""
    placement = Placement()
    control = [placement.is_control(KEY, name, place) for place in range(len(people))]
    chosen = [pick(pool.controls if each else pool.all, rng) for each in control]
    truth = np.repeat([posting.rating for posting in chosen], 2)
    hard = np.repeat([posting.difficulty for posting in chosen], 2)
    others = rate(truth, rng.integers(len(pool.crowd), size=len(truth)), pool.crowd, rng, difficulty=hard).reshape(
        -1, 2
    )
    return [
        weighed(person, posting, each, pair, rng, place % SESSION / SESSION)
        for place, (person, posting, each, pair) in enumerate(
            zip(people, chosen, control, others.tolist(), strict=True)
        )
    ]


def weighed(
    person: Person,
    posting: SyntheticPosting,
    control: bool,
    others: list[int],
    rng: np.random.Generator,
    position: float,
) -> float:
    given = reply(person, posting, rng, position=position)
    fast = is_fast(given.seconds, len(posting.text.split()))
    if not control:
        known = tuple(rating for rating in others if rating >= 0)
        return weigh_agreement(given.rating, posterior(known), fast=fast).llr if len(known) == 2 else 0.0
    steps = None if given.rating is None else abs(given.rating - posting.rating)
    slips = tuple(code for code in INDICATORS if given.indicators[code] != posting.indicators[code])
    planted = [code for code in INDICATORS if posting.indicators[code] != NOT_STATED]
    return weigh_control(Outcome(steps, slips, ()), planted, fast=fast).llr


def turning(pool: Pool, rng: np.random.Generator, number: int) -> list[float]:
    before, after = draw_person(PersonKind.TYPICAL, rng), draw_person(PersonKind.CARELESS, rng)
    return stream([before] * ONSET + [after] * DELAY, pool, rng, f"turning-{number}")


def delay(ratios: Sequence[float], threshold: float, before: Sequence[float] = ()) -> float:
    """Return how many items it took; infinite where it was not noticed. What gathered before counts, a pause before does not."""
    gathered = 0.0
    for ratio in before:
        gathered = max(0.0, gathered + ratio)
        gathered = 0.0 if gathered >= threshold else gathered
    found = first_alarm([gathered, *ratios], threshold)
    return np.inf if found is None else found


@cache
def posterior(ratings: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(first_skills(VALUES).posterior([None] * len(ratings), ratings).tolist())


def pick(postings: list[SyntheticPosting], rng: np.random.Generator) -> SyntheticPosting:
    return postings[int(rng.integers(len(postings)))]


if __name__ == "__main__":
    main()
