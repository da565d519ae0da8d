"""`annotator simulate`: play a campaign on recorded or simulated answers, before anybody is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from active_learning.simulation.replay import Protocol
from annotator.commands.progress import bar, terminal

if TYPE_CHECKING:
    from active_learning.simulation.crowd import Crowd

_POLICIES = "random-majority,random-dawid-skene,uncertainty,activelab,adaptive"


def simulate(
    truth: Annotated[Path, typer.Option(help="CSV file with columns task, label: what the policies are scored by.")],
    report: Annotated[Path, typer.Option(file_okay=False, help="Folder to write into; made where it is missing.")],
    labels: Annotated[
        Path | None,
        typer.Option(help="CSV file with columns task, worker, label; without it, simulated people answer."),
    ] = None,
    items: Annotated[
        Path | None, typer.Option(help="CSV file with columns task, text: lets a classifier learn as answers come.")
    ] = None,
    policies: Annotated[str, typer.Option(help="Policies to compare, separated by commas.")] = _POLICIES,
    protocol: Annotated[
        Protocol,
        typer.Option(help="person: people come, and are given one of their items. item: an item's next answer comes."),
    ] = Protocol.PERSON,
    seeds: Annotated[int, typer.Option(min=1, help="How many campaigns a policy.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="The first seed; the same seeds give the same report.")] = 0,
    budget: Annotated[float, typer.Option(min=0.1, help="Judgements an item at the most.")] = 6.0,
    people: Annotated[int, typer.Option(min=2, help="Simulated people.")] = 30,
    answers: Annotated[int, typer.Option(min=1, help="How many simulated people could answer an item.")] = 10,
    skill: Annotated[str, typer.Option(help="Skills of simulated people: the lowest and the highest.")] = "0.75,0.85",
) -> None:
    """Play a campaign before asking anyone: how many judgements does each policy need?

    Example: annotator simulate --labels labels.csv --truth truth.csv --seeds 10 --protocol person --report simulation

    Writes report.json, curves.svg, curves.png and report.html. Stopped and called again, it goes on.
    """
    from active_learning.simulation import policies as known, study
    from active_learning.simulation.bound import information_bound
    from active_learning.simulation.charts import draw
    from active_learning.simulation.inputs import read_material
    from active_learning.simulation.page import write_page
    from active_learning.simulation.report import report as sum_up

    chosen = known.policies([name.strip() for name in policies.split(",") if name.strip()])
    material = read_material(truth, labels, items, _crowd(people, answers, skill), seed)
    plan = study.Plan(chosen, protocol, seeds, seed, budget)
    report.mkdir(parents=True, exist_ok=True)
    console, done = terminal(), 0
    with bar(console, "Playing campaigns", study.work(material, plan)) as show:

        def told(more: int) -> None:
            nonlocal done
            done += more
            show(done)

        curves = study.run(material, plan, report / "campaigns", told)
    targets = study.majority_targets(material.labels, material.truth, np.random.default_rng(seed))
    bound = information_bound(material.labels, material.truth, material.texts, np.random.default_rng(seed))
    found = sum_up(material, plan, curves, targets, bound)
    (report / "report.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    write_page(found, draw(found, report), report / "report.html")
    Console().print(_table(found))
    console.print(f"Written to {report}: report.json, report.html, curves.svg, curves.png.")


def _crowd(people: int, answers: int, skill: str) -> Crowd:
    from active_learning.simulation.crowd import Crowd
    from annotator.domain.errors import InputError

    try:
        low, high = (float(part) for part in skill.split(","))
    except ValueError as error:
        raise InputError(f"{skill!r} is not two numbers.", where="--skill", mend="Use 0.75,0.85.") from error
    return Crowd(people, answers, low, high)


def _table(found: dict[str, Any]) -> Table:
    table = Table(title=f"Judgements an item to reach; {found['seeds']} seeds, protocol {found['protocol']}")
    table.add_column("policy")
    for target, accuracy in found["targets"].items():
        table.add_column(f"{target} ({accuracy:.3f})", justify="right")
    for name, policy in found["policies"].items():
        table.add_row(name, *(_reached(policy, target) for target in found["targets"]))
    table.add_row("information bound", *(f"{value:.2f}" for value in found["bound"]["judgements"].values()))
    if found["bound"]["text_accuracy"] is not None:
        name = f"the same, by how often texts alone are right ({found['bound']['text_accuracy']:.3f})"
        table.add_row(name, *(f"{value:.2f}" for value in found["bound"]["judgements_by_accuracy"].values()))
    return table


def _reached(policy: dict[str, Any], target: str) -> str:
    value, (low, high) = policy["judgements_to"][target], policy["judgements_to_interval"][target]
    if value is None:
        return "not reached"
    ends = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return f"{value:.2f}{ends}"
