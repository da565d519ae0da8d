"""How often the sequential test of qualification errs, and how many control items it takes: exactly, and with simulated people.

The first table is exact for a given chance of a right answer; the second draws people and lets them answer postings from which the
service makes its control items. A "cannot tell" does not come into the test, so it only takes longer.
Run: python -m benchmarks.qualification [--people 500]
"""

from __future__ import annotations

import argparse

import numpy as np

from annotator.domain.controls import Outcome
from annotator.domain.qualification import USUAL, Verdict, decide, operating_characteristic
from annotator.quality.bank import is_fair
from annotator.synthetic.generator import generate
from annotator.synthetic.people import PersonKind, draw_person
from annotator.synthetic.postings import INDICATORS, SyntheticPosting
from annotator.synthetic.replies import reply


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500, help="simulated people of each kind")
    asked = parser.parse_args()
    print(
        f"passes at {USUAL.passes_at:.2f}, sent to training at {USUAL.fails_at:.2f}, after {USUAL.most} answers by the sign"
    )
    print(f"{'chance of a right answer':>26}{'passes':>9}{'answers':>9}")
    for chance in (0.3, 0.45, USUAL.poor, 0.7, USUAL.good, 0.95):
        passes, answers = operating_characteristic(chance)
        print(f"{chance:26.2f}{passes:9.1%}{answers:9.1f}")
    rng = np.random.default_rng(2)
    postings = [posting for posting in generate(3000, 6) if is_fair(posting)]
    print(f"{'simulated people':>26}{'passes':>9}{'answers':>9}{'right':>9}")
    for kind in PersonKind:
        found = [sitting(kind, postings, rng) for _ in range(asked.people)]
        passed, counts, right = (np.array(column) for column in zip(*found, strict=True))
        print(f"{kind:>26}{passed.mean():9.1%}{counts.mean():9.1f}{right.sum() / counts.sum():9.2f}")


def sitting(kind: PersonKind, postings: list[SyntheticPosting], rng: np.random.Generator) -> tuple[bool, int, int]:
    """Return whether one person passes, how many answers it took, and how many of them were right."""
    person, outcomes = draw_person(kind, rng), list[bool]()
    while decide(outcomes) is Verdict.CONTINUE:
        posting = postings[int(rng.integers(len(postings)))]
        given = reply(person, posting, rng)
        slips = tuple(code for code in INDICATORS if given.indicators[code] != posting.indicators[code])
        right = Outcome(None if given.rating is None else abs(given.rating - posting.rating), slips, ()).right
        if right is not None:
            outcomes.append(right)
    return decide(outcomes) is Verdict.PASS, len(outcomes), sum(outcomes)


if __name__ == "__main__":
    main()
