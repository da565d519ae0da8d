"""Writing a corpus: postings, the truth apart from them, and the manifest, in one pass and bounded memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

import orjson

from annotator.synthetic.generator import VERSION, generate
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.manifest import KIND, Manifest, write_manifest
from annotator.synthetic.postings import CONTEXT, INDICATORS, STATES, SyntheticPosting

POSTINGS, TRUTH = "postings.jsonl", "truth.jsonl"


def write_corpus(folder: Path, items: int, seed: int, advance: Callable[[int], None] = lambda _: None) -> Manifest:
    """Write `items` postings of that seed into the folder, calling `advance` with the number just written.

    Raises:
        InputError: `items` or `seed` is negative.
    """
    return write_postings(folder, generate(items, seed), seed, advance)


def write_postings(
    folder: Path, postings: Iterable[SyntheticPosting], seed: int, advance: Callable[[int], None] = lambda _: None
) -> Manifest:
    """Write postings of the generator that were drawn with that seed, with their truth and manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = _Counts()
    with _Lines(folder / POSTINGS) as rows, _Lines(folder / TRUTH) as truths:
        for posting in postings:
            rows.write(posting.row())
            truths.write(posting.truth())
            counts.add(posting)
            advance(1)
    grammar = load_grammar()
    model = grammar.model
    items = int(rows.summary()["rows"])
    manifest = Manifest(
        kind=KIND,
        generator=VERSION,
        grammar_sha256=grammar.sha256,
        seed=seed,
        items=items,
        counts=counts.summary(),
        drift={"epoch": model["drift_epoch"], "withheld_share": model["withheld_share"]},
        files={POSTINGS: rows.summary(), TRUTH: truths.summary()},
    )
    write_manifest(folder, manifest)
    return manifest


class _Lines:
    """A JSONL file that knows its own checksum."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._bytes = self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, value: dict[str, Any]) -> None:
        line = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
        self._file.write(line)
        self._digest.update(line)
        self._bytes += len(line)
        self._rows += 1

    def summary(self) -> dict[str, Any]:
        return {"sha256": self._digest.hexdigest(), "bytes": self._bytes, "rows": self._rows}


class _Counts:
    def __init__(self) -> None:
        self._by: dict[str, Counter[str]] = {
            name: Counter() for name in ("rating", "sector", "register", "epoch", "context", "cases")
        }
        self._states = {code: Counter[str]() for code in INDICATORS}
        self._sets: dict[str, set[str]] = {"campaigns": set(), "templates": set(), "pairs": set()}
        self._flags = Counter({"copies": 0, "protective": 0, "shows_contact": 0, "withheld": 0})

    def add(self, posting: SyntheticPosting) -> None:
        self._by["rating"][str(posting.rating)] += 1
        self._by["sector"][posting.sector] += 1
        self._by["register"][posting.register] += 1
        self._by["epoch"][posting.epoch] += 1
        self._by["context"].update(posting.context)
        self._by["cases"].update(posting.cases)
        for code, state in posting.indicators.items():
            self._states[code][state] += 1
        self._sets["campaigns"].add(posting.campaign)
        self._sets["templates"].add(posting.template)
        if posting.pair:
            self._sets["pairs"].add(posting.pair)
        self._flags["copies"] += bool(posting.copy_of)
        self._flags["protective"] += posting.protective
        self._flags["shows_contact"] += posting.shows_contact
        self._flags["withheld"] += posting.withheld

    def summary(self) -> dict[str, Any]:
        by = {name: dict(sorted(counter.items())) for name, counter in self._by.items()}
        by["context"] = {tag: self._by["context"][tag] for tag in CONTEXT}
        return {
            **by,
            "indicators": {code: {state: self._states[code][state] for state in STATES} for code in INDICATORS},
            **{name: len(members) for name, members in self._sets.items()},
            **self._flags,
        }
