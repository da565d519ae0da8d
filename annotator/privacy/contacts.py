"""Ways to reach somebody that are written to be read by people only: e-mail and web addresses in words, and handles.

A handle has no form of its own, so the words around it are what gives it away. Each find here is a guess by nature, and
sends the row to people as well.
"""

from __future__ import annotations

from bisect import bisect_right

from annotator.privacy import lexicon
from annotator.privacy.reading import Reading
from annotator.privacy.shapes import TOP_DOMAINS
from annotator.privacy.tokens import Tokens
from annotator.privacy.values import Kind

_GLUE = frozenset("._-+@()[]{}<>/\\|*~,'\"")
_WORD_ENDINGS = frozenset(
    "com net org example test invalid info biz edu gov io app de fr es pl ro ph uk eu co me".split()
)
_LITTLE_WORDS = frozenset(
    "de es it no in to is at my me la pa si do so sa us be am ma ni as se al mo my id st su pe na za ca ro".split()
)
_AFTER_PLATFORM = frozenset(
    "there here there on da dort alli tam acolo doon dyan is as at under to id name user username handle account number contact me us ist als unter auf es como est sous jako to "
    "ca e este jest lautet heißt heisst c sub ay bilang numer numar nummer numero nom konto cuenta compte cont profile profil perfil the my our mi mon mein "
    "moj meu ko po na dot it s c y a d -".split()
)
_NAMING = frozenset(
    "is as c id name user username handle account under ist als unter es como est sous jako to ca sub ay bilang este jest lautet heißt heisst : =".split()
)
_PLAIN_AFTER = frozenset(
    "or and for to only if via on in by between before after with when we i you they it please group groups message messages "
    "call calls chat anytime any during from the a an this our your number text me us available preferred welcome now today "
    "also too first then but not no never at about because so that which who where how what will can is are was has "
    "o y para por si solo con en de del la el los las un una cuando entre antes despues tambien pero no grupo mensaje "
    "ou et pour si seulement avec dans par le la les un une du des quand entre avant apres aussi mais pas groupe message "
    "oder und fur wenn nur mit in von zu der die das ein eine zwischen vor nach auch aber nicht gruppe nachricht an bei uber "
    "lub i albo dla tylko jesli z w na do od po przed miedzy oraz tez ale nie grupa wiadomosc przez "
    "sau si pentru daca doar cu in pe la de din intre inainte dupa dar nu grup mesaj "
    "at o para kung lang sa ng mga na ay ang pero hindi may mag".split()
)
_LINKS = frozenset("on via in over through at ( en por sur auf uber bei na przez w pe prin sa from using - ,".split())
_SHOWS = frozenset("on ( en sur auf na pe sa".split())
_PERSONS = frozenset(
    "me us him her them you we i nos me mi nosotros conmigo moi nous uns mir mich ihn sie mnie nas do mi na ne noi akin amin "
    "ako kami the a an your our my this that details cv resume application here directly now today privately more info "
    "information messages message photos pictures documents anytime someone anyone everyone please available only also or and "
    "via on by through using contact contactar escribe escribenos escribeme ecrivez schreib schreiben napisz pisz scrie scrieti "
    "sms text call in is for of to with from as if about job work shifts questions interview interviews online both".split()
)


def find_contacts(reading: Reading) -> None:
    """Mask e-mail and web addresses in words, then handles."""
    _find_spelled_addresses(reading)
    _widen_addresses(reading)
    _find_providers(reading)
    reading.tick()
    _find_named_handles(reading)
    _find_platform_handles(reading)
    _find_spaced_letters(reading)
    reading.tick()


def _find_spelled_addresses(reading: Reading) -> None:
    tokens, dots = reading.tokens, lexicon.words("cues", "dot")
    for i, word in enumerate(tokens.words):
        dotted = word in dots or (word == "." and not _plain_stop(tokens, i)) or (word == "," and _tight(tokens, i))
        if not dotted or not reading.free(i):
            continue
        ending = _across(tokens, i, 1)
        if ending is None or not _is_ending(tokens.words[ending], spelled=word not in ".,"):
            continue
        if tokens.words[ending] in _LITTLE_WORDS and _goes_on(tokens, ending):
            continue
        host = _across(tokens, i, -1)
        if host is None or not tokens.words[host][0].isalnum():
            continue
        first, last = _domain_edges(tokens, host, ending)
        at = _find_at(tokens, first)
        if at is None:
            if (
                word in {"point", "period", "dot"}
                or word != "."
                or tokens.words[ending] in _WORD_ENDINGS - {"me", "co"}
            ):
                reading.mask(first, last, Kind.URL, sure=False)
            continue
        reading.mask(_local_part(reading, at), last, Kind.EMAIL, sure=False)


def _goes_on(tokens: Tokens, i: int) -> bool:
    """Say whether a word follows in the same line: "punto de encuentro" is no domain, "ejemplo punto es" is."""
    return i + 1 < len(tokens) and tokens.is_word(i + 1) and "\n" not in tokens.between(i, i + 1)


def _tight(tokens: Tokens, i: int) -> bool:
    """Say whether a comma stands between two words without a space, as a full stop in an address would."""
    return (
        tokens.glued(i)
        and i + 1 < len(tokens)
        and tokens.glued(i + 1)
        and tokens.is_word(i + 1)
        and tokens.is_word(i - 1)
    )


def _plain_stop(tokens: Tokens, i: int) -> bool:
    """A full stop with a space only after it ends a sentence, unless brackets or spaces set it apart."""
    before, after = tokens.glued(i), i + 1 < len(tokens) and tokens.glued(i + 1)
    return before and not after and tokens.words[i - 1][0].isalnum()


def _is_ending(word: str, *, spelled: bool) -> bool:
    return word in (TOP_DOMAINS if spelled else _WORD_ENDINGS)


def _across(tokens: Tokens, i: int, step: int) -> int | None:
    """Return the nearest word in that direction, over brackets and the like."""
    j = i + step
    while 0 <= j < len(tokens) and abs(j - i) <= 3:
        if tokens.words[j][0].isalnum():
            return j
        if tokens.words[j] not in _GLUE or (tokens.words[j] == "." and _plain_stop(tokens, j)):
            return None
        j += step
    return None


def _domain_edges(tokens: Tokens, host: int, ending: int) -> tuple[int, int]:
    """Follow further labels to the left (mail dot example) and endings to the right (co dot uk, slash path)."""
    dots = lexicon.words("cues", "dot") | {"."}
    while host >= 2 and tokens.words[host - 1] in dots and (left := _across(tokens, host - 1, -1)) is not None:
        host = left
    while host >= 2 and tokens.words[host - 1] in "-_" and tokens.glued(host) and tokens.glued(host - 1):
        host -= 2
    last = ending
    for _ in range(4):
        joint = last + 1
        while joint < len(tokens) and tokens.words[joint] in "()[]{}":
            joint += 1
        if joint >= len(tokens) or tokens.words[joint] not in dots | {"/", "slash", "barra", "ukosnik"}:
            break
        after = _across(tokens, joint, 1)
        if after is None or (tokens.words[joint] in dots and tokens.words[after] not in TOP_DOMAINS):
            break
        last = after
    if last + 1 < len(tokens) and tokens.words[last + 1] in ")]}" and tokens.glued(last + 1):
        last += 1
    return host, last


def _find_at(tokens: Tokens, host: int) -> int | None:
    """Return the token that stands for @ before a domain, or None."""
    ats = lexicon.words("cues", "at")
    j = host - 1
    for _ in range(4):
        if j < 1:
            return None
        word = tokens.words[j]
        if word == "@" or word in ats or (word == "a" and tokens.words[j - 1] in "([{"):
            return j
        if word not in _GLUE:
            return None
        j -= 1
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
        if left is None or not reading.free(left):
            break
        joined = (
            tokens.words[left] in joiners
            or left < first - 1
            or tokens.glued(first)
            or tokens.words[left] in lexicon.numbers().digits
        )
        named = tokens.words[left] in lexicon.names().first or lexicon.vocabulary("en").share(tokens.words[left]) < 1e-6
        single = len(tokens.words[left]) == 1 and tokens.words[left] not in "aiyoe"
        if not (joined or named or single or tokens.is_digits(left)):
            break
        if tokens.words[left] in joiners:
            left = _across(tokens, left, -1) or left
        first = left
    return first


def _widen_addresses(reading: Reading) -> None:
    """ "jane . doe @ example.com": words joined by points and the like before an address are part of it."""
    tokens = reading.tokens
    for match in [match for match in reading.matches if match.kind is Kind.EMAIL]:
        first = i = bisect_right(tokens.ends, match.start)
        while i > 1 and tokens.words[i - 1] in "._-+" and not _plain_stop(tokens, i - 1) and reading.free(i - 2):
            i -= 2
            if not tokens.words[i][0].isalnum():
                break
        if i < first:
            reading.mask(i, first, Kind.EMAIL, sure=False)


def _find_providers(reading: Reading) -> None:
    """A mail provider's name after a word that is no plain mention of it ("jane at gmail", "jane gmail com")."""
    tokens, ats = reading.tokens, lexicon.words("cues", "at")
    for i, _ in reading.cues.get("provider", ()):
        if not reading.free(i) or i == 0:
            continue
        at = next(
            (j for j in range(i - 1, max(i - 4, 0), -1) if tokens.words[j] in ats or tokens.words[j] == "@"), None
        )
        ends = i + 1 < len(tokens) and tokens.words[i + 1] in {
            "com",
            "dot",
            "punto",
            "point",
            "punkt",
            "kropka",
            "punct",
        }
        if at is not None and reading.free(at - 1) and tokens.words[i] not in {"orange", "proton"} | ats:
            reading.mask(_local_part(reading, at), min(i + ends, len(tokens) - 1), Kind.EMAIL, sure=False)
        elif ends and reading.free(i - 1):
            reading.mask(_local_part(reading, i), i + 1, Kind.EMAIL, sure=False)


def _find_named_handles(reading: Reading) -> None:
    """After "username:", "find me as", "mi usuario es" the next words are the handle, whatever they are."""
    for name in ("handle", "announce"):
        for _, end in reading.cues.get(name, ()):
            _mask_value(reading, end, Kind.HANDLE, plain=name == "handle")
    for i, word in enumerate(reading.tokens.words):
        if word == "@" and reading.free(i):
            _mask_value(reading, i + 1, Kind.HANDLE, plain=False)


def _mask_value(reading: Reading, start: int, kind: Kind, *, plain: bool, limit: int = 4) -> bool:
    """Mask the words that follow a cue, up to the end of the clause. `plain` cues also occur without a value."""
    tokens = reading.tokens
    i, naming = start, False
    while i < len(tokens) and i < start + 6 and (tokens.words[i] in _AFTER_PLATFORM or tokens.words[i] in ":=-\"'>~(_"):
        naming |= tokens.words[i] in _NAMING
        if tokens.words[i] in {"(", ")"} and naming:
            break
        i += 1
    if (
        not reading.free(i)
        or not tokens.words[i][0].isalnum()
        or "\n\n" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]]
    ):
        return False
    if tokens.words[i] in _PLAIN_AFTER and not (
        naming and tokens.words[i] not in {"the", "a", "or", "and", "for", "to", "if"}
    ):
        return False
    if plain and not naming:
        return False
    last = _clause_end(reading, i, limit)
    reading.mask(i, last, kind, sure=False)
    return True


def _clause_end(reading: Reading, i: int, limit: int) -> int:
    tokens, last, count = reading.tokens, i, 1
    for j in range(i + 1, min(i + 3 * limit, len(tokens))):
        word = tokens.words[j]
        if (
            "\n" in tokens.between(j - 1, j)
            or word in ".,;:!?()|"
            and not (tokens.glued(j) and j + 1 < len(tokens) and tokens.glued(j + 1))
        ):
            break
        if not reading.free(j) or (word[0].isalpha() and word in _PLAIN_AFTER):
            break
        if word[0].isalnum():
            count += not tokens.glued(j)
            if count > limit:
                break
            last = j
    return last


def _find_platform_handles(reading: Reading) -> None:
    tokens = reading.tokens
    for name in ("platform", "platform_weak"):
        for first, end in reading.cues.get(name, ()):
            if first in reading.taken:
                continue
            after = tokens.words[end] if end < len(tokens) else ""
            if (
                name == "platform"
                and after in {"me", "us"}
                and end + 1 < len(tokens)
                and tokens.words[end + 1] in {"at", "as", "on", ":"}
            ):
                after = "as"
            if after and (after in {":", "=", "@", "->"} or (name == "platform" and after in {"-", "(", *_NAMING})):
                if _mask_value(reading, end, Kind.HANDLE, plain=False):
                    continue
            if name == "platform" and _bare_value(reading, end):
                reading.mask(end, _clause_end(reading, end, 3), Kind.HANDLE, sure=False)
                continue
            _before_platform(reading, first, weak=name != "platform")


def _bare_value(reading: Reading, end: int) -> bool:
    """A word straight after a platform's name is a handle unless it goes on with the sentence."""
    tokens = reading.tokens
    if not reading.free(end) or not tokens.words[end][0].isalnum() or "\n" in tokens.between(end - 1, end):
        return False
    word = tokens.words[end]
    if end >= 2 and any(j in reading.taken for j in range(max(0, end - 6), end)):
        return False
    led = end >= 2 and tokens.words[end - 2] in _LINKS
    if led and (tokens.is_capital(end) or _everyday(word)):
        return False
    return not (
        word in _AFTER_PLATFORM
        or word in _PLAIN_AFTER
        or word in _PERSONS
        or word in lexicon.words("quantities", "before")
        or tokens.is_digits(end)
        or word in lexicon.words("cues", "platform+phone+mail+name")
    )


def _before_platform(reading: Reading, first: int, *, weak: bool) -> None:
    """ "message blue sparrow on telegram": what stands between a verb of reaching and "on PLATFORM" is a handle."""
    tokens = reading.tokens
    link = first - 1
    if link < 1 or tokens.words[link] not in _LINKS:
        return
    for _, end in reading.cues.get("reach", ()):
        if end < link <= end + 4:
            value = [j for j in range(end, link) if tokens.words[j][0].isalnum()]
            kept = [j for j in value if not _mere(tokens.words[j])]
            if kept and all(reading.free(j) for j in value):
                reading.mask(kept[0], kept[-1], Kind.HANDLE, sure=False)
                return
    if not weak and tokens.words[link] in _SHOWS and _names_somebody(reading, link - 1):
        reading.mask(link - 1, link - 1, Kind.HANDLE, sure=False)


def _names_somebody(reading: Reading, i: int) -> bool:
    word = reading.tokens.words[i]
    return (
        reading.free(i)
        and word[0].isalpha()
        and not (word in lexicon.words("cues", "announce") or _mere(word) or _everyday(word))
    )


def _mere(word: str) -> bool:
    return (
        word in _PERSONS
        or word in _PLAIN_AFTER
        or word in lexicon.names().roles
        or word in lexicon.words("cues", "platform+phone+mail+reach")
    )


def _everyday(word: str) -> bool:
    return lexicon.common_words().get(word, 0.0) > 3e-5


def _find_spaced_letters(reading: Reading) -> None:
    """Letters one by one ("j a n e", "b-l-u-e") spell something that was not to be read by a machine."""
    tokens = reading.tokens
    single = [i for i, word in enumerate(tokens.words) if len(word) == 1 and word.isalpha() and reading.free(i)]
    run: list[int] = []
    for i in [*single, len(tokens) + 9]:
        if run and (i - run[-1] > 2 or len(tokens.between(run[-1], i)) > 3):
            if len(run) >= 4:
                reading.mask(run[0], run[-1], Kind.HANDLE, sure=False)
            run = []
        run.append(i)
