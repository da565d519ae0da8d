"""`annotator train`: train the classifier now, and say what it is worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from annotator.commands.progress import terminal
from annotator.runtime import cluster, executor_of, opened

if TYPE_CHECKING:
    from annotator.storage.tables_learning import ModelVersion


def train(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Train the classifier on all answers so far, score the pool, and take it into the consensus.

    The worker does this by itself as answers come (`ANNOTATOR_RETRAIN_EVERY`); nobody who labels waits for it.

    Example: annotator train

    Out of fold means: each item was scored by models that had not seen it, nor any item of its campaign.
    """
    from active_learning.spread import over
    from annotator.domain.errors import ConflictError
    from annotator.insight.consensus import refit
    from annotator.learning.forecasting import forecast_left
    from annotator.learning.training import train as train_now

    with opened() as service, cluster(service.settings) as machines, terminal().status("Reading answers") as status:
        common = (service.database, service.project, service.schema)
        found = train_now(
            *common,
            service.settings.home,
            service.now(),
            service.settings.features,
            report=lambda done: status.update(f"Reading texts: {done:,}"),
            each=over(executor_of(machines)),
        )
        if found is None:
            raise ConflictError("Nobody has rated anything yet.", mend="Train once there are answers.")
        status.update("Taking it into the consensus")
        refit(*common, service.now())
        forecast_left(*common, service.now())
    report = model_report(found)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        _show(report)


def model_report(model: ModelVersion) -> dict[str, Any]:
    """Return what the registry keeps of a version, without its parameters."""
    return {
        "version": model.version,
        "id": model.id,
        "created_at": model.created_at.isoformat(timespec="seconds"),
        "label": model.label,
        "features": model.features,
        "data_sha256": model.data_sha256,
        "n_answers": model.n_answers,
        "n_labelled": model.n_labelled,
        "n_items": model.n_items,
        "metrics": model.metrics,
        "lift": {
            "proven": model.lift_proven,
            "reason": model.lift_reason,
            "looks": model.looks,
            "share": model.share,
            "curve": model.curve,
        },
        "prior_of_consensus": model.usable,
    }


def _show(report: dict[str, Any]) -> None:
    metrics, table = report["metrics"], Table(title=f"Version {report['version']}", title_justify="left")
    table.add_column("out of fold")
    table.add_column("classifier", justify="right")
    table.add_column("prevalence alone", justify="right")
    table.add_row("accuracy", f"{metrics['accuracy']:.3f}", f"{metrics['most_common']:.3f}")
    table.add_row("log loss, nats", f"{metrics['log_loss']:.3f}", f"{metrics['log_loss_prior']:.3f}")
    table.add_row("AUC", "undefined" if metrics["auc"] is None else f"{metrics['auc']:.3f}", "0.500")
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"Trained on {report['n_labelled']:,} labelled of {report['n_items']:,} items, {report['n_answers']:,} answers; "
        f"data {report['data_sha256'][:12]}."
    )
    if metrics["fallback"]:
        console.print(f"It says the prevalence for every item: {metrics['fallback']}.")
    used = (
        "stands as every item's prior"
        if report["prior_of_consensus"]
        else "is not proven yet, and stays out of the consensus"
    )
    console.print(f"Its probability {used}.")
    reason = report["lift"]["reason"]
    console.print(f"Order of the pool: {reason}.")
