"""What only people can say about a release: why it was made, who was asked, how they were recruited, what it must not be used for.

The questions are those of Datasheets (Gebru et al. 2021), Data Statements (Bender & Friedman 2018) and CrowdWorkSheets (Díaz et al.
2022) that no figure answers. They stand in one YAML file; a question without an answer refuses the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from annotator.domain.errors import InputError
from annotator.domain.small_cells import LEAST, suppress

QUESTIONS: dict[str, str] = {
    "title": "What is the release called, in one line?",
    "summary": "What is it, in two or three sentences?",
    "contact": "Who answers questions about it, and how are they reached?",
    "takedown_contact": "Whom does somebody write to who wants a text taken down?",
    "maintainer": "Which organisation keeps it, and for how long?",
    "licence": "Under which licence, as an SPDX identifier or an address?",
    "citation": "How is it cited?",
    "funding": "Who paid for it?",
    "motivation": "For what purpose was it made, and which gap does it fill?",
    "collection": "Where did the texts come from, and on which legal basis?",
    "sampling": "How were texts chosen, and what is not covered?",
    "language_variety": "Which varieties of language are in it, and whose?",
    "speech_situation": "In which situation were the texts written, when, and for whom?",
    "annotator_recruitment": "How were annotators found and chosen?",
    "annotator_conditions": "Were they paid, how were they cared for, and how could they stop?",
    "annotator_training": "How were they trained and tested?",
    "annotator_consent": "What did they consent to, and how can they withdraw?",
    "ethical_review": "Who reviewed the work, with what result?",
    "guideline_approval": "Which survivor advisory group and which migrant- and sex-worker-rights review approved the guideline, and when?",
    "dissent": "What was not agreed on, and how was it settled?",
    "intended_uses": "What is it meant for?",
    "unsuitable_uses": "What is it unfit for, beside the prohibited uses?",
    "known_biases": "Which biases are known, and what could they do?",
    "social_impact": "Whom could it help, and whom could it harm?",
    "distribution": "How is it handed out, and to whom?",
    "maintenance": "How are errors mended, how often do releases follow, and what becomes of older ones?",
}
PROFILE = "annotator_profile"
"""Optional: voluntary answers of annotators about themselves, as `question: {answer: how many people}`."""

_EMPTY = ("", "todo", "tbd", "...", "…", "?", "-", "n/a")


@dataclass(frozen=True)
class Answers:
    """The answers by question, and the profile of annotators with small cells suppressed (None)."""

    text: Mapping[str, str]
    profile: Mapping[str, Mapping[str, int | None]]

    def __getitem__(self, question: str) -> str:
        return self.text[question]


def read_answers(path: Path) -> Answers:
    """Read the answers.

    Raises:
        InputError: the file is no such YAML, or questions have no answer; all of them are named.
    """
    data = _load(path)
    lacking = missing(data)
    if lacking:
        raise InputError(
            f"These questions have no answer: {', '.join(lacking)}.",
            where=str(path),
            mend="Only people can answer them. `annotator release questions` lists them all.",
        )
    unknown = sorted(set(map(str, data)) - set(QUESTIONS) - {PROFILE})
    if unknown:
        raise InputError(f"These are no questions: {', '.join(unknown)}.", where=str(path), mend="Mend or remove them.")
    return Answers({name: str(data[name]).strip() for name in QUESTIONS}, _profile(data.get(PROFILE) or {}, path))


def unanswered(path: Path | None) -> list[str]:
    """Return the questions of a file that have no answer; all of them where there is no file."""
    return missing(_load(path) if path is not None else {})


def missing(data: Mapping[str, Any]) -> list[str]:
    """Return the questions that have no answer."""
    return [name for name in QUESTIONS if str(data.get(name) or "").strip().lower() in _EMPTY]


def questionnaire() -> str:
    """Return an empty YAML file with every question above the place of its answer."""
    lines = ["# What only people can say about this release. Every question needs an answer, or it is not built.", ""]
    for name, question in QUESTIONS.items():
        lines += [f"# {question}", f'{name}: ""', ""]
    lines += [
        "# Optional: what annotators said of themselves, freely: question, answer, how many people.",
        f"# Answers that fewer than {LEAST} people share are not shown. For example:",
        f"# {PROFILE}:",
        "#   first language:",
        "#     English: 24",
        "#     another: 13",
    ]
    return "\n".join(lines) + "\n"


def _load(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            "There is no such file.", where=str(path), mend="Write one with `annotator release questions --out FILE`."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError("The file is no YAML.", where=str(path)) from error
    if not isinstance(data, dict):
        raise InputError("The file holds no questions.", where=str(path), mend="See `annotator release questions`.")
    return data


def _profile(data: Any, path: Path) -> dict[str, dict[str, int | None]]:
    if not isinstance(data, dict):
        raise InputError("The profile is not of the form asked for.", where=f"{path}, {PROFILE}")
    for question, cells in data.items():
        if not isinstance(cells, dict) or not all(type(n) is int and n >= 0 for n in cells.values()):
            raise InputError(
                "The answers are not `answer: how many people`.",
                where=f"{path}, {PROFILE}, {question}",
                mend="Give whole numbers of people.",
            )
    return {
        str(question): suppress({str(answer): count for answer, count in cells.items()})
        for question, cells in data.items()
    }
