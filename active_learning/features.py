"""Text as numbers: word and character n-grams, hashed, and their weighting by how rare they are.

Hashed counts depend on nothing but the text and the parameters, so they are computed once an item and kept
(`active_learning.feature_store`). What depends on the pool, the inverse document frequency, is applied when rows are read.
Embeddings behind the same interface are in `active_learning.embeddings`.

Sources: Weinberger, K. et al. (2009), Feature Hashing for Large Scale Multitask Learning. Sparck Jones, K. (1972), A Statistical
Interpretation of Term Specificity (IDF). Wang, S. & Manning, C. (2012), Baselines and Bigrams (bigrams for short texts).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
from scipy import sparse

from active_learning.arrays import FloatArray, IntArray, Rows, check_rows
from annotator.domain.errors import InputError

_WORD = r"(?u)\b\w+\b"


class Features(Protocol):
    """What turns texts into rows. `version` names the parameters: rows of different versions are never mixed."""

    @property
    def version(self) -> str:
        """A short name of the method and its parameters, fit for a folder."""
        ...

    @property
    def blocks(self) -> tuple[int, ...]:
        """Widths of the groups of columns that are normalised apart; their sum is the width of a row."""
        ...

    def transform(self, texts: Sequence[str]) -> Rows:
        """Return rows, shape (n, width): CSR in float32."""
        ...


@dataclass(frozen=True)
class HashedNgrams:
    """Word and character n-grams, each hashed into `width` columns; the value is 1 + log count.

    `words` and `characters` are the least and the largest n; characters stay within words. Raises `InputError` where neither is
    asked for or a range is no range.
    """

    words: tuple[int, int] | None = (1, 2)
    characters: tuple[int, int] | None = (3, 4)
    width: int = 2**17

    def __post_init__(self) -> None:
        ranges = [one for one in (self.words, self.characters) if one is not None]
        if not ranges or any(not 1 <= low <= high for low, high in ranges):
            raise InputError("are no n-gram ranges.", where="words, characters", mend="Use such as (1, 2) and (3, 4).")
        if self.width < 1:
            raise InputError(f"{self.width} is below 1.", where="width")

    @property
    def version(self) -> str:
        return "ngrams-" + digest(asdict(self))

    @property
    def blocks(self) -> tuple[int, ...]:
        return tuple(self.width for one in (self.words, self.characters) if one is not None)

    def transform(self, texts: Sequence[str]) -> Rows:
        """Return rows, shape (n, sum of blocks)."""
        if not texts:
            return sparse.csr_matrix((0, sum(self.blocks)), dtype=np.float32)
        rows = sparse.hstack([one.transform(texts) for one in self._hashers], format="csr", dtype=np.float32)
        rows.data = 1 + np.log(rows.data)
        return rows

    @cached_property
    def _hashers(self) -> list[Any]:
        from sklearn.feature_extraction.text import HashingVectorizer

        asked = [("word", self.words), ("char_wb", self.characters)]
        how = {"n_features": self.width, "alternate_sign": False, "norm": None, "dtype": np.float32}
        return [
            HashingVectorizer(analyzer=analyzer, ngram_range=found, token_pattern=_WORD, **how)
            for analyzer, found in asked
            if found is not None
        ]


@dataclass(frozen=True, slots=True)
class Weighting:
    """Rows times the inverse document frequency of their columns, each block at unit length, and the whole row too.

    `idf` (width,) is log((1 + n) / (1 + df)) + 1, as scikit-learn smooths it. A weighting is part of a model: keep it with the
    classifier that was fitted on its rows.
    """

    idf: FloatArray
    blocks: tuple[int, ...]

    @classmethod
    def fit(cls, rows: Rows, blocks: tuple[int, ...]) -> Self:
        """Count in how many rows each column stands. Raises `InputError` where the blocks do not make up the rows."""
        csr = _checked(rows, sum(blocks))
        frequency = np.bincount(csr.indices[csr.data != 0], minlength=csr.shape[1])
        return cls(np.log((1 + csr.shape[0]) / (1 + frequency)) + 1, tuple(blocks))

    @classmethod
    def plain(cls, blocks: tuple[int, ...]) -> Self:
        """Unit length and nothing else, as embeddings are used."""
        return cls(np.ones(sum(blocks)), tuple(blocks))

    def transform(self, rows: Rows) -> Rows:
        """Return weighted unit rows, shape (n, width), float32; a text without features stays zero."""
        csr = _checked(rows, len(self.idf))
        data = csr.data * self.idf[csr.indices]
        owner = np.repeat(np.arange(csr.shape[0]), np.diff(csr.indptr)) * len(self.blocks)
        owner += self._block_of(csr.indices)
        square = np.bincount(owner, weights=data**2, minlength=csr.shape[0] * len(self.blocks))
        filled = (square.reshape(-1, len(self.blocks)) > 0).sum(axis=1)
        length = np.sqrt(square * np.repeat(np.maximum(filled, 1), len(self.blocks)))
        data = np.divide(data, length[owner], out=np.zeros_like(data), where=length[owner] > 0)
        return sparse.csr_matrix((data.astype(np.float32), csr.indices, csr.indptr), shape=csr.shape)

    def _block_of(self, columns: Any) -> IntArray:
        return np.asarray(np.searchsorted(np.cumsum(self.blocks)[:-1], columns, side="right"), dtype=np.int64)


def digest(parameters: dict[str, Any]) -> str:
    """Return a short hash of parameters."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:12]


def _checked(rows: Rows, width: int) -> Rows:
    csr = sparse.csr_matrix(check_rows(rows))
    if csr.shape[1] != width:
        raise InputError(f"have {csr.shape[1]} columns, not {width}.", where="rows")
    return csr
