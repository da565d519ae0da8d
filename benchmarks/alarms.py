"""False alarms a month on a stable project, and how long real changes take to be told of, through the rules of the service.

A stable project: honest people who come and go, weekly batches of harder and easier postings, campaigns of long-tailed sizes, a
guideline version a month that reads like the one before, Label Studio restarting now and then. Every opening of an alert counts.
Run: python -m benchmarks.alarms [--months 60] [--changes 20] [--seed 1]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from annotator.alerts import floods as flood_rule, parts
from annotator.alerts.agreement import BEFORE, Moment, share_of_alpha
from annotator.alerts.pairs import PairTable
from annotator.consensus.shift import first_fall
from annotator.domain.noticing import threshold
from annotator.storage.outbox import OutboxState
from benchmarks._stable_project import BEGIN, DAYS, HISTORY, Change, Month, Size, live
from guidelines.loader import latest, load

SIZES = (Size(6, 30), Size(15, 40), Size(40, 60), Size(120, 60))
SCHEMA = load("postings", latest("postings")).schema
VERSION_DAY = HISTORY + 10
WATCHED = timedelta(days=21)
RESTARTS = 8


class Arrival(NamedTuple):
    public_id: str
    campaign: str
    created_at: datetime


@dataclass
class Counts:
    """Openings by rule over some months."""

    agreement: int = 0
    people: int = 0
    floods: int = 0
    parts: int = 0
    months: int = 0

    @property
    def total(self) -> int:
        return self.agreement + self.people + self.floods + self.parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=60, help="months a size of project")
    parser.add_argument("--changes", type=int, default=20, help="planted changes a kind and size")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    print(f"False alarms a month of 28 days; {asked.months} months a row; 95 % interval (exact, Poisson)")
    print(
        f"{'people':>6} {'answers/week':>12} {'agreement':>10} {'people':>8} {'floods':>8} {'parts':>8} {'all rules':>10}  interval"
    )
    every = Counts()
    for size in SIZES:
        counts = Counts()
        for _ in range(asked.months):
            _stable(size, rng, counts)
        _row(f"{size.people:6} {size.people * size.answers:12}", counts)
        for name in vars(counts):
            setattr(every, name, getattr(every, name) + getattr(counts, name))
    _row(f"{'all':>6} {'':12}", every)
    _changes(asked.changes, rng)


def _stable(size: Size, rng: np.random.Generator, counts: Counts) -> None:
    month = live(size, rng, VERSION_DAY)
    counts.agreement += sum(found is not None for found in _falls(month))
    counts.people += sum(len(_openings(said, month)) for said in month.evidence.values())
    counts.floods += len(_flooded(_arrivals(size, rng)))
    outages = rng.lognormal(np.log(1.5), 0.8, RESTARTS)
    for minutes in outages:
        now = BEGIN + timedelta(minutes=float(minutes))
        counts.parts += len(parts.outbox_behind(OutboxState(5, 5, BEGIN), now)) + len(
            parts.studio_away("down", BEGIN, now)
        )
    counts.months += 1


def _falls(month: Month, only: str = "") -> list[int | None]:
    """Return for each moment of the month and each label after how many pairs a fall was told of."""
    pairs = PairTable.of(SCHEMA, month.rows)
    mondays = [Moment(BEGIN + timedelta(days=day), ("old",), "old") for day in range(HISTORY, VERSION_DAY, 7)]
    later = [
        Moment(BEGIN + timedelta(days=day), ("new",), "new")
        for day in range(HISTORY, DAYS, 7)
        if day >= VERSION_DAY + 7
    ]
    moments = [*mondays, Moment(BEGIN + timedelta(days=VERSION_DAY), ("old",), "new", "1.1.0"), *later]
    found = []
    for moment in moments:
        if only and moment.version != only:
            continue
        rows_before = pairs.between(moment.at - BEFORE, moment.at, moment.before)
        rows_after = pairs.between(moment.at, moment.at + WATCHED, (moment.after,))
        for spec in SCHEMA.labels:
            if spec.name in month_labels():
                before, _ = pairs.distances(spec, rows_before)
                after, _ = pairs.distances(spec, rows_after)
                found.append(first_fall(before, after, share_of_alpha(SCHEMA, spec)))
    return found


def month_labels() -> set[str]:
    """Return the labels that the simulated people give: rating and indicators."""
    return {spec.name for spec in SCHEMA.labels if spec.values != ("yes", "no")}


def _openings(said: Sequence[tuple[float, float]], month: Month) -> list[float]:
    """Return the days of the watched month at which an alert about this person opens; it closes when the statistic falls again."""
    weighed = sum(llr != 0 and day >= HISTORY for one in month.evidence.values() for day, llr in one)
    least, gathered, open_now, found = threshold(weighed), 0.0, False, []
    for day, llr in said:
        gathered = max(0.0, gathered + llr)
        if gathered >= least and not open_now and day >= HISTORY:
            found.append(day)
        open_now = gathered >= least
    return found


def _arrivals(size: Size, rng: np.random.Generator, share: float = 0.0) -> list[Arrival]:
    """Return a batch of postings a weekday, about as many as are answered; `share` of the batches from day 35 on are one campaign's."""
    daily = max(6, size.people * size.answers // 3 // 5)
    found, number = [], 0
    for day in range(DAYS):
        if day % 7 > 4:
            continue
        left = int(rng.poisson(daily))
        at = BEGIN + timedelta(days=day, hours=6)
        if share and day >= 35:
            found += [Arrival(f"f{day}-{k}", "flood", at) for k in range(int(left * share))]
            left -= int(left * share)
        while left > 0:
            copies = min(left, int(rng.pareto(2.0) + 1), daily)  # long-tailed, as the sizes of campaigns are
            found += [Arrival(f"a{number}-{k}", f"c{number}", at) for k in range(copies)]
            left, number = left - copies, number + 1
    return found


def _flooded(arrived: Sequence[Arrival], since: int = HISTORY) -> list[tuple[float, str]]:
    """Return (day, campaign) of each opening; nothing is answered before the week is over, which is the worst for a false alarm."""
    found, standing = [], set[str]()
    for day in range(since, DAYS):
        now = BEGIN + timedelta(days=day, hours=9)
        known = [row for row in arrived if row.created_at <= now]
        lately = [row for row in known if row.created_at >= now - flood_rule.WEEK]
        seen = {finding.subject for finding in flood_rule.flooding(lately, known, [], len(lately), now)}
        found += [(float(day), campaign) for campaign in seen - standing]
        standing = seen
    return found


def _row(title: str, counts: Counts) -> None:
    low = chi2.ppf(0.025, 2 * counts.total) / 2 / counts.months if counts.total else 0.0
    high = chi2.ppf(0.975, 2 * counts.total + 2) / 2 / counts.months
    rates = [getattr(counts, name) / counts.months for name in ("agreement", "people", "floods", "parts")]
    print(
        f"{title} {rates[0]:10.2f} {rates[1]:8.2f} {rates[2]:8.2f} {rates[3]:8.2f} {counts.total / counts.months:10.2f}  {low:.2f} to {high:.2f}"
    )


def _changes(each: int, rng: np.random.Generator) -> None:
    print(f"\nPlanted changes, {each} each: share told of, and the median delay of those")
    for size in SIZES[:3]:
        _changes_of(size, each, rng)


def _changes_of(size: Size, each: int, rng: np.random.Generator) -> None:
    who = f"{size.people} people, {size.people * size.answers} answers a week"
    for noise in (0.1, 0.2, 0.4):
        falls = [_fall_delay(size, rng, Change(VERSION_DAY, noise=noise)) for _ in range(each)]
        _told(f"{who}: {noise:.0%} of answers as chance has it, with a version", "pairs", falls)
    for careless in (0.4, 0.6, 0.9):
        turns = [_person_delay(size, rng, Change(HISTORY + 7, careless=careless)) for _ in range(each)]
        _told(f"{who}: one person clicks through {careless:.0%}", "answers", turns)
    for share in (0.15, 0.25, 0.4):
        floods = [_flood_delay(size, rng, share) for _ in range(each)]
        _told(f"{who}: one campaign is {share:.0%} of what comes", "days", floods)


def _told(title: str, unit: str, delays: Sequence[float | None]) -> None:
    found = [delay for delay in delays if delay is not None]
    median = f"{np.median(found):.0f} {unit}" if found else "-"
    print(f"{title:72} {len(found) / len(delays):6.0%}  {median}")


def _fall_delay(size: Size, rng: np.random.Generator, change: Change) -> float | None:
    found = [pairs for pairs in _falls(live(size, rng, VERSION_DAY, change), only="1.1.0") if pairs is not None]
    return float(min(found)) if found else None


def _person_delay(size: Size, rng: np.random.Generator, change: Change) -> float | None:
    month = live(size, rng, VERSION_DAY, change)
    said = month.evidence[month.turned]
    after = [day for day in _openings(said, month) if day >= change.day]
    return float(sum(change.day <= day <= after[0] for day, _ in said)) if after else None


def _flood_delay(size: Size, rng: np.random.Generator, share: float) -> float | None:
    days = [day - 35 for day, campaign in _flooded(_arrivals(size, rng, share), since=35) if campaign == "flood"]
    return days[0] if days else None


if __name__ == "__main__":
    main()
