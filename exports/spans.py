"""Passages that most judges of an item marked, token by token, and the formats that hold passages: spaCy JSON lines and CoNLL.

The single judges' passages stay in the table `spans`; what is here is derived from them. Tokens are runs of letters and digits, and
single other marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from annotator.domain.schema import MARKED

BARE = frozenset({"present", MARKED})
"""States of a passage that its tag does not tell."""
KEY = "indicators"
"""Name of the span group in spaCy's documents."""

_INSIDE = re.compile(r"\w\w")
_REMEMBERED = 50_000
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Agreed:
    """A passage whose every token more than half of the item's judges marked alike, in code points."""

    start: int
    end: int
    label: str
    state: str
    votes: int  # of the judges, for its least supported token


def agreed_spans(
    texts: Sequence[str], judges: Sequence[int], marks: pa.Table, counts: Sequence[int]
) -> list[list[Agreed]]:
    """Return the agreed passages of each item; `marks` are rows of `spans`, `counts[i]` of them of item `i`, in item order."""
    item = np.repeat(np.arange(len(texts)), counts)
    found: list[list[Agreed]] = [[] for _ in texts]
    by_kind: dict[tuple[int, str, str], list[tuple[int, int, int]]] = {}
    kept = _by_most(marks, item, np.asarray(judges))
    chosen = marks.filter(pa.array(kept))
    rows = (chosen[name].to_pylist() for name in ("label", "state", "order", "start", "end"))
    for place, label, state, *mark in zip(item[kept].tolist(), *rows, strict=True):
        by_kind.setdefault((place, label, state), []).append(tuple(mark))
    for (place, label, state), some in by_kind.items():
        found[place] += [Agreed(*run[:2], label, state, run[2]) for run in _majority(texts[place], judges[place], some)]
    for agreed in found:
        agreed.sort(key=lambda one: (one.start, one.end, one.label, one.state))
    return found


def touched(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the start and end of every token that a passage touches, in code points and in order."""
    return [token.span() for token in _TOKEN.finditer(text, *_word_bounds(text, start, end))]


def spacy_lines(
    ids: Sequence[str], texts: Sequence[str], soft: Sequence[dict[str, float] | None], agreed: Sequence[list[Agreed]]
) -> Iterator[bytes]:
    """Yield a JSON line an item: text, shares of the rating as `cats`, agreed passages as a span group (label, or NOT-label)."""
    for item, text, cats, spans in zip(ids, texts, soft, agreed, strict=True):
        line = {
            "text": text,
            "meta": {"id": item},
            "cats": cats or {},
            "spans": {KEY: [{"start": s.start, "end": s.end, "label": _tag(s)} for s in spans]},
        }
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def conll_lines(ids: Sequence[str], texts: Sequence[str], agreed: Sequence[list[Agreed]]) -> Iterator[str]:
    """Yield an item at a time: `# id = …`, then a token and its BIO tag a line, then a blank line (CoNLL 2003).

    Where passages lie over one another the one with more votes has the token.
    """
    for item, text, spans in zip(ids, texts, agreed, strict=True):
        if spans:
            body = "".join(f"{token}\t{tag}\n" for token, tag in _bio(text, spans))
        else:
            body = "".join(map(_outside, text.split()))
        yield f"# id = {item}\n{body}\n"


def _by_most(marks: pa.Table, item: NDArray[np.int64], judges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each mark whether more than half of the item's judges made one of its label and state."""
    label, state = (marks[name].combine_chunks().dictionary_encode() for name in ("label", "state"))
    width = len(state.dictionary)
    kind = label.indices.to_numpy().astype(np.int64) * width + state.indices.to_numpy()
    key = item * max(1, len(label.dictionary) * width) + kind
    keys, place = np.unique(key, return_inverse=True)
    orders = marks["order"].to_numpy().astype(np.int64)
    pairs = np.unique(place * (orders.max(initial=0) + 1) + orders)
    makers = np.bincount(pairs // (orders.max(initial=0) + 1), minlength=len(keys))
    by_most: NDArray[np.bool_] = makers[place] * 2 > judges[item]
    return by_most


def _majority(text: str, judges: int, marks: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield runs of tokens that more than half of the judges marked, with the fewest votes in the run."""
    votes = np.zeros(len(text) + 1, dtype=np.int32)
    for _, own in groupby(sorted(marks), key=lambda mark: mark[0]):
        covered = np.zeros(len(text) + 1, dtype=bool)
        for _, start, end in own:
            covered[start:end] = True
        votes += covered
    run: tuple[int, int, int] | None = None
    tokens = touched(text, min(mark[1] for mark in marks), max(mark[2] for mark in marks))
    lowest = np.minimum.reduceat(votes, np.array(tokens, dtype=np.intp).ravel())[::2].tolist() if tokens else []
    for (start, end), least in zip(tokens, lowest, strict=True):
        if least * 2 > judges:
            run = (start if run is None else run[0], end, least if run is None else min(run[2], least))
        elif run is not None:
            yield run
            run = None
    if run is not None:
        yield run


def _word_bounds(text: str, low: int, high: int) -> tuple[int, int]:
    """Widen a passage to the edges of the words it cuts through."""
    while low > 0 and _INSIDE.fullmatch(text[low - 1 : low + 1]):
        low -= 1
    while high < len(text) and _INSIDE.fullmatch(text[high - 1 : high + 1]):
        high += 1
    return low, high


def _bio(text: str, spans: Sequence[Agreed]) -> Iterator[tuple[str, str]]:
    found = [(match.start(), match[0]) for match in _TOKEN.finditer(text)]
    starts = [start for start, _ in found]
    tags = ["O"] * len(found)
    for span in sorted(spans, key=lambda s: (-s.votes, s.start, s.label, s.state)):
        begin = "B"
        for place in range(bisect_left(starts, span.start), bisect_left(starts, span.end)):
            if tags[place] == "O":
                tags[place] = f"{begin}-{_tag(span)}"
                begin = "I"
            else:
                begin = "B"
    for (_, token), tag in zip(found, tags, strict=True):
        yield token, tag


@lru_cache(maxsize=_REMEMBERED)
def _outside(chunk: str) -> str:
    """Return the lines of the tokens between two spaces, none of them in a passage; no token reaches across a space."""
    return "".join(f"{token}\tO\n" for token in _TOKEN.findall(chunk))


def _tag(span: Agreed) -> str:
    return span.label if span.state in BARE else f"{span.state.upper().replace(' ', '_')}-{span.label}"
