"""Handles on messaging and social platforms. A handle has no form of its own: the words around it give it away.

Each find is a guess by nature, and sends the row to people as well. Where a platform is named and no handle is understood,
`residue` does the same.
"""

from __future__ import annotations

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

_SKIPPED = frozenset(":=-\"'>~(_")
_CLAUSE_ENDS = frozenset(".,;:!?()|")
_WHERE = frozenset({"app", "application", "profile", "channel", "aplicacion", "appli", "aplikacji", "aplicatie"})
_EVERYDAY = 3e-5


def find_handles(reading: Reading) -> None:
    """Mask handles after a cue, after a platform's name and before it."""
    tokens = reading.tokens
    for _, end in reading.cues.get("handle", ()):
        _mask_value(reading, end, needs_naming=True)
    for _, end in reading.cues.get("announce", ()):
        _mask_value(reading, end)
    for _, end in reading.cues.get("seek", ()):
        if _seeks_somebody(reading, end):
            _mask_value(reading, end)
    for i, word in enumerate(tokens.words):
        if word == "@" and reading.free(i):
            _mask_value(reading, i + 1)
    for first, end in reading.cues.get("platform", ()):
        _around_platform(reading, first, end)
    for first, end in reading.cues.get("platform_weak", ()):
        if first not in reading.taken and not (tokens.word(end) in {":", "=", "@"} and _mask_value(reading, end)):
            _before_platform(reading, first, weak=True)
    reading.tick()


def _seeks_somebody(reading: Reading, end: int) -> bool:
    """As in "look for X on the app": a platform or the like follows, and nothing was found there yet."""
    tokens, near = reading.tokens, range(end, min(end + 8, len(reading.tokens)))
    if tokens.word(end) in lexicon.words("context", "persons") or any(j in reading.taken for j in near):
        return False
    where = lexicon.words("context", "strict_platform") | _WHERE
    return any(tokens.words[j] in where for j in near)


def _mask_value(reading: Reading, start: int, *, needs_naming: bool = False) -> bool:
    """Mask the words that follow a cue, up to the end of the clause. Some cues need a word such as "is" or a colon."""
    tokens = reading.tokens
    between, namers = lexicon.words("context", "before_handle"), lexicon.words("context", "naming")
    i, naming = start, False
    while i < min(len(tokens), start + 6) and (tokens.words[i] in between or tokens.words[i] in _SKIPPED):
        naming |= tokens.words[i] in namers
        i += 1
    if not reading.free(i) or not tokens.words[i][0].isalnum() or (needs_naming and not naming):
        return False
    if "\n\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]]:
        return False
    plain = lexicon.words("context", "never_handle" if naming else "after_platform")
    if tokens.words[i] in plain:
        return False
    reading.mask(i, _clause_end(reading, i, 4), Kind.HANDLE, sure=False)
    return True


def _clause_end(reading: Reading, i: int, limit: int) -> int:
    """Return the last token of a value of at most `limit` words that begins at i."""
    tokens, last, count = reading.tokens, i, 1
    for j in range(i + 1, min(i + 3 * limit, len(tokens))):
        word = tokens.words[j]
        inside = tokens.glued(j) and j + 1 < len(tokens) and tokens.glued(j + 1)
        if not tokens.same_line(j - 1, j) or not reading.free(j) or (word in _CLAUSE_ENDS and not inside):
            break
        if word in lexicon.words("context", "after_platform"):
            break
        if word[0].isalnum():
            count += not tokens.glued(j)
            if count > limit:
                break
            last = j
    return last


def _around_platform(reading: Reading, first: int, end: int) -> None:
    tokens = reading.tokens
    if first in reading.taken:
        return
    after = tokens.word(end)
    me = after in {"me", "us"} and tokens.word(end + 1) in {"at", "as", "on", ":"}
    if (me or after in {":", "=", "@", "-", "("} or after in lexicon.words("context", "naming")) and _mask_value(
        reading, end
    ):
        return
    if _bare_value(reading, end):
        reading.mask(end, _clause_end(reading, end, 3), Kind.HANDLE, sure=False)
    else:
        _before_platform(reading, first, weak=False)


def _bare_value(reading: Reading, end: int) -> bool:
    """A word straight after a platform's name is a handle unless it goes on with the sentence."""
    tokens = reading.tokens
    if not reading.free(end) or not tokens.is_word(end) or not tokens.same_line(end - 1, end):
        return False
    if any(j in reading.taken for j in range(max(0, end - 6), end)):
        return False
    word = tokens.words[end]
    led = tokens.word(end - 2) in lexicon.words("context", "on_platform")
    if led and (tokens.is_capital(end) or _everyday(word)):
        return False
    plain = lexicon.words("context", "before_handle+after_platform+persons")
    return not (
        word in plain
        or word in lexicon.words("quantities", "before")
        or word in lexicon.words("cues", "platform+phone+mail+name")
    )


def _before_platform(reading: Reading, first: int, *, weak: bool) -> None:
    """As in "message blue sparrow on telegram": what stands between a verb of reaching and "on PLATFORM" is a handle."""
    tokens = reading.tokens
    link = first - 1
    if link < 1 or tokens.words[link] not in lexicon.words("context", "on_platform"):
        return
    for _, end in reading.cues.get("reach", ()):
        if end < link <= end + 4:
            value = [j for j in range(end, link) if tokens.words[j][0].isalnum()]
            kept = [j for j in value if not _mere(tokens.words[j])]
            if kept and all(reading.free(j) for j in value):
                reading.mask(kept[0], kept[-1], Kind.HANDLE, sure=False)
                return
    if not weak and tokens.words[link] in lexicon.words("context", "shown_on") and _names_somebody(reading, link - 1):
        reading.mask(link - 1, link - 1, Kind.HANDLE, sure=False)


def _names_somebody(reading: Reading, i: int) -> bool:
    word = reading.tokens.words[i]
    if not reading.free(i) or not reading.tokens.is_word(i):
        return False
    return not (word in lexicon.words("cues", "announce") or _mere(word) or _everyday(word))


def _mere(word: str) -> bool:
    """Say whether a word only says how to get in touch."""
    plain = lexicon.words("context", "persons+after_platform")
    return word in plain or word in lexicon.names().roles or word in lexicon.words("cues", "platform+phone+mail+reach")


def _everyday(word: str) -> bool:
    return lexicon.common_words().get(word, 0.0) > _EVERYDAY
