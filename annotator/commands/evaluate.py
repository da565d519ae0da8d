"""`annotator evaluate`: score a tool's predictions against a release, and test whether identity cues move its rating."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from annotator.commands.progress import terminal

if TYPE_CHECKING:
    from exports.evaluate import CueScores, Evaluation
    from exports.scores import Score


_NOTHING = "\N{EN DASH}"


def evaluate(
    predictions: Annotated[
        Path,
        typer.Argument(
            help="CSV: item, and of any label its value or a column LABEL_p_VALUE for each.", metavar="PREDICTIONS.csv"
        ),
    ],
    release: Annotated[Path, typer.Option(help="Folder of the release.")],
    split: Annotated[str, typer.Option(help="Split to score: train, validation, test or hidden.")] = "test",
    apart: Annotated[Path | None, typer.Option(help="Folder of what travels apart; the hidden split needs it.")] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Score what is predicted; say how much is not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Score predictions against hard and soft labels with intervals, and run the bias test. Ends with 1 where a cue moves the rating.

    Example: annotator evaluate predictions.csv --release annotator-postings-1.0.0

    For the bias test, predict the texts of the release's bias/swaps.csv as well, under their own ids.
    """
    from exports import load_release
    from exports.evaluate import evaluate as score

    with terminal().status("Scoring"):
        away = load_release(apart) if apart is not None else None
        found = score(load_release(release), predictions, split, apart=away, partial=partial)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2))
    else:
        _show(found)
    if found.biased:
        raise typer.Exit(1)


def _show(found: Evaluation) -> None:
    console = Console()
    title = f"{found.release}, {found.split}: {found.n:,} items"
    table = Table(title=title + (f", {found.missing:,} without a prediction" if found.missing else ""))
    for column in ("label", "items", "score", "value", "95 % interval"):
        table.add_column(column, justify="left" if column in {"label", "score"} else "right")
    for label in found.labels:
        for place, (name, one) in enumerate({**label.hard, **label.soft}.items()):
            first = (label.label, f"{label.n:,}") if place == 0 else ("", "")
            table.add_row(*first, name, _number(one.value), _interval(one))
    console.print(table)
    if found.bias is None:
        console.print("No bias test: predict the texts of bias/swaps.csv as well, under their ids.", markup=False)
    else:
        console.print(_bias(found.bias))


def _bias(rows: list[CueScores]) -> Table:
    table = Table(
        title="Bias test: the same text, another cue", caption="Only a cue differs, so the rating must not move."
    )
    for column in ("cue", "changed to", "texts", "rating changes", "95 % interval", "moves by", "drift", ""):
        table.add_column(column, justify="left" if column in {"cue", "changed to"} else "right")
    for row in rows:
        verdict = "" if row.after else ("[green]holds[/green]" if row.passed else "[red]moves[/red]")
        changed = _NOTHING if row.changed.value is None else f"{row.changed.value:.1%}"
        values = (changed, _interval(row.changed), _number(row.moved.value), _number(row.drift.value), verdict)
        table.add_row(row.cue, row.after or "anything", f"{row.n:,}", *values)
    return table


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.3f}"


def _interval(one: Score) -> str:
    return _NOTHING if one.low is None else f"{_number(one.low)} to {_number(one.high)}"
