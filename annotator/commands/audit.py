"""`annotator audit`: check the audit log, and export how far it has come to where nobody here can write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotator.commands.progress import terminal
from annotator.domain.errors import InputError
from annotator.runtime import opened
from annotator.storage import anchors as anchor_files, audit_chain
from annotator.storage.audit_chain import Anchor, Report

app = typer.Typer(no_args_is_help=True, help="The audit log: check that nobody has touched it, keep its anchors.")

_SHOWN = 20


@app.command("verify")
def verify(
    anchors: Annotated[
        list[Path] | None,
        typer.Option("--anchor", help="A file of anchors kept elsewhere, one a line; may be given more than once."),
    ] = None,
) -> None:
    """Check every line of the audit log, its order and its end, also against anchors; exit with 1 where anything is wrong.

    The anchors that the worker keeps in the home folder are always compared.

    Example: annotator audit verify --anchor /media/safe/anchors.jsonl
    """
    with opened() as service:
        kept = anchor_files.read(service.settings.home / anchor_files.NAME)
        for path in anchors or ():
            if not path.is_file():
                raise InputError(f"There is no file {path}.", where="--anchor")
            kept += anchor_files.read(path)
        with terminal().status("Reading the audit log"), service.database.frozen() as session:
            report = audit_chain.verify(session, kept)
            now = audit_chain.anchor(session, service.now())
    _tell(report, now, len(kept))
    if not report.whole:
        raise typer.Exit(1)


@app.command("anchor")
def anchor(
    out: Annotated[Path | None, typer.Option(help="File to add the anchor to; without it, it is printed.")] = None,
) -> None:
    """Export how far the audit log has come, as one line to keep where nobody who runs this service can write.

    Example: annotator audit anchor --out /media/safe/anchors.jsonl
    """
    with opened() as service, service.database.frozen() as session:
        line = audit_chain.anchor(session, service.now()).to_json()
    if out is None:
        typer.echo(line)
        return
    with out.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    terminal().print(f"Added to {out}.")


def _tell(report: Report, now: Anchor, anchors: int) -> None:
    console = terminal()
    for finding in report.findings[:_SHOWN]:
        console.print(f"[red]chain {finding.chain}, line {finding.position}:[/red] {finding.what}")
    if len(report.findings) > _SHOWN:
        console.print(f"… and {len(report.findings) - _SHOWN} more.")
    compared = f"{anchors} anchor{'' if anchors == 1 else 's'} compared"
    if report.whole:
        console.print(f"{report.lines} lines, all as they were written; {compared}.")
        console.print(f"Digest now: {now.digest}", soft_wrap=True)
        if not anchors:
            console.print("Without an anchor, a log that was written anew as a whole would look the same.")
    else:
        console.print(f"{report.lines} lines read; {compared}. The log is not as it was written.")
