"""A file of postings becomes items: what is added, what is told apart, what is refused, and nothing lost."""

from __future__ import annotations

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.domain.errors import InputError
from annotator.domain.items import ItemState
from annotator.intake.files import MAX_LINE
from annotator.intake.run import ingest_file
from annotator.storage import items
from annotator.synthetic.corpus import write_corpus

ROWS = [
    {
        "id": f"d{n}",
        "text": f"Kitchen help wanted, shift {n}.",
        "source": "de-identified",
        "language": "en",
        "quarter": "2026-Q1",
    }
    for n in range(5)
]


def write(path, rows):
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def take(world, path):
    return ingest_file(world.database, world.project, path, "test", world.clock)


@pytest.mark.parametrize("name", ["p.jsonl", "p.csv", "p.parquet"])
def test_every_kind_of_file_gives_the_same_items(world, tmp_path, name):
    summary = take(world, write(tmp_path / name, ROWS))
    assert (summary.rows, summary.added, summary.rejected) == (5, 5, 0)
    item = world.item("d3")
    assert (item.text, item.language, item.quarter) == ("Kitchen help wanted, shift 3.", "en", "2026-Q1")


def test_de_identified_rows_stay_in_quarantine(world, tmp_path):
    assert take(world, write(tmp_path / "p.jsonl", ROWS)).quarantined == 5
    with world.database.reading() as session:
        assert items.count_by_state(session, world.project.id)[ItemState.READY] == 0


def test_reading_the_same_file_twice_adds_nothing(world, tmp_path):
    path = write(tmp_path / "p.jsonl", ROWS)
    take(world, path)
    again = take(world, path)
    assert (again.added, again.duplicates) == (0, 5)


def test_the_same_text_under_another_id_is_a_duplicate(world, tmp_path):
    rows = [*ROWS, {**ROWS[0], "id": "other"}]
    summary = take(world, write(tmp_path / "p.jsonl", rows))
    assert (summary.added, summary.duplicates, summary.rejected) == (5, 1, 0)


def test_the_same_id_with_another_text_is_rejected(world, tmp_path):
    take(world, write(tmp_path / "p.jsonl", ROWS))
    summary = take(world, write(tmp_path / "q.jsonl", [{**ROWS[0], "text": "Another posting."}]))
    assert (summary.added, summary.rejected) == (0, 1)
    assert "used before" in summary.rejects_file.read_text()


def test_bad_rows_go_to_the_rejects_file_and_the_rest_go_on(world, tmp_path):
    path = tmp_path / "p.jsonl"
    lines = [
        json.dumps(ROWS[0]),
        "not json",
        json.dumps([1]),
        json.dumps({**ROWS[1], "quarter": "May"}),
        json.dumps(ROWS[2]),
    ]
    path.write_text("\n".join(lines) + "\n" + "x" * (MAX_LINE + 10) + "\n" + json.dumps(ROWS[3]) + "\n")
    summary = take(world, path)
    assert (summary.rows, summary.added, summary.rejected) == (7, 3, 4)
    rejects = [json.loads(line) for line in summary.rejects_file.read_text().splitlines()]
    assert [row["line"] for row in rejects] == [2, 3, 4, 6]
    assert "JSON" in rejects[0]["reason"]
    assert "quarter" in rejects[2]["reason"]
    assert "shift" not in summary.rejects_file.read_text()


def test_csv_rows_keep_their_line_numbers_over_quoted_line_breaks(world, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text('id,text,source\n1,"two\nlines",de-identified\n2,too,many,fields\n3,fine,de-identified\n')
    summary = take(world, path)
    assert summary.added == 2
    assert [json.loads(line)["line"] for line in summary.rejects_file.read_text().splitlines()] == [4]


@pytest.mark.parametrize("name", ["p.jsonl", "p.csv", "p.parquet"])
def test_a_column_that_identifies_people_stops_the_whole_file(world, tmp_path, name):
    rows = [{**row, "phone": "555-0100"} for row in ROWS]
    with pytest.raises(InputError, match=r"could identify a person: phone"):
        take(world, write(tmp_path / name, rows))
    with world.database.reading() as session:
        assert sum(items.count_by_state(session, world.project.id).values()) == 0


def test_a_file_without_a_header_is_refused_without_a_word_of_its_postings(world, tmp_path):
    (tmp_path / "p.csv").write_text(
        'd1,"Call Jane on her phone, 202-555-0134",de-identified\nd2,Help wanted,de-identified\n'
    )
    with pytest.raises(InputError) as refused:
        take(world, tmp_path / "p.csv")
    assert "#2" in str(refused.value)
    assert "Jane" not in str(refused.value)


def test_a_line_without_an_end_is_passed_over_and_the_rest_goes_on(world, tmp_path):
    with (tmp_path / "p.csv").open("w") as file:
        file.write("id,text,source\n" + "," * (2 * MAX_LINE + 10) + "\nd1,Kitchen help wanted,de-identified\n")
    summary = take(world, tmp_path / "p.csv")
    assert (summary.added, summary.rejected) == (1, 1)
    assert "longer than" in summary.rejects_file.read_text()


def test_synthetic_rows_need_the_generators_manifest(world, tmp_path):
    path = write(tmp_path / "postings.jsonl", [{**row, "source": "synthetic"} for row in ROWS])
    with pytest.raises(InputError, match="manifest"):
        take(world, path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.txt", b"x", "kind of file"),
        ("p.parquet", b"not parquet", "not Parquet"),
        ("p.csv", b"", "first line"),
        ("p.csv", b"id,id\n1,2\n", "first line"),
        ("p.csv", b'"id"x,text,source\n', "first line"),
        ("p.jsonl", b'{"id": 1}\n', "missing: text, source"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(world, tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=says):
        take(world, tmp_path / name)


def test_a_missing_file_says_so(world, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        take(world, tmp_path / "nothing.jsonl")


def test_columns_that_are_not_ours_are_named_and_not_stored(world, tmp_path):
    summary = take(world, write(tmp_path / "p.jsonl", [{**row, "difficulty": 2} for row in ROWS]))
    assert summary.left_out == ("difficulty",)


def test_synthetic_rows_are_held_against_the_generators_own_words(world, tmp_path):
    write_corpus(tmp_path, 10, 4)
    path = tmp_path / "postings.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[3]["text"] += " Ask for Maximilian."
    summary = take(world, write(path, rows))
    assert (summary.ready, summary.rejected) == (9, 1)
    assert "generator never writes" in summary.rejects_file.read_text()
    assert "Maximilian" not in summary.rejects_file.read_text()


def test_a_corpus_turned_into_another_kind_of_file_still_comes_in(world, tmp_path):
    write_corpus(tmp_path, 10, 4)
    rows = [json.loads(line) for line in (tmp_path / "postings.jsonl").read_text().splitlines()]
    assert take(world, write(tmp_path / "postings.parquet", rows)).ready == 10
