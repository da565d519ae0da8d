"""`only_lexicon`: `verify_lexicon` for many texts at once. Same verdicts, most of the work shared between texts.

Of what `verify_lexicon` looks for, only numbers reach across a space. So a text is ours if each of its chunks between spaces is
by itself and no long number stands in it; each distinct chunk is looked at once. What that does not settle is asked of
`verify_lexicon`.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from annotator.synthetic.lexicon import holds_long_number, verify_lexicon
from exports.arrow import compute as pc

_DIGIT = re.compile(r"\d")
_REMEMBERED = 50_000


def only_lexicon(texts: list[str]) -> list[bool]:
    """Return for each text whether it holds nothing but words, numbers and addresses of the generator."""
    if not texts:
        return []
    lines = pc.replace_substring(pa.array(texts, pa.large_string()), "\n", " ")
    chunks = pc.split_pattern(lines, " ")
    owner = pc.list_parent_indices(chunks).to_numpy()
    coded = pc.list_flatten(chunks).dictionary_encode()
    known = np.array([_looked_at(chunk) for chunk in coded.dictionary.to_pylist()], dtype=bool)
    unclean, with_digit = (_any(known[:, kind], coded.indices.to_numpy(), owner, len(texts)) for kind in (0, 1))
    return [
        not verify_lexicon(text) if dirty or (digit and holds_long_number(text)) else True
        for text, dirty, digit in zip(texts, unclean.tolist(), with_digit.tolist(), strict=True)
    ]


@lru_cache(maxsize=_REMEMBERED)
def _looked_at(chunk: str) -> tuple[bool, bool]:
    """Return whether a chunk by itself is not ours, and whether it may be part of a number."""
    return bool(verify_lexicon(chunk)), bool(_DIGIT.search(chunk))


def _any(flags: NDArray[np.bool_], codes: NDArray[np.int32], owner: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Return for each text whether any of its chunks is flagged."""
    found = np.zeros(n, dtype=bool)
    found[owner[flags[codes]]] = True
    return found
