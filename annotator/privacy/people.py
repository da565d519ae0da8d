"""Names of people: first names that are no ordinary words, names after a title or a cue, and what stands beside them."""

from __future__ import annotations

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

_PARTICLES = frozenset(
    "de del dela la las los el al da do dos das di du van von der den ter ten bin ibn ben abu san santa mac mc o d y e of zu zum".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv phd md esq".split())
_TITLES = frozenset(
    "mr mrs ms mx dr miss mister sr sra srta senor senora senorita monsieur mme mlle madame herr herrn frau pan pani domnul "
    "doamna domnisoara dl dna ginoo ginang don dona sir madam prof po ay".split()
)
_TAGALOG_MARKERS = frozenset("si ni kay sina nina kina".split())
_FAMILY_ENDINGS = (
    "ski",
    "ska",
    "cki",
    "cka",
    "dzki",
    "dzka",
    "wicz",
    "czyk",
    "escu",
    "eanu",
    "ovic",
    "enko",
    "mann",
    "sson",
)
_TO_SOMEBODY = frozenset(
    "contact call text message ask email contactar contacta contactez appelez kontaktiere dzwon contactati kontakin".split()
)
_VERBS_AFTER = frozenset("will is has can was handles runs manages says speaks answers at on or from and".split())
_NO_NAMES = "platform+phone+mail+document+bank+plate+wallet+reference+unit"


def find_people(reading: Reading) -> None:
    """Mask names."""
    for first, end in reading.cues.get("name", ()):
        _after_cue(reading, first, end)
    known = lexicon.names()
    for i, word in enumerate(reading.tokens.words):
        if i in reading.taken:
            continue
        if word in known.first:
            _first_name(reading, i, word, sure=word in known.sure)
        elif len(word) == 1 and _initial(reading, i) and _is_family(reading, i + 2):
            _mask_name(reading, i, sure=True)
    reading.tick()


def _after_cue(reading: Reading, first: int, end: int) -> None:
    tokens = reading.tokens
    marker = tokens.words[first] in _TAGALOG_MARKERS and end == first + 1
    if marker and reading.language != "tl":
        return
    i = end
    while i < len(tokens) and i < end + 4 and (tokens.words[i] in ":-.,(\"'~=" or tokens.words[i] in _TITLES):
        i += 1
    if not reading.free(i) or not tokens.is_word(i) or "\n\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]]:
        return
    if tokens.words[i] in _PARTICLES - {"the", "of", "an"} and _name_after_particles(reading, i):
        if any(tokens.is_capital(j) for j in range(i, min(i + 3, len(tokens))) if tokens.is_word(j)):
            _mask_name(reading, i, sure=False, cued=True)
        return
    strong = marker or any(end == past for _, past in reading.cues.get("name_strong", ()))
    if _is_name_here(reading, i, strong=strong) or (marker and _is_person(reading, i)):
        _mask_name(reading, i, sure=tokens.is_capital(i), cued=True)


def _is_person(reading: Reading, i: int) -> bool:
    """Tagalog "si", "ni" and "kay" stand before persons only: by name or as an office."""
    word = reading.tokens.words[i]
    return word not in lexicon.names().roles and word not in lexicon.function_words("tl") and len(word) > 1


def _is_name_here(reading: Reading, i: int, *, strong: bool) -> bool:
    """After a cue a capital is a name unless it is an office or opens a sentence; small letters need to be a name or rare."""
    tokens, known = reading.tokens, lexicon.names()
    word = tokens.words[i]
    if _initial(reading, i):
        return True
    if (
        word in known.roles
        or word in lexicon.words("cues", _NO_NAMES)
        or word in lexicon.words("quantities", "months")
        or len(word) == 1
    ):
        return False
    if word in known.sure or (word in known.first and strong):
        return True
    share = lexicon.common_words().get(word, 0.0)
    if tokens.is_capital(i) and not shouting(reading, i):
        if "\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]] or (
            tokens.words[i - 1] == "." and tokens.words[i - 2] not in _TITLES
        ):
            return word in known.family and share < 2e-5
        return (
            strong
            or word in known.first
            or _pair_of_capitals(reading, i)
            or (word in known.family and share < 1e-4)
            or share < 2e-6
        )
    if tokens.is_capital(i):
        return word in known.family and share < 2e-5
    if not strong:
        return (
            share == 0.0
            and tokens.words[i - 1] in _TO_SOMEBODY
            and lexicon.vocabulary(reading.language).share(word) < 3e-7
        )
    rare = 1e-5 if reading.language == "tl" else 2e-6
    return strong and (share < rare or (word in known.family and share < 1e-5) or _lower_pair(reading, i))


def _pair_of_capitals(reading: Reading, i: int) -> bool:
    tokens = reading.tokens
    j = i + 1
    return (
        reading.language != "de"
        and reading.free(j)
        and tokens.is_word(j)
        and tokens.is_capital(j)
        and tokens.between(i, j) == " "
        and tokens.words[j] not in lexicon.names().roles
    )


def _initial(reading: Reading, i: int) -> bool:
    """Say whether token i is a capital with a full stop, and a word with a capital after it, over "dela" and the like."""
    tokens = reading.tokens
    if i + 2 >= len(tokens) or tokens.ends[i] - tokens.starts[i] != 1 or not tokens.is_capital(i):
        return False
    if tokens.words[i + 1] != "." or not tokens.glued(i + 1):
        return False
    j = i + 2
    while j + 1 < len(tokens) and tokens.words[j] in _PARTICLES:
        j += 1
    return reading.free(j) and tokens.is_word(j) and tokens.is_capital(j) and "\n" not in tokens.between(i, j)


def shouting(reading: Reading, i: int) -> bool:
    """Among words in capitals, or words that each have one, a capital says nothing. German nouns always have one."""
    tokens = reading.tokens
    near = [j for j in range(max(0, i - 8), min(i + 9, len(tokens))) if tokens.is_word(j) and len(tokens.words[j]) > 3]
    if reading.language == "de":
        capitals = sum(tokens.exact(j).isupper() for j in near)
    else:
        capitals = sum(tokens.is_capital(j) for j in near)
    return len(near) >= 4 and capitals >= 0.7 * len(near)


def _first_name(reading: Reading, i: int, word: str, *, sure: bool) -> None:
    tokens = reading.tokens
    capital = tokens.is_capital(i)
    if sure:
        vocabulary = lexicon.vocabulary(reading.language)
        if capital or vocabulary.share(word) < 3e-5 or _lower_pair(reading, i):
            _mask_name(reading, i, sure=capital)
    elif capital and (_is_family(reading, i + 1) or _acts(reading, i)):
        _mask_name(reading, i, sure=True)
    elif not capital and _lower_pair(reading, i):
        _mask_name(reading, i, sure=False)


def _is_family(reading: Reading, j: int) -> bool:
    """Say whether token j, after a first name that is also an ordinary word or after an initial, reads as a family name."""
    tokens, known = reading.tokens, lexicon.names()
    if j + 1 < len(tokens) and _initial(reading, j):
        j += 2
    if not reading.free(j) or not tokens.is_word(j) or not tokens.is_capital(j) or tokens.words[j] in known.roles:
        return False
    if "\n" in tokens.between(j - 1, j) or tokens.words[j - 1] in ",;:!?" or len(tokens.words[j]) == 1:
        return False
    word = tokens.words[j]
    share = lexicon.common_words().get(word, 0.0)
    family = word in known.family or word.endswith(_FAMILY_ENDINGS)
    if reading.language == "de" or shouting(reading, j):
        return family and share < 1e-5
    return (family and share < 1e-4) or share < 2e-6


def _acts(reading: Reading, i: int) -> bool:
    """ "Rose will call you": an ambiguous name in capitals in mid-sentence with a verb of people after it."""
    tokens = reading.tokens
    return (
        not tokens.starts_sentence(i)
        and i + 1 < len(tokens)
        and tokens.words[i + 1] in _VERBS_AFTER
        and lexicon.common_words().get(tokens.words[i], 0.0) < 1e-4
        and reading.language != "de"
        and not shouting(reading, i)
    )


def _lower_pair(reading: Reading, i: int) -> bool:
    """Two small words that are a first and a family name, neither of them an everyday word."""
    tokens, known, common = reading.tokens, lexicon.names(), lexicon.common_words()
    j = i + 1
    if not reading.free(j) or not tokens.is_word(j) or tokens.between(i, j) != " ":
        return False
    word = tokens.words[j]
    family = word in known.family or word.endswith(_FAMILY_ENDINGS)
    return family and len(word) > 2 and common.get(word, 0.0) < 2e-5 and common.get(tokens.words[i], 0.0) < 1e-4


def _mask_name(reading: Reading, i: int, *, sure: bool, cued: bool = False) -> None:
    first, last = _grow_left(reading, i), _grow_right(reading, i, cued=cued)
    reading.mask(first, last, Kind.NAME, sure=sure)


def _grow_right(reading: Reading, i: int, *, cued: bool) -> int:
    """Take in initials, particles and family names that follow, and "Doe, Jane" as in lists."""
    tokens, last, j = reading.tokens, i, i + 1
    while j < min(len(tokens), i + 12) and reading.free(j) and "\n" not in tokens.between(j - 1, j):
        word = tokens.words[j]
        if word == "al" and j + 2 < len(tokens) and tokens.words[j + 1] == "-" and tokens.is_word(j + 2):
            j += 2
        elif word in "-'" and j + 1 < len(tokens) and tokens.is_word(j + 1):
            j += 1
        elif (
            word == "."
            and tokens.ends[j - 1] - tokens.starts[j - 1] <= 2
            and tokens.is_capital(j - 1)
            and tokens.glued(j)
        ):
            last = j if j - 1 == last and len(tokens.words[j - 1]) == 1 else last
            j += 1
        elif word == "," and cued and _listed_first(reading, j + 1):
            j += 1
        elif word in _PARTICLES and _name_after_particles(reading, j):
            j += 1
        elif _continues(reading, i, j, cued=cued):
            last = j
            j += 1
        else:
            break
    return last


def _name_after_particles(reading: Reading, j: int) -> bool:
    tokens = reading.tokens
    while j + 1 < len(tokens) and tokens.words[j] in _PARTICLES:
        j += 1
    return reading.free(j) and tokens.is_word(j) and (tokens.is_capital(j) or tokens.words[j] in lexicon.names().family)


def _listed_first(reading: Reading, j: int) -> bool:
    """ "Doe, Jane": a first name, or a rare word with a capital, after the comma."""
    tokens = reading.tokens
    if not reading.free(j) or not tokens.is_word(j) or not tokens.is_capital(j):
        return False
    word = tokens.words[j]
    return word in lexicon.names().first or (lexicon.common_words().get(word, 0.0) < 1e-4 and not shouting(reading, j))


def _continues(reading: Reading, i: int, j: int, *, cued: bool) -> bool:
    """Say whether token j goes on with the name that begins at i."""
    tokens, known = reading.tokens, lexicon.names()
    word = tokens.words[j]
    if len(word) == 1 and tokens.is_word(j) and tokens.is_capital(j) and tokens.is_capital(i):
        return word != "i" or tokens.text[tokens.ends[j] :][:1] == "."
    if not tokens.is_word(j) or word in known.roles or word in lexicon.words("cues", _NO_NAMES):
        return False
    if word in _SUFFIXES:
        return True
    share = lexicon.common_words().get(word, 0.0)
    named = word in known.family or word in known.first or word.endswith(_FAMILY_ENDINGS)
    if tokens.is_capital(j) and tokens.is_capital(i):
        if cued and tokens.between(j - 1, j) == " " and tokens.exact(j).isupper() == tokens.exact(i).isupper():
            return True
        if shouting(reading, j) or reading.language == "de":
            return share == 0.0 or (named and share < 2e-4)
        return share < 1e-4 or named
    return not tokens.is_capital(j) and ((named and share < 2e-5) or share < 1e-6)


def _grow_left(reading: Reading, i: int) -> int:
    """Take in first names and initials before, and a family name before a comma."""
    tokens, known, first = reading.tokens, lexicon.names(), i
    while first and _precedes(reading, first - 1):
        first -= 1
    if (
        first > 1
        and tokens.words[first - 1] == ","
        and reading.free(first - 2)
        and tokens.is_word(first - 2)
        and tokens.is_capital(first - 2)
    ):
        word = tokens.words[first - 2]
        family = word in known.family or word.endswith(_FAMILY_ENDINGS) or lexicon.common_words().get(word, 0.0) == 0.0
        if family and lexicon.common_words().get(word, 0.0) < 1e-4:
            first -= 2
            while first and tokens.words[first - 1] in _PARTICLES and not tokens.starts_sentence(first - 1):
                first -= 1
    if first > 1 and tokens.words[first - 1] == "." and _initial(reading, first - 2):
        first -= 2
    return _with_titles(reading, first)


def _with_titles(reading: Reading, first: int) -> int:
    """Take in "Mrs.", "Frau Dr." and the like before a name."""
    tokens = reading.tokens
    while first:
        title = first - 2 if first > 1 and tokens.words[first - 1] == "." else first - 1
        if (
            tokens.words[title] not in _TITLES - {"po", "ay"}
            or not reading.free(title)
            or "\n" in tokens.between(title, first)
        ):
            break
        first = title
    return first


def _precedes(reading: Reading, j: int) -> bool:
    tokens, known = reading.tokens, lexicon.names()
    if not reading.free(j) or not tokens.is_word(j) or not tokens.is_capital(j) or "\n" in tokens.between(j, j + 1):
        return False
    word = tokens.words[j]
    if (
        word in known.roles
        or word in _TITLES
        or lexicon.common_words().get(word, 0.0) > 2e-4
        or word in lexicon.words("cues", _NO_NAMES)
    ):
        return False
    return word in known.first or (word in known.family and not tokens.starts_sentence(j) and reading.language != "de")
