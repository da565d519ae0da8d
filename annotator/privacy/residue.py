"""What is left after masking, and whether any of it stays unexplained: the reason the gate fails closed."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

from annotator.privacy import lexicon
from annotator.privacy.lexicon import Vocabulary
from annotator.privacy.normalise import KEPT, LETTERS
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

_STEM = 10**-7.5
_ANNOUNCERS = (
    "platform",
    "platform_weak",
    "handle",
    "announce",
    "reach",
    "mail",
    "phone",
    "name",
    "value_cue",
    "meeting",
)
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_EMOJI = frozenset({"So", "Sk", "Sm", "Sc", "Po", "Pd", "Ps", "Pe", "Pi", "Pf", "Zs", "Zl", "Zp", "Cc", "No", "Lm"})
_RARE_CAPITAL = 10**-6.3
MAX_SPELLED = 14


def find_residue(reading: Reading) -> None:
    """Give a reason for everything in the unmasked rest that the gate cannot vouch for."""
    _foreign_letters(reading)
    _strange_symbols(reading)
    _unknown_words(reading)
    _bare_announcements(reading)
    _bare_platforms(reading)
    _bare_addresses(reading)
    _many_number_words(reading)
    reading.tick()


def _foreign_letters(reading: Reading) -> None:
    if reading.tokens.aligned.hidden:
        reading.reason("hidden: look-alike letters, exotic digits or invisible characters")
    tokens = reading.tokens
    for place in tokens.aligned.foreign:
        i = bisect_right(tokens.starts, place) - 1
        if reading.free(i) and place < tokens.ends[i]:
            reading.mask(i, i, Kind.UNCLEAR, sure=False)


def _strange_symbols(reading: Reading) -> None:
    if reading.tokens.text.isascii():
        return
    for char in set(reading.tokens.text):
        if char.isascii() or char in LETTERS or char in KEPT:
            continue
        if char.isalpha() or char.isdigit() or unicodedata.category(char) not in _EMOJI:
            reading.reason("letters: a character of no supported language")


def _unknown_words(reading: Reading) -> None:
    tokens = reading.tokens
    vocabulary, common = lexicon.vocabulary(reading.language), lexicon.common_words()
    shares, english = vocabulary.shares, lexicon.vocabulary("en")
    text = tokens.text.lower()
    for i, word in enumerate(tokens.words):
        if word in shares or not word[0].isalpha() or i in reading.taken or len(word) < 3:
            continue
        written = text[tokens.starts[i] : tokens.ends[i]] if len(text) == len(tokens.text) else word
        if vocabulary.share(written) or word in common or _known(written, word, vocabulary) or english.share(word):
            continue
        if _closed_compound(reading, i, written, vocabulary):
            continue
        reading.reason("words: one that no list knows")
    _rare_capitals(reading, vocabulary)


def _rare_capitals(reading: Reading, vocabulary: Vocabulary) -> None:
    """A rare word with a capital in mid-sentence may be a name. German gives every noun one."""
    tokens, common = reading.tokens, lexicon.common_words()
    for i, word in enumerate(tokens.words):
        if word in common or not word[0].isalpha() or len(word) < 4 or i in reading.taken:
            continue
        if not tokens.is_capital(i) or tokens.starts_sentence(i) or (len(word) <= 5 and tokens.exact(i).isupper()):
            continue
        share = max(vocabulary.share(word), vocabulary.share(tokens.exact(i).lower()))
        rare = share < (1e-8 if reading.language == "de" else _RARE_CAPITAL)
        if rare and word not in lexicon.words("affixes", "additions") and not _titled(reading, i):
            if reading.language == "de" and _compound(tokens.exact(i).lower(), vocabulary, 3):
                continue
            reading.reason("words: a rare one with a capital, which may be a name")


def _titled(reading: Reading, i: int) -> bool:
    tokens = reading.tokens
    near = [
        j
        for j in range(max(0, i - 6), min(i + 7, len(tokens)))
        if tokens.is_word(j) and len(tokens.words[j]) > 3 and j != i
    ]
    return len(near) >= 3 and sum(tokens.is_capital(j) for j in near) >= 0.6 * len(near)


def _known(written: str, word: str, vocabulary: Vocabulary) -> bool:
    """Say whether a word that is in no list is a plain form or, in German, a compound of words that are."""
    if word in lexicon.words("affixes", "additions") or word in lexicon.numbers().digits or _is_cue(word):
        return True
    prefixes, suffixes = lexicon.affixes(vocabulary.language)
    stems = {written, word}
    stems |= {
        stem[len(p) :] for stem in list(stems) for p in prefixes if stem.startswith(p) and len(stem) - len(p) >= 4
    }
    for stem in list(stems):
        for s in suffixes:
            if stem.endswith(s) and len(stem) - len(s) >= 4:
                stems |= {stem[: -len(s)], stem[: -len(s)] + "e", stem[: -len(s)] + "a", stem[: -len(s)] + "o"}
    if any(vocabulary.share(stem) >= _STEM for stem in stems):
        return True
    return vocabulary.language == "de" and _compound(written, vocabulary, 3)


def _closed_compound(reading: Reading, i: int, written: str, vocabulary: Vocabulary) -> bool:
    """As in "flatlock": two known words in one, in small letters and away from all that announces a person or a contact."""
    if reading.tokens.is_capital(i) or len(written) > 20 or any(reading.cued(i, name, reach=8) for name in _ANNOUNCERS):
        return False
    if any(
        first > i and first - i <= 8
        for name in ("platform", "platform_weak")
        for first, _ in reading.cues.get(name, ())
    ):
        return False
    return any(
        vocabulary.share(written[:cut]) >= 10 * _STEM and vocabulary.share(written[cut:]) >= 10 * _STEM
        for cut in range(3, len(written) - 2)
    )


def _is_cue(word: str) -> bool:
    return word in lexicon.words(
        "cues", "platform+unit+street_after+landmark+document+phone+mail"
    ) or word in lexicon.words("quantities", "units+currency+months+time")


def _compound(word: str, vocabulary: Vocabulary, parts: int) -> bool:
    """German compounds: up to three known words of three letters or more, with the usual linking letters."""
    if vocabulary.share(word) >= _STEM:
        return True
    if parts == 1 or len(word) > 40:
        return False
    for cut in range(3, len(word) - 2):
        head, rest = word[:cut], word[cut:]
        if max(vocabulary.share(head), vocabulary.share(head + "en")) >= _STEM * 10 and any(
            rest.startswith(link) and len(rest) - len(link) >= 3 and _compound(rest[len(link) :], vocabulary, parts - 1)
            for link in _LINKS
        ):
            return True
    return False


def _bare_announcements(reading: Reading) -> None:
    """As in "my number is" with nothing found after it: what it announced was not understood."""
    tokens = reading.tokens
    for _, end in reading.cues.get("value_cue", ()):
        i = end
        while i < len(tokens) and tokens.words[i] in ":-=.('\"" and i < end + 3:
            i += 1
        if i >= len(tokens) or any(
            j in reading.taken or tokens.is_masked(j) for j in range(end, min(end + 6, len(tokens)))
        ):
            continue
        if tokens.words[i] not in lexicon.plain_values() and tokens.words[i][0].isalnum():
            reading.reason("cues: a value is announced, and none was found")


def _bare_platforms(reading: Reading) -> None:
    """A platform is named: either somebody on it was masked nearby, or every word around only says how to get in touch."""
    tokens = reading.tokens
    strict, plain = lexicon.words("context", "strict_platform"), lexicon.contact_words()
    for i in tokens.having(strict):
        if i in reading.taken:
            continue
        clause = _clause(reading, i)
        if any(j in reading.taken or tokens.is_masked(j) for j in clause):
            continue
        if any(tokens.is_word(j) and tokens.words[j] not in plain for j in clause):
            reading.reason("contact: a platform is named, and who is meant on it is not clear")


def _bare_addresses(reading: Reading) -> None:
    """As in "see www example com": what only web addresses have, and no address was found around it."""
    if any(i not in reading.taken for i in reading.tokens.having(lexicon.words("context", "address_parts"))):
        reading.reason("contact: a part of a web address stands alone")


def _clause(reading: Reading, i: int) -> range:
    """The tokens around i in its sentence, at most eight on each side."""
    tokens, first, last = reading.tokens, i, i
    while (
        first
        and i - first < 8
        and tokens.words[first - 1] not in ".!?"
        and "\n" not in tokens.between(first - 1, first)
    ):
        first -= 1
    while (
        last + 1 < len(tokens)
        and last - i < 8
        and tokens.words[last + 1] not in ".!?"
        and "\n" not in tokens.between(last, last + 1)
    ):
        last += 1
    return range(first, last + 1)


def _many_number_words(reading: Reading) -> None:
    spelled = reading.tokens.having(lexicon.numbers().strong)
    if len(spelled) >= MAX_SPELLED and sum(i not in reading.taken for i in spelled) >= MAX_SPELLED:
        reading.reason("digits: many numbers in words")
