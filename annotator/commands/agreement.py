"""`annotator agreement`: how far annotators agree, with intervals, from labels in a CSV file."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table


class Level(StrEnum):
    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def agreement(
    labels: Annotated[Path, typer.Argument(help="CSV file with columns task, worker, label.", metavar="LABELS.csv")],
    level: Annotated[Level, typer.Option(help="What the distance between two classes means.")] = Level.NOMINAL,
    bootstrap: Annotated[int, typer.Option(min=0, help="Draws of items for the intervals; 0 for none.")] = 1000,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="What the intervals shall hold.")] = 0.95,
    classes: Annotated[
        str, typer.Option(help="Classes in order, separated by commas; numbers are in order anyway.")
    ] = "",
    by: Annotated[
        list[str] | None, typer.Option(help="Also slice by this column, such as version; may be repeated.")
    ] = None,
    separator: Annotated[str, typer.Option(help="Labels are sets, separated so: alpha with the MASI distance.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same intervals.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure agreement: alpha of all labels, of each annotator against the rest, of each slice; kappa of each pair.

    Example: annotator agreement labels.csv --level ordinal --bootstrap 1000 --by version --json

    Where a measure is undefined its value is null and the reason is given. Sets of tags:
    annotator agreement tags.csv --separator ";"
    """
    with Console(stderr=True).status("Measuring agreement"):
        if separator:
            report = _sets(labels, separator, bootstrap=bootstrap, confidence=confidence, seed=seed)
        else:
            named = [name.strip() for name in classes.split(",")] if classes else None
            report = _classes(labels, named, by or [], level, bootstrap=bootstrap, confidence=confidence, seed=seed)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        _show(report)


def _classes(
    path: Path, classes: list[str] | None, by: list[str], level: Level, *, bootstrap: int, confidence: float, seed: int
) -> dict[str, Any]:
    from annotator.consensus.files import COLUMNS, label_matrix, read_columns, slice_codes
    from annotator.consensus.reports import agreement_report

    table = read_columns(path, [*COLUMNS, *by])
    matrix = label_matrix(path, table, classes)
    slices = {column: slice_codes(path, table, column) for column in by}
    return agreement_report(
        matrix, level=str(level), bootstrap=bootstrap, confidence=confidence, seed=seed, slices=slices
    )


def _sets(path: Path, separator: str, *, bootstrap: int, confidence: float, seed: int) -> dict[str, Any]:
    import numpy as np

    from annotator.consensus.files import COLUMNS, read_columns
    from annotator.consensus.sets import masi_alpha

    table = read_columns(path, COLUMNS)
    sets = [
        [] if text is None else [part.strip() for part in text.split(separator)] for text in table["label"].to_pylist()
    ]
    found = masi_alpha(
        table["task"],
        table["worker"],
        sets,
        bootstrap=bootstrap,
        confidence=confidence,
        rng=np.random.default_rng(seed),
    ).to_json()
    settings = {"bootstrap": bootstrap, "confidence": confidence, "seed": seed}
    return {"level": "masi", "alpha": found.pop("value"), **found, **settings}


def _show(report: dict[str, Any]) -> None:
    table = Table("measure", "value", f"{report['confidence']:.0%} interval", "items", "labels", "raters")

    def add(name: str, one: dict[str, Any]) -> None:
        value = "undefined" if one["value"] is None else f"{one['value']:.3f}"
        span = one["reason"] if one["low"] is None else f"{one['low']:.3f} to {one['high']:.3f}"
        table.add_row(name, value, span, *(f"{one[key]:,}" for key in ("n_items", "n_labels", "n_raters")))

    add(f"alpha ({report['level']})", report | {"value": report["alpha"]})
    for key in ("percent_agreement", "fleiss_kappa"):
        if key in report:
            add(key.replace("_", " "), report[key])
    for title, found in (
        ("agreement on", report.get("positive_agreement", {})),
        ("alpha of", report.get("workers", {})),
    ):
        for name, one in found.items():
            add(f"{title} {name}", one)
    for column, found in report.get("slices", {}).items():
        for name, one in found.items():
            add(f"alpha where {column} is {name}", one)
    for one in report.get("pairs") or []:
        add(f"kappa of {' and '.join(one['workers'])}", one)
    Console().print(table)
