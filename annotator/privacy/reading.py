"""What the rules know of one text: its tokens, its language, the cues in it, and what has been found so far."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from annotator.privacy import lexicon
from annotator.privacy.tokens import Tokens, find_phrases
from annotator.privacy.values import Kind, Match

_STOPS = frozenset(".!?")


@dataclass(slots=True)
class Reading:
    """One pass of the gate over one text. Rules add matches and reasons; nothing here holds a value."""

    tokens: Tokens
    language: str
    cues: dict[str, list[tuple[int, int]]]
    matches: list[Match] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    covered: bytearray = field(default_factory=bytearray)
    explained: list[tuple[int, int]] = field(default_factory=list)
    firm: set[int] = field(default_factory=set)
    reasons: dict[str, None] = field(default_factory=dict)
    tick: Callable[[], None] = lambda: None

    def mask(self, first: int, last: int, kind: Kind, *, sure: bool = True) -> None:
        """Mask tokens `first` to `last`, both included."""
        self.mask_text(self.tokens.starts[first], self.tokens.ends[last], kind, sure=sure)
        self.taken.update(range(first, last + 1))

    def mask_text(self, start: int, end: int, kind: Kind, *, sure: bool = True) -> None:
        """Mask a passage of the normalised text."""
        self.matches.append(Match(start, end, kind, sure))
        self.covered[start:end] = b"\x01" * (end - start)
        if not sure:
            self.reason(f"{kind}: found by a guess or under an obfuscation")

    def take(self, start: int, end: int) -> None:
        """Mark the tokens that a passage of text touches as found."""
        first = bisect_right(self.tokens.ends, start)
        self.taken.update(range(first, bisect_left(self.tokens.starts, end)))

    def reason(self, text: str) -> None:
        """Quarantine the row. The text names a class of problem, never a value."""
        self.reasons[text] = None

    def free(self, i: int) -> bool:
        """Say whether token i exists and is neither found already nor a placeholder."""
        return 0 <= i < len(self.tokens) and i not in self.taken and not self.tokens.is_masked(i)

    def free_word(self, i: int) -> bool:
        """Say whether token i is free, and a word."""
        return self.free(i) and self.tokens.is_word(i)

    def free_capital(self, i: int) -> bool:
        """Say whether token i is free, and a word with a capital."""
        return self.free(i) and self.tokens.is_word(i) and self.tokens.is_capital(i)

    def free_digits(self, i: int) -> bool:
        """Say whether token i is free, and figures."""
        return self.free(i) and self.tokens.is_digits(i)

    def cued(self, i: int, *classes: str, reach: int = 5) -> bool:
        """Say whether a cue of these classes ended at most `reach` tokens before token i in the same sentence."""
        for name in classes:
            for _, end in self.cues.get(name, ()):
                if end <= i and i - end <= reach and not self._stopped(end, i):
                    return True
        return False

    def _stopped(self, first: int, past: int) -> bool:
        words = self.tokens.words
        return any(words[j] in _STOPS and not self._abbreviates(j) for j in range(first, past))

    def _abbreviates(self, i: int) -> bool:
        """A full stop after a short word ("no.", "tel.", "nr.") or before a lower-case one ends no sentence."""
        return i > 0 and len(self.tokens.words[i - 1]) <= 4


def read(tokens: Tokens, language: str, tick: Callable[[], None]) -> Reading:
    """Find the cues of a tokenised text. `tick` raises when the time for it is up."""
    cues = find_phrases(tokens, lexicon.cue_index())
    return Reading(tokens, language, cues, covered=bytearray(len(tokens.text)), tick=tick)
