"""docs/benchmarks.md, made from the recorded results and from what each benchmark says of itself."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
PAGE = FOLDER.parent / "docs" / "benchmarks.md"
HELPERS = {"__init__", "__main__", "peers"}
KNOWN = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in HELPERS and path.stem[0] != "_")

TOLD_IN = {
    "accuracy": "consensus.md",
    "active_learning": "active-learning.md",
    "activelab": "active-learning.md",
    "agreement": "consensus.md",
    "agreement_page": "desk.md",
    "alarms": "desk.md",
    "audit": "active-learning.md",
    "audit_answer": "load.md",
    "audit_chain": "security.md",
    "consensus": "consensus.md",
    "coverage": "consensus.md",
    "desk_page": "desk.md",
    "fitted_form": "active-learning.md",
    "item_search": "items.md",
    "known_crowd": "active-learning.md",
    "known_skills": "active-learning.md",
    "known_texts": "active-learning.md",
    "learning_curves": "active-learning.md",
    "lift": "active-learning.md",
    "load": "load.md",
    "next_item": "active-learning.md",
    "other_crowds": "active-learning.md",
    "out_of_core": "scale.md",
    "pausing": "quality.md",
    "privacy": "privacy.md",
    "qualification": "quality.md",
    "release": "releases.md",
    "retrain": "active-learning.md",
    "row_sizes": "scale.md",
    "simulate": "active-learning.md",
    "stopping": "active-learning.md",
    "store_memory": "scale.md",
    "synthetic": "synthetic.md",
}
"""Where a benchmark's figures are explained."""

HEAD = """\
# Benchmarks

Made by `make bench` from `benchmarks/results/`; do not edit it. Each part shows what the benchmark printed, whole: peers in the same run, and losses
as they came. Times of a busy machine are longer; the load stands beside each. `python -m benchmarks NAME` runs one of them again, and writes this page anew.

Where we lose, and why, is told where the method is: [consensus](consensus.md#losses), [active learning](active-learning.md), [privacy gate](privacy.md),
[synthetic postings](synthetic.md), [releases](releases.md).
"""


@dataclass(frozen=True)
class Record:
    """What one run printed, when and where."""

    name: str
    day: str
    machine: str
    load: float
    seconds: int
    lines: list[str]


def recorded() -> list[Record]:
    """Return what is recorded, by name; a record of what is no benchmark any more is passed over."""
    files = (RESULTS / f"{name}.json" for name in KNOWN)
    return [Record(**json.loads(file.read_text(encoding="utf-8"))) for file in files if file.is_file()]


def about(name: str) -> str:
    """Return what a benchmark says of itself: the first paragraph of its docstring."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    return " ".join((ast.get_docstring(ast.parse(source)) or "").partition("\n\n")[0].split())


def page(records: Sequence[Record]) -> str:
    """Return the page: what is recorded in full, then a list of what is not."""
    missing = [name for name in KNOWN if name not in {record.name for record in records}]
    rest = [
        "\n## Not recorded here\n",
        "These take long, or need data or peers that are fetched apart; their figures stand, with the command, on the page that is named.\n",
        "| command | what it measures | figures |\n|---|---|---|",
        *(f"| `python -m benchmarks.{name}` | {about(name)} | {_told(name) or 'none yet'} |" for name in missing),
    ]
    return "\n".join([HEAD, *map(_section, records), *(rest if missing else [])]) + "\n"


def _section(record: Record) -> str:
    told = f" Explained in {_told(record.name)}." if _told(record.name) else ""
    return "\n".join(
        [
            f"## {record.name.replace('_', ' ').capitalize()}\n",
            f"{about(record.name)}{told}\n",
            f"`python -m benchmarks.{record.name}` · {record.day} · {record.seconds} s · load {record.load} · {record.machine}\n",
            *(record.lines if _is_table(record.lines) else ["```text", *record.lines, "```"]),
            "",
        ]
    )


def _is_table(lines: Sequence[str]) -> bool:
    return bool(lines) and all(line.startswith("|") for line in lines)


def _told(name: str) -> str:
    return f"[{TOLD_IN[name].removesuffix('.md')}]({TOLD_IN[name]})" if name in TOLD_IN else ""
