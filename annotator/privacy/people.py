"""Names of people: first names that are no ordinary words, names after a title or a cue, and what stands beside them."""

from __future__ import annotations

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind
from annotator.privacy.whole_names import (
    EVERYDAY,
    NO_NAMES,
    RARE,
    UNCOMMON,
    is_family_name,
    is_initial,
    mask_name,
    name_after_particles,
    share_of,
    shouting,
)


def find_people(reading: Reading) -> None:
    """Mask names."""
    for first, end in reading.cues.get("name", ()):
        _after_cue(reading, first, end)
    for _, end in reading.cues.get("sign_off", ()):
        _after_sign_off(reading, end)
    known = lexicon.names()
    for i, word in enumerate(reading.tokens.words):
        if i in reading.taken:
            continue
        if word in known.first:
            _first_name(reading, i, word)
        elif len(word) == 1 and word.isalpha() and is_initial(reading, i) and _is_titled_or_family(reading, i):
            mask_name(reading, i, sure=True, cued=True)
    reading.tick()


def _is_titled_or_family(reading: Reading, i: int) -> bool:
    """As in "J. Roe", or French "M. Exemple", where the initial is a title."""
    return (reading.language == "fr" and reading.tokens.words[i] == "m") or _is_family(reading, i + 2)


def _after_cue(reading: Reading, first: int, end: int) -> None:
    """As in "Ask for", "me llamo", "pan": what follows is a name unless it is an office, a time or an everyday word."""
    tokens = reading.tokens
    titles = lexicon.words("context", "titles") | {"po", "ay"}
    marker = end == first + 1 and tokens.words[first] in lexicon.words("context", "person_markers")
    if marker and reading.language != "tl":
        return
    i = end
    while i < end + 4 and (tokens.word(i) in titles or (tokens.word(i) and tokens.word(i) in ":-.,(\"'~=")):
        i += 1
    if not reading.free_word(i) or "\n\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]]:
        return
    if tokens.words[i] in lexicon.words("context", "particles") and name_after_particles(reading, i, capital=True):
        mask_name(reading, i, sure=False, cued=True)
        return
    strong = (
        marker
        or any(tokens.words[j] in titles for j in range(first, i))
        or any(end == past for _, past in reading.cues.get("name_strong", ()))
    )
    if (marker and _is_person(tokens.words[i])) or _is_name_here(reading, i, strong=strong):
        mask_name(reading, i, sure=tokens.is_capital(i), cued=True)


def _after_sign_off(reading: Reading, end: int) -> None:
    """As in "cheers, Gaz": one to three words with a capital between a greeting and the end of the line."""
    tokens, i = reading.tokens, end
    while tokens.word(i) in {",", "!", ".", "-", ":"} and i < end + 3:
        i += 1
    last = i
    while reading.free_capital(last) and last < i + 3:
        last += 1
    after = last + 1 if tokens.word(last) == "." else last
    ends = after >= len(tokens) or not tokens.same_line(after - 1, after)
    if i > end and last > i and ends and not any(tokens.words[j] in lexicon.names().roles for j in range(i, last)):
        reading.mask(i, last - 1, Kind.NAME, sure=False)


def _is_person(word: str) -> bool:
    """Tagalog "si", "ni" and "kay" stand before persons only: by name or as an office."""
    return len(word) > 1 and word not in lexicon.names().roles and word not in lexicon.function_words("tl")


def _is_name_here(reading: Reading, i: int, *, strong: bool) -> bool:  # noqa: PLR0911 -- one line a rule
    """After a cue a capital is a name unless it is an office or opens a sentence; small letters need to be a name or rare."""
    tokens, known = reading.tokens, lexicon.names()
    word, share = tokens.words[i], share_of(tokens.words[i])
    if is_initial(reading, i):
        return True
    if word in known.roles or word in lexicon.words("cues", NO_NAMES) or word in lexicon.words("quantities", "months"):
        return False
    if len(word) == 1:
        return False
    if word in known.sure or (word in known.first and strong):
        return True
    if not tokens.is_capital(i):
        return _small_name_here(reading, i, strong=strong)
    titled = tokens.word(i - 2) in lexicon.words("context", "titles")
    opens = "\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]] or (tokens.words[i - 1] == "." and not titled)
    if shouting(reading, i):
        return strong and word in known.family and share < 2 * UNCOMMON
    if opens:
        return word in known.family and share < 2 * UNCOMMON
    if strong or word in known.first or share < RARE or _pair_of_capitals(reading, i):
        return True
    return word in known.family and share < EVERYDAY


def _small_name_here(reading: Reading, i: int, *, strong: bool) -> bool:
    word, share = reading.tokens.words[i], share_of(reading.tokens.words[i])
    if not strong:
        rare = share == 0.0 and lexicon.vocabulary(reading.language).share(word) < 3e-7
        return rare and reading.tokens.word(i - 1) in lexicon.words("context", "to_somebody")
    rare = share < (UNCOMMON if reading.language == "tl" else RARE)
    return rare or (word in lexicon.names().family and share < UNCOMMON) or _lower_pair(reading, i)


def _pair_of_capitals(reading: Reading, i: int) -> bool:
    tokens = reading.tokens
    if reading.language == "de" or not reading.free_capital(i + 1) or tokens.between(i, i + 1) != " ":
        return False
    return tokens.words[i + 1] not in lexicon.names().roles


def _first_name(reading: Reading, i: int, word: str) -> None:
    """Names that are nothing else count in any case; those that are also words need a family name or an act beside them."""
    capital = reading.tokens.is_capital(i)
    if word in lexicon.names().sure:
        if capital or lexicon.vocabulary(reading.language).share(word) < 3e-5 or _lower_pair(reading, i):
            mask_name(reading, i, sure=capital)
    elif capital and (_is_family(reading, i + 1) or _acts(reading, i)):
        mask_name(reading, i, sure=True)
    elif not capital and _lower_pair(reading, i):
        mask_name(reading, i, sure=False)


def _is_family(reading: Reading, j: int) -> bool:
    """Say whether token j, after a first name that is also an ordinary word or after an initial, reads as a family name."""
    tokens = reading.tokens
    if is_initial(reading, j):
        j += 2
    if not reading.free_capital(j) or not tokens.same_line(j - 1, j) or tokens.words[j - 1] in ",;:!?":
        return False
    word = tokens.words[j]
    if len(word) == 1 or word in lexicon.names().roles:
        return False
    if reading.language == "de" or shouting(reading, j):
        return is_family_name(word) and share_of(word) < UNCOMMON
    return share_of(word) < (EVERYDAY if is_family_name(word) else RARE)


def _acts(reading: Reading, i: int) -> bool:
    """As in "Rose will call you": an ambiguous name in capitals in mid-sentence with a verb of people after it."""
    tokens = reading.tokens
    if reading.language == "de" or tokens.starts_sentence(i) or shouting(reading, i):
        return False
    return tokens.word(i + 1) in lexicon.words("context", "verbs_of_people") and share_of(tokens.words[i]) < EVERYDAY


def _lower_pair(reading: Reading, i: int) -> bool:
    """Two small words that are a first and a family name, neither of them an everyday word."""
    tokens = reading.tokens
    if not reading.free_word(i + 1) or tokens.between(i, i + 1) != " ":
        return False
    word = tokens.words[i + 1]
    return (
        len(word) > 2
        and is_family_name(word)
        and share_of(word) < 2 * UNCOMMON
        and share_of(tokens.words[i]) < EVERYDAY
    )
