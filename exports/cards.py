"""The documents of a release: card, datasheet, data statement, crowdworksheet, terms. Figures from the data, words from people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from annotator.domain.quality import accuracy_interval
from annotator.domain.schema import LabelSpec
from exports import columns, layout, near_duplicates, splits, terms
from exports.answers import Answers
from exports.build import Built
from exports.frozen import TRUTH, Frozen
from exports.statistics import UNKNOWN, Statistics

CARDS = ("README.md", "DATASHEET.md", "DATA_STATEMENT.md", "CROWDWORKSHEET.md", layout.TERMS)


@dataclass(frozen=True)
class About:
    """All that documents are written from."""

    name: str
    version: str
    frozen: Frozen
    built: Built
    stats: Statistics
    answers: Answers
    gate_version: str
    despite: Mapping[str, str]

    @property
    def rating(self) -> LabelSpec:
        return columns.rating(self.frozen.specs)


@dataclass(frozen=True, slots=True)
class PlantedScores:
    """How often the hard rating is the planted one, with Wilson's 95 % interval."""

    n: int
    accuracy: float
    low: float
    high: float


def write_cards(about: About, out: Path, apart: Path) -> None:
    """Write every document into the release, and the terms beside what travels apart as well."""
    context = _context(about)
    made = _environment()
    for card in CARDS:
        text = made.get_template(f"{card}.j2").render(context)
        (out / card).write_text(text, encoding="utf-8", newline="\n")
    (apart / layout.TERMS).write_bytes((out / layout.TERMS).read_bytes())
    text = made.get_template("APART.md.j2").render(context)
    (apart / "README.md").write_text(text, encoding="utf-8", newline="\n")


def _context(about: About) -> dict[str, Any]:
    return {
        "name": about.name,
        "version": about.version,
        "facts": {"planted": None, **about.frozen.facts},
        "snapshot": about.frozen.digest,
        "built": about.built,
        "stats": about.stats,
        "answers": about.answers,
        "profile": about.answers.profile,
        "gate_version": about.gate_version,
        "despite": about.despite,
        "rating": about.rating,
        "languages": sorted(code for code in about.stats.by["language"] if code != UNKNOWN) or ["und"],
        "configs": configs(about.built),
        "planted_scores": planted_scores(about),
        "short": terms.SHORT,
        "permitted": terms.PERMITTED,
        "prohibited": terms.PROHIBITED,
        "alike": near_duplicates.ALIKE,
        "leak": splits.LEAK,
    }


def configs(built: Built) -> list[dict[str, Any]]:
    """Return the tables as Hugging Face's configurations, with the splits that hold rows; `gold` is what loads by default."""
    return [
        {
            "name": table,
            "default": table == "gold",
            "splits": [
                split
                for split in layout.SPLITS
                if built.rows[split][table] and (split != layout.HIDDEN or table == "items")
            ],
        }
        for table in layout.TABLES
    ]


def planted_scores(about: About) -> PlantedScores | None:
    """Return how far the hard rating agrees with the planted one; None where no truth was planted."""
    path = about.frozen.folder / TRUTH
    if not path.exists():
        return None
    with path.open("rb") as file:
        planted = {row["id"]: str(row["rating"]) for row in map(orjson.loads, file)}
    right = n = 0
    for number in range(about.frozen.n_shards):
        agreed = about.frozen.shard("consensus", number).select(["item", about.rating.name])
        for item, value in zip(*(column.to_pylist() for column in agreed.columns), strict=True):
            if value is not None and item in planted:
                n += 1
                right += value == planted[item]
    return PlantedScores(n, right / n, *accuracy_interval(right, n)) if n else None


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- Markdown for readers of files; the page that shows it escapes HTML itself
    )
    made.filters["sentence"] = lambda text: text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."
    made.filters["decimal"] = lambda value: "\N{EN DASH}" if value is None else f"{value:.2f}"
    return made
