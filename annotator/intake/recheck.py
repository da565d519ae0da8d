"""The two-person re-check: look at a quarantined text, accept it, mask more of it, or destroy it. Every step is audited.

The text that the gate held back stays in the vault until two people agree; only then is its masked form stored, or the entry
destroyed. An item that was flagged after people had answered it and is then masked further is withdrawn and comes back as a new
item, since answers belong to the text they were given for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from annotator.dispensing import imported
from annotator.domain.errors import ConfigError, ConflictError, InputError, NotFoundError
from annotator.domain.items import ItemState
from annotator.domain.moved_spans import Replaced
from annotator.domain.overlap import settle
from annotator.domain.recheck import Decision, Mask, Outcome, Vote, masked, outcome, places
from annotator.domain.schema import Schema
from annotator.intake.screens import WITHHELD, unsealed
from annotator.privacy.values import Kind
from annotator.privacy.vault import Vault
from annotator.storage import annotation_log, audit, item_state, items, mirror, moving, pictures, projects, recheck
from annotator.storage.database import Database
from annotator.storage.tables import Item, Project
from annotator.storage.tables_recheck import Recheck

MASKABLE = tuple(kind for kind in Kind if kind is not Kind.WITHHELD)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person decides on. `text` is None where the vault cannot be opened."""

    item: Item
    recheck: Recheck
    text: str | None
    votes: dict[str, Vote]


class RecheckDesk:
    """The re-check of one project's items, with the vault where there is one."""

    def __init__(self, database: Database, project: Project, schema: Schema, vault: Vault | None) -> None:
        self._database, self._project, self._schema, self._vault = database, project, schema, vault

    def show(self, public_id: str, person_id: str, now: datetime) -> Shown:
        """Return a quarantined item with its text; that somebody looked is audited.

        Raises:
            NotFoundError: there is no such item in quarantine.
        """
        with self._database.writing() as session:
            item = self._item(session, public_id)
            found = recheck.open_recheck(session, item.id, now)
            text = self._text(item, found)
            audit.record(session, now, person_id, "recheck.viewed", item.id, version=found.version)
            return Shown(item, found, text, recheck.votes_of(session, item.id))

    def decide(self, public_id: str, person_id: str, decision: Decision, version: int, now: datetime) -> Outcome:
        """Keep a person's decision and return what all decisions come to.

        Raises:
            ConflictError: the text has been masked further since it was shown.
            NotFoundError: there is no such item in quarantine.
        """
        with self._database.writing() as session:
            item = self._item(session, public_id)
            found = recheck.open_recheck(session, item.id, now)
            if decision is Decision.ACCEPT:
                _same_version(found, version)
                self._readable(item, found)
            recheck.vote(session, item.id, person_id, Vote(decision, version), now)
            audit.record(session, now, person_id, f"recheck.{decision.value}", item.id, version=version)
            votes = recheck.votes_of(session, item.id)
            result = outcome(votes, found.version)
            if result is not Outcome.OPEN:
                self._close(session, item, found, result, now)
        if result is not Outcome.OPEN and found.raw_ref is not None:
            self._empty(found.raw_ref, sorted(votes))
        return result

    def mask(self, public_id: str, person_id: str, words: str, kind: Kind, version: int, now: datetime) -> int:
        """Mask every place where `words` stand, which counts as accepting what is left; return how many places there were.

        Raises:
            InputError: the words do not stand in the text.
            ConflictError: the text has been masked further since it was shown.
        """
        with self._database.writing() as session:
            item = self._item(session, public_id)
            found = recheck.open_recheck(session, item.id, now)
            _same_version(found, version)
            text = self._readable(item, found)
            masks = places(text, words, kind.placeholder)
            if not masks:
                raise InputError(
                    "These words do not stand in the text.", where="words", mend="Copy them as they stand."
                )
            audit.record(session, now, person_id, "recheck.masked", item.id, kind=kind.value, places=len(masks))
            if found.raw_ref is not None or not item.answered:
                found.masks = [*found.masks, *map(list, masks)]
            if found.raw_ref is not None:
                moving.move_waiting(session, item.id, _replaced(masks))
            else:
                found = self._replace(session, item, found, masked(text, masks), _replaced(masks), now)
            found.version += 1
            session.add(found)
            recheck.vote(session, found.item_id, person_id, Vote(Decision.ACCEPT, found.version), now)
        return len(masks)

    def tidy(self) -> int:
        """Take out of the vault what has been decided on, where a crash came between; return how many entries went."""
        if self._vault is None:
            return 0
        gone = 0
        for entry in self._vault.ids():
            with self._database.reading() as session:
                found = recheck.by_raw_ref(session, entry)
                votes = recheck.votes_of(session, found.item_id) if found is not None else {}
            if found is not None and found.closed_at is not None:
                self._empty(entry, sorted(votes))
                gone += 1
        return gone

    def _item(self, session: Session, public_id: str) -> Item:
        item = items.by_public_id(session, self._project.id, public_id)
        if item is None or item.state != ItemState.QUARANTINED:
            raise NotFoundError("There is no such item in quarantine.", mend="Somebody may have decided already.")
        return item

    def _text(self, item: Item, found: Recheck) -> str | None:
        if found.raw_ref is None:
            return item.text
        if self._vault is None:
            return None
        return masked(
            unsealed(self._vault.read(found.raw_ref)), [(start, end, word) for start, end, word in found.masks]
        )

    def _readable(self, item: Item, found: Recheck) -> str:
        text = self._text(item, found)
        if text is None:
            raise ConfigError(
                "The vault cannot be opened.", mend="Set ANNOTATOR_QUARANTINE_KEY to the key of the vault."
            )
        return text

    def _close(self, session: Session, item: Item, found: Recheck, result: Outcome, now: datetime) -> None:
        found.closed_at = now
        session.add(found)
        if result is Outcome.DESTROYED:
            _blank(session, item, "destroyed")
            gone = moving.forget_waiting(session, item.id)
            why = {"reason": "destroyed by two people"} | ({"answers": gone} if gone else {})
            item_state.move(session, now, audit.SERVICE, item.id, ItemState.WITHDRAWN, **why)
            return
        text = self._readable(item, found)
        digest = item.text_sha256 if pictures.is_picture(session, item) else items.text_hash(text)
        if recheck.same_text_elsewhere(session, item, digest):
            self._join(session, item, digest, now)
            _blank(session, item, "duplicate")
            item_state.move(session, now, audit.SERVICE, item.id, ItemState.WITHDRAWN, reason="duplicate once masked")
            return
        item.text, item.text_sha256 = text, digest
        session.add(item)
        session.flush()
        imported.release(session, self._schema, item, now)
        item_state.move(session, now, audit.SERVICE, item.id, _state(session, item), reason="released by two people")
        mirror.mirror_again(session, item.id, now)

    def _join(self, session: Session, item: Item, digest: str, now: datetime) -> None:
        """Give the answers that waited with a text to the item that has it already."""
        other = items.by_text(session, item.project_id, digest)
        if other is not None:
            waited = moving.take_waiting(session, item.id)
            imported.take(session, self._project, self._schema, moving.locked_item(session, other.id), waited, now)

    def _replace(
        self, session: Session, item: Item, found: Recheck, text: str, replaced: list[Replaced], now: datetime
    ) -> Recheck:
        """Store a text that was masked further: in place, or as a new item where answers refer to the old one."""
        digest = items.text_hash(text)
        if recheck.same_text_elsewhere(session, item, digest):
            raise ConflictError("The masked text is there already.", mend="Destroy this item instead.")
        if not item.answered:
            item.text, item.text_sha256 = text, digest
            session.add(item)
            moving.move_waiting(session, item.id, replaced)
            return found
        fields = {
            name: getattr(item, name) for name in ("source", "language", "campaign", "epoch", "region", "quarter")
        }
        row = items.NewItem(f"{item.public_id}-masked", text, digest, state=ItemState.QUARANTINED, **fields)
        if items.add(session, self._project, [row], now):
            raise ConflictError(f"There is an item {row.public_id} already.", mend="Destroy this item instead.")
        moving.move_waiting(session, item.id, replaced, onto=row.id)
        _blank(session, item, "masked")
        item_state.move(
            session, now, audit.SERVICE, item.id, ItemState.WITHDRAWN, reason="masked after answers", new=row.id
        )
        found.closed_at = now
        session.add(found)
        return recheck.open_recheck(session, row.id, now)

    def _empty(self, raw_ref: str, people: list[str]) -> None:
        """Take the entry out of the vault once the decision is stored."""
        if self._vault is not None:
            self._vault.destroy(raw_ref, people[0], people[1])


def _replaced(masks: list[Mask]) -> list[Replaced]:
    """Return masks, of which the last comes first, as what they change in the text before any of them."""
    return [Replaced(start, end, len(placeholder)) for start, end, placeholder in reversed(masks)]


def _same_version(found: Recheck, version: int) -> None:
    if found.version != version:
        raise ConflictError("The text has been masked further since you looked.", mend="Look at it again, then decide.")


def _blank(session: Session, item: Item, why: str) -> None:
    digest = item.text_sha256
    item.text, item.text_sha256 = WITHHELD, f"{why}:{item.id}"
    session.add(item)
    session.flush()
    pictures.forget(session, digest)


def _state(session: Session, item: Item) -> ItemState:
    """Return where a released item goes on: to people, or to where its answers had brought it."""
    if item.answered < item.overlap:
        return ItemState.READY
    bounds = projects.bounds(session.get_one(Project, item.project_id))
    if not bounds.adaptive:
        return settle(annotation_log.ratings(session, item.id))
    certain = item.risk is not None and item.risk <= bounds.risk
    return ItemState.AGREED if certain else ItemState.ADJUDICATING
