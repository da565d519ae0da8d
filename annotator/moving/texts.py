"""One text at the door: screened by the gate, found again where it has come before, and let in with its answers.

Passages follow the text through every change: line ends, what the gate replaced, what people have masked since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from annotator.dispensing import imported
from annotator.domain.answers import Answer, Span, cannot_tell, flat_labels
from annotator.domain.intake import Row, RowError
from annotator.domain.items import ItemState
from annotator.domain.moved_spans import Replaced, line_ends, move_answer, move_result, shifted
from annotator.domain.recheck import masked
from annotator.domain.schema import Schema
from annotator.intake.ingest import Screened, new_item
from annotator.intake.screens import WITHHELD, FileScreen
from annotator.moving.mapping import Moving
from annotator.moving.people import person_of
from annotator.storage import items, moving
from annotator.storage.people import by_pseudonym
from annotator.storage.tables import Item, Project
from annotator.storage.tables_moving import ImportedAnswer
from annotator.storage.tables_recheck import Recheck
from annotator.studio.results import to_result


@dataclass(frozen=True, slots=True)
class Said:
    """One person's answer, in the offsets of the text as it came."""

    pseudonym: str
    answer: Answer
    at: datetime | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Coming:
    """One text and what comes with it. `raw` is the text as the other tool had it, `row` what of it may enter."""

    where: str
    raw: str
    row: Row
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """A text that has been screened; `screened` is None for one that an item has word for word."""

    coming: Coming
    digest: str
    screened: Screened | None
    notes_held_back: int


@dataclass
class Arrived:
    """What became of one text and its answers."""

    new: bool = False
    held_back: bool = False
    withdrawn: bool = False
    stored: int = 0
    waiting: int = 0
    already: int = 0
    lost_place: int = 0
    people: set[str] = field(default_factory=set)


_Changes = list[list[Replaced]]
"""What was replaced, one step after the other, each in the offsets that the one before has left."""


@dataclass(frozen=True)
class Door:
    """Lets texts into one project; `origin` is what is said of where their answers came from."""

    project: Project
    schema: Schema
    moving: Moving
    screen: FileScreen
    origin: str

    def screened(self, session: Session, coming: Coming) -> Ready:
        """Ask the gate about a text and its notes. Raises `RowError` for a text that may not come in."""
        digest, sha = self.screen.keyed(coming.raw), items.text_hash(coming.row.text)
        known = items.by_text(session, self.project.id, sha)
        said = [self._with_clean_notes(one) for one in coming.said]
        held = sum(len(one.answer.notes) for one in coming.said) - sum(len(one.answer.notes) for one in said)
        screened = None if known is not None else self.screen(coming.row)
        return Ready(replace(coming, said=tuple(said)), digest, screened, held)

    def look(self, session: Session, ready: Ready) -> Arrived:
        """Say what would become of a text and its answers, as far as can be said beforehand; nothing is stored."""
        item_id = self._known(session, ready)
        state = session.get_one(Item, item_id).state if item_id is not None else ItemState.QUARANTINED.value
        arrived = self._begun(ready, new=item_id is None)
        arrived.withdrawn = state == ItemState.WITHDRAWN
        people = () if arrived.withdrawn else ready.coming.said
        count = sum(not self._is_there(session, item_id, one) for one in people)
        arrived.already = len(people) - count
        if state == ItemState.QUARANTINED:
            arrived.waiting = count
        else:
            arrived.stored = count
        return arrived

    def let_in(self, session: Session, ready: Ready, now: datetime) -> Arrived:
        """Store a text, where it is new, and its answers. Raises `RowError` where its id is taken."""
        item_id = self._known(session, ready)
        arrived = self._begun(ready, new=item_id is None)
        item = moving.locked_item(session, item_id or self._add(session, ready, now))
        moving.remember(session, self.project.id, item.id, ready.digest)
        arrived.withdrawn = item.state == ItemState.WITHDRAWN
        if arrived.withdrawn:
            return arrived
        changed = self._changes(session, item, ready)
        rows = [row for one in ready.coming.said if (row := self._row(session, one, changed, now)) is not None]
        arrived.lost_place = len(ready.coming.said) - len(rows)
        fresh = imported.take(session, self.project, self.schema, item, rows, now)
        arrived.already = len(rows) - fresh
        if item.state == ItemState.QUARANTINED:
            arrived.waiting = fresh
        else:
            arrived.stored = fresh
        return arrived

    def _is_there(self, session: Session, item_id: str | None, said: Said) -> bool:
        person = by_pseudonym(session, said.pseudonym)
        return item_id is not None and person is not None and moving.has_answered(session, item_id, person.id)

    def _begun(self, ready: Ready, *, new: bool) -> Arrived:
        held_back = new and ready.screened is not None and ready.screened.raw is not None
        return Arrived(new=new, held_back=held_back, people={one.pseudonym for one in ready.coming.said})

    def _known(self, session: Session, ready: Ready) -> str | None:
        """Return the item that the text is, or became when it came before; the masked text tells as well."""
        sha = ready.screened.digest if ready.screened is not None else items.text_hash(ready.coming.row.text)
        return moving.item_of(session, self.project.id, ready.digest, sha)

    def _add(self, session: Session, ready: Ready, now: datetime) -> str:
        if ready.screened is None:  # its item was changed this instant
            raise RowError("the text was changed here meanwhile: import the file again")
        row = new_item(ready.coming.row, ready.screened)
        if items.add(session, self.project, [row], now):
            raise RowError(f"the id {row.public_id} belongs to another text here: give the mapping other `ids`")
        self.screen.keep(session, [(row.id, ready.screened)], now)
        return row.id

    def _changes(self, session: Session, item: Item, ready: Ready) -> tuple[str, _Changes] | None:
        """Return the text that answers are about, and how the text as it came turned into it; None where nobody can tell."""
        coming, screened = ready.coming, ready.screened
        text, changes = coming.row.text, [line_ends(coming.raw)]
        if screened is not None and screened.gate is not None and screened.gate.text != WITHHELD:
            text = screened.gate.text
            changes.append([Replaced(s.start, s.end, len(s.kind.placeholder)) for s in screened.gate.spans])
        recheck = session.get(Recheck, item.id)
        for start, end, word in recheck.masks if recheck is not None and text != item.text else ():
            text = masked(text, [(start, end, word)])
            changes.append([Replaced(start, end, len(word))])
        return (text, changes) if text == item.text or self._is_in_vault(item, recheck, screened) else None

    def _is_in_vault(self, item: Item, recheck: Recheck | None, screened: Screened | None) -> bool:
        """Say whether the item's text lies in the vault, masked as the gate masks it today."""
        if recheck is None or recheck.raw_ref is None or item.text != WITHHELD:
            return False
        now = screened.gate.spans if screened is not None and screened.gate is not None else ()
        then = [(span["start"], span["end"], span["kind"]) for span in recheck.spans]
        return [(span.start, span.end, span.kind.value) for span in now] == then

    def _row(
        self, session: Session, said: Said, changed: tuple[str, _Changes] | None, now: datetime
    ) -> ImportedAnswer | None:
        """Return an answer as it is stored, its passages moved; None where they cannot be placed any more."""
        answer = said.answer
        if changed is None and answer.spans:
            return None
        text, changes = changed or ("", [])
        answer = _moved(answer, text, changes)
        labels = flat_labels(self.schema, answer)
        return ImportedAnswer(
            item_id="",
            person_id=person_of(session, said.pseudonym, self.origin, now).id,
            guideline_version_id=self.project.guideline_version_id,
            origin=self.origin,
            result=move_result(to_result(self.schema, text, answer), []),
            answer=move_answer(answer.to_json(), []),
            labels=labels,
            rating=labels[self.schema.rating.name],
            cannot_tell=cannot_tell(self.schema, answer),
            lead_time=said.seconds or 0.0,
            given_at=said.at or now,
        )

    def _with_clean_notes(self, said: Said) -> Said:
        """Notes are free text: each goes through the gate, and one that people would have to look at first is left out."""
        return replace(said, answer=replace(said.answer, notes=dict(self._clean(said.answer.notes.items()))))

    def _clean(self, notes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for name, note in notes:
            question = self.schema.question(name)
            printable = "".join(char for char in note if char.isprintable() or char in "\n\t").strip()
            checked = self.screen.gate.check(printable, self.moving.language)
            if question is not None and checked.ready and 0 < len(checked.text) <= question.max_length:
                yield name, checked.text


def _moved(answer: Answer, text: str, changes: _Changes) -> Answer:
    """Return the answer with its passages where they lie now; two that have become one are one."""
    kept: dict[tuple[str, str, int, int], Span] = {}
    for span in answer.spans:
        start, end = span.start, span.end
        for replaced in changes:
            start, end = shifted(start, end, replaced)
        moved = replace(span, start=start, end=end, text=text[start:end])
        kept.setdefault((span.question, span.label, start, end), moved)
    return replace(answer, spans=tuple(kept.values()))
