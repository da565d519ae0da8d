"""Hostile files: formulas in every CSV we write; uploads that grow, nest, lie or never end are refused in bounded memory and time."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, strategies as st

from annotator.domain.items import ItemState
from annotator.domain.roles import Role
from annotator.storage import items
from annotator.web.frame.headers import MAX_BODY
from exports.csv_cells import defused, shown

UNSEEN = (
    "\x00=1",
    "\x00\x00@SUM(1)",
    "\x0b+1",
    "\x1b-1",
    "\x7f=1",
    "\x85=1",
    "\xa0=1",
    "\u200b=1",
    "\ufeff=1",
    "\u2028=1",
    " =1",
    "\n=1",
)
"""What a spreadsheet may drop or skip before a formula."""
WIDE = ("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(1)")
"""Full-width signs, which East Asian spreadsheets take for the plain ones (OWASP)."""
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example.org")')
PLAIN = ("1+1", "a=1", "'=1", "\u200ba", "\x00", "", " a", "\u00e9=", "\U0001f4a1=1")
HEADER = {"id": "a", "text": "Kitchen help wanted.", "source": "synthetic"}


def dangerous(text):
    """Cells that a spreadsheet would take for a formula."""
    numbers = "0123456789."
    return [
        cell
        for row in csv.reader(io.StringIO(text))
        for cell in row
        if cell.startswith(("=", "+", "@", "\t", "\r")) or (cell.startswith("-") and not set(cell[1:]) <= set(numbers))
    ]


def test_the_items_as_csv_hold_no_formula(shared):
    rows = [
        items.NewItem(
            f"{formula}", f"Text {n}", items.text_hash(f"T{n}"), "synthetic", ItemState.READY, campaign=formula
        )
        for n, formula in enumerate(FORMULAS)
    ]
    with shared.service.database.writing() as session:
        items.add(session, shared.service.project, rows, shared.service.now())
    text = shared.enter(Role.COORDINATOR).get("/coordinator/items.csv").text
    assert "=1+1" in text
    assert dangerous(text) == []


def test_the_command_line_s_csv_holds_no_formula(tmp_path):
    from annotator.commands.consensus import _write_csv

    table = pa.table({"task": list(FORMULAS), "value": pa.array([-0.5] * len(FORMULAS))})
    _write_csv(tmp_path / "out.csv", table)
    assert dangerous((tmp_path / "out.csv").read_bytes().decode()) == []


@pytest.mark.parametrize("text", [*FORMULAS, *UNSEEN, *WIDE])
def test_both_writers_defuse_what_a_spreadsheet_would_run_whatever_stands_before_it(text):
    assert shown(text) == f"'{text}"
    assert defused(pa.table({"text": [text]}))["text"].to_pylist() == [f"'{text}"]


@pytest.mark.parametrize("text", PLAIN)
def test_both_writers_leave_other_words_as_they_are(text):
    assert shown(text) == text
    assert defused(pa.table({"text": [text, None]}))["text"].to_pylist() == [text, None]


@given(st.text(st.characters(max_codepoint=0x3000), max_size=4))
def test_both_writers_agree_on_every_text(text):
    assert defused(pa.table({"text": [text]}))["text"].to_pylist() == [shown(text)]


def jsonl(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(table, **options):
    target = io.BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def zipped():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("postings.jsonl", b"0" * 50_000_000)
    return target.getvalue()


def damaged(data):
    return data[:40] + bytes(byte ^ 0x55 for byte in data[40:80]) + data[80:]


def wide_csv():
    return ("id,text,source," + ",".join(f"c{n}" for n in range(1_000_000)) + "\n").encode()


HOSTILE = {
    "a zip that says it is JSONL": ("a.jsonl", zipped),
    "a gzip that says it is Parquet": ("a.parquet", lambda: gzip.compress(b"0" * 50_000_000)),
    "an archive": ("a.zip", zipped),
    "one line of 40 MB": ("a.jsonl", lambda: b'{"id": "' + b"x" * 40_000_000 + b'"}'),
    "JSON 100,000 deep": ("a.jsonl", lambda: b"[" * 100_000 + b"]" * 100_000 + b"\n"),
    "an object 100,000 deep": ("a.jsonl", lambda: b'{"id":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"),
    "a number of 100,000 digits": ("a.jsonl", lambda: jsonl(HEADER)[:-2] + b', "x": ' + b"9" * 100_000 + b"}\n"),
    "invalid UTF-8": ("a.jsonl", lambda: b'{"id": "\xff\xfe", "text": "\xc3\x28", "source": "synthetic"}\n'),
    "invalid UTF-8 in CSV": ("a.csv", lambda: b"id,text,source\n\xff,\xc3\x28,synthetic\n"),
    "lone surrogates": ("a.jsonl", lambda: b'{"id": "a", "text": "\\ud800 wanted", "source": "synthetic"}\n'),
    "null characters": ("a.jsonl", lambda: jsonl(HEADER | {"text": "a\0b", "id": "\0"})),
    "a million columns": ("a.csv", wide_csv),
    "a quote that never ends": ("a.csv", lambda: b'id,text,source\na,"' + b"x" * 5_000_000),
    "columns of objects": ("a.jsonl", lambda: jsonl(HEADER | {"text": {"a": 1}, "id": [1]})),
    "Parquet cut off": ("a.parquet", lambda: parquet(pa.table({"id": ["a"]}))[:-20]),
    "Parquet with a damaged page": (
        "a.parquet",
        lambda: damaged(parquet(pa.table(dict.fromkeys(HEADER, ["abc"] * 5000)))),
    ),
    "Parquet of bytes that are no text": (
        "a.parquet",
        lambda: parquet(pa.table({"id": ["a"], "text": [b"\xff\xfe"], "source": ["synthetic"]})),
    ),
    "Parquet of 5,000 columns": ("a.parquet", lambda: parquet(pa.table({f"c{n}": [1] for n in range(5_000)}))),
    "no JSON numbers": ("a.jsonl", lambda: b'{"id": NaN, "text": Infinity, "source": -Infinity}\n'),
    "an empty file": ("a.csv", lambda: b""),
    "a name that climbs": ("../../../etc/a.jsonl", lambda: b"x\n"),
    "a name with an ending of its own": ("a.js\0onl", lambda: b"x\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_is_refused_plainly_and_adds_nothing(shared, name):
    file_name, content = HOSTILE[name]
    coordinator = shared.enter(Role.COORDINATOR)
    before = count(shared)
    reply = coordinator.post("/coordinator/postings", files={"file": (file_name, content())})
    assert reply.status_code in {200, 422}, name
    assert "Internal Server Error" not in reply.text
    assert count(shared) == before
    assert reply.status_code == 422 or "rejected" in reply.text
    assert list(shared.service.scratch().iterdir()) == [], "nothing of it is left behind"


def count(site):
    with site.service.database.reading() as session:
        return sum(items.count_by_state(session, site.service.project.id).values())


BOMB = """
import resource, sys, tracemalloc
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from pathlib import Path
from annotator.domain.errors import InputError
from annotator.intake.files import read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows, problem = 0, ""
try:
    for row in read(Path(sys.argv[1])):
        rows += 1
except InputError as error:
    problem = str(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, rows, problem)
"""


def grown(path):
    """Read a file in a process of its own; return by how many MB it grew, the rows and what was said."""
    done = subprocess.run(
        [sys.executable, "-c", BOMB, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    kilobytes, rows, *said = done.stdout.split(maxsplit=2)
    return int(kilobytes) // 1024, int(rows), said[0] if said else ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("line.jsonl", lambda: b'{"id": "' + b"x" * 200_000_000 + b'"}\n'),
        ("quote.csv", lambda: b'id,text,source\na,"' + b"x\n" * 2_000_000),
        # 400 MB of one letter in a file of a few kilobytes, and 4 GB of it as a dictionary of one long value
        ("bomb.parquet", lambda: parquet(pa.table({"text": ["x" * 4_000_000] * 100}), compression="zstd")),
        (
            "page.parquet",
            lambda: parquet(pa.table({"text": pa.DictionaryArray.from_arrays([0] * 2_000, ["x" * 2_000_000])})),
        ),
    ],
)
def test_reading_a_bomb_takes_bounded_memory(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content())
    megabytes, _, said = grown(path)
    assert megabytes < 256, said


@pytest.mark.parametrize("path", ["/api/v1/answers", "/sign-in", "/api/v1/session"])
def test_a_body_beyond_the_limit_is_refused_before_it_is_read(shared, path):
    client = shared.enter(Role.VOLUNTEER)
    assert client.post(path, content=b" " * (MAX_BODY + 1)).status_code == 413
    kind = {"Content-Type": "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"}
    assert client.post(path, content=iter([b"a" * 1_000_000] * 3), headers=kind).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b'{"lease": ' + b"9" * 5_000 + b"}",
        b'{"lease": "\\ud800", "result": [], "lead_time": 1, "key": "k"}',
        b'{"lease": "x", "result": [], "lead_time": 1e400, "key": "k"}',
        b'{"lease": "x", "result": [], "lead_time": NaN, "key": "k"}',
        b"\xff\xfe\x00\x00",
    ],
)
def test_a_hostile_body_is_the_sender_s_slip(shared, body):
    client = shared.enter(Role.VOLUNTEER)
    reply = client.post("/api/v1/answers", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in {400, 404, 422}
    assert reply.json()["error"]["what"]
