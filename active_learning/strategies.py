"""Query strategies that look at one item at a time: margin, entropy, least confidence, a committee's disagreement, chance.

Each is called as modAL calls it, `strategy(classifier, pool, n_instances=1)`, and returns `(indices, scores)`, best first; the
larger the score, the sooner to ask. Ties go to the lower index, or to chance where `rng` is given. Batches that look at items
together are in `active_learning.ranked`, the start without labels in `active_learning.cold_start`, and the gain from one
person's answer in `active_learning.gain`.

Sources: Lewis, D. & Gale, W. (1994), A Sequential Algorithm for Training Text Classifiers (least confidence). Scheffer, T.,
Decomain, C. & Wrobel, S. (2001), Active Hidden Markov Models for Information Extraction (margin). Settles, B. (2009), Active
Learning Literature Survey, section 3.1 (entropy). Dagan, I. & Engelson, S. (1995), Committee-Based Sampling for Training
Probabilistic Classifiers (vote entropy).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, expit

from active_learning.arrays import FloatArray, IntArray, Rows, Selection, best, check_rows, empty_selection, how_many
from active_learning.linear import LinearMap, linear_map, probabilities
from annotator.domain.errors import InputError

_BITS = 1 / np.log(2)


def margin_sampling(
    classifier: Any, pool: Rows, n_instances: int = 1, *, rng: np.random.Generator | None = None
) -> Selection:
    """Ask where the two most probable classes are closest. Score: 1 - (p1 - p2), in [0, 1]."""
    pool = check_rows(pool)
    k = how_many(n_instances, pool)
    if k == 0:
        return empty_selection()
    linear = linear_map(classifier)
    if linear is not None and linear.weights.shape[1] == 1:
        return _by_log_odds(linear, pool, k, rng, lambda size: 1 - np.tanh(size / 2))
    top = np.partition(class_probabilities(classifier, pool), -2, axis=1)[:, -2:]
    score = 1 - (top[:, 1] - top[:, 0])
    found = best(score, k, rng)
    return found, score[found]


def uncertainty_sampling(
    classifier: Any, pool: Rows, n_instances: int = 1, *, rng: np.random.Generator | None = None
) -> Selection:
    """Ask where the most probable class is least probable. Score: 1 - max p, in [0, 1 - 1/K]."""
    pool = check_rows(pool)
    k = how_many(n_instances, pool)
    if k == 0:
        return empty_selection()
    linear = linear_map(classifier)
    if linear is not None and linear.weights.shape[1] == 1:
        return _by_log_odds(linear, pool, k, rng, lambda size: expit(-size))
    score = least_confidence(classifier, pool)
    found = best(score, k, rng)
    return found, score[found]


def entropy_sampling(
    classifier: Any, pool: Rows, n_instances: int = 1, *, rng: np.random.Generator | None = None
) -> Selection:
    """Ask where the entropy of the class is largest. Score: entropy in bits, in [0, log2 K].

    Entropy is flat where it is largest, and in floating point whole neighbourhoods of one half share one value. Items are
    therefore ordered by what entropy is a strictly falling function of: with two classes the size of the log odds, with more the
    divergence from equal probabilities, summed from terms that do not cancel.
    """
    pool = check_rows(pool)
    k = how_many(n_instances, pool)
    if k == 0:
        return empty_selection()
    linear = linear_map(classifier)
    if linear is not None and linear.weights.shape[1] == 1:
        return _by_log_odds(linear, pool, k, rng, _binary_entropy)
    p = class_probabilities(classifier, pool)
    divergence = divergence_from_equal(p)
    found = best(-divergence, k, rng)
    return found, np.maximum(np.log(p.shape[1]) - divergence[found], 0) * _BITS


def vote_entropy_sampling(
    committee: Any, pool: Rows, n_instances: int = 1, *, rng: np.random.Generator | None = None
) -> Selection:
    """Ask where the members of a committee disagree most. Score: entropy of their votes in bits, in [0, log2 min(K, M)].

    M members give few distinct values. Among equal votes the larger entropy of the members' mean probability goes first.
    """
    pool = check_rows(pool)
    k = how_many(n_instances, pool)
    if k == 0:
        return empty_selection()
    votes, consensus = _ballot(committee, pool)
    levels = _vote_entropy(votes, len(committee))
    cut = np.partition(levels, len(levels) - k)[len(levels) - k]
    near = np.flatnonzero(levels >= cut)
    tie_break = np.arange(len(near)) if rng is None else rng.permutation(len(near))
    order = np.lexsort((tie_break, divergence_from_equal(consensus(near)), -levels[near]))[:k]
    found = near[order]
    return found, levels[found]


def random_sampling(
    classifier: Any, pool: Rows, n_instances: int = 1, *, rng: np.random.Generator | None = None
) -> Selection:
    """Ask at random, without replacement: what every other strategy has to beat. Score: the chance of each pick, k / n.

    Raises `InputError` without `rng`.
    """
    del classifier
    if rng is None:
        raise InputError("is missing.", where="rng", mend="Chance needs a np.random.Generator.")
    n, k = pool.shape[0], how_many(n_instances, pool)
    return rng.permutation(n)[:k].astype(np.int64), np.full(k, k / n if n else 0.0)


def class_probabilities(classifier: Any, pool: Rows) -> FloatArray:
    """Return the classifier's probabilities, shape (n, K). Raises `InputError` where it has not been fitted."""
    from sklearn.exceptions import NotFittedError

    linear = linear_map(classifier)
    if linear is not None:
        return probabilities(linear.logits(pool))
    try:
        return np.asarray(classifier.predict_proba(pool), dtype=np.float64)
    except NotFittedError:
        raise InputError(
            "has not been fitted.", where="classifier", mend="Fit it, or start with typicality_sampling."
        ) from None


def least_confidence(classifier: Any, pool: Rows) -> FloatArray:
    """Return 1 - max p of every row, shape (n,)."""
    return np.asarray(1 - class_probabilities(classifier, pool).max(axis=1))


def divergence_from_equal(p: FloatArray) -> FloatArray:
    """Return the Kullback-Leibler divergence of each row from equal probabilities in nats, shape (n,): log K - entropy.

    With x = K p - 1, it is the mean of (1 + x) log(1 + x) - x, whose terms are none of them negative.
    """
    x = p.shape[1] * p - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (1 + x) * np.log1p(x) - x
    return np.asarray(np.where(x <= -1, 1.0, terms).mean(axis=1))


def _by_log_odds(
    linear: LinearMap,
    pool: Rows,
    k: int,
    rng: np.random.Generator | None,
    score: Callable[[FloatArray], FloatArray],
) -> Selection:
    """Two classes: margin, entropy and least confidence all fall strictly with the size of the log odds."""
    size = np.abs(linear.logits(pool)[:, 0])
    found = best(-size, k, rng)
    return found, np.asarray(score(size[found]))


def _binary_entropy(log_odds: FloatArray) -> FloatArray:
    p = expit(-np.abs(log_odds))
    return np.asarray((entr(p) + entr(1 - p)) * _BITS)


def _ballot(committee: Any, pool: Rows) -> tuple[NDArray[np.integer], Callable[[IntArray], FloatArray]]:
    """Return votes (n, K) counted by class, and what gives the members' mean probability of chosen rows."""
    from sklearn.exceptions import NotFittedError

    maps = [linear_map(member) for member in committee]
    known = [np.asarray(getattr(member.estimator, "classes_", ())) for member in committee]
    if any(one is None for one in maps) or any(not np.array_equal(known[0], one) for one in known):
        try:
            proba = np.asarray(committee.vote_proba(pool), dtype=np.float64)
        except NotFittedError:
            raise InputError("has members that have not been fitted.", where="committee", mend="Fit them.") from None
        return _count(proba.argmax(axis=2), proba.shape[2]), lambda chosen: proba[chosen].mean(axis=1)
    linear = [one for one in maps if one is not None]
    width = linear[0].weights.shape[1]
    stacked = LinearMap(np.hstack([one.weights for one in linear]), np.concatenate([one.intercept for one in linear]))
    logits = stacked.logits(pool).reshape(pool.shape[0], len(linear), width)
    if width == 1:
        second = np.count_nonzero(logits[:, :, 0] > 0, axis=1)
        votes = np.column_stack([len(linear) - second, second])
    else:
        votes = _count(logits.argmax(axis=2), width)

    def consensus(chosen: IntArray) -> FloatArray:
        flat = probabilities(logits[chosen].reshape(-1, width))
        return np.asarray(flat.reshape(len(chosen), len(linear), -1).mean(axis=1))

    return votes, consensus


def _count(votes: NDArray[Any], n_classes: int) -> NDArray[np.integer]:
    return np.stack([np.count_nonzero(votes == k, axis=1) for k in range(n_classes)], axis=1)


def _vote_entropy(votes: NDArray[np.integer], n_members: int) -> FloatArray:
    """Counts are sorted first, so that the same split of votes gives the very same number."""
    table = entr(np.arange(n_members + 1) / n_members) * _BITS
    if votes.shape[1] == 2:
        return np.asarray((table + table[::-1])[votes[:, 0]])
    return np.asarray(table[np.sort(votes, axis=1)].sum(axis=1))
