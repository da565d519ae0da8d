"""How few judgements would be needed if the crowd were known from the start, though nobody in it: a bound for any prior about people.

What people's confusion matrices have in common (how right they are in each class, how they err, how far they differ) and the prevalence are
taken from all recorded answers and the truth, and held. Who is which has to be learned from the campaign's answers, by the sampler of the
consensus. Two orders: `information` as in the routing, and `value`, the gain in expected accuracy per answer, looking two answers ahead
(Frazier & Powell 2010 for why one is not enough).
Run: python -m benchmarks.known_crowd [--sets sentiment,face-sentiment,weather] [--seeds 4] [--data ../shared/data]
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from scipy.special import expit, gammaln, logit, psi

from active_learning.gain import information_gain
from active_learning.simulation.campaign import Material
from active_learning.simulation.replay import Protocol, Question, replay
from annotator.consensus.gibbs import count, sweep
from annotator.consensus.grouping import group_by_task
from annotator.consensus.hierarchical import HierarchicalDawidSkene
from annotator.consensus.labels import LabelMatrix
from annotator.consensus.pool import coin
from annotator.consensus.skills import expected_accuracy
from benchmarks._recorded import asked

ABILITIES = np.linspace(-4, 4, 17)  # log-odds beside the crowd's
GROWTH, FIRST, SWEEPS, BURN_IN = 0.05, 64, 120, 40
HELD = 1e5  # tasks: a prevalence that no campaign moves


@dataclass(frozen=True)
class People:
    """What people's matrices have in common: the log-odds of being right in each class, how errors spread (K observed, K true), how many
    answers the common matrix weighs, and the share of each ability.
    """

    level: np.ndarray
    errors: np.ndarray
    strength: float
    share: np.ndarray

    @classmethod
    def unknown(cls, n_classes: int) -> Self:
        base, off_diagonal = coin(n_classes, 0.7), ~np.eye(n_classes, dtype=bool)
        begin = np.exp(-0.5 * (ABILITIES / 1.5) ** 2)
        errors = base * off_diagonal / (base * off_diagonal).sum(axis=0)
        return cls(logit(np.diag(base)), errors, 6.0, begin / begin.sum())

    @property
    def table(self) -> np.ndarray:
        return _matrices(self.level, self.errors) * self.strength

    def updated(self, counts: np.ndarray, first: People, *, people: float = 5, free: bool = True) -> People:
        """Move towards counts (W, K observed, K true); `first` weighs five answers a class, and `people` people in the shares.

        The strength stays where it is unless it is `free`.
        """
        table, weight = self.table, 5 * expit(first.level)
        p = ability_shares(counts, table, np.log(self.share))
        prior, ability = table[p.argmax(axis=1)], ABILITIES[p.argmax(axis=1)]
        support = prior * (psi(counts + prior) - psi(prior))
        right, total = np.einsum("wkk->wk", support), support.sum(axis=1)
        off = support.sum(axis=0) * (first.errors > 0) + 5 * first.errors * (1 - expit(first.level))
        strength = self.strength
        if free:
            spread = (psi(counts.sum(axis=1) + strength) - psi(strength)).sum()
            strength = (total.sum() + 2) / (spread + 0.1)
        level = self.level
        for _ in range(2):
            miss = (right - total * expit(level + ability[:, None])).sum(axis=0) + weight - 5 * expit(level)
            level = level + miss / ((total.sum(axis=0) + 5) / 4)
        share = p.sum(axis=0) + people * first.share
        return replace(self, level=level, errors=off / off.sum(axis=0), strength=strength, share=share / share.sum())


@dataclass(frozen=True)
class Crowd:
    """Dirichlet parameters of a person of each ability, (abilities, K observed, K true), and the share of each ability."""

    table: np.ndarray
    log_share: np.ndarray
    prevalence: np.ndarray

    @classmethod
    def of(cls, labels: LabelMatrix, truth: np.ndarray, steps: int = 100) -> Crowd:
        k, known = labels.n_classes, truth >= 0
        z = np.where(known, truth, HierarchicalDawidSkene().fit(labels).posterior_.argmax(axis=1))
        counts = np.zeros((labels.n_workers, k, k))
        np.add.at(counts, (labels.worker, labels.label, z[labels.task]), 1)
        first = found = People.unknown(k)
        for _ in range(steps):
            found = found.updated(counts, first)
        prevalence = np.bincount(truth[known], minlength=k) / known.sum()
        return cls(found.table, np.log(found.share), prevalence)

    def believe(self, labels: LabelMatrix) -> tuple[np.ndarray, np.ndarray]:
        """Return posteriors of items (n, K) and predictive matrices of people (W, K true, K observed)."""
        rng = np.random.default_rng([0, labels.n_labels])
        n, k, people = labels.n_tasks, labels.n_classes, labels.n_workers
        tasks = group_by_task(labels)
        labelled = np.diff(tasks[0]) > 0
        z = rng.choice(k, n, p=self.prevalence)
        counts, kept, rows = np.empty((people * k, k)), np.zeros((n, k)), np.zeros((people, k, k))
        count(tasks, z, 1, counts)
        weights = (np.bincount(z[labelled], minlength=k) + HELD * self.prevalence)[None]
        for number in range(SWEEPS):
            p = ability_shares(counts.reshape(people, k, k), self.table, self.log_share)
            drawn = (p.cumsum(axis=1) < rng.random((people, 1))).sum(axis=1).clip(0, len(ABILITIES) - 1)
            pseudo = np.ascontiguousarray(self.table[drawn]).reshape(people * k, k)
            keep = number >= BURN_IN
            sweep(tasks, (z, counts), pseudo, weights, rng.random(n), kept if keep else np.empty((0, k)))
            if keep:
                row = counts.reshape(people, k, k) + self.table[drawn]
                rows += row / row.sum(axis=1, keepdims=True)
        q = np.maximum(np.where(labelled[:, None], kept / (SWEEPS - BURN_IN), self.prevalence), 1e-6)
        return q / q.sum(axis=1, keepdims=True), (rows / (SWEEPS - BURN_IN)).swapaxes(1, 2)

    def anybody(self) -> np.ndarray:
        means = self.table / self.table.sum(axis=1, keepdims=True)
        return np.tensordot(np.exp(self.log_share), means, axes=1).T


def value(p: np.ndarray, first: np.ndarray, then: np.ndarray) -> np.ndarray:
    """Return the gain in expected accuracy per answer, the better of one answer by `first` and one more by `then`; shape (n,)."""
    now = p.max(axis=1)
    after = p[:, None, :] * first.T[None]  # (n, observed, true), unnormalised
    one = after.max(axis=2).sum(axis=1) - now
    two = (after[:, :, None, :] * then.T[None, None]).max(axis=3).sum(axis=(1, 2)) - now
    return np.maximum(one, two / 2)


def main() -> None:
    sets, seeds = asked(__doc__, seeds=4)
    for found in sets:
        crowd = Crowd.of(found.material.labels, found.material.truth)
        for protocol in Protocol:
            for order in ("information", "value"):
                curves = [play(found.material, crowd, protocol, order, seed, found.at) for seed in range(seeds)]
                print(f"{found.name:16}{protocol:8}{order:13}{found.reached(curves)}", flush=True)


def play(material: Material, crowd: Crowd, protocol: Protocol, order: str, seed: int, at: np.ndarray) -> np.ndarray:
    labels = material.labels
    campaign, ties = replay(labels, protocol, np.random.default_rng([seed, 0])), np.random.default_rng([seed, 1])
    posterior = np.tile(crowd.prevalence, (labels.n_tasks, 1))
    matrices = np.tile(crowd.anybody(), (labels.n_workers, 1, 1))
    given: list[tuple[int, int, int]] = []
    due, accuracy, came = FIRST, np.empty(len(at)), np.ones(labels.n_workers)
    sizes: Any = {"n_tasks": labels.n_tasks, "n_workers": labels.n_workers, "n_classes": labels.n_classes}
    for mark, answers in enumerate(at):
        while campaign.given < answers:
            question = campaign.ask()
            assert question is not None
            score = np.round(_score(order, question, posterior, matrices, came), 9)
            item = int(question.candidates[ties.choice(np.flatnonzero(score == score.max()))])
            answer = campaign.answer(item)
            given.append((answer.item, answer.person, answer.label))
            came[answer.person] += 1
            moved = posterior[item] * matrices[answer.person, :, answer.label]
            posterior[item] = moved / moved.sum()
            if len(given) >= due:
                posterior, matrices = crowd.believe(LabelMatrix.from_codes(*np.array(given).T, **sizes))
                due = int(len(given) * (1 + GROWTH)) + 1
        read_out, _ = crowd.believe(LabelMatrix.from_codes(*np.array(given).T, **sizes))
        accuracy[mark] = expected_accuracy(read_out, material.truth)
    return accuracy


def _score(order: str, question: Question, posterior: np.ndarray, matrices: np.ndarray, came: np.ndarray) -> np.ndarray:
    anybody = np.average(matrices, axis=0, weights=came)
    matrix = anybody if question.person is None else matrices[question.person]
    p = posterior[question.candidates]
    return information_gain(p, matrix) if order == "information" else value(p, matrix, anybody)


def _matrices(level: np.ndarray, errors: np.ndarray) -> np.ndarray:
    right = expit(level + ABILITIES[:, None])[:, None, :]
    return np.where(np.eye(len(level), dtype=bool), right, (1 - right) * errors)


def ability_shares(counts: np.ndarray, table: np.ndarray, log_share: np.ndarray) -> np.ndarray:
    """Return the probability of each ability of each person, (W, abilities), by the Dirichlet-multinomial likelihood of their counts."""
    total = table.sum(axis=1)
    log_p = log_share + (gammaln(total) - gammaln(total + counts.sum(axis=1)[:, None])).sum(axis=2)
    log_p = log_p + (gammaln(counts[:, None] + table) - gammaln(table)).sum(axis=(2, 3))
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    main()
