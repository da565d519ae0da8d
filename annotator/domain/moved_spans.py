"""Marked passages of a text in which other passages are replaced: where they lie afterwards. Offsets are code points, `end` exclusive.

A passage that reaches into a replaced one grows to the whole of what stands there now: nothing that was replaced shows through,
and no mark is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_CARRIAGE_RETURN = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Replaced:
    """Code points `start` to `end` of the text before, and the length of what stands there after."""

    start: int
    end: int
    length: int


def shifted(start: int, end: int, replaced: Sequence[Replaced]) -> tuple[int, int]:
    """Return where a passage lies once all of `replaced` are done, which stand in order and do not overlap."""
    return _moved(start, replaced, to_end=False), _moved(end, replaced, to_end=True)


def _moved(place: int, replaced: Sequence[Replaced], *, to_end: bool) -> int:
    moved = place
    for one in replaced:
        if place <= one.start:
            break
        if place >= one.end:
            moved += one.length - (one.end - one.start)
        else:
            return moved - (place - one.start) + (one.length if to_end else 0)
    return moved


def line_ends(text: str) -> list[Replaced]:
    """Return what changes when every line end becomes a Unix one."""
    return [Replaced(found.start(), found.end(), 1) for found in _CARRIAGE_RETURN.finditer(text)]


def code_points(text: str, start: int, end: int) -> tuple[int, int]:
    """Return offsets that were counted in UTF-16 units, as browsers count, in code points."""
    units = text.encode("utf-16-le", "surrogatepass")
    before, within = units[: 2 * start], units[2 * start : 2 * end]
    first = len(before.decode("utf-16-le", "replace"))
    return first, first + len(within.decode("utf-16-le", "replace"))


def move_answer(answer: Mapping[str, Any], replaced: Sequence[Replaced]) -> dict[str, Any]:
    """Return a stored answer with its passages moved, without their words."""
    spans = []
    for span in answer["spans"]:
        start, end = shifted(span["start"], span["end"], replaced)
        spans.append({**span, "start": start, "end": end, "text": ""})
    return {**answer, "spans": spans}


def move_result(result: Sequence[Mapping[str, Any]], replaced: Sequence[Replaced]) -> list[dict[str, Any]]:
    """Return a Label Studio result with its passages moved, without their words."""
    moved = []
    for item in result:
        value = dict(item["value"])
        if "start" in value:
            value["start"], value["end"] = shifted(value["start"], value["end"], replaced)
            value["text"] = ""
        moved.append({**item, "value": value})
    return moved


def worded_answer(answer: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a stored answer with the words of its passages, taken from the text."""
    return {**answer, "spans": [{**span, "text": text[span["start"] : span["end"]]} for span in answer["spans"]]}


def worded_result(result: Sequence[Mapping[str, Any]], text: str) -> list[dict[str, Any]]:
    """Return a Label Studio result with the words of its passages, taken from the text."""
    return [{**item, "value": _worded(item["value"], text)} for item in result]


def _worded(value: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {**value, "text": text[value["start"] : value["end"]]} if "start" in value else dict(value)
