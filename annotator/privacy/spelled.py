"""E-mail and web addresses written to be read by people only: "jane at example dot com", "j a n e", "jane (a) example (.) com".

Each find undoes an obfuscation, and so sends the row to people as well.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

_GLUE = frozenset("._-+@()[]{}<>/\\|*~,'\"")
_LETTER_GAP = re.compile(r"[^\w]{0,3}|_{1,2}")
_PATHS = frozenset({"/", "slash", "barra", "ukosnik"})
_NO_PROVIDER_ALONE = frozenset({"orange", "proton"})


def find_spelled(reading: Reading) -> None:
    """Mask addresses in words, and words in single letters."""
    _find_addresses(reading)
    _widen_addresses(reading)
    _find_providers(reading)
    _find_spaced_letters(reading)
    reading.tick()


def _find_addresses(reading: Reading) -> None:
    """Look for a dot in words, or set apart, before a known ending; then for the host before it, and an at before that."""
    tokens, dots = reading.tokens, lexicon.words("cues", "dot")
    for i, word in enumerate(tokens.words):
        written = word in dots
        if (
            not written
            and not (word == "." and not _ends_sentence(tokens, i))
            and not (word == "," and _tight(tokens, i))
        ):
            continue
        ending, host = _across(tokens, i, 1), _across(tokens, i, -1)
        if not reading.free(i) or ending is None or host is None:
            continue
        if tokens.words[ending] not in lexicon.words("context", "top_domains" if written else "written_endings"):
            continue
        if tokens.words[ending] in lexicon.words("context", "little_endings") and _goes_on(tokens, ending):
            continue
        first, last = _host_start(tokens, host), _path_end(tokens, ending)
        at = _find_at(tokens, first)
        if at is not None:
            reading.mask(_local_part(reading, at), last, Kind.EMAIL, sure=False)
        elif written or tokens.words[ending] not in lexicon.words("context", "little_endings"):
            reading.mask(first, last, Kind.URL, sure=False)


def _goes_on(tokens: Tokens, i: int) -> bool:
    """Say whether a word follows in the same line: "punto de encuentro" is no domain, "ejemplo punto es" is."""
    return i + 1 < len(tokens) and tokens.is_word(i + 1) and tokens.same_line(i, i + 1)


def _tight(tokens: Tokens, i: int) -> bool:
    """Say whether a comma stands between two words without a space, as a full stop in an address would."""
    if not 0 < i < len(tokens) - 1:
        return False
    return tokens.glued(i) and tokens.glued(i + 1) and tokens.is_word(i - 1) and tokens.is_word(i + 1)


def _ends_sentence(tokens: Tokens, i: int) -> bool:
    """A full stop with a space only after it ends a sentence, unless brackets or spaces set it apart."""
    after = i + 1 < len(tokens) and tokens.glued(i + 1)
    return tokens.glued(i) and not after and tokens.words[i - 1][0].isalnum()


def _across(tokens: Tokens, i: int, step: int) -> int | None:
    """Return the nearest word in that direction, over brackets and the like, but over no end of a sentence."""
    j = i + step
    while 0 <= j < len(tokens) and abs(j - i) <= 3:
        if tokens.words[j][0].isalnum():
            return j
        if tokens.words[j] not in _GLUE or (tokens.words[j] == "." and _ends_sentence(tokens, j)):
            return None
        j += step
    return None


def _host_start(tokens: Tokens, host: int) -> int:
    """Follow further labels to the left: mail dot example, blue-sparrow."""
    dots = lexicon.words("cues", "dot") | {"."}
    while host >= 2 and tokens.words[host - 1] in dots and (left := _across(tokens, host - 1, -1)) is not None:
        host = left
    while host >= 2 and tokens.words[host - 1] in "-_" and tokens.glued(host) and tokens.glued(host - 1):
        host -= 2
    return host


def _path_end(tokens: Tokens, ending: int) -> int:
    """Follow further endings and a path to the right: dot co dot uk, slash apply."""
    dots, last = lexicon.words("cues", "dot") | {"."}, ending
    for _ in range(4):
        joint = last + 1
        while tokens.word(joint) in {"(", ")", "[", "]", "{", "}"}:
            joint += 1
        after = _across(tokens, joint, 1) if tokens.word(joint) in dots | _PATHS else None
        if after is None or (
            tokens.words[joint] in dots and tokens.words[after] not in lexicon.words("context", "top_domains")
        ):
            break
        last = after
    return last + 1 if tokens.word(last + 1) in {")", "]", "}"} and tokens.glued(last + 1) else last


def _find_at(tokens: Tokens, host: int) -> int | None:
    """Return the token that stands for @ before a domain, or None."""
    ats = lexicon.words("cues", "at")
    for j in range(host - 1, max(host - 5, 0), -1):
        word = tokens.words[j]
        if word == "@" or word in ats or (word == "a" and tokens.words[j - 1] in "([{"):
            return j
        if word not in _GLUE:
            return None
    return None


def _local_part(reading: Reading, at: int) -> int:
    """Return the first token of the part before @: the word, and what joins or plainly belongs to it."""
    tokens = reading.tokens
    joiners = lexicon.words("cues", "link_joiner")
    first = _across(tokens, at, -1)
    if first is None:
        return at
    for _ in range(8):
        left = _across(tokens, first, -1)
        if left is None or not reading.free(left) or not _belongs(tokens, left, first):
            break
        first = (_across(tokens, left, -1) or left) if tokens.words[left] in joiners else left
    return first


def _belongs(tokens: Tokens, left: int, first: int) -> bool:
    """Say whether a word before the local part is part of it: joined, a name or rare word, a letter, a number."""
    word = tokens.words[left]
    if (
        word in lexicon.words("cues", "link_joiner")
        or left < first - 1
        or tokens.glued(first)
        or tokens.is_digits(left)
    ):
        return True
    if len(word) == 1:
        return word not in "aiyoe"
    known = word in lexicon.names().first or word in lexicon.numbers().digits
    return known or lexicon.vocabulary("en").share(word) < 1e-6


def _widen_addresses(reading: Reading) -> None:
    """As in "jane . doe @ example.com": words joined by points and the like before an address are part of it."""
    tokens = reading.tokens
    for match in [match for match in reading.matches if match.kind is Kind.EMAIL]:
        first = i = bisect_right(tokens.ends, match.start)
        while i > 1 and tokens.words[i - 1] in "._-+" and not _ends_sentence(tokens, i - 1) and reading.free(i - 2):
            i -= 2
            if not tokens.words[i][0].isalnum():
                break
        if i < first:
            reading.mask(i, first, Kind.EMAIL, sure=False)


def _find_providers(reading: Reading) -> None:
    """A mail provider's name after a word that is no plain mention of it ("jane at gmail", "jane gmail com")."""
    tokens, ats = reading.tokens, lexicon.words("cues", "at") | {"@"}
    endings = lexicon.words("cues", "dot") | {"com"}
    for i, _ in reading.cues.get("provider", ()):
        if not reading.free(i) or i == 0:
            continue
        at = next((j for j in range(i - 1, max(i - 4, 0), -1) if tokens.words[j] in ats), None)
        ends = tokens.word(i + 1) in endings
        if at is not None and reading.free(at - 1) and tokens.words[i] not in _NO_PROVIDER_ALONE:
            reading.mask(_local_part(reading, at), i + ends, Kind.EMAIL, sure=False)
        elif ends and reading.free(i - 1):
            reading.mask(_local_part(reading, i), i + 1, Kind.EMAIL, sure=False)


def _find_spaced_letters(reading: Reading) -> None:
    """Letters one by one ("j a n e", "b-l-u-e") spell something that was not to be read by a machine."""
    tokens = reading.tokens
    single = [i for i, word in enumerate(tokens.words) if len(word) == 1 and word.isalpha() and reading.free(i)]
    run: list[int] = []
    for i in [*single, len(tokens) + 9]:
        if run and (i - run[-1] > 2 or not _LETTER_GAP.fullmatch(tokens.between(run[-1], i))):
            if len(run) >= 4:
                reading.mask(run[0], run[-1], Kind.HANDLE, sure=False)
            run = []
        run.append(i)
