"""`annotator privacy`: look at what the de-identification gate makes of a file, without storing anything.

The report holds counts and rates, never a value; progress goes to stderr. The rules live in `annotator.privacy`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from annotator.domain.errors import ConfigError, InputError
from annotator.intake.files import read
from annotator.privacy import GATE_VERSION, Gate, GateResult

app = typer.Typer(help="De-identification of postings.", no_args_is_help=True)

COLUMNS = ("id", "text", "language")


@app.callback()
def main() -> None:
    """De-identification of postings."""


@app.command()
def scan(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or Parquet with columns id, text and, if known, language.")],
    report: Annotated[Path, typer.Option(help="Where the report goes (JSON): counts by kind and the quarantine rate.")],
    out: Annotated[
        Path | None, typer.Option(help="Where the masked rows go (JSONL): id, text, state, reasons.")
    ] = None,
    ner: Annotated[
        bool | None, typer.Option(help="Ask spaCy for names as well; by default if its model is installed.")
    ] = None,
) -> None:
    """Run the gate over a file and report what it found: how much of what kind, never a value.

    Example: annotator privacy scan postings.jsonl --report report.json --out masked.jsonl
    """
    for target in (report, out):
        if target is not None and target.exists() and target.samefile(file):
            raise InputError("The input would be overwritten.", where=str(target), mend="Name another file.")
    gate = Gate(ner=ner)
    totals = Totals()
    with _progress() as progress, out.open("wb") if out else nullcontext() as masked:
        task = progress.add_task("rows", total=None)
        for row_id, text, language in read_rows(file):
            result = gate.check(text, language)
            totals.add(result)
            if masked is not None:
                masked.write(_masked_row(row_id, result))
            progress.update(task, advance=1)
    report.write_bytes(orjson.dumps(totals.report(), option=orjson.OPT_INDENT_2) + b"\n")


@app.command()
def orphans(
    first: Annotated[str, typer.Option(help="Delete them for good: the pseudonym of one who has decided so.")] = "",
    second: Annotated[str, typer.Option(help="The pseudonym of the other.")] = "",
) -> None:
    """Count the texts in the vault that no item names, as a batch leaves them that was cut off; delete them where two coordinators say so.

    Bring the batch in again first. A database that was set back names fewer texts than it did: then keep them.

    Example: annotator privacy orphans --first C-quiet-heron-17 --second C-calm-otter-04
    """
    from annotator.intake.orphans import destroy_orphans, orphans as left_over
    from annotator.intake.screens import open_vault
    from annotator.runtime import opened

    with opened() as service:
        vault = open_vault(service.settings)
        if vault is None:
            raise ConfigError("There is no vault.", mend="Set ANNOTATOR_QUARANTINE_KEY to the key of the vault.")
        if first or second:
            gone = destroy_orphans(service.database, vault, first, second, service.now())
            typer.echo(f"Texts deleted: {gone}")
        else:
            typer.echo(f"Texts that no item names: {len(left_over(service.database, vault, service.now()))}")


@dataclass(slots=True)
class Totals:
    """What the report counts. No value, id or text ever gets here."""

    rows: int = 0
    quarantined: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    rows_with: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def add(self, result: GateResult) -> None:
        """Count one result."""
        self.rows += 1
        self.quarantined += not result.ready
        self.kinds.update(str(span.kind) for span in result.spans)
        self.rows_with.update({str(span.kind) for span in result.spans})
        self.reasons.update(result.reasons)
        self.languages[result.language or "unread"] += 1

    def report(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {
            "gate_version": GATE_VERSION,
            "rows": self.rows,
            "ready": self.rows - self.quarantined,
            "quarantined": self.quarantined,
            "quarantine_rate": self.quarantined / self.rows if self.rows else None,
            "masked_by_kind": dict(sorted(self.kinds.items())),
            "rows_by_kind": dict(sorted(self.rows_with.items())),
            "rows_by_reason": dict(self.reasons.most_common()),
            "rows_by_language": dict(sorted(self.languages.items())),
        }


def read_rows(file: Path) -> Iterator[tuple[str, str, str | None]]:
    """Stream (id, text, language) of a file. Raises InputError naming file and row, never their content."""
    for row in read(file):
        if row.values is None:
            raise InputError(f"{row.problem}.".capitalize(), where=f"{file.name}, line {row.line}")
        row_id, text, language = (row.values.get(column) for column in COLUMNS)
        if row_id is None or not isinstance(text, str):
            raise InputError("A row needs id and text.", where=f"{file.name}, line {row.line}", mend="See --help.")
        yield str(row_id), text, language if isinstance(language, str) and language.strip() else None


def _masked_row(row_id: str, result: GateResult) -> bytes:
    row = {"id": row_id, "text": result.text, "state": result.state, "reasons": list(result.reasons)}
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
