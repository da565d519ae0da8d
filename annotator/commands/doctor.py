"""`annotator doctor`: look at everything the service needs, say what is wrong and how to mend it. Changes nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from annotator.commands.checkup import examine
from annotator.commands.finding import Finding, Verdict
from annotator.domain.clock import SystemClock
from annotator.domain.errors import ConfigError
from annotator.runtime import read_settings

_SHOWN = {Verdict.WELL: "[green]well[/]", Verdict.WARNING: "[yellow]warning[/]", Verdict.WRONG: "[bold red]wrong[/]"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at settings, home, disk, database, worker, Label Studio and approvals. Exit code 1 where something is wrong.

    Example: annotator doctor
    """
    findings = _findings()
    if as_json:
        import orjson

        typer.echo(orjson.dumps([asdict(finding) for finding in findings], option=orjson.OPT_INDENT_2))
    else:
        _print(findings)
    if any(finding.verdict is Verdict.WRONG for finding in findings):
        raise typer.Exit(1)


def _findings() -> list[Finding]:
    try:
        return list(examine(read_settings(), SystemClock().now))
    except ConfigError as error:
        return [Finding("settings", Verdict.WRONG, error.what, error.mend)]


def _print(findings: list[Finding]) -> None:
    table = Table("Part", "How it is", "What was seen", "How to mend it", box=None, padding=(0, 2, 0, 0))
    for finding in findings:
        table.add_row(finding.part, _SHOWN[finding.verdict], finding.what, finding.mend)
    Console(highlight=False).print(table)
    wrong = sum(finding.verdict is Verdict.WRONG for finding in findings)
    warnings = sum(finding.verdict is Verdict.WARNING for finding in findings)
    typer.echo(f"\n{wrong} wrong, {warnings} to look at, {len(findings) - wrong - warnings} well.")
