"""A whole export, mapped before anything is stored: what each person said of each text, as our answers. And what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from annotator.domain.answers import Answer
from annotator.domain.errors import InputError
from annotator.domain.schema import Schema
from annotator.moving.answers import Mapper
from annotator.moving.gathering import Gathered, gather
from annotator.moving.mapping import Moving
from annotator.moving.record import Record
from annotator.moving.texts import Arrived, Said
from annotator.studio.results import to_result


@dataclass
class Summary:
    """What became of an export. Nothing of it is dropped without a number here."""

    texts: int = 0
    new: int = 0  # texts that became items now, all of them in quarantine
    held_back: int = 0  # of those, the ones that the gate keeps in the vault
    known: int = 0
    rejected: int = 0
    withdrawn: int = 0  # texts that people have taken out here; their answers stay out
    stored: int = 0  # answers that count from now on
    waiting: int = 0  # answers that wait for two people to let their text in
    already: int = 0
    lost_place: int = 0  # answers whose passages no longer fit a text that people have changed here
    left: int = 0  # answers of people whose answers were withdrawn here
    skipped: int = 0
    incomplete: int = 0
    superseded: int = 0
    notes_held_back: int = 0
    people: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    rejects_file: Path | None = None
    origin: str = ""  # names this import, once it has been done

    def counts(self) -> dict[str, int]:
        """Return the numbers alone, for the audit log."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.type == "int"}
        return {**plain, "people": len(self.people), "left_out": self.left_out.total()}

    def add(self, arrived: Arrived) -> None:
        """Count what became of one text."""
        self.new += arrived.new
        self.known += not arrived.new
        self.held_back += arrived.held_back
        self.withdrawn += arrived.withdrawn
        self.stored += arrived.stored
        self.waiting += arrived.waiting
        self.already += arrived.already
        self.lost_place += arrived.lost_place
        self.people |= arrived.people


@dataclass(frozen=True, slots=True)
class Planned:
    """One text with the answers to it."""

    text: Gathered
    said: tuple[Said, ...]


def plan(
    schema: Schema,
    moving: Moving,
    pseudonym: Callable[[str], str],
    gone: frozenset[str],
    records: Iterable[Record],
    summary: Summary,
) -> list[Planned]:
    """Return every text of an export, its answers mapped and tried; those of people who are `gone` are left out.

    Raises:
        InputError: the export or the mapping will not do, with the place.
    """
    mapper = Mapper(schema, moving, summary.left_out)
    planned = []
    for text in gather(records):
        summary.texts += 1
        summary.superseded += text.superseded
        summary.left_out.update(text.left_out)
        said: dict[str, Said] = {}
        for who, given in text.given.items():
            answer = None if given.skipped else mapper.answer(text.text, given, text.where)
            if answer is None:
                summary.skipped += given.skipped
                summary.incomplete += not given.skipped
                continue
            _try(schema, text, answer)
            name = moving.people.get(who) or pseudonym(who)
            if name in gone:
                summary.left += 1
                continue
            summary.superseded += name in said  # the mapping makes two people one
            said[name] = Said(name, answer, given.at, given.seconds)
        planned.append(Planned(text, tuple(said.values())))
    return planned


def _try(schema: Schema, text: Gathered, answer: Answer) -> None:
    """Hold an answer against the guideline and its text, as if it were given here."""
    try:
        to_result(schema, text.text, replace(answer, notes={}))
    except InputError as error:
        raise InputError(error.what, where=text.where, mend="Leave one of its labels out in the mapping.") from error
