"""Passages that most judges of an item marked, token by token, and the formats that hold passages: spaCy JSON lines and CoNLL.

The single judges' passages stay in the table `spans`; what is here is derived from them. Tokens are runs of letters and digits, and
single other marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import orjson
import pyarrow as pa

PRESENT = "present"
KEY = "indicators"
"""Name of the span group in spaCy's documents."""

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
    """Yield an item at a time: `# id = …`, then token, start, end and BIO tag, then a blank line.

    Where passages lie over one another the one with more votes has the token.
    """
    for item, text, spans in zip(ids, texts, agreed, strict=True):
        lines = [f"# id = {item}"]
        tags = _bio(text, spans)
        for match, tag in zip(_TOKEN.finditer(text), tags, strict=True) if spans else _outside(text):
            lines.append(f"{match[0]}\t{match.start()}\t{match.end()}\t{tag}")
        yield "\n".join(lines) + "\n\n"


def _outside(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in _TOKEN.finditer(text):
        yield match, "O"


def _majority(text: str, judges: int, marks: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield runs of tokens that more than half of the judges marked, with the fewest votes in the run."""
    votes = np.zeros(len(text) + 1, dtype=np.int32)
    for _, own in groupby(sorted(marks), key=lambda mark: mark[0]):
        covered = np.zeros(len(text) + 1, dtype=bool)
        for _, start, end in own:
            covered[start:end] = True
        votes += covered
    run: tuple[int, int, int] | None = None
    low, high = min(m[1] for m in marks), max(m[2] for m in marks)
    for match in _TOKEN.finditer(text):
        if match.end() <= low or match.start() >= high:
            continue
        least = int(votes[match.start() : match.end()].min())
        if least * 2 > judges:
            run = (match.start() if run is None else run[0], match.end(), least if run is None else min(run[2], least))
        elif run is not None:
            yield run
            run = None
    if run is not None:
        yield run


def _bio(text: str, spans: Sequence[Agreed]) -> list[str]:
    tags = []
    before: Agreed | None = None
    ranked = sorted(spans, key=lambda s: (-s.votes, s.start, s.label, s.state))
    for match in _TOKEN.finditer(text):
        here = next((s for s in ranked if s.start <= match.start() and match.end() <= s.end), None)
        tags.append("O" if here is None else f"{'I' if here is before else 'B'}-{_tag(here)}")
        before = here
    return tags


def _tag(span: Agreed) -> str:
    return span.label if span.state == PRESENT else f"{span.state.upper().replace(' ', '_')}-{span.label}"
