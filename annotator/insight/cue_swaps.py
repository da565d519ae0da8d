"""Identity cues of synthetic items, and the same texts with another cue: what the bias test of a release is made of.

Cues and registers are the generator's own lists, so a changed text is still made of the generator's words only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

import orjson

from annotator.domain.items import Source
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.lexicon import verify_lexicon

PER_CUE = 3
"""Changed texts of an item for each cue, at most."""
_REGISTERS = ("formal", "casual")


def cue_swaps(rows: Iterable[tuple[str, str, str]]) -> Iterator[bytes]:
    """Yield a JSON line for each changed text; rows are public id, text and source of items."""
    for item, text, source in rows:
        if source != Source.SYNTHETIC.value:
            continue
        for number, (cue, before, after, changed) in enumerate([*_identity(text), *_register(text)], start=1):
            if not verify_lexicon(changed):
                line = {"id": f"{item}~{number}", "item": item, "cue": cue, "before": before, "after": after}
                yield orjson.dumps(line | {"text": changed}, option=orjson.OPT_APPEND_NEWLINE)


def _identity(text: str) -> Iterator[tuple[str, str, str, str]]:
    for cue, names in load_grammar().identity.items():
        by_length = sorted(names, key=len, reverse=True)
        present = [name for name in by_length if re.search(rf"\b{re.escape(name)}\b", text)]
        if len(present) != 1:  # several would have to be changed together, which no swap of one word does
            continue
        before = present[0]
        others = sorted((name for name in names if name != before), key=lambda name: _drawn(text, name))
        for after in others[:PER_CUE]:
            yield cue, before, after, re.sub(rf"\b{re.escape(before)}\b", after, text)


def _register(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Change as many words as a register has other ones for, each for its like."""
    for name in _REGISTERS:
        words = load_grammar().registers[name].replacements
        changed = text
        for before, after in sorted(words.items(), key=lambda pair: (-len(pair[0]), pair[0])):
            changed = re.sub(rf"\b{re.escape(before)}\b", after, changed)
        if changed != text:
            yield "register", "as written", name, changed


def _drawn(text: str, name: str) -> bytes:
    return hashlib.sha256(f"{name}\0{text}".encode()).digest()
