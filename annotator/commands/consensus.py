"""`annotator consensus`: from labels in a CSV file to the class of each task and the skill of each worker."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from annotator.consensus.em import ExpectationMaximisation, MakePasses
    from annotator.consensus.labels import LabelMatrix
    from annotator.consensus.majority import Majority


class Method(StrEnum):
    MAP = "map"
    ORDINAL = "ordinal"
    DAWID_SKENE = "dawid-skene"
    ONE_COIN = "one-coin"
    MAJORITY = "majority"


def consensus(
    labels: Annotated[Path, typer.Argument(help="CSV file with columns task, worker, label.", metavar="LABELS.csv")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write into; made where it is missing.")],
    truth: Annotated[
        Path | None, typer.Option(help="CSV file with columns task, label; adds the accuracy to the report.")
    ] = None,
    method: Annotated[
        Method, typer.Option(help="map: workers with few labels shrink to the pool. ordinal: the same, for ratings.")
    ] = Method.MAP,
    prior: Annotated[
        Path | None,
        typer.Option(help="CSV file with task and a classifier's probability of each class (map, ordinal)."),
    ] = None,
    classes: Annotated[
        str, typer.Option(help="Classes in order, separated by commas; numbers are in order anyway.")
    ] = "",
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="What the intervals shall hold.")] = 0.95,
) -> None:
    """Find the class of each task, and how far each worker can be relied on.

    Example: annotator consensus labels.csv --truth truth.csv --method map --out consensus

    Writes consensus.csv (a row a task), workers.csv, confusion.csv and report.json. Ties are shown, not settled: the
    label is left empty, and counts in the accuracy as a fair draw among the tied classes.
    """
    from annotator.consensus.cluster import passes_on
    from annotator.consensus.files import read_labels, read_prior, read_truth
    from annotator.consensus.problem import Passes
    from annotator.consensus.tables import task_table
    from annotator.runtime import cluster, read_settings

    with Console(stderr=True).status("Reading labels") as status:
        names = [name.strip() for name in classes.split(",")] if classes else None
        matrix = read_labels(labels, names)
        _check(method, matrix, prior)
        known = None if truth is None else read_truth(truth, matrix)
        status.update(f"Fitting {matrix.n_labels:,} labels of {matrix.n_tasks:,} tasks by {matrix.n_workers:,} workers")
        with cluster(read_settings()) as machines:
            passes = Passes if machines is None else passes_on(machines)
            model = _fitted(method, matrix, None if prior is None else read_prior(prior, matrix), passes)
        status.update("Writing")
        out.mkdir(parents=True, exist_ok=True)
        _write_csv(out / "consensus.csv", task_table(matrix, model.posterior_))
        report = _report(method, matrix, model) | _workers(out, matrix, model, confidence)
        if known is not None:
            report = _scores(known, matrix, model) | report
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    said = f"accuracy {report['accuracy']:.4f} on {report['n_truth']:,} tasks; " if known is not None else ""
    Console(stderr=True, highlight=False).print(f"{said}{report['n_tied']:,} tied; written to {out}")


def _check(method: Method, matrix: LabelMatrix, prior: Path | None) -> None:
    from annotator.domain.errors import InputError

    if method is Method.ORDINAL and not matrix.ordered:
        raise InputError("the order of the classes is not known.", where="--classes", mend="Name them in order.")
    if prior is not None and method not in (Method.MAP, Method.ORDINAL):
        raise InputError(f"{method} takes no prior.", where="--prior", mend="Use --method map or ordinal.")


def _fitted(
    method: Method, matrix: LabelMatrix, prior: NDArray[Any] | None, passes: MakePasses
) -> ExpectationMaximisation | Majority:
    from annotator.consensus.dawid_skene import DawidSkene, OneCoin
    from annotator.consensus.hierarchical import HierarchicalDawidSkene
    from annotator.consensus.majority import Majority
    from annotator.consensus.ordinal import OrdinalDawidSkene

    if method in (Method.MAP, Method.ORDINAL):
        model = OrdinalDawidSkene() if method is Method.ORDINAL else HierarchicalDawidSkene()
        return model.fit(matrix, prior=prior, passes=passes)
    if method is Method.MAJORITY:
        return Majority().fit(matrix)
    plain: dict[Method, type[DawidSkene | OneCoin]] = {Method.DAWID_SKENE: DawidSkene, Method.ONE_COIN: OneCoin}
    return plain[method]().fit(matrix, passes=passes)


def _report(method: Method, matrix: LabelMatrix, model: Any) -> dict[str, Any]:
    report = {
        "method": str(method),
        "n_tasks": matrix.n_tasks,
        "n_workers": matrix.n_workers,
        "n_labels": matrix.n_labels,
        "n_tied": int((model.predict() < 0).sum()),
        "classes": matrix.classes.tolist(),
    }
    if method is Method.MAJORITY:
        return report
    return report | {
        "parameters": model.get_params(),
        "class_prior": model.class_prior_.tolist(),
        "temper": model.skills_.temper,
        "converged": model.converged_,
        "n_iter": model.n_iter_,
        "log_likelihood": model.log_likelihood_.tolist(),
    }


def _workers(out: Path, matrix: LabelMatrix, model: Any, confidence: float) -> dict[str, Any]:
    """Write the tables of the workers, where the method has learned of them."""
    from annotator.consensus.tables import confusion_table, worker_table

    if not hasattr(model, "confusion_"):
        return {}
    _write_csv(out / "workers.csv", worker_table(matrix, model, confidence))
    _write_csv(out / "confusion.csv", confusion_table(matrix, model, confidence))
    return {"confidence": confidence}


def _scores(truth: NDArray[Any], matrix: LabelMatrix, model: Any) -> dict[str, Any]:
    from annotator.consensus.majority import Majority
    from annotator.consensus.skills import expected_accuracy

    return {
        "accuracy": expected_accuracy(model.posterior_, truth),
        "majority_accuracy": expected_accuracy(Majority().fit(matrix).posterior_, truth),
        "n_truth": int((truth != -1).sum()),
    }


def _write_csv(path: Path, table: pa.Table) -> None:
    from pyarrow import csv as pcsv

    from exports.csv_cells import defused

    pcsv.write_csv(defused(table), path)  # type: ignore[attr-defined]  # pyarrow types no csv
