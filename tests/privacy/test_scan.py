"""`annotator privacy scan`: three formats in, a report without values and masked rows out."""

from __future__ import annotations

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from annotator.commands.privacy import app
from annotator.domain.errors import InputError

ROWS = [
    {"id": "1", "text": "Call 202-555-0134 or jane@example.com", "language": "en"},
    {"id": "2", "text": "Find me on Telegram as blue sparrow", "language": "en"},
    {"id": "3", "text": "Cook wanted, 40 hours a week", "language": ""},
    {"id": "4", "text": "Cercasi cameriere", "language": "it"},
]
VALUES = ("202", "0134", "jane", "example.com", "sparrow", "Cercasi")


def write(path, rows):
    if path.suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    elif path.suffix == ".csv":
        with path.open("w", newline="") as file:
            table = csv.DictWriter(file, rows[0].keys())
            table.writeheader()
            table.writerows(rows)
    else:
        pq.write_table(pa.Table.from_pylist([{**row, "other": 1} for row in rows]), path)


def scan(*arguments):
    return CliRunner().invoke(app, ["scan", *map(str, arguments), "--no-ner"])


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_report_and_masked_rows(tmp_path, suffix):
    source, report, out = tmp_path / f"rows{suffix}", tmp_path / "report.json", tmp_path / "masked.jsonl"
    write(source, ROWS)
    result = scan(source, "--report", report, "--out", out)
    assert result.exit_code == 0, result.output
    told = json.loads(report.read_text())
    assert (told["rows"], told["ready"], told["quarantined"], told["quarantine_rate"]) == (4, 2, 2, 0.5)
    assert told["masked_by_kind"] == {"email": 1, "handle": 1, "phone": 1, "withheld": 1}
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [set(row) for row in rows] == [{"id", "text", "state", "reasons"}] * 4
    assert [row["text"] for row in rows] == [
        "Call <PHONE> or <EMAIL>",
        "Find me on Telegram as <HANDLE>",
        "Cook wanted, 40 hours a week",
        "<WITHHELD>",
    ]
    for value in VALUES:
        assert value not in report.read_text() + out.read_text() + result.output


def test_an_empty_file_has_no_rate(tmp_path):
    source, report = tmp_path / "rows.jsonl", tmp_path / "report.json"
    source.write_text("")
    assert scan(source, "--report", report).exit_code == 0
    assert json.loads(report.read_text())["quarantine_rate"] is None


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("rows.txt", "x", "kind of file"),
        ("rows.jsonl", '{"id": 1, "text": "fine"}\n{"text": "secret 202"}', "line 2"),
        ("rows.jsonl", '{"id": 1, "text": 5}', "line 1"),
        ("rows.jsonl", "secret 202", "line 1"),
        ("rows.jsonl", '["secret 202"]', "line 1"),
        ("rows.csv", "a,b\nsecret,202\n", "line 2"),
        ("rows.parquet", "secret 202", "Parquet"),
    ],
)
def test_bad_input_is_named_and_not_repeated(tmp_path, name, content, told):
    source = tmp_path / name
    source.write_text(content)
    error = scan(source, "--report", tmp_path / "report.json").exception
    assert isinstance(error, InputError)
    assert told in str(error)
    assert "202" not in str(error)


def test_a_missing_file_and_its_own_input_are_refused(tmp_path):
    source = tmp_path / "rows.jsonl"
    assert isinstance(scan(source, "--report", tmp_path / "r.json").exception, InputError)
    write(source, ROWS)
    assert isinstance(scan(source, "--report", source).exception, InputError)
    assert json.loads(source.read_text().splitlines()[0]) == ROWS[0]


def test_help_shows_an_example():
    assert "Example: annotator privacy scan" in CliRunner().invoke(app, ["scan", "--help"]).output
