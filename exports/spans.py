"""Passages that most judges of an item marked, token by token, and the formats that hold passages: spaCy JSON lines and CoNLL.

The single judges' passages stay in the table `spans`; what is here is derived from them. Tokens are runs of letters and digits, and
single other marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import orjson
import pyarrow as pa

PRESENT = "present"
KEY = "indicators"
"""Name of the span group in spaCy's documents."""

_INSIDE = re.compile(r"\w\w")
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
    starts, ends = marks["start"].to_numpy(), marks["end"].to_numpy()
    orders = marks["order"].to_numpy()
    kinds = list(zip(marks["label"].to_pylist(), marks["state"].to_pylist(), strict=True))
    found: list[list[Agreed]] = []
    at = 0
    for text, n, count in zip(texts, judges, counts, strict=True):
        rows = range(at, at + count)
        at += count
        by_kind: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        for row in rows:
            by_kind.setdefault(kinds[row], []).append((int(orders[row]), int(starts[row]), int(ends[row])))
        agreed = [
            Agreed(start, end, label, state, votes)
            for (label, state), some in by_kind.items()
            if len({order for order, _, _ in some}) * 2 > n
            for start, end, votes in _majority(text, n, some)
        ]
        found.append(sorted(agreed, key=lambda one: (one.start, one.end, one.label, one.state)))
    return found


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
            tokens = _TOKEN.findall(text)
            body = "\tO\n".join(tokens) + "\tO\n" if tokens else ""
        yield f"# id = {item}\n{body}\n"


def _majority(text: str, judges: int, marks: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield runs of tokens that more than half of the judges marked, with the fewest votes in the run."""
    low, high = _word_bounds(text, min(mark[1] for mark in marks), max(mark[2] for mark in marks))
    votes = np.zeros(len(text) + 1, dtype=np.int32)
    for _, own in groupby(sorted(marks), key=lambda mark: mark[0]):
        covered = np.zeros(len(text) + 1, dtype=bool)
        for _, start, end in own:
            covered[start:end] = True
        votes += covered
    run: tuple[int, int, int] | None = None
    for match in _TOKEN.finditer(text, low, high):
        least = int(votes[match.start() : match.end()].min())
        if least * 2 > judges:
            run = (match.start() if run is None else run[0], match.end(), least if run is None else min(run[2], least))
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


def _tag(span: Agreed) -> str:
    return span.label if span.state == PRESENT else f"{span.state.upper().replace(' ', '_')}-{span.label}"
