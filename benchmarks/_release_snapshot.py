"""A made-up snapshot for the benchmark of releases: postings of thirds of synthetic ones, judged by people who are mostly right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from annotator.domain.schema import Schema
from annotator.insight.frozen_facts import guideline_facts
from annotator.synthetic.generator import generate
from exports import columns
from exports.frozen import BATCH, GUIDELINE, Frozen, FrozenWriter

SOURCES = 8_000
PEOPLE = 400


def snapshot(folder: Path, schema: Schema, n_items: int, n_judgements: int) -> Frozen:
    """Write a snapshot of postings made of thirds of synthetic ones, with judgements of people who are mostly right."""
    rng = np.random.default_rng(1)
    sources = [posting.text.split("\n") for posting in generate(SOURCES, 1)]
    writer = FrozenWriter(folder, schema.labels)
    for begin in range(0, n_items, BATCH):
        writer.write(_batch(schema, sources, range(begin, min(begin + BATCH, n_items)), n_judgements, rng))
    (folder / GUIDELINE).mkdir()
    return writer.finish(_facts(schema, n_items * n_judgements))


def _facts(schema: Schema, n_judgements: int) -> dict:
    """Return what a freeze would have counted, as far as documents ask for it; the figures are made up."""
    titles = {spec.name: spec.name for spec in schema.labels}
    undefined = {"value": None, "low": None, "high": None, "n_items": 0, "reason": "not measured here"}
    names = ("judgements", "annotators", "cannot_tell", "skips", "notes_withheld", "unadjudicated")
    left_out = dict.fromkeys(("unfinished", "quarantined", "withdrawn"), 0)
    return {
        "project": "bench",
        "purpose": "measuring",
        "guideline": guideline_facts(schema),
        "labels": columns.specs_to_json(schema.labels, titles),
        "overlap": 5,
        "frozen_at": "2026-01-01T00:00:00+00:00",
        "made_by": "annotator",
        "counts": dict.fromkeys(names, 0) | {"judgements": n_judgements, "left_out": left_out},
        "workload": {},
        "guidelines": {f"{schema.name} {schema.version}": n_judgements},
        "guideline_reviews": [],
        "withdrawals_outstanding": 0,
        "gate_of_intake": {},
        "agreement": [{"label": name, "title": title, "cannot_tell": 0} | undefined for name, title in titles.items()],
        "consensus": {name: {"method": "bench", "parameters": {}} for name in titles},
    }


def _batch(schema: Schema, sources: list, numbers: range, n_judgements: int, rng: np.random.Generator) -> dict:
    n = len(numbers)
    ids = [f"b-{number:07d}" for number in numbers]
    texts = [
        "\n".join(_third(sources[one], place) for place, one in enumerate(row))
        for row in rng.integers(SOURCES, size=(n, 3))
    ]
    items = {
        "id": ids,
        "text": texts,
        "sha256": [f"{number:064x}" for number in numbers],
        "source": ["synthetic"] * n,
        "language": ["en"] * n,
        "campaign": [f"c-{number // 3:07d}" for number in numbers],
        "epoch": [f"202{number % 6}-H1" for number in numbers],
        "region": ["north"] * n,
        "quarter": ["2026-Q1"] * n,
        "generator": ["1.0.0"] * n,
        "seed": [1] * n,
        "difficulty": [0.5] * n,
    }
    rows = n * n_judgements
    owner = np.repeat(np.arange(n), n_judgements)
    people = [f"A-{person:016d}" for person in rng.integers(PEOPLE, size=rows)]
    order = np.tile(np.arange(1, n_judgements + 1), n)
    key = {"item": pa.array(ids).take(pa.array(owner)), "order": order, "annotator": people}
    judged = dict(key)
    for name, value in (
        ("guideline", "postings"),
        ("guideline_version", "1.0.0"),
        ("guideline_sha256", "0" * 64),
        ("time_band", "2026-Q1"),
        ("duration_band", "1 to 3 min"),
        ("assistance", "none"),
        ("pick", "random"),
    ):
        judged[name] = [value] * rows
    judged["cannot_tell"] = np.zeros(rows, bool)
    judged["propensity"] = pa.nulls(rows, pa.float64())
    agreed: dict = {
        "item": ids,
        "judgements": [n_judgements] * n,
        "cannot_tell": [0] * n,
        "method": ["OrdinalDawidSkene"] * n,
        "adjudicated": [None] * n,
        "adjudicated_by": [None] * n,
        "adjudication_cause": [None] * n,
    }
    for spec in schema.labels:
        k = len(spec.values)
        truth = rng.choice(k, n, p=None if k > 3 else [0.1] * (k - 1) + [1 - 0.1 * (k - 1)])
        codes = np.where(rng.random(rows) < 0.9, truth[owner], rng.integers(k, size=rows))
        judged[spec.name] = pa.array(spec.values).take(pa.array(codes))
        shares = np.round(rng.dirichlet(np.ones(k), n), 4).astype(np.float32)
        agreed[spec.name] = pa.array(spec.values).take(pa.array(truth))
        agreed[f"{spec.name}_uncertainty"] = shares[:, 0]
        for place, value in enumerate(spec.values):
            agreed[columns.soft(spec, value)] = shares[:, place]
            agreed[columns.votes(spec, value)] = [1] * n
    marks = rng.poisson(1.5, rows)
    row = np.repeat(np.arange(rows), marks)
    starts = rng.integers(0, 200, len(row))
    labels = pa.array([spec.name for spec in schema.labels[1:13]]).take(pa.array(rng.integers(12, size=len(row))))
    spans = {name: pa.array(values).take(pa.array(row)) for name, values in key.items()}
    spans |= {
        "question": ["indicators"] * len(row),
        "label": labels,
        "state": ["present"] * len(row),
        "start": starts,
        "end": starts + 40,
        "text": [
            texts[owner[one]][start : start + 40] for one, start in zip(row.tolist(), starts.tolist(), strict=True)
        ],
    }
    judged["result"] = _results(judged["concern"].to_pylist(), labels.to_pylist(), starts.tolist(), marks.tolist())
    specs = schema.labels
    schemas = {"items": columns.ITEMS, "annotations": columns.judged_frozen(specs)}
    schemas |= {"consensus": columns.agreed(specs), "spans": columns.SPANS}
    made = {"items": items, "annotations": judged, "consensus": agreed, "spans": spans}
    return {
        name: pa.table([pa.array(made[name][field.name]).cast(field.type) for field in table], schema=table)
        for name, table in schemas.items()
    }


def _third(lines: list[str], place: int) -> str:
    words = " ".join(lines).split(" ")
    return " ".join(words[place * len(words) // 3 : (place + 1) * len(words) // 3])


def _results(ratings: list, labels: list, starts: list, marks: list) -> list[str]:
    found, at = [], 0
    for rating, count in zip(ratings, marks, strict=True):
        regions = [
            f'{{"id":"r{n}","from_name":"indicators","to_name":"text","type":"labels","value":{{"start":{starts[n]},'
            f'"end":{starts[n] + 40},"labels":["{labels[n]}"]}}}},{{"id":"r{n}","from_name":"indicators_state",'
            f'"to_name":"text","type":"choices","value":{{"start":{starts[n]},"end":{starts[n] + 40},"choices":["present"]}}}}'
            for n in range(at, at + count)
        ]
        at += count
        regions.append(
            f'{{"id":"c","from_name":"concern","to_name":"text","type":"choices","value":{{"choices":["{rating}"]}}}}'
        )
        found.append(f"[{','.join(regions)}]")
    return found
