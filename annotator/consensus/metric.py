"""Levels of measurement: how far apart two classes are, and alpha as a function of sums over items.

A metric turns items into vectors whose sum says all that alpha needs, so that items can be drawn again without being
looked at again. Source: Krippendorff, K. (2019). Content Analysis, 4th ed., section 12.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotator.consensus.labels import LabelMatrix
from annotator.domain.errors import InputError

FloatArray = NDArray[np.float64]

LEVELS = ("nominal", "ordinal", "interval", "ratio")


@dataclass(frozen=True, slots=True)
class Metric:
    """`distance` (K, K) between classes, or None at the ordinal level, where it depends on how often each class occurs.

    Items come as rows of counts (P, K); a vector holds the disagreement within an item, then the counts of the classes.
    """

    n_classes: int
    distance: FloatArray | None

    @classmethod
    def of_level(cls, level: str, values: FloatArray) -> Self:
        """Return the metric of a level for classes with these values. Raises `InputError` for an unknown level."""
        if level not in LEVELS:
            raise InputError(
                f"{level!r} is no level of measurement.", where="level", mend=f"Use one of {', '.join(LEVELS)}."
            )
        if level == "ordinal":
            return cls(len(values), None)
        if level == "nominal":
            return cls(len(values), 1 - np.eye(len(values)))
        gaps = values[:, None] - values
        if level == "ratio":
            sums = values[:, None] + values
            gaps = gaps / np.where(sums == 0, 1, sums)
        return cls(len(values), gaps**2)

    @classmethod
    def of_labels(cls, level: str, labels: LabelMatrix) -> Self:
        """Return the metric of a level for the classes of a label matrix. Raises `InputError` where they do not suit it."""
        if level == "ordinal" and not labels.ordered:
            raise InputError(
                f"the order of the classes {', '.join(map(str, labels.classes[:5]))} is not known.",
                where="column label",
                mend="Give the classes in order, or use the nominal level.",
            )
        if level in ("interval", "ratio"):
            return cls.of_level(level, labels.class_values())
        return cls.of_level(level, np.arange(labels.n_classes, dtype=np.float64))

    def vectors(self, rows: NDArray[Any]) -> FloatArray:
        """Return the vectors of items: each pair within an item of m labels is weighted by 1 / (m - 1)."""
        counts = rows.astype(np.float64)
        others = counts.sum(axis=1, keepdims=True) - 1
        if self.distance is None:
            first, second = self._pairs()
            return np.concatenate([counts[:, first] * counts[:, second] / others, counts], axis=1)
        within = ((counts @ self.distance) * counts).sum(axis=1, keepdims=True) / others
        return np.concatenate([within, counts], axis=1)

    def versus(self, rows: NDArray[Any]) -> FloatArray:
        """Return the vectors of single labels against the rest of their item; rows hold the label, then all counts.

        Only pairs with that label are looked at; every label has weight 1 in all, as have those it is paired with.
        """
        own = np.eye(self.n_classes)[rows[:, 0].astype(np.intp)]
        rest = rows[:, 1:] - own
        rest /= rest.sum(axis=1, keepdims=True)
        if self.distance is None:
            first, second = self._pairs()
            within = own[:, first] * rest[:, second] + rest[:, first] * own[:, second]
        else:
            within = 2 * ((own @ self.distance) * rest).sum(axis=1, keepdims=True)
        return np.concatenate([within, own + rest], axis=1)

    def alpha(self, sums: FloatArray) -> FloatArray:
        """Return alpha for sums of vectors, shape (...,); NaN where no disagreement is to be expected."""
        margins = sums[..., -self.n_classes :]
        if self.distance is None:
            first, second = self._pairs()
            ranks = np.cumsum(margins, axis=-1) - margins / 2
            gaps = (ranks[..., first] - ranks[..., second]) ** 2  # ordinal: of mid-ranks among all that can be paired
            within = 2 * (sums[..., : len(first)] * gaps).sum(axis=-1)
            between = 2 * (margins[..., first] * margins[..., second] * gaps).sum(axis=-1)
        else:
            within = sums[..., 0]
            between = ((margins @ self.distance) * margins).sum(axis=-1)
        return np.asarray(1 - quotient(within, between / (margins.sum(axis=-1) - 1)))

    def _pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return np.triu_indices(self.n_classes, k=1)


def quotient(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, NaN (undefined) where the whole is not above 0."""
    undefined = np.full(np.shape(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=undefined, where=np.asarray(whole) > 0))
