"""Sentence embeddings behind the interface of `active_learning.features`: the optional extra `embeddings`.

WordLlama carries its weights in its wheel, so nothing is fetched when it loads: static token embeddings of a language model,
averaged. Without the extra, everything else of this package works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version as installed
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from active_learning.arrays import Rows
from annotator.domain.errors import ConfigError

_WIDTHS = (64, 128, 256)


@dataclass(frozen=True)
class WordLlamaEmbeddings:
    """Unit rows of `width` columns (64, 128 or 256); a text without known tokens is a zero row.

    Raises `ConfigError` where the extra is not installed.
    """

    width: int = 256

    def __post_init__(self) -> None:
        if self.width not in _WIDTHS:
            raise ConfigError(f"WordLlama has no embeddings of width {self.width}.", mend="Use 64, 128 or 256.")

    @property
    def version(self) -> str:
        try:
            return f"wordllama-{installed('wordllama')}-{self.width}"
        except PackageNotFoundError:
            raise _missing() from None

    @property
    def blocks(self) -> tuple[int, ...]:
        return (self.width,)

    def transform(self, texts: Sequence[str]) -> Rows:
        """Return rows, shape (n, width), as CSR in float32."""
        if not texts:
            return sparse.csr_matrix((0, self.width), dtype=np.float32)
        found = np.asarray(self._model.embed(list(texts)), dtype=np.float32)
        length = np.linalg.norm(found, axis=1, keepdims=True)
        return sparse.csr_matrix(np.divide(found, length, out=np.zeros_like(found), where=length > 0))

    @cached_property
    def _model(self) -> Any:
        try:
            wordllama = import_module("wordllama")
        except ImportError:
            raise _missing() from None
        weights = Path(str(wordllama.__file__)).parent
        truncated = None if self.width == max(_WIDTHS) else self.width
        return wordllama.WordLlama.load(cache_dir=weights, trunc_dim=truncated, disable_download=True)


def _missing() -> ConfigError:
    return ConfigError("Embeddings need WordLlama.", mend="Install the extra: pip install 'annotator[embeddings]'.")
