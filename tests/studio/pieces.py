"""Pieces of results as the editor serialises them, for tests of what reads them."""

from __future__ import annotations

import copy

from annotator.studio.results import parse_result
from guidelines.loader import load

SCHEMA = load("postings", "1.0.0").schema
TEXT = "Pickers 🍎🍎 wanted. You pay 40 first 🚌 ok.\nBring your passport, we keep it."
PAY = {"start": 23, "end": 26, "text": "pay"}
KEEP = {"start": 66, "end": 73, "text": "keep it"}


def item(from_name, type_, value, id_="a1"):
    return {
        "value": copy.deepcopy(value),
        "id": id_,
        "from_name": from_name,
        "to_name": "text",
        "type": type_,
        "origin": "manual",
    }


def rating(value="2"):
    return item("concern", "choices", {"choices": [value]}, "GpdbBcxkzU")


def passage(place=PAY, label="FEE", id_="WtO7RdkusN"):
    return item("indicators", "labels", {**place, "labels": [label]}, id_)


def state(place=PAY, value="present", id_="WtO7RdkusN"):
    return item("indicators_state", "choices", {**place, "choices": [value]}, id_)


def note(text="a note"):
    return item("note", "textarea", {"text": [text]}, "C9I1hJQvpt")


def context(*values):
    return item("context", "choices", {"choices": list(values)}, "2l2X5mHfLD")


def parse(*result, text=TEXT):
    return parse_result(SCHEMA, text, list(result))


def changed(base, path, value):
    """A copy of an item with one part changed; `...` takes the part away."""
    copied = copy.deepcopy(base)
    *steps, last = path
    inner = copied
    for step in steps:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return copied
