"""Names of people: first names that are no ordinary words, names after a title or a cue, and what stands beside them."""

from __future__ import annotations

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

_FAMILY_ENDINGS = (
    *("ski", "ska", "cki", "cka", "dzki", "dzka", "wicz", "czyk"),
    *("escu", "eanu", "ovic", "enko", "mann", "sson"),
)
_NO_NAMES = "platform+phone+mail+document+bank+plate+wallet+reference+unit"

# Shares of running text: a word that comes up more often is an everyday one, a rarer one is hardly a word at all.
_EVERYDAY = 1e-4
_UNCOMMON = 1e-5
_RARE = 2e-6


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
        elif len(word) == 1 and _initial(reading, i) and _is_family(reading, i + 2):
            _mask_name(reading, i, sure=True)
    reading.tick()


def shouting(reading: Reading, i: int) -> bool:
    """Say whether words around token i are in capitals, or have one each, so that a capital says nothing.

    German nouns always have one, so there only words in capitals count.
    """
    tokens = reading.tokens
    near = [j for j in range(max(0, i - 8), min(i + 9, len(tokens))) if tokens.is_word(j) and len(tokens.words[j]) > 3]
    if reading.language == "de":
        capitals = sum(tokens.exact(j).isupper() for j in near)
    else:
        capitals = sum(tokens.is_capital(j) for j in near)
    return len(near) >= 4 and capitals >= 0.7 * len(near)


def _share(word: str) -> float:
    return lexicon.common_words().get(word, 0.0)


def _family_name(word: str) -> bool:
    return word in lexicon.names().family or word.endswith(_FAMILY_ENDINGS)


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
    if tokens.words[i] in lexicon.words("context", "particles") and _name_after_particles(reading, i, capital=True):
        _mask_name(reading, i, sure=False, cued=True)
        return
    strong = (
        marker
        or any(tokens.words[j] in titles for j in range(first, i))
        or any(end == past for _, past in reading.cues.get("name_strong", ()))
    )
    if (marker and _is_person(tokens.words[i])) or _is_name_here(reading, i, strong=strong):
        _mask_name(reading, i, sure=tokens.is_capital(i), cued=True)


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
    word, share = tokens.words[i], _share(tokens.words[i])
    if _initial(reading, i):
        return True
    if word in known.roles or word in lexicon.words("cues", _NO_NAMES) or word in lexicon.words("quantities", "months"):
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
        return strong and word in known.family and share < 2 * _UNCOMMON
    if opens:
        return word in known.family and share < 2 * _UNCOMMON
    if strong or word in known.first or share < _RARE or _pair_of_capitals(reading, i):
        return True
    return word in known.family and share < _EVERYDAY


def _small_name_here(reading: Reading, i: int, *, strong: bool) -> bool:
    word, share = reading.tokens.words[i], _share(reading.tokens.words[i])
    if not strong:
        rare = share == 0.0 and lexicon.vocabulary(reading.language).share(word) < 3e-7
        return rare and reading.tokens.word(i - 1) in lexicon.words("context", "to_somebody")
    rare = share < (_UNCOMMON if reading.language == "tl" else _RARE)
    return rare or (word in lexicon.names().family and share < _UNCOMMON) or _lower_pair(reading, i)


def _pair_of_capitals(reading: Reading, i: int) -> bool:
    tokens = reading.tokens
    if reading.language == "de" or not reading.free_capital(i + 1) or tokens.between(i, i + 1) != " ":
        return False
    return tokens.words[i + 1] not in lexicon.names().roles


def _initial(reading: Reading, i: int) -> bool:
    """Say whether token i is a capital with a full stop, and a word with a capital after it, over "dela" and the like."""
    tokens = reading.tokens
    if i + 2 >= len(tokens) or tokens.ends[i] - tokens.starts[i] != 1 or not tokens.is_capital(i):
        return False
    if tokens.words[i + 1] != "." or not tokens.glued(i + 1) or not tokens.same_line(i, i + 2):
        return False
    return reading.free_capital(i + 2) or _name_after_particles(reading, i + 2, capital=True)


def _name_after_particles(reading: Reading, j: int, *, capital: bool = False) -> bool:
    """Say whether particles from token j on lead to a name."""
    tokens, start = reading.tokens, j
    while tokens.word(j) in lexicon.words("context", "particles"):
        j += 1
    if j == start or not reading.free_word(j) or not tokens.same_line(start, j):
        return False
    return tokens.is_capital(j) or (not capital and tokens.words[j] in lexicon.names().family)


def _first_name(reading: Reading, i: int, word: str) -> None:
    """Names that are nothing else count in any case; those that are also words need a family name or an act beside them."""
    capital = reading.tokens.is_capital(i)
    if word in lexicon.names().sure:
        if capital or lexicon.vocabulary(reading.language).share(word) < 3e-5 or _lower_pair(reading, i):
            _mask_name(reading, i, sure=capital)
    elif capital and (_is_family(reading, i + 1) or _acts(reading, i)):
        _mask_name(reading, i, sure=True)
    elif not capital and _lower_pair(reading, i):
        _mask_name(reading, i, sure=False)


def _is_family(reading: Reading, j: int) -> bool:
    """Say whether token j, after a first name that is also an ordinary word or after an initial, reads as a family name."""
    tokens = reading.tokens
    if _initial(reading, j):
        j += 2
    if not reading.free_capital(j) or not tokens.same_line(j - 1, j) or tokens.words[j - 1] in ",;:!?":
        return False
    word = tokens.words[j]
    if len(word) == 1 or word in lexicon.names().roles:
        return False
    if reading.language == "de" or shouting(reading, j):
        return _family_name(word) and _share(word) < _UNCOMMON
    return _share(word) < (_EVERYDAY if _family_name(word) else _RARE)


def _acts(reading: Reading, i: int) -> bool:
    """As in "Rose will call you": an ambiguous name in capitals in mid-sentence with a verb of people after it."""
    tokens = reading.tokens
    if reading.language == "de" or tokens.starts_sentence(i) or shouting(reading, i):
        return False
    return tokens.word(i + 1) in lexicon.words("context", "verbs_of_people") and _share(tokens.words[i]) < _EVERYDAY


def _lower_pair(reading: Reading, i: int) -> bool:
    """Two small words that are a first and a family name, neither of them an everyday word."""
    tokens = reading.tokens
    if not reading.free_word(i + 1) or tokens.between(i, i + 1) != " ":
        return False
    word = tokens.words[i + 1]
    return len(word) > 2 and _family_name(word) and _share(word) < 2 * _UNCOMMON and _share(tokens.words[i]) < _EVERYDAY


def _mask_name(reading: Reading, i: int, *, sure: bool, cued: bool = False) -> None:
    reading.mask(_grow_left(reading, i), _grow_right(reading, i, cued=cued), Kind.NAME, sure=sure)


def _grow_right(reading: Reading, i: int, *, cued: bool) -> int:
    """Take in initials, particles and family names that follow, and "Doe, Jane" as in lists."""
    tokens, last, j = reading.tokens, i, i + 1
    while j < i + 12 and reading.free(j) and tokens.same_line(j - 1, j):
        word = tokens.words[j]
        if _continues(reading, i, j, cued=cued):
            last = j
        elif word == "." and tokens.glued(j) and tokens.is_capital(j - 1) and len(tokens.words[j - 1]) <= 2:
            last = j if last == j - 1 and len(tokens.words[j - 1]) == 1 else last
        elif not _leads_on(reading, j, cued=cued):
            break
        j += 1
    return last


def _leads_on(reading: Reading, j: int, *, cued: bool) -> bool:
    """Say whether token j is a hyphen, a comma or a particle with more of the name after it."""
    tokens, word = reading.tokens, reading.tokens.words[j]
    if word in "-'" or (word == "al" and tokens.word(j + 1) == "-"):
        return j + 1 < len(tokens) and (tokens.is_word(j + 1) or tokens.word(j + 1) == "-")
    if word == ",":
        return cued and _listed_first(reading, j + 1)
    return word in lexicon.words("context", "particles") and _name_after_particles(reading, j)


def _listed_first(reading: Reading, j: int) -> bool:
    """As in "Doe, Jane": a first name, or an uncommon word with a capital, after the comma."""
    if not reading.free_capital(j):
        return False
    word = reading.tokens.words[j]
    return word in lexicon.names().first or (_share(word) < _EVERYDAY and not shouting(reading, j))


def _continues(reading: Reading, i: int, j: int, *, cued: bool) -> bool:  # noqa: PLR0911 -- one line a rule
    """Say whether word j goes on with the name that begins at i."""
    tokens, known = reading.tokens, lexicon.names()
    if not tokens.is_word(j):
        return False
    word, share = tokens.words[j], _share(tokens.words[j])
    capitals = tokens.is_capital(i) and tokens.is_capital(j)
    if len(word) == 1 and capitals:
        return word != "i" or tokens.word(j + 1) == "."
    if word in known.roles or word in lexicon.words("cues", _NO_NAMES):
        return False
    if word in lexicon.words("context", "name_suffixes"):
        return True
    named = _family_name(word) or word in known.first
    if not capitals:
        return not tokens.is_capital(j) and share < (2 * _UNCOMMON if named else _RARE / 2)
    alike = len(tokens.words[i]) == 1 or tokens.exact(j).isupper() == tokens.exact(i).isupper()
    if tokens.words[j - 1] in "'-" or (cued and alike and tokens.between(j - 1, j) == " "):
        return True
    if shouting(reading, j) or reading.language == "de":
        return share == 0.0 or (named and share < 2 * _EVERYDAY)
    return named or share < _EVERYDAY


def _grow_left(reading: Reading, i: int) -> int:
    """Take in first names, initials and titles before, and a family name before a comma."""
    tokens, first = reading.tokens, i
    while _precedes(reading, first - 1):
        first -= 1
    if tokens.word(first - 1) == "," and _listed_family(reading, first - 2):
        first -= 2
        while tokens.word(first - 1) in lexicon.words("context", "particles") and not tokens.starts_sentence(first - 1):
            first -= 1
    if tokens.word(first - 1) == "." and _initial(reading, first - 2):
        first -= 2
    while first:
        title = first - 2 if tokens.words[first - 1] == "." else first - 1
        if tokens.word(title) not in lexicon.words("context", "titles") or not reading.free(title):
            break
        if not tokens.same_line(title, first):
            break
        first = title
    return first


def _listed_family(reading: Reading, j: int) -> bool:
    """As in "Doe, Jane": a family name, or a word that follows a cue, before the comma."""
    if not reading.free_capital(j):
        return False
    word = reading.tokens.words[j]
    likely = _family_name(word) or _share(word) == 0.0 or reading.cued(j, "name", reach=0)
    return likely and _share(word) < _EVERYDAY


def _precedes(reading: Reading, j: int) -> bool:
    """Say whether word j is a first or family name that the name after it belongs to."""
    tokens, known = reading.tokens, lexicon.names()
    if not reading.free_capital(j) or not tokens.same_line(j, j + 1):
        return False
    word = tokens.words[j]
    if word in known.roles or word in lexicon.words("context", "titles") or word in lexicon.words("cues", _NO_NAMES):
        return False
    family = word in known.family and not tokens.starts_sentence(j) and reading.language != "de"
    return (word in known.first or family) and _share(word) <= 2 * _EVERYDAY
