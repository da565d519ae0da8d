"""What is new between two versions of a guideline, clause by clause: its words, and what the schema says of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from annotator.domain.errors import ConfigError
from annotator.domain.schema import Schema
from guidelines.lessons import QuizQuestion
from guidelines.loader import Guideline
from guidelines.render import clauses


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Piece(StrEnum):
    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause that is new, gone or other than before; `pieces` are its words, in order, with what became of them."""

    anchor: str
    title: str
    change: Change
    pieces: tuple[tuple[Piece, str], ...]


def changes(old: Guideline, new: Guideline) -> list[ClauseChange]:
    """Return the clauses that differ, in the order of the new text, those that are gone at the end."""
    before, after = _clauses(old), _clauses(new)
    found = [
        _change(anchor, before.get(anchor), after.get(anchor))
        for anchor in [*after, *(anchor for anchor in before if anchor not in after)]
    ]
    return [change for change in found if change is not None]


def quiz_for(changed: Sequence[ClauseChange], quiz: Sequence[QuizQuestion]) -> list[QuizQuestion]:
    """Return the questions on clauses that changed."""
    anchors = {change.anchor for change in changed}
    return [question for question in quiz if anchors & set(question.clauses)]


def require_quiz(old: Guideline, new: Guideline, quiz: Sequence[QuizQuestion]) -> None:
    """Raise `ConfigError` unless every changed clause by which people choose has a question in the new version's quiz."""
    asked = {anchor for question in quiz for anchor in question.clauses}
    chosen_by = _chosen_by(new.schema)
    silent = [change.anchor for change in changes(old, new) if change.anchor in chosen_by - asked]
    if silent:
        raise ConfigError(
            f"{new.schema.name}/{new.schema.version}/quiz.yaml: nothing is asked about {', '.join(silent)}, which changed.",
            mend="Write a question for each clause by which people choose.",
        )


def _chosen_by(schema: Schema) -> set[str]:
    return {choice.clause for question in schema.questions for choice in question.choices if choice.clause}


def _clauses(guideline: Guideline) -> dict[str, tuple[str, str]]:
    """Return title and words of every clause by anchor; to its words belongs what the schema says where people choose by it."""
    lines = guideline.text.split("\n")
    heads = clauses(guideline.text)
    ends = [head.line - 1 for head in heads[1:]] + [len(lines)]
    words = {head.anchor: "\n".join(lines[head.line : end]).strip() for head, end in zip(heads, ends, strict=True)}
    said = _said(guideline.schema)
    return {
        head.anchor: (head.title, "\n\n".join(filter(None, [said.get(head.anchor, ""), words[head.anchor]])))
        for head in heads
    }


def _said(schema: Schema) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for question in schema.questions:
        for choice in question.choices:
            found.setdefault(choice.clause, []).append(f"{choice.title}: {choice.definition}")
    return {anchor: " ".join(said) for anchor, said in found.items()}


def _change(anchor: str, before: tuple[str, str] | None, after: tuple[str, str] | None) -> ClauseChange | None:
    title = (after or before or ("", ""))[0]
    if before is None or after is None:
        change = Change.ADDED if before is None else Change.REMOVED
        words = _as_read((after or before or ("", ""))[1])
        return ClauseChange(anchor, title, change, ((Piece.IN if before is None else Piece.OUT, words),))
    old, new = _words("\n".join(before)), _words("\n".join(after))
    if [word for word in old if word.strip()] == [word for word in new if word.strip()]:
        return None
    shown = slice(int(before[0] == after[0]), None)  # the title stands above; it is shown where it has changed
    pieces = _pieces(*(_words(_as_read("\n\n".join(side[shown]))) for side in (before, after)))
    return ClauseChange(anchor, title, Change.CHANGED, tuple(pieces))


def _as_read(markdown: str) -> str:
    """Return Markdown as it is read: a line for each paragraph and each point, links and emphasis without their signs."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"\*\*|`", "", text)
    return re.sub(r"(?<!\n)\n(?!\n|[|>#]|\s*(?:[-*+]|\d+\.)\s)[ \t]*", " ", text)


def _words(text: str) -> list[str]:
    return re.findall(r"\S+|\s+", text)


def _pieces(old: list[str], new: list[str]) -> list[tuple[Piece, str]]:
    pieces = []
    for what, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append((Piece.SAME, "".join(new[k:m])))
            continue
        pieces += [(Piece.OUT, "".join(old[i:j]))] if j > i else []
        pieces += [(Piece.IN, "".join(new[k:m]))] if m > k else []
    return pieces
