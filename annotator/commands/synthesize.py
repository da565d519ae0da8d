"""`annotator synthesize`: make synthetic postings with planted truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from annotator.synthetic.corpus import POSTINGS, TRUTH, write_corpus
from annotator.synthetic.manifest import NAME, Manifest

_STEP = 500


def synthesize(
    items: Annotated[int, typer.Option(min=1, help="How many postings.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write into; made where it is missing.")] = Path(
        "synthetic"
    ),
) -> None:
    """Make synthetic postings, their planted truth apart, and the manifest that ingest asks for.

    Example: annotator synthesize --items 500 --seed 7 --out corpus
    """
    manifest = write_with_progress(out, items, seed)
    Console(stderr=True).print(
        f"{items:,} postings of seed {seed} in [bold]{out}[/bold]: {POSTINGS}, {TRUTH}, {NAME}. "
        f"By rating: {_shares(manifest)}."
    )


def write_with_progress(out: Path, items: int, seed: int) -> Manifest:
    """Write a corpus with a progress bar on stderr."""
    columns = (TextColumn("Writing postings"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("postings", total=items)
        waiting = 0

        def advance(count: int) -> None:
            nonlocal waiting
            waiting += count
            if waiting >= _STEP:
                progress.advance(task, waiting)
                waiting = 0

        manifest = write_corpus(out, items, seed, advance)
        progress.update(task, completed=items)
    return manifest


def _shares(manifest: Manifest) -> str:
    ratings = manifest.counts["rating"]
    return ", ".join(f"{rating}: {count / manifest.items:.0%}" for rating, count in ratings.items())
