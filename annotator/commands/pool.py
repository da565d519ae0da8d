"""`annotator pool`: the pool, who orders it, what comes next, and how much is left."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from annotator.commands.progress import terminal
from annotator.runtime import opened

if TYPE_CHECKING:
    from active_learning.audit import Estimate
    from annotator.learning.standing import Pool


def pool(
    items: Annotated[int, typer.Option(min=0, max=1000, help="How many of the next items to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the pool: items by state, whether the model or chance orders it and why, the next items, the judgements left.

    Example: annotator pool --items 20

    Shares come from the audit slice alone: items that chance set apart, whoever labelled them and when. Their intervals hold
    the chance of the sample, not that of the answers.
    """
    from annotator.learning.forecasting import forecast_left
    from annotator.learning.standing import read_pool

    with opened() as service:
        common = (service.database, service.project, service.schema)
        with terminal().status("Playing the rest of the campaign"):
            forecast_left(*common, service.now())
        found = read_pool(*common, n_waiting=items)
        share = service.project.audit_share
    if as_json:
        typer.echo(json.dumps(pool_report(found, share), indent=2))
    else:
        _show(found, share)


def pool_report(found: Pool, audit_share: float) -> dict[str, Any]:
    """Return the pool as plain JSON values."""
    left = found.left
    return {
        "states": {state.value: count for state, count in found.states.items()},
        "open": found.open,
        "model": found.model.version if found.model is not None else None,
        "trained_at": found.model.created_at.isoformat(timespec="seconds") if found.model is not None else None,
        "order": {
            "by": "model" if found.model_orders else "chance",
            "reason": found.reason,
            "audit_share": audit_share,
            "model_share": min(found.model.share, 1 - audit_share) if found.model is not None else 0.0,
        },
        "judgements_left": None if left is None else {**asdict(left), "at": left.at.isoformat(timespec="seconds")},
        "audited": found.audited,
        "prevalence": {value: _estimate(one) for value, one in found.prevalence.items()},
        "model_accuracy": None if found.accuracy is None else _estimate(found.accuracy),
        "next": [asdict(one) for one in found.waiting],
    }


def _estimate(one: Estimate) -> dict[str, Any]:
    return {"value": one.value if one.n else None, "low": one.low, "high": one.high, "n": one.n}


def _show(found: Pool, audit_share: float) -> None:
    console = Console(highlight=False)
    console.print(
        f"{found.open:,} items open; "
        + ", ".join(f"{count:,} {state.value}" for state, count in found.states.items() if count)
    )
    who = "The model orders the pool" if found.model_orders else "Chance orders the pool"
    version = f" (version {found.model.version})" if found.model is not None else ""
    console.print(f"{who}{version}: {found.reason}. The audit has {audit_share:.0%} of the picks.")
    if found.left is not None:
        console.print(f"{found.left}; {found.left.certain:.0%} of the open items are expected to end certain.")
    _show_shares(console, found)
    if found.waiting:
        table = Table("next", "bits of an answer", "risk", "answers", title="First in line", title_justify="left")
        for one in found.waiting:
            risk = "unknown" if one.risk is None else f"{one.risk:.3f}"
            table.add_row(one.public_id, f"{one.priority:.3f}", risk, str(one.answers))
        console.print(table)


def _show_shares(console: Console, found: Pool) -> None:
    if not found.audited:
        console.print("No item of the audit slice is answered yet, so no share is known.")
        return
    table = Table("rating", "share of all items", "95 % interval", title_justify="left")
    table.title = f"From {found.audited:,} items of the audit slice"
    for value, one in found.prevalence.items():
        table.add_row(value, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}")
    if found.accuracy is not None:
        accuracy = found.accuracy
        table.add_row("classifier right", f"{accuracy.value:.3f}", f"{accuracy.low:.3f} to {accuracy.high:.3f}")
    console.print(table)
