"""Each tool's export as it writes it: who said what of which text, when, and what is no answer."""

from __future__ import annotations

import json
import zipfile

import pytest

from annotator.domain.errors import InputError
from annotator.moving.gathering import gather
from annotator.moving.record import Asked
from annotator.moving.tools import reader
from tests.moving import exports
from tests.moving.exports import FEE, PLAIN, WORDS, place


def texts(tool, path, asked=Asked()):  # noqa: B008 -- a frozen value
    return {one.text: one for one in gather(reader(tool)(path, asked))}


def said(given):
    marks = [(mark.name, mark.label, FEE[mark.start : mark.end]) for mark in given.marks]
    return dict(given.values), marks


def test_label_studio(tmp_path):
    found = texts("label-studio", exports.label_studio(tmp_path))
    given = found[FEE].given
    assert said(given["1"]) == ({"rating": ("weak",)}, [("tags", "fee", WORDS)])
    assert (given["1"].seconds, given["1"].at.isoformat()) == (21.5, "2026-01-14T09:30:11.250000+00:00")
    assert said(given["ben@example.org"]) == ({"rating": ("none",)}, [])
    assert given["3"].skipped
    assert found[FEE].left_out == {"prediction": 1}
    assert found[PLAIN].given == {}


def test_label_studio_says_a_passages_state_with_the_passage(tmp_path):
    region = exports.studio_labels("indicators", FEE, "FEE")
    state = {**region, "from_name": "indicators_state", "type": "choices"}
    state["value"] = {key: region["value"][key] for key in ("start", "end", "text")} | {"choices": ["present"]}
    task = exports.studio_task(1, FEE, exports.studio_annotation(1, 1, region, state))
    (mark,) = texts("label-studio", exports.document(tmp_path / "p.json", [task]))[FEE].given["1"].marks
    assert mark.about == {"indicators_state": ("present",)}


def test_doccano_by_person_over_two_projects(tmp_path):
    found = texts("doccano", exports.doccano(tmp_path / "out"))
    assert said(found[FEE].given["anna"]) == ({"label": ("weak",)}, [("label", "fee", WORDS)])
    assert said(found[FEE].given["ben"]) == ({"label": ("none",)}, [])
    assert found[PLAIN].given == {}, "no label at all is no answer"


def hub(**columns):
    return {
        "text": FEE,
        "rating": {"user_id": ["1", "2"], "value": ["weak", "none"], "status": ["submitted"] * 2} | columns,
    }


@pytest.mark.parametrize(
    ("tool", "name", "row"),
    [
        ("doccano", "a.jsonl", {"text": FEE, "label": [], "relations": 3}),
        ("prodigy", "a.jsonl", {"text": FEE, "answer": "accept", "relations": True}),
        ("label-studio", "a.json", [{"data": {"text": FEE}, "predictions": 2.5}]),
        (
            "label-studio",
            "a.json",
            [exports.studio_task(1, FEE, {"result": [{"type": "labels", "id": {}, "value": 1}]})],
        ),
        ("argilla", "a.jsonl", hub(status=["submitted"])),
        ("argilla", "a.jsonl", hub(value="weak")),
        ("potato", "annotated_instances.jsonl", {"text": FEE, "behavioral_data": ["x"]}),
        ("potato", "user_state.json", {"instance_id_to_label_to_value": {"1": [[{"schema": "s", "name": "n"}]]}}),
        ("potato", "user_state.json", {"instance_id_to_label_to_value": {"1": [["n", True]]}}),
        ("potato", "user_state.json", {"instance_id_to_span_to_value": {"1": {"tags": [None]}}}),
        ("potato", "user_state.json", {"instance_id_to_span_to_value": ["1"]}),
    ],
)
def test_what_a_tool_never_writes_is_said_with_its_place(tmp_path, tool, name, row):
    (tmp_path / "texts.jsonl").write_text(json.dumps({"id": "1", "text": FEE}))
    (tmp_path / name).write_text(json.dumps(row))
    with pytest.raises(InputError, match="is not as the tool writes it") as told:
        texts(tool, tmp_path / name, Asked(texts=tmp_path / "texts.jsonl"))
    assert name in told.value.where


@pytest.mark.parametrize("damage", [b"PK\x03\x04 cut off", None], ids=["cut off", "half"])
def test_a_damaged_zip_is_said(tmp_path, damage):
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as packed:
        packed.writestr("ben.jsonl", json.dumps({"text": FEE, "label": ["weak"]}))
    content = (tmp_path / "out.zip").read_bytes()
    (tmp_path / "out.zip").write_bytes(damage or content.replace(b"weak", b"WEAK"))
    with pytest.raises(InputError, match="not a zip file"):
        texts("doccano", tmp_path / "out.zip")


def test_a_table_with_an_endless_cell_is_said(tmp_path):
    (tmp_path / "annotated_instances.csv").write_text("user,instance_id,displayed_text\nann,1," + "x" * 10_000_001)
    with pytest.raises(InputError, match="not CSV"):
        texts("potato", tmp_path / "annotated_instances.csv")


def test_doccano_as_its_zip(tmp_path):
    folder = exports.doccano(tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as packed:
        packed.write(folder / "ben.jsonl", "ben.jsonl")
    assert list(texts("doccano", tmp_path / "out.zip")[FEE].given) == ["ben"]


def test_doccano_entities_with_relations_and_the_older_list_of_annotations(tmp_path):
    start, end = place(FEE)
    entity = {"id": 3, "label": "fee", "start_offset": start, "end_offset": end}
    relation = {"id": 1, "from_id": 3, "to_id": 3, "type": "same"}
    new = exports.jsonl(tmp_path / "all.jsonl", [{"id": 1, "text": FEE, "entities": [entity], "relations": [relation]}])
    found = texts("doccano", new)[FEE]
    assert said(found.given["all"]) == ({}, [("entities", "fee", WORDS)])
    assert found.left_out == {"relation": 1}
    rows = [{"label": 4, "user": 1, "created_at": "2026-01-14T09:30:00Z"}, {**entity, "user": 2}]
    old = exports.jsonl(tmp_path / "old.jsonl", [{"id": 1, "text": FEE, "annotations": rows}])
    given = texts("doccano", old)[FEE].given
    assert said(given["1"]) == ({"label": ("4",)}, [])
    assert said(given["2"]) == ({}, [("label", "fee", WORDS)])


def test_argilla(tmp_path):
    found = texts("argilla", exports.argilla(tmp_path))[FEE]
    (anna, ben) = found.given.values()
    assert said(anna) == ({"rating": ("weak",)}, [("tags", "fee", WORDS)])
    assert ben.skipped
    assert found.left_out == {"suggestion": 1}


@pytest.mark.parametrize(
    "row",
    [
        {
            "text": FEE,
            "rating.responses": ["weak"],
            "rating.responses.users": ["u1"],
            "rating.responses.status": ["submitted"],
        },
        {"text": FEE, "rating": [{"user_id": "u1", "value": "weak", "status": "submitted"}]},
        {"text": FEE, "rating": {"user_id": ["u1"], "value": ["weak"], "status": ["submitted"]}},
    ],
    ids=["flattened", "older", "older, on the Hub"],
)
def test_argilla_in_its_other_forms(tmp_path, row):
    found = texts("argilla", exports.document(tmp_path / "r.json", [{"id": "r1", "status": "completed", **row}]))
    assert said(found[FEE].given["u1"]) == ({"rating": ("weak",)}, [])


def test_prodigy(tmp_path):
    found = texts("prodigy", exports.prodigy(tmp_path))
    anna = found[FEE].given["jobs-anna"]
    assert said(anna) == ({"accept": ("weak",)}, [("spans", "fee", WORDS)])
    assert anna.at.isoformat() == "2026-01-14T09:30:11+00:00"
    assert found[PLAIN].given["jobs-anna"].skipped


def test_prodigy_a_binary_label_that_was_rejected_says_not_that_label(tmp_path):
    rows = [{"text": FEE, "label": "weak", "answer": "reject", "_session_id": "jobs-ben"}]
    given = texts("prodigy", exports.jsonl(tmp_path / "b.jsonl", rows))[FEE].given
    assert said(given["jobs-ben"]) == ({"label": ("not weak",)}, [])


def test_potato_in_its_three_forms(tmp_path):
    (first,) = texts("potato", exports.potato(tmp_path / "one"))[FEE].given.items()
    assert (first[0], said(first[1]), first[1].seconds) == (
        "anna@example.org",
        ({"rating": ("weak",)}, [("span", "fee", WORDS)]),
        21.0,
    )
    table = texts("potato", exports.potato_table(tmp_path / "table"))[FEE].given
    assert {who: given.values for who, given in table.items()} == {
        "anna@example.org": {"rating": ("weak",)},
        "ben@example.org": {"rating": ("none",)},
    }
    states, data = exports.potato_two(tmp_path / "two")
    assert said(texts("potato", states, Asked(texts=data))[FEE].given["anna"]) == (
        {"rating": ("weak",)},
        [("tags", "fee", WORDS)],
    )


def test_of_two_answers_to_one_question_the_later_counts(tmp_path):
    rows = [
        {"text": FEE, "options": [], "accept": [value], "answer": "accept", "_annotator_id": "a", "_timestamp": at}
        for value, at in (("weak", 1768383011), ("none", 1768383000))
    ]
    found = texts("prodigy", exports.jsonl(tmp_path / "twice.jsonl", rows))[FEE]
    assert (found.given["a"].values, found.superseded) == ({"accept": ("weak",)}, 1)


@pytest.mark.parametrize(
    ("tool", "name", "content", "says"),
    [
        ("label-studio", "p.json", [{"id": 1, "text": FEE, "rating": "weak"}], r"p.json, task 1 .*no data.*JSON_MIN"),
        ("label-studio", "p.json", "[{]", r"p.json, line 1: This is not JSON"),
        (
            "label-studio",
            "p.json",
            [{"id": 1, "data": {"a": "x", "b": "y"}}],
            r"which field holds the text.*text: NAME",
        ),
        ("doccano", "p.jsonl", '{"text": "a", "label": []}\nnot json\n', r"p.jsonl, line 2: The line is not JSON"),
        ("doccano", "p.jsonl", '{"text": "a", "label": [[0, 1]]}\n', r"line 1 .*span is not a start, an end and a tag"),
        ("doccano", "p.jsonl", '{"id": 4, "text": "a"}\n', r"line 1 \(id 4\): The line has no labels"),
        ("argilla", "p.json", [{"fields": {"text": "a"}}], r"record 1 .*no responses.*to_json"),
        ("prodigy", "p.jsonl", '{"text": "a"}\n', r"line 1: The line has no answer.*db-out"),
        ("potato", "annotated_instances.tsv", "a\tb\nx\ty\n", r"line 2: This is not a table of Potato's"),
        ("potato", "annotated_instances.tsv", "a\tb\nx\n", r"line 2: 1 cells under 2 names"),
        (
            "potato",
            "user_state.json",
            {"instance_id_to_label_to_value": {"p1": []}},
            r"no text of this instance.*--texts",
        ),
    ],
)
def test_a_file_that_will_not_do_says_what_where_and_how_to_mend_it(tmp_path, tool, name, content, says):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError, match=says):
        texts(tool, path)


def test_a_tool_that_nobody_reads_and_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="Use label-studio, doccano"):
        reader("brat")
    with pytest.raises(InputError, match="no such file"):
        texts("doccano", tmp_path / "nothing.jsonl")
