"""The reviewed grammar: every word that a posting can hold and every rate by which it is drawn, read from the YAML beside it.

Nothing is drawn here. A file that is out of shape stops the load with its name and place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from annotator.domain.errors import ConfigError
from annotator.synthetic.postings import CONTEXT, INDICATORS, REALISATIONS
from annotator.synthetic.wording import Pattern, compile_pattern, fill

_SENTENCE_START = re.compile(r"(?<=[.?] )[a-z]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One way to say something, with what else it says: context tags, a protective statement, a named hard case."""

    pattern: Pattern
    tags: tuple[str, ...] = ()
    protective: bool = False
    case: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """How an indicator is realised. `unreferenced` holds what is only touched on where no reference line stands.

    `clauses` are the same in every state; `carried` holds each of them within every sentence that can carry it.
    """

    ways: Mapping[str, tuple[Sentence, ...]]
    clauses: Mapping[str, tuple[Sentence, ...]]
    carried: Mapping[str, tuple[Sentence, ...]]
    withheld: Mapping[str, tuple[Sentence, ...]]
    unreferenced: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """What one kind of advertisement opens with. A generic one names neither the employer nor the duties."""

    id: str
    sector: str
    generic: bool
    case: str
    employers: tuple[Pattern, ...]
    tasks: tuple[Pattern, ...]
    titles: tuple[Sentence, ...]
    opens: tuple[Sentence, ...]
    duties: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Sector:
    name: str
    bands: tuple[int, ...]  # places in a locale's list of pay bands
    hours: tuple[int, ...]  # places in the list of hour bands
    housing: float
    no_experience: float
    fillers: tuple[Sentence, ...]
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A layout: blocks of roles, such as `open points`, joined by `gap`; a block may begin with a bullet."""

    id: str
    gap: str
    blocks: tuple[tuple[str, tuple[str, ...]], ...]  # (bullet, roles)


@dataclass(frozen=True, slots=True)
class Register:
    """A way of writing: replacements of words, none of which changes what is said."""

    name: str
    pattern: re.Pattern[str] | None
    replacements: Mapping[str, str]
    shouting: bool

    def apply(self, text: str) -> str:
        """Return the text in this register, each sentence with a capital."""
        if self.pattern is not None:
            text = self.pattern.sub(self._replace, text)
            text = " ".join(text.split())
        text = text[:1].upper() + text[1:]
        return _SENTENCE_START.sub(lambda match: match.group().upper(), text) if "? " in text or ". " in text else text

    def _replace(self, match: re.Match[str]) -> str:
        found = match.group()
        new = self.replacements[found.lower()]
        return new[:1].upper() + new[1:] if found[0].isupper() else new


@dataclass(frozen=True, slots=True)
class Grammar:
    indicators: Mapping[str, Indicator]
    sectors: tuple[Sector, ...]
    shapes: tuple[Shape, ...]
    registers: Mapping[str, Register]
    frame: Mapping[str, tuple[Sentence, ...]]  # contact, off_platform, reference, housing, no_experience, template, ...
    words: Mapping[str, Mapping[str, tuple[Pattern, ...]]]  # early and late → slot → wordings
    locales: tuple[Mapping[str, Any], ...]
    hours: tuple[Mapping[str, Any], ...]
    placeholders: Mapping[str, str]
    identity: Mapping[str, tuple[str, ...]]
    cues: tuple[Pattern, ...]
    model: Mapping[str, Any]
    sha256: str


@lru_cache(maxsize=1)
def load_grammar() -> Grammar:
    """Read and check the grammar that ships with the package.

    Raises:
        ConfigError: a file is missing, or out of shape.
    """
    sources = dict(_sources(files("annotator.synthetic") / "grammar", ""))
    digest = hashlib.sha256()
    for name, source in sorted(sources.items()):
        digest.update(name.encode() + b"\0" + source + b"\0")
    data = {name: _parsed(name, source) for name, source in sources.items()}
    try:
        return _grammar(data, digest.hexdigest())
    except (KeyError, TypeError) as error:
        raise ConfigError(f"The synthetic grammar is out of shape: {error!r}.") from error


def _parsed(name: str, source: bytes) -> Any:
    try:
        return yaml.load(source, Loader=_LOADER)  # noqa: S506 — a safe loader
    except yaml.YAMLError as error:
        raise ConfigError(f"The synthetic grammar's {name} is not YAML: {error}") from error


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry.read_bytes()


def _grammar(data: Mapping[str, Any], sha256: str) -> Grammar:
    frame, words, identity = data["frame.yaml"], data["words.yaml"], data["identity.yaml"]
    return Grammar(
        indicators={
            code: _indicator(code, data[f"indicators/{code}.yaml"], data["carriers.yaml"]) for code in INDICATORS
        },
        sectors=tuple(_sector(data[name]) for name in sorted(data) if name.startswith("sectors/")),
        shapes=tuple(_shape(shape) for shape in data["shapes.yaml"]),
        registers={name: _register(name, value) for name, value in data["registers.yaml"].items()},
        frame={name: _sentences(value, name) for name, value in frame.items()},
        words={phase: _words(words, phase) for phase in ("early", "late")},
        locales=tuple(data["locales.yaml"]["locales"]),
        hours=tuple(data["locales.yaml"]["hours"]),
        placeholders=data["locales.yaml"]["placeholders"],
        identity={name: tuple(identity[name]) for name in ("nationality", "gender")},
        cues=tuple(compile_pattern(cue, "identity.yaml") for cue in identity["cues"]),
        model=data["model.yaml"],
        sha256=sha256,
    )


def _sentences(values: list[Any], where: str, **defaults: Any) -> tuple[Sentence, ...]:
    return tuple(_sentence(value, where, defaults) for value in values)


def _sentence(value: Any, where: str, defaults: Mapping[str, Any]) -> Sentence:
    value = {**defaults, **({"say": value} if isinstance(value, str) else value)}
    tags = tuple(value.get("tags", ()))
    if unknown := set(tags) - set(CONTEXT):
        raise ConfigError(f"{where}: {sorted(unknown)} are not context tags.")
    return Sentence(
        pattern=compile_pattern(value["say"], where),
        tags=tags,
        protective=bool(value.get("protective", False)),
        case=value.get("case", ""),
        withheld=bool(value.get("withheld", False)),
    )


def _indicator(code: str, value: Mapping[str, Any], carriers: Mapping[str, Any]) -> Indicator:
    """Compile an indicator; `protective` names the realisations that state free recruitment, a contract or a licence."""

    def listed(values: list[Any], way: str, *, withheld: bool = False) -> tuple[Sentence, ...]:
        protective = way in value.get("protective", ())
        return _sentences(values, f"{code} {way}", protective=protective, withheld=withheld)

    clauses = {way: listed(value.get("clauses", []), way) for way in REALISATIONS}
    return Indicator(
        ways={way: listed(value[way], way) for way in REALISATIONS},
        clauses=clauses,
        carried={way: _carried(listed(carriers[way], way), clauses[way]) for way in REALISATIONS},
        withheld={way: listed(value["withheld"][way], way, withheld=True) for way in REALISATIONS},
        unreferenced=_sentences(value.get("unreferenced", []), f"{code} unreferenced"),
    )


def _carried(carriers: tuple[Sentence, ...], clauses: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    return tuple(
        replace(carrier, pattern=fill(carrier.pattern, "clause", clause.pattern))
        for clause in clauses
        for carrier in carriers
    )


def _sector(value: Mapping[str, Any]) -> Sector:
    name = value["sector"]
    return Sector(
        name=name,
        bands=tuple(value["bands"]),
        hours=tuple(value["hours"]),
        housing=value["housing"],
        no_experience=value["no_experience"],
        fillers=_sentences(value["fillers"], name),
        templates=tuple(_template(name, {**value, **template}) for template in value["templates"]),
    )


def _template(sector: str, value: Mapping[str, Any]) -> Template:
    where = value["id"]
    duties = _sentences(value.get("duties", []), where)
    return Template(
        id=where,
        sector=sector,
        generic=not duties,
        case=value.get("case", ""),
        employers=tuple(compile_pattern(employer, where) for employer in value["employers"]),
        tasks=tuple(compile_pattern(tasks, where) for tasks in value["tasks"]),
        titles=_sentences(value["titles"], where),
        opens=_sentences(value["opens"], where),
        duties=duties,
    )


def _shape(value: Mapping[str, Any]) -> Shape:
    blocks = []
    for block in value["blocks"]:
        words = block.split()
        bullet = "" if words[0].isalnum() else words.pop(0) + " "
        blocks.append((bullet, tuple(words)))
    return Shape(id=value["id"], gap=value["gap"], blocks=tuple(blocks))


def _register(name: str, value: Mapping[str, Any]) -> Register:
    replacements = {str(old): str(new) for old, new in (value.get("replace") or {}).items()}
    longest_first = sorted(replacements, key=lambda old: (-len(old), old))
    words = "|".join(map(re.escape, longest_first))
    pattern = re.compile(rf"(?<![\w@/.-])(?:{words})(?!\w|@|/|\.\w)", re.IGNORECASE)  # addresses stay as they are
    return Register(
        name=name,
        pattern=pattern if replacements else None,
        replacements=replacements,
        shouting=bool(value.get("shouting", False)),
    )


def _words(value: Mapping[str, Any], phase: str) -> dict[str, tuple[Pattern, ...]]:
    return {
        slot: tuple(
            compile_pattern(str(word), slot) for word in (listed[phase] if isinstance(listed, dict) else listed)
        )
        for slot, listed in value.items()
    }
