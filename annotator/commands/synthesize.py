"""`annotator synthesize`: make synthetic postings with planted truth, or audit the generator for shortcuts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from annotator.commands.progress import bar, terminal
from annotator.synthetic.corpus import POSTINGS, TRUTH, write_corpus
from annotator.synthetic.manifest import NAME

if TYPE_CHECKING:
    from annotator.synthetic.audit import Audit

_STEP = 500
_ITEMS, _AUDIT_ITEMS = 500, 6000


def synthesize(
    items: Annotated[
        int | None, typer.Option(min=1, help=f"How many postings; {_ITEMS}, or {_AUDIT_ITEMS} for an audit.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write into; made where it is missing.")] = Path(
        "synthetic"
    ),
    audit: Annotated[bool, typer.Option("--audit", help="Write nothing; look for shortcuts to the rating.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the audit as JSON.")] = False,
) -> None:
    """Make synthetic postings, their planted truth apart, and the manifest that ingest asks for.

    Example: annotator synthesize --items 500 --seed 7 --out corpus

    With --audit it measures whether length, metadata, identity cues or bare words give the rating away, and
    ends with 1 when one of them does. Example: annotator synthesize --audit --items 6000 --seed 7 --json
    """
    if audit:
        _audit(items or _AUDIT_ITEMS, seed, as_json=as_json)
    else:
        _write(out, items or _ITEMS, seed)


def _write(out: Path, items: int, seed: int) -> None:
    console = terminal()
    with bar(console, "Writing postings", items) as show:
        written = 0

        def advance(count: int) -> None:
            nonlocal written
            written += count
            if written % _STEP == 0:
                show(written)

        manifest = write_corpus(out, items, seed, advance)
    shares = ", ".join(f"{rating}: {count / items:.0%}" for rating, count in manifest.counts["rating"].items())
    console.print(f"{items:,} postings of seed {seed} in {out}: {POSTINGS}, {TRUTH}, {NAME}. By rating: {shares}.")


def _audit(items: int, seed: int, *, as_json: bool) -> None:
    from annotator.synthetic.audit import audit  # scikit-learn takes a second that writing does not need

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=terminal()) as progress:
        task = progress.add_task("drawing postings", total=None)
        result = audit(items, seed, lambda step: progress.update(task, description=f"measuring: {step}"))
    if as_json:
        typer.echo(json.dumps(result.to_json(), indent=2))
    else:
        Console().print(_table(result))
    if not result.passed:
        raise typer.Exit(1)


def _table(result: Audit) -> Table:
    table = Table(title=f"Shortcut audit, {result.items:,} postings of seed {result.seed}")
    for column in ("measured on", "value", "95 % interval", "asked for", "n", ""):
        table.add_column(column, justify="left" if column == "measured on" else "right")
    for finding in result.findings:
        table.add_row(
            finding.name,
            f"{finding.value:.3f}",
            f"{finding.low:.3f} to {finding.high:.3f}",
            f"{finding.least:.2f} to {finding.most:.2f}",
            f"{finding.n:,}",
            "[green]passed[/green]" if finding.passed else "[red]failed[/red]",
        )
    return table
