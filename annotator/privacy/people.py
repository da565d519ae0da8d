"""Names of people: first names that are no ordinary words, names after a title or a cue, and what stands beside them."""

from __future__ import annotations

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

_PARTICLES = frozenset(
    "de del dela la las los da do dos das di van von der den ter ten el al bin ibn ben abu san santa mac mc o d y e of zu zum".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv phd md esq".split())
_TITLES = frozenset(
    "mr mrs ms mx dr miss mister sr sra srta senor senora senorita monsieur mme mlle madame herr herrn frau pan pani domnul doamna domnisoara dl dna ginoo ginang don dona sir madam prof".split()
)
_TAGALOG_MARKERS = frozenset("si ni kay sina nina kina".split())
_FRAGILE = frozenset(
    "see contact name attention care sunt jestem soy this don pan pani pana pania panem sir madam prof thanks cheers contacto kontakt named don dona uncle aunt ate kuya tita tito si sina kina kay regards sincerely signed saludos frau madame monsieur demander demandez pozdrawiam".split()
)
_FAMILY_ENDINGS = ("ski", "ska", "cki", "cka", "dzki", "wicz", "czyk", "escu", "eanu", "ovic", "enko", "ez")
_VERBS_AFTER = frozenset("will is has can was handles runs manages says speaks answers at on or from and".split())


def find_people(reading: Reading) -> None:
    """Mask names."""
    _find_cued(reading)
    _find_first_names(reading)
    reading.tick()


def _find_cued(reading: Reading) -> None:
    strong = {end for _, end in reading.cues.get("name_strong", ())}
    for first, end in reading.cues.get("name", ()):
        tokens = reading.tokens
        if tokens.words[first] in _TAGALOG_MARKERS and end == first + 1 and reading.language != "tl":
            continue
        i = end
        while (
            i < len(tokens)
            and (tokens.words[i] in ":-.,(\"'~=" or tokens.words[i] in _TITLES | {"po", "ay", "the", "und", "name"})
            and i < end + 4
        ):
            i += 1
        if not reading.free(i) or not tokens.is_word(i) or "\n\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]]:
            continue
        if _is_name_here(reading, i, strong=end in strong, single=end == first + 1):
            _mask_name(reading, i, sure=tokens.is_capital(i))


def _is_name_here(reading: Reading, i: int, *, strong: bool, single: bool) -> bool:
    """After a cue a capital is a name unless it is an office or opens a sentence; small letters need to be a name or rare."""
    tokens, known = reading.tokens, lexicon.names()
    word = tokens.words[i]
    if (
        word in known.roles
        or word in lexicon.words("cues", "platform+phone+mail")
        or word in lexicon.words("quantities", "months")
    ):
        return False
    if len(word) == 1 and not (i + 1 < len(tokens) and tokens.words[i + 1] == "."):
        return False
    if word in known.sure or (word in known.first and strong):
        return True
    if tokens.is_capital(i) and not _shouting(tokens, i):
        if "\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]]:
            return False
        if strong:
            return True
        share = lexicon.common_words().get(word, 0.0)
        fragile = single and tokens.words[i - 1] in _FRAGILE
        return word in known.family or word in known.first or (not fragile and share < 1e-5) or share < 2e-6
    common = lexicon.common_words().get(word, 0.0)
    return strong and (common == 0.0 or (word in known.family and common < 1e-5))


def _shouting(tokens: Tokens, i: int) -> bool:
    """In a line of capitals, or one where most words have one, a capital says nothing."""
    left = max(0, i - 8)
    near = [j for j in range(left, min(i + 9, len(tokens))) if tokens.is_word(j) and len(tokens.words[j]) > 3]
    capitals = sum(tokens.is_capital(j) for j in near)
    return len(near) >= 4 and capitals >= 0.7 * len(near)


def _find_first_names(reading: Reading) -> None:
    tokens, known = reading.tokens, lexicon.names()
    first_names, sure = known.first, known.sure
    for i, word in enumerate(tokens.words):
        if word not in first_names or i in reading.taken:
            continue
        if word in sure:
            if _stands_alone(reading, i):
                _mask_name(reading, i, sure=tokens.is_capital(i))
        elif tokens.is_capital(i) and _has_family_name(reading, i):
            _mask_name(reading, i, sure=True)
        elif not tokens.is_capital(i) and _lower_pair(reading, i):
            _mask_name(reading, i, sure=False)


def _stands_alone(reading: Reading, i: int) -> bool:
    """A sure name counts in capitals; in small letters only if it is a rare word or has a family name beside it."""
    tokens = reading.tokens
    word = tokens.words[i]
    if len(word) < 3:
        return False
    if tokens.is_capital(i):
        return tokens.exact(i).istitle() or tokens.exact(i).isupper() and (len(word) > 3 or not _shouting(tokens, i))
    vocabulary = lexicon.vocabulary(reading.language)
    share = vocabulary.share(word)
    return share < 3e-5 or _lower_pair(reading, i)


def _has_family_name(reading: Reading, i: int) -> bool:
    """An ambiguous first name ("Rose") is a name before a capital that is a family name or no common word."""
    tokens, known = reading.tokens, lexicon.names()
    j = i + 1
    if j < len(tokens) and tokens.words[j] == "." and j + 1 < len(tokens):
        j += 1
    if j + 1 < len(tokens) and len(tokens.words[j]) == 1 and tokens.is_word(j):
        j += 2 if tokens.words[j + 1] == "." else 1
    if not reading.free(j) or not tokens.is_word(j) or "\n" in tokens.between(i, j):
        return _acts(reading, i)
    if not tokens.is_capital(j) or tokens.words[j] in known.roles:
        return _acts(reading, i)
    word = tokens.words[j]
    share = lexicon.common_words().get(word, 0.0)
    family = word in known.family or word.endswith(_FAMILY_ENDINGS)
    if _shouting(tokens, i):
        return family and share < 1e-5
    return (family and share < 1e-4) or share < 3e-6


def _acts(reading: Reading, i: int) -> bool:
    """ "Rose will call you": an ambiguous name in capitals in mid-sentence with a verb of people after it."""
    tokens = reading.tokens
    return (
        not tokens.starts_sentence(i)
        and i + 1 < len(tokens)
        and tokens.words[i + 1] in _VERBS_AFTER
        and lexicon.common_words().get(tokens.words[i], 0.0) < 1e-4
        and not _shouting(tokens, i)
        and reading.language != "de"
    )


def _lower_pair(reading: Reading, i: int) -> bool:
    """Two small words that are a first and a family name, neither of them an everyday word."""
    tokens, known = reading.tokens, lexicon.names()
    j = i + 1
    if not reading.free(j) or not tokens.is_word(j) or tokens.between(i, j) != " ":
        return False
    word, common = tokens.words[j], lexicon.common_words()
    ordinary = max(common.get(word, 0.0), 0.0)
    own = common.get(tokens.words[i], 0.0)
    return (word in known.family or word.endswith(_FAMILY_ENDINGS)) and ordinary < 2e-5 and own < 1e-4 and len(word) > 2


def _mask_name(reading: Reading, i: int, *, sure: bool) -> None:
    first, last = _grow_left(reading, i), _grow_right(reading, i)
    reading.mask(first, last, Kind.NAME, sure=sure)


def _grow_right(reading: Reading, i: int) -> int:
    """Take in initials, particles and family names that follow."""
    tokens, last, j = reading.tokens, i, i + 1
    while j < len(tokens) and j <= i + 10:
        word = tokens.words[j]
        if "\n" in tokens.between(j - 1, j) or not reading.free(j):
            break
        if word in ".-'" and j + 1 < len(tokens) and reading.free(j + 1) and tokens.is_word(j + 1):
            if word == "." and not (tokens.ends[j - 1] - tokens.starts[j - 1] == 1 and tokens.is_capital(j - 1)):
                break
            j += 1
            continue
        if (
            word in _PARTICLES
            and j + 1 < len(tokens)
            and (tokens.is_capital(j + 1) or (tokens.words[j + 1] in _PARTICLES | lexicon.names().family))
        ):
            j += 1
            continue
        if not _continues_name(reading, i, j):
            break
        last = j
        j += 1
    if last + 1 < len(tokens) and tokens.words[last + 1] == "." and len(tokens.words[last]) == 1:
        last += 1
    return last


def _continues_name(reading: Reading, i: int, j: int) -> bool:
    tokens, known = reading.tokens, lexicon.names()
    word = tokens.words[j]
    if not tokens.is_word(j):
        return False
    if word in _SUFFIXES:
        return True
    share = lexicon.common_words().get(word, 0.0)
    named = word in known.family or word in known.sure
    if tokens.is_capital(j) and not _shouting(tokens, j):
        if word in known.roles or word in lexicon.words("cues", "platform+phone+mail"):
            return False
        if len(word) == 1:
            return word != "i"
        return tokens.is_capital(i) and (share < 2e-4 or named)
    if tokens.is_capital(j):
        return (named and share < 2e-5) or share == 0.0
    return not tokens.is_capital(i) and (
        (named and share < 2e-5) or (share == 0.0 and lexicon.vocabulary(reading.language).share(word) < 1e-7)
    )


def _grow_left(reading: Reading, i: int) -> int:
    """Take in a first name or initial in capitals before, and "Doe, " as in lists."""
    tokens, first = reading.tokens, i
    known = lexicon.names()
    while (
        first and reading.free(first - 1) and tokens.is_word(first - 1) and "\n" not in tokens.between(first - 1, first)
    ):
        word = tokens.words[first - 1]
        if not tokens.is_capital(first - 1) or word in known.roles or word in _TITLES:
            break
        if (
            not (word in known.first or (word in known.family and not tokens.starts_sentence(first - 1)))
            or lexicon.common_words().get(word, 0.0) > 2e-4
        ):
            break
        first -= 1
    if (
        first > 1
        and tokens.words[first - 1] == ","
        and reading.free(first - 2)
        and tokens.words[first - 2] in known.family
        and tokens.is_capital(first - 2)
        and lexicon.common_words().get(tokens.words[first - 2], 0.0) < 2e-5
    ):
        first -= 2
    return first
