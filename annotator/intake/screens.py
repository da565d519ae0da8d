"""What may be stored of a row's text. Synthetic text must be the generator's own; imported text goes through the gate and to people.

Imported text is never stored as it came: what the gate passed is stored masked, and waits for two people; what the gate held back
goes into the encrypted vault, or nowhere where there is none.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from functools import cached_property
from pathlib import Path

import orjson
from sqlmodel import Session

from annotator.domain.intake import Row, RowError
from annotator.domain.items import ItemState, Source
from annotator.intake.ingest import FileFacts, Screened
from annotator.privacy.gate import Gate
from annotator.privacy.values import GateResult
from annotator.privacy.vault import VAULT, RawRow, Vault
from annotator.settings import Settings
from annotator.storage import items, markers
from annotator.storage.database import Database
from annotator.storage.tables_recheck import Recheck
from annotator.synthetic.lexicon import verify_lexicon
from annotator.synthetic.manifest import NAME, read_manifest

WITHHELD = "<WITHHELD>"


class FileScreen:
    """Screens the rows of one file, and keeps what the gate said beside the items.

    Synthetic rows need a manifest beside the file that says what made them; since anybody can write one, every text is held
    against the generator's closed lexicon as well.

    Raises:
        InputError: the file names synthetic rows and has no manifest.
    """

    def __init__(self, database: Database, vault: Vault | None, path: Path, facts: FileFacts) -> None:
        self._vault = vault
        self._database = database
        if Source.SYNTHETIC.value in facts.sources:
            read_manifest(path.parent / NAME)

    def __call__(self, row: Row) -> Screened:
        if row.source is Source.SYNTHETIC:
            if verify_lexicon(row.text):
                raise RowError("column 'text' holds words that the generator never writes, so it is not synthetic")
            return Screened(row.text, items.text_hash(row.text), ItemState.READY)
        result = self.gate.check(row.text, row.language)
        if result.ready:
            return Screened(result.text, items.text_hash(result.text), ItemState.QUARANTINED, result)
        if self._vault is None:
            raise RowError(
                f"the gate holds the text back ({_kinds(result)}) and there is no vault to keep it in: not stored"
            )
        return Screened(WITHHELD, self.keyed(row.text), ItemState.QUARANTINED, result, raw=row.text)

    def keyed(self, text: str) -> str:
        """Return a keyed hash of a text as it came: it tells the same text again, and nothing else."""
        return hmac.new(self._salt, text.encode(), "sha256").hexdigest()

    def keep(self, session: Session, added: list[tuple[str, Screened]], now: datetime) -> None:
        """Add a re-check for every imported item, and put what was held back into the vault."""
        held = []
        for item_id, screened in added:
            if screened.gate is None:
                continue
            session.add(_recheck(item_id, screened.gate, now, in_vault=screened.raw is not None))
            if screened.raw is not None:
                held.append(RawRow(item_id, sealed(screened.raw, screened.gate), screened.gate.reasons))
        session.flush()
        if held and self._vault is not None:
            self._vault.append(*held)

    @cached_property
    def _salt(self) -> bytes:
        return markers.secret(self._database, "gate_salt").encode()

    @cached_property
    def gate(self) -> Gate:
        """The gate with this service's own key."""
        return Gate(salt=self._salt)


def open_vault(settings: Settings) -> Vault | None:
    """Return the vault of this home; None where no key is set, so that nothing can be kept."""
    key = settings.quarantine_key.get_secret_value()
    return Vault(settings.home / VAULT, key) if key else None


def sealed(raw: str, result: GateResult) -> str:
    """Return what the vault keeps of a text: as it came, and as the gate masked it."""
    masked = raw if result.text == WITHHELD else result.text
    return orjson.dumps({"raw": raw, "masked": masked}).decode()


def unsealed(row: RawRow) -> str:
    """Return the text that people decide on: as the gate masked it, or as it came where the gate could not read it."""
    return str(orjson.loads(row.text)["masked"])


def _recheck(item_id: str, result: GateResult, now: datetime, *, in_vault: bool) -> Recheck:
    spans = [{"start": s.start, "end": s.end, "kind": s.kind.value, "digest": s.digest} for s in result.spans]
    return Recheck(
        item_id=item_id,
        reasons=list(result.reasons),
        spans=spans,
        gate_version=result.version,
        raw_ref=item_id if in_vault else None,
        opened_at=now,
    )


def _kinds(result: GateResult) -> str:
    return ", ".join(sorted({reason.partition(":")[0] for reason in result.reasons}))
