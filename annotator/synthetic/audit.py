"""The shortcut audit: can the concern of a posting be read off without reading what is planted in it?

Each finding is a classifier that sees too little, with the range its AUC has to lie in; or a swap that must change nothing. The
target is high concern (rating 2 or 3). This audits the generator, and says nothing about postings of the world.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from annotator.domain.errors import InputError
from annotator.synthetic.compose import Identity
from annotator.synthetic.generator import drafts, finish
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.postings import SyntheticPosting

LEAST_ITEMS = 2000
_HIGH = 2
_NEAR_CHANCE = (0.45, 0.55)
_HELD_OUT = 0.25
_FOLDS = 5
_MASKED = "words, planted passages masked"

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured value, with its 95 % interval, and the range that it has to lie in."""

    name: str
    value: float
    low: float
    high: float
    least: float
    most: float
    n: int

    @property
    def passed(self) -> bool:
        """Whether the value lies in the range asked for."""
        return self.least <= self.value <= self.most

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "passed": self.passed}


@dataclass(frozen=True, slots=True)
class Audit:
    items: int
    seed: int
    grammar_sha256: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every finding lies in its range."""
        return all(finding.passed for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "items": self.items,
            "seed": self.seed,
            "grammar_sha256": self.grammar_sha256,
            "passed": self.passed,
            "findings": [finding.to_json() for finding in self.findings],
        }


def audit(items: int, seed: int, note: Callable[[str], None] = lambda _: None) -> Audit:
    """Audit the first `items` postings of that seed, telling `note` what is being measured.

    Raises:
        InputError: fewer items than the intervals need to be of use.
    """
    if items < LEAST_ITEMS:
        raise InputError(f"An audit needs at least {LEAST_ITEMS:,} postings.", where="--items")
    grammar = load_grammar()
    drawn = list(drafts(grammar, items, seed))
    postings = [finish(draft, names) for draft, names in drawn]
    note("identity cues swapped")
    swapped = [finish(draft, names, **_other(place)) for place, (draft, names) in enumerate(drawn)]
    sample = _Sample(postings)
    steps: tuple[tuple[str, Callable[[], Sequence[Finding]]], ...] = (
        ("length alone", lambda: [sample.cross_validated("length alone", _lengths(postings), _boosting())]),
        ("metadata alone", lambda: [sample.cross_validated("metadata alone", _metadata(postings), _one_hot())]),
        ("cues alone", lambda: [sample.cross_validated("identity cues alone", _cues(postings), _one_hot())]),
        (_MASKED, lambda: [sample.cross_validated(_MASKED, _masked(postings), _words(), 3)]),
        ("words, held-out templates", lambda: sample.held_out_templates(swapped)),
        ("words, withheld family", lambda: [sample.withheld_family(grammar.model["drift_epoch"])]),
    )
    findings = [_truth_unchanged(postings, swapped)]
    for name, measure in steps:
        note(name)
        findings += measure()
    return Audit(items, seed, grammar.sha256, tuple(findings))


def masked(posting: SyntheticPosting) -> str:
    """Return the text without its planted passages."""
    kept, at = [], 0
    for span in posting.spans:
        kept.append(posting.text[at : span.start])
        at = span.end
    return "".join([*kept, posting.text[at:]])


class _Sample:
    """Postings with their target and groups, and the ways to measure on them."""

    def __init__(self, postings: Sequence[SyntheticPosting]) -> None:
        self._postings = postings
        self._high = np.array([posting.rating >= _HIGH for posting in postings])
        self._texts = np.array([posting.text for posting in postings], dtype=object)
        self._campaigns = np.array([posting.campaign for posting in postings])

    def cross_validated(self, name: str, features: NDArray[Any], model: Any, folds: int = _FOLDS) -> Finding:
        """Measure a classifier that has to be near chance, campaigns never split."""
        scores = cross_val_predict(
            model, features, self._high, cv=GroupKFold(folds), groups=self._campaigns, method="predict_proba"
        )
        return _auc(name, self._high, scores[:, 1], *_NEAR_CHANCE)

    def held_out_templates(self, swapped: Sequence[SyntheticPosting]) -> list[Finding]:
        """Measure words on templates not trained on, and how far the scores move when the cues are swapped."""
        templates = np.array([posting.template for posting in self._postings])
        splitter = GroupShuffleSplit(1, test_size=_HELD_OUT, random_state=0)
        train, test = next(splitter.split(self._texts, groups=templates))
        model = _words().fit(self._texts[train], self._high[train])
        scores = model.predict_proba(self._texts[test])[:, 1]
        moved = model.predict_proba([swapped[place].text for place in test])[:, 1] - scores
        return [
            _auc("words, held-out templates", self._high[test], scores, 0.60, 0.96),
            _mean("shift of that score when cues are swapped", moved, -0.03, 0.03),
        ]

    def withheld_family(self, drift_epoch: str) -> Finding:
        """Measure words trained before the drift on postings with the paraphrase family that came with it."""
        before = np.array([posting.epoch < drift_epoch for posting in self._postings])
        family = np.array([posting.withheld for posting in self._postings])
        model = _words().fit(self._texts[before], self._high[before])
        scores = model.predict_proba(self._texts[family])[:, 1]
        return _auc("words, withheld family", self._high[family], scores, 0.55, 0.93)


def _truth_unchanged(postings: Sequence[SyntheticPosting], swapped: Sequence[SyntheticPosting]) -> Finding:
    changed = np.array([_says(one) != _says(other) for one, other in zip(postings, swapped, strict=True)])
    return _mean("truth changed when cues are swapped", changed.astype(float), 0.0, 0.0)


def _says(posting: SyntheticPosting) -> tuple[object, ...]:
    """What a posting is held to say: everything of the truth but the places of the passages."""
    passages = [(span.label, span.state) for span in posting.spans]
    return posting.rating, dict(posting.indicators), passages, posting.tags


def _other(place: int) -> dict[str, Any]:
    """Return other cues and another register for the posting at that place."""
    grammar = load_grammar()
    nationalities, genders = grammar.identity["nationality"], grammar.identity["gender"]
    registers = list(grammar.registers)
    return {
        "identity": Identity(nationalities[place % len(nationalities)], genders[place // 7 % len(genders)]),
        "register": registers[place // 3 % len(registers)],
    }


def _lengths(postings: Sequence[SyntheticPosting]) -> NDArray[Any]:
    return np.array([[len(p.text), len(p.text.split()), p.text.count("\n"), p.text.count(".")] for p in postings])


def _metadata(postings: Sequence[SyntheticPosting]) -> NDArray[Any]:
    return np.array([[p.language, p.epoch, p.region, p.quarter, p.sector, p.template, p.register] for p in postings])


def _cues(postings: Sequence[SyntheticPosting]) -> NDArray[Any]:
    return np.array([[p.nationality, p.gender, p.register] for p in postings])


def _masked(postings: Sequence[SyntheticPosting]) -> NDArray[Any]:
    return np.array([masked(posting) for posting in postings], dtype=object)


def _boosting() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=50, max_depth=3, random_state=0)


def _one_hot() -> Pipeline:
    return make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(C=0.1, max_iter=500))


def _words() -> Pipeline:
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return make_pipeline(vectorizer, LogisticRegression(C=4.0, max_iter=300))


def _auc(name: str, target: NDArray[np.bool_], scores: Scores, least: float, most: float) -> Finding:
    """Area under the ROC curve, with the interval of Hanley & McNeil 1982."""
    value = float(roc_auc_score(target, scores))
    positive, negative = int(target.sum()), int((~target).sum())
    once, twice = value / (2 - value), 2 * value**2 / (1 + value)
    spread = value * (1 - value) + (positive - 1) * (once - value**2) + (negative - 1) * (twice - value**2)
    half = 1.96 * (spread / (positive * negative)) ** 0.5
    return Finding(name, value, value - half, min(value + half, 1.0), least, most, len(target))


def _mean(name: str, values: Scores, least: float, most: float) -> Finding:
    value = float(values.mean())
    half = 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5
    return Finding(name, value, value - half, value + half, least, most, len(values))
