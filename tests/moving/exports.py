"""Tiny exports, each as the tool itself writes it; every text, name and address is made up."""

from __future__ import annotations

import json

FEE = "Kitchen help wanted. You pay for the uniform before you start. The contract is written."
PLAIN = "We are looking for kitchen help in a small hotel. The pay is monthly and the contract is written."
LEAKY = "Kitchen help wanted, write to cook@example.org before the start. You pay for the uniform."
HELD = "Kitchen help wanted. Ask for qzxvw 4x7k9 m2p5 at the door. You pay for the uniform."
ASTRAL = "Kitchen help wanted 🍎🍎. You pay for the uniform before you start."

WORDS = "You pay for the uniform"


def place(text, words=WORDS):
    start = text.index(words)
    return start, start + len(words)


def jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def document(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def studio_choice(name, *values, id_="c1"):
    return {"id": id_, "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(values)}}


def studio_labels(name, text, *labels, id_="r1", words=WORDS):
    start, end = place(text, words)
    value = {"start": start, "end": end, "text": words, "labels": list(labels)}
    return {"id": id_, "from_name": name, "to_name": "text", "type": "labels", "value": value, "origin": "manual"}


def studio_annotation(number, who, *result, cancelled=False):
    return {
        "id": number,
        "completed_by": who,
        "result": list(result),
        "was_cancelled": cancelled,
        "ground_truth": False,
        "created_at": "2026-01-14T09:30:11.250000Z",
        "updated_at": "2026-01-14T09:30:11.250000Z",
        "lead_time": 21.5,
        "prediction": {},
        "result_count": len(result),
        "unique_id": "3f6d0d3e-0000-4000-8000-00000000000" + str(number),
        "task": 1,
        "project": 1,
    }


def studio_task(number, text, *annotations, predictions=()):
    return {
        "id": number,
        "annotations": list(annotations),
        "predictions": list(predictions),
        "drafts": [],
        "data": {"text": text},
        "meta": {},
        "created_at": "2026-01-14T09:00:00.000000Z",
        "updated_at": "2026-01-14T09:30:11.250000Z",
        "inner_id": number,
        "total_annotations": len(annotations),
        "cancelled_annotations": 0,
        "total_predictions": len(predictions),
        "project": 1,
    }


def label_studio(folder):
    first = studio_annotation(1, 1, studio_choice("rating", "weak"), studio_labels("tags", FEE, "fee"))
    second = studio_annotation(2, {"id": 2, "email": "ben@example.org"}, studio_choice("rating", "none"))
    third = studio_annotation(3, 3, cancelled=True)
    predicted = {"id": 7, "result": [studio_choice("rating", "none")], "score": 0.4, "model_version": "m1"}
    tasks = [studio_task(1, FEE, first, second, third, predictions=[predicted]), studio_task(2, PLAIN)]
    return document(folder / "project-1.json", tasks)


def doccano(folder):
    """Two people of a project of text classification; one of them also marked passages, in a file of that project's."""
    jsonl(folder / "anna.jsonl", [{"id": 1, "text": FEE, "label": ["weak"], "Comments": []}])
    jsonl(folder / "ben.jsonl", [{"id": 1, "text": FEE, "label": ["none"]}, {"id": 2, "text": PLAIN, "label": []}])
    start, end = place(FEE)
    return jsonl(folder / "spans" / "anna.jsonl", [{"id": 9, "text": FEE, "label": [[start, end, "fee"]]}]).parents[1]


def argilla(folder):
    anna, ben = "5f2c1a3e-0000-4000-8000-000000000001", "5f2c1a3e-0000-4000-8000-000000000002"
    start, end = place(FEE)
    responses = {
        "rating": [{"value": "weak", "user_id": anna}, {"value": "none", "user_id": ben, "status": "discarded"}],
        "tags": [{"value": [{"start": start, "end": end, "label": "fee"}], "user_id": anna}],
    }
    record = {
        "id": "e1d5b0d2-0000-4000-8000-000000000003",
        "fields": {"text": FEE},
        "metadata": {},
        "suggestions": {"rating": {"value": "none", "score": 0.7, "agent": "m1"}},
        "responses": responses,
        "vectors": {},
        "status": "completed",
        "_server_id": "e1d5b0d2-0000-4000-8000-000000000004",
    }
    return document(folder / "records.json", [record])


def prodigy(folder):
    start, end = place(FEE)
    hashes = {"_input_hash": -1273482, "_task_hash": 889123}
    span = {"start": start, "end": end, "token_start": 5, "token_end": 9, "label": "fee"}
    options = [{"id": "none", "text": "None"}, {"id": "weak", "text": "Weak"}]
    who = {"_annotator_id": "jobs-anna", "_session_id": "jobs-anna", "_timestamp": 1768383011}
    rows = [
        {"text": FEE, **hashes, "options": options, "accept": ["weak"], "config": {"choice_style": "single"}},
        {"text": FEE, **hashes, "spans": [span], "_view_id": "spans_manual"},
        {"text": PLAIN, **hashes, "options": options, "accept": []},
        {"text": PLAIN, **hashes, "spans": [span]},
    ]
    answers = ("accept", "accept", "ignore", "reject")
    return jsonl(
        folder / "jobs.jsonl", [{**row, **who, "answer": answer} for row, answer in zip(rows, answers, strict=True)]
    )


def potato(folder):
    """Version 1: a folder a person."""
    start, end = place(FEE)
    span = {"start": start, "end": end, "span": WORDS, "annotation": "fee"}
    row = {
        "id": "p1",
        "displayed_text": FEE,
        "label_annotations": {"rating": {"weak": "2"}},
        "span_annotations": [span],
        "behavioral_data": {"time_string": "Time spent: 0d 0h 0m 21s "},
    }
    return jsonl(folder / "anna@example.org" / "annotated_instances.jsonl", [row]).parents[1]


def potato_table(folder):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "user\tinstance_id\tdisplayed_text\trating:::none\trating:::weak",
        f"anna@example.org\tp1\t{FEE}\t\tweak",
        f"ben@example.org\tp1\t{FEE}\tnone\t",
    ]
    path = folder / "annotated_instances.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def potato_two(folder):
    """Version 2: the state of each person, and the texts apart. Returns the folder and the file of texts."""
    start, end = place(FEE)
    span = {"schema": "tags", "name": "fee", "title": "fee", "start": start, "end": end, "id": "tags_0"}
    state = {
        "user_id": "anna",
        "instance_id_to_label_to_value": {"p1": [[{"schema": "rating", "name": "weak"}, "weak"]]},
        "instance_id_to_span_to_value": {"p1": [[span, "true"]]},
    }
    document(folder / "output" / "anna" / "user_state.json", state)
    return folder / "output", jsonl(folder / "items.json", [{"id": "p1", "text": FEE}])


def two_people(path, *texts):
    """An export of Label Studio's in which two people rate every text, and one marks a passage in each."""
    tasks = [
        studio_task(
            n,
            text,
            studio_annotation(2 * n, "anna", studio_choice("rating", "weak"), studio_labels("tags", text, "fee")),
            studio_annotation(2 * n + 1, "ben", studio_choice("rating", "weak")),
        )
        for n, text in enumerate(texts, start=1)
    ]
    return document(path / "p.json", tasks)
