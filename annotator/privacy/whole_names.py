"""How far a name of a person reaches: what is taken in beside the word that gave it away, and how common its words are."""

from __future__ import annotations

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.values import Kind

_FAMILY_ENDINGS = (
    *("ski", "ska", "cki", "cka", "dzki", "dzka", "wicz", "czyk"),
    *("escu", "eanu", "ovic", "enko", "mann", "sson"),
)
NO_NAMES = "platform+phone+mail+document+bank+plate+wallet+reference+unit"

# Shares of running text: a word that comes up more often is an everyday one, a rarer one is hardly a word at all.
EVERYDAY = 1e-4
UNCOMMON = 1e-5
RARE = 2e-6


def mask_name(reading: Reading, i: int, *, sure: bool, cued: bool = False) -> None:
    """Mask the name that token i belongs to, as far as it reaches."""
    reading.mask(_grow_left(reading, i), _grow_right(reading, i, cued=cued), Kind.NAME, sure=sure)


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


def share_of(word: str) -> float:
    """Return how much of running text a word makes up; 0 for one that is not known."""
    return lexicon.common_words().get(word, 0.0)


def is_family_name(word: str) -> bool:
    """Say whether a word is known as a family name, or ends like one."""
    return word in lexicon.names().family or word.endswith(_FAMILY_ENDINGS)


def is_initial(reading: Reading, i: int) -> bool:
    """Say whether token i is a capital with a full stop, and a word with a capital after it, over "dela" and the like."""
    tokens = reading.tokens
    if i + 2 >= len(tokens) or tokens.ends[i] - tokens.starts[i] != 1 or not tokens.is_capital(i):
        return False
    if tokens.words[i + 1] != "." or not tokens.glued(i + 1) or not tokens.same_line(i, i + 2):
        return False
    return reading.free_capital(i + 2) or name_after_particles(reading, i + 2, capital=True)


def name_after_particles(reading: Reading, j: int, *, capital: bool = False) -> bool:
    """Say whether particles from token j on lead to a name."""
    tokens, start = reading.tokens, j
    while tokens.word(j) in lexicon.words("context", "particles"):
        j += 1
    if j == start or not reading.free_word(j) or not tokens.same_line(start, j):
        return False
    return tokens.is_capital(j) or (not capital and tokens.words[j] in lexicon.names().family)


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
    return word in lexicon.words("context", "particles") and name_after_particles(reading, j)


def _listed_first(reading: Reading, j: int) -> bool:
    """As in "Doe, Jane": a first name, or an uncommon word with a capital, after the comma."""
    if not reading.free_capital(j):
        return False
    word = reading.tokens.words[j]
    return word in lexicon.names().first or (share_of(word) < EVERYDAY and not shouting(reading, j))


def _continues(reading: Reading, i: int, j: int, *, cued: bool) -> bool:  # noqa: PLR0911 -- one line a rule
    """Say whether word j goes on with the name that begins at i."""
    tokens, known = reading.tokens, lexicon.names()
    if not tokens.is_word(j):
        return False
    word, share = tokens.words[j], share_of(tokens.words[j])
    capitals = tokens.is_capital(i) and tokens.is_capital(j)
    if len(word) == 1 and capitals:
        return word != "i" or tokens.word(j + 1) == "."
    if word in known.roles or word in lexicon.words("cues", NO_NAMES):
        return False
    if word in lexicon.words("context", "name_suffixes"):
        return True
    named = is_family_name(word) or word in known.first
    if not capitals:
        return not tokens.is_capital(j) and share < (2 * UNCOMMON if named else RARE / 2)
    alike = len(tokens.words[i]) == 1 or tokens.exact(j).isupper() == tokens.exact(i).isupper()
    if tokens.words[j - 1] in "'-" or (cued and alike and tokens.between(j - 1, j) == " "):
        return True
    if shouting(reading, j) or reading.language == "de":
        return share == 0.0 or (named and share < 2 * EVERYDAY)
    return named or share < EVERYDAY


def _grow_left(reading: Reading, i: int) -> int:
    """Take in first names, initials and titles before, and a family name before a comma."""
    tokens, first = reading.tokens, i
    while _precedes(reading, first - 1):
        first -= 1
    if tokens.word(first - 1) == "," and _listed_family(reading, first - 2):
        first -= 2
        while tokens.word(first - 1) in lexicon.words("context", "particles") and not tokens.starts_sentence(first - 1):
            first -= 1
    if tokens.word(first - 1) == "." and is_initial(reading, first - 2):
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
    likely = is_family_name(word) or share_of(word) == 0.0 or reading.cued(j, "name", reach=0)
    return likely and share_of(word) < EVERYDAY


def _precedes(reading: Reading, j: int) -> bool:
    """Say whether word j is a first or family name that the name after it belongs to."""
    tokens, known = reading.tokens, lexicon.names()
    if not reading.free_capital(j) or not tokens.same_line(j, j + 1):
        return False
    word = tokens.words[j]
    if word in known.roles or word in lexicon.words("context", "titles") or word in lexicon.words("cues", NO_NAMES):
        return False
    family = word in known.family and not tokens.starts_sentence(j) and reading.language != "de"
    return (word in known.first or family) and share_of(word) <= 2 * EVERYDAY
