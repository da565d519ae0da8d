"""A sentence kept as its parts, so that it can be said in another language wherever and whenever it is shown.

English stands in the code; `annotator.web.frame.language` says a sentence in the language of a page, and `str` says it in English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """A text with `{holes}`, and what fills them: numbers as they are to be read, names, other sentences."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values) if self.values else self.text

    def to_json(self) -> dict[str, Any]:
        filled = {
            name: value.to_json() if isinstance(value, Words) else str(value) for name, value in self.values.items()
        }
        return {"text": self.text, "values": filled}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Words:
        filled = {
            name: cls.from_json(value) if isinstance(value, Mapping) else value
            for name, value in kept["values"].items()
        }
        return cls(kept["text"], filled)


def marked(text: str) -> str:
    """Return a text as it is: it will be said later, and the catalogues have to hold it."""
    return text


def worded(text: str, **values: Any) -> Words:
    """Return a sentence that the catalogues have to hold."""
    return Words(text, values)


def in_english(sentences: Sequence[Words]) -> str:
    """Return sentences one after the other, as the code has them."""
    return " ".join(map(str, sentences))
