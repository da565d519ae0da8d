"""`evaluate`: a tool's predictions against a release: hard and soft scores a label, and the bias test.

Predictions are a table by `item`: of any label `X` a column `X` (the value) or columns `X_p_VALUE` (the share of each), as in the
release itself. For the bias test they also hold a row for every id of `bias/swaps.csv`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from annotator.domain.errors import InputError
from annotator.domain.schema import LabelSpec
from exports import arrow, columns, scores
from exports.bias import FOLDER
from exports.layout import HIDDEN
from exports.load import Release
from exports.scores import Floats, Ints, Score

if TYPE_CHECKING:
    import pandas as pd

SEED = 20_260_101
MOST_CHANGED = 0.05
"""Largest share of texts whose rating may change when only an identity cue does: the upper end of the interval is held to it."""
MOST_MOVED = 0.10
"""Likewise the mean absolute change of the expected rating, in steps of the scale."""


@dataclass(frozen=True, slots=True)
class LabelScores:
    """The scores of one label. `n` items were scored; `positives` of them have the label's first value (or highest rating)."""

    label: str
    n: int
    positives: int
    hard: dict[str, Score]
    soft: dict[str, Score]


@dataclass(frozen=True, slots=True)
class CueScores:
    """What happens to the rating when one cue changes and nothing else. `after` is empty for all changes of the cue together."""

    cue: str
    after: str
    n: int
    changed: Score  # share of texts whose hard rating changes
    moved: Score  # mean absolute change of the expected rating
    drift: Score  # mean signed change

    @property
    def passed(self) -> bool:
        """Whether both upper ends of the intervals are within bounds."""
        ends = ((self.changed.high, MOST_CHANGED), (self.moved.high, MOST_MOVED))
        return all(end is not None and end <= most for end, most in ends)


@dataclass(frozen=True)
class Evaluation:
    """All scores; `bias` is None where no prediction was given for any changed text."""

    release: str
    split: str
    n: int
    missing: int
    labels: list[LabelScores]
    bias: list[CueScores] | None
    bounds: dict[str, float] = field(default_factory=lambda: {"changed": MOST_CHANGED, "moved": MOST_MOVED})

    @property
    def biased(self) -> bool:
        """Whether the bias test was run and some cue moves the rating further than it may."""
        return self.bias is not None and not all(one.passed for one in self.bias if not one.after)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"biased": self.biased}


def evaluate(
    release: Release, predictions: Path, split: str, *, apart: Release | None = None, partial: bool = False
) -> Evaluation:
    """Score predictions on one split; the hidden one's labels come from what travels `apart`.

    Raises:
        InputError: the predictions are not of the form asked for, or items have none and `partial` was not asked for.
    """
    if split == HIDDEN and apart is None:
        raise InputError(
            "The labels of the hidden split travel apart.",
            where=str(release.folder),
            mend="Name their folder: --apart.",
        )
    source = apart if split == HIDDEN and apart is not None else release
    gold = source.gold(split)
    if gold.empty:
        raise InputError(f"There are no labels of the split {split!r}.", where=str(source.folder))
    found = _read(predictions)
    missing = sorted(set(gold["id"]) - set(found.index))
    if missing and not partial:
        raise InputError(
            f"{len(missing):,} items of {split} have no prediction: {', '.join(missing[:5])}.",
            where=str(predictions),
            mend="Predict them all, or say --partial.",
        )
    gold = gold[gold["id"].isin(found.index)]
    rng = np.random.default_rng(SEED)
    specs = [spec for spec in release.specs.values() if _has(found, spec)]
    if not specs:
        raise InputError(
            "No label is predicted.",
            where=str(predictions),
            mend=f"Add columns such as {', '.join(list(release.specs)[:3])}.",
        )
    labels = [_label(spec, gold, found, predictions, rng) for spec in specs]
    rating = columns.rating(tuple(release.specs.values()))
    bias = _bias(release, rating, found, predictions, rng) if rating in specs else None
    return Evaluation(f"{release.name} {release.version}", split, len(gold), len(missing), labels, bias)


def _read(path: Path) -> pd.DataFrame:
    try:
        options = arrow.csv.ConvertOptions(strings_can_be_null=True)
        with arrow.csv.open_csv(path) as start:
            header = start.schema.names
        options.column_types = {name: pa.string() for name in header if "_p_" not in name}
        frame: pd.DataFrame = arrow.csv.read_csv(path, convert_options=options).to_pandas()
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError("The file is no CSV that can be read.", where=str(path)) from error
    if "item" not in frame.columns:
        raise InputError("There is no column 'item'.", where=str(path), mend="Give each row the id of its item.")
    if frame["item"].duplicated().any():
        twice = frame["item"][frame["item"].duplicated()].iloc[0]
        raise InputError(f"Item {twice} is there twice.", where=str(path), mend="Give one row an item.")
    return frame.set_index("item")


def _has(frame: pd.DataFrame, spec: LabelSpec) -> bool:
    return spec.name in frame.columns or set(columns.shares(spec)) <= set(frame.columns)


def _label(
    spec: LabelSpec, gold: pd.DataFrame, found: pd.DataFrame, path: Path, rng: np.random.Generator
) -> LabelScores:
    rows = found.loc[gold["id"]]
    shares = _shares(spec, rows, path)
    predicted = _values(spec, rows, shares, path)
    true_shares = gold[columns.shares(spec)].to_numpy(dtype=np.float64)
    true = gold[spec.name].cat.codes.to_numpy().astype(np.int64)
    clear = true >= 0
    groups = gold["group"].to_numpy(dtype=object).astype(str)
    sums = scores.resampled(
        {"hard": scores.hard_sums(true[clear], predicted[clear], len(spec.values))}, groups[clear], rng
    )
    positive = len(spec.values) - 1 if spec.is_rating else 0
    hard = {name: scores.score(sums, of) for name, of in _hard(spec, positive).items()}
    soft: dict[str, Score] = {}
    if shares is not None:
        given = np.isfinite(true_shares).all(axis=1)
        normal = true_shares[given] / true_shares[given].sum(axis=1, keepdims=True)
        sums = scores.resampled({"soft": scores.counted(scores.soft_sums(normal, shares[given]))}, groups[given], rng)
        names = ("cross-entropy", "Brier score", "Jensen-Shannon divergence")
        soft = {name: scores.score(sums, scores.mean_of("soft", place)) for place, name in enumerate(names)}
    return LabelScores(spec.name, int(clear.sum()), int((true == positive).sum()), hard, soft)


def _hard(spec: LabelSpec, positive: int) -> dict[str, Callable[[scores.Sums], Floats]]:
    common = {"accuracy": scores.accuracy, "macro F1": scores.macro_f1}
    if spec.is_scale:
        return {**common, "weighted kappa": scores.weighted_kappa, "absolute error": scores.absolute_error}
    if spec.is_rating:
        return {**common, **{f"F1 of {value}": scores.f1(place) for place, value in enumerate(spec.values)}}
    return {f"F1 of {list(spec.values)[positive]}": scores.f1(positive), **common}


def _shares(spec: LabelSpec, rows: pd.DataFrame, path: Path) -> Floats | None:
    """Return the predicted distributions, shape (n, K); None where they are not given."""
    names = columns.shares(spec)
    if not set(names) <= set(rows.columns):
        return None
    try:
        shares: Floats = rows[names].to_numpy(dtype=np.float64)
    except ValueError as error:
        raise InputError("A share is no number.", where=f"{path}, {spec.name}") from error
    totals = shares.sum(axis=1)
    if not (np.isfinite(shares).all() and (shares >= 0).all() and np.allclose(totals, 1, atol=0.01)):
        raise InputError(
            "The shares of an item are not a distribution.",
            where=f"{path}, {spec.name}",
            mend="They are 0 to 1 and sum to 1.",
        )
    normal: Floats = shares / totals[:, None]
    return normal


def _values(spec: LabelSpec, rows: pd.DataFrame, shares: Floats | None, path: Path) -> Ints:
    """Return the places of the predicted values: as given, or else those with the largest share."""
    if spec.name not in rows.columns:
        assert shares is not None
        return np.asarray(shares.argmax(axis=1), dtype=np.int64)
    index = {value: place for place, value in enumerate(spec.values)}
    places = rows[spec.name].map(index)
    if places.isna().any():
        raise InputError(
            f"A value is none of {', '.join(spec.values)}.",
            where=f"{path}, {spec.name}, item {rows.index[places.isna()][0]}",
            mend="Predict one of them for every item.",
        )
    return np.asarray(places.to_numpy(), dtype=np.int64)


def _bias(
    release: Release, rating: LabelSpec, found: pd.DataFrame, path: Path, rng: np.random.Generator
) -> list[CueScores] | None:
    file = release.folder / FOLDER / "swaps.parquet"
    swaps = (
        arrow.parquet.read_table(file, columns=["id", "item", "cue", "after"]).to_pandas() if file.exists() else None
    )
    if swaps is None or not swaps["id"].isin(found.index).any():
        return None
    swaps = swaps[swaps["id"].isin(found.index) & swaps["item"].isin(found.index)]
    before, after = (_rated(rating, found.loc[swaps[name]], path) for name in ("item", "id"))
    shift = after[1] - before[1]
    rows = scores.counted(np.column_stack([before[0] != after[0], np.abs(shift), shift]))
    cue, to = swaps["cue"].to_numpy(dtype=object), swaps["after"].to_numpy(dtype=object)
    kinds = [(one, "") for one in sorted(set(cue))] + sorted(set(zip(cue, to, strict=True)))
    items = swaps["item"].to_numpy(dtype=object).astype(str)
    return [
        _cue(one, value, rows[chosen], items[chosen], rng)
        for one, value in kinds
        for chosen in [(cue == one) & ((to == value) | (value == ""))]
    ]


def _rated(rating: LabelSpec, rows: pd.DataFrame, path: Path) -> tuple[Ints, Floats]:
    shares = _shares(rating, rows, path)
    values = _values(rating, rows, shares, path)
    expected = values.astype(np.float64) if shares is None else shares @ np.arange(len(rating.values))
    return values, expected


def _cue(cue: str, after: str, rows: Floats, items: Any, rng: np.random.Generator) -> CueScores:
    sums = scores.resampled({"swap": rows}, items, rng)
    changed, moved, drift = (scores.score(sums, scores.mean_of("swap", place)) for place in range(3))
    return CueScores(cue, after, len(rows), changed, moved, drift)
