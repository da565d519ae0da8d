"""Has what comes in changed from one epoch to the next? The words of postings compared, with what chance alone would make of it.

The distance is Jensen and Shannon's divergence (Lin, J. 1991, Divergence Measures Based on the Shannon Entropy, IEEE Trans. Inform.
Theory 37:145-151) of the two distributions of words, in bits: 0 where they are alike, 1 where they share nothing. Two samples always
differ a little, so the distance is read against those of random divisions of the same postings. What is divided are postings of
different campaigns: one campaign's postings repeat one another, and counted each they would make any change look certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from active_learning.arrays import FloatArray, Rows

PERMUTATIONS = 999
SAMPLE = 300
"""Postings of an epoch that are compared, at the most."""
FEWEST = 20
_WORDS = r"(?u)\b[^\W\d_]{2,}\b"


@dataclass(frozen=True, slots=True)
class Posting:
    """A text with its epoch and the campaign it is of; None where it is by itself."""

    epoch: str
    campaign: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Drift:
    """How far two epochs lie apart. `usual` is the distance that 95 % of random divisions stay under, `p` the chance of one as large
    as `distance`; both are None, with a `reason`, where postings are too few. `words` moved most: (word, share before, share after).
    """

    before: str
    after: str
    n_before: int
    n_after: int
    distance: float | None = None
    usual: float | None = None
    p: float | None = None
    words: tuple[tuple[str, float, float], ...] = ()
    reason: str = ""


def drift_between(postings: Sequence[Posting], rng: np.random.Generator) -> list[Drift]:
    """Compare each epoch with the one before it, in the order of their names."""
    chosen = one_a_campaign(postings, rng)
    epochs = sorted({posting.epoch for posting in chosen})
    texts = {epoch: [posting.text for posting in chosen if posting.epoch == epoch][:SAMPLE] for epoch in epochs}
    return [compare(one, texts[one], other, texts[other], rng) for one, other in pairwise(epochs)]


def one_a_campaign(postings: Sequence[Posting], rng: np.random.Generator) -> list[Posting]:
    """Return one posting of each campaign, and those that are by themselves, in random order."""
    seen: set[str] = set()
    found = []
    for place in rng.permutation(len(postings)):
        posting = postings[place]
        if posting.campaign is None or posting.campaign not in seen:
            found.append(posting)
            seen.update(filter(None, [posting.campaign]))
    return found


def compare(before: str, first: Sequence[str], after: str, second: Sequence[str], rng: np.random.Generator) -> Drift:
    """Compare the words of two samples of texts by a permutation test."""
    n_before, n_after = len(first), len(second)
    if min(n_before, n_after) < FEWEST:
        reason = f"too few postings of different campaigns: {FEWEST} of each epoch are needed"
        return Drift(before, after, n_before, n_after, reason=reason)
    counts, vocabulary = _counted([*first, *second])
    if not (counts[:n_before].nnz and counts[n_before:].nnz):
        return Drift(before, after, n_before, n_after, reason="too few words that stand in more than one posting")
    of_first = np.zeros((PERMUTATIONS + 1, n_before + n_after))
    of_first[0, :n_before] = 1
    for row in of_first[1:]:
        row[rng.permutation(n_before + n_after)[:n_before]] = 1
    a = np.asarray((counts.T @ of_first.T).T)
    b = np.asarray(counts.sum(axis=0)).reshape(1, -1) - a
    p, q = a / a.sum(axis=1, keepdims=True), b / b.sum(axis=1, keepdims=True)
    distances = divergence(p, q)
    as_large = int((distances[1:] >= distances[0]).sum())
    moved = np.argsort(-_parts(p[:1], q[:1])[0], kind="stable")[:5]
    return Drift(
        before,
        after,
        n_before,
        n_after,
        float(distances[0]),
        float(np.quantile(distances[1:], 0.95)),
        (1 + as_large) / (1 + PERMUTATIONS),
        tuple((str(vocabulary[word]), float(p[0, word]), float(q[0, word])) for word in moved),
    )


def divergence(p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the Jensen-Shannon divergence of each row of two sets of distributions (n, words), in bits."""
    return np.asarray(_parts(p, q).sum(axis=1).clip(0, 1))


def _parts(p: FloatArray, q: FloatArray) -> FloatArray:
    """Return what each word adds to the divergence; a word that is nowhere adds nothing."""
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(p > 0, p * np.log2(p / middle), 0.0)
        right = np.where(q > 0, q * np.log2(q / middle), 0.0)
    return np.asarray((left + right) / 2)


def _counted(texts: Sequence[str]) -> tuple[Rows, NDArray[np.object_]]:
    """Return whether each text has each word (a word repeated in one posting tells no more), and the words; placeholders are left out.

    Words of a single posting are left out too.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(token_pattern=_WORDS, min_df=2, max_features=3000, binary=True)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # so it says that no word is left
        return sparse.csr_matrix((len(texts), 0)), np.array([], dtype=object)
    return counts, vectorizer.get_feature_names_out()
