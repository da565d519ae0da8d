"""The log is JSON, bears the request's id, and holds nobody's identity."""

from __future__ import annotations

import logging

import orjson
import pytest
import structlog

from annotator import logs
from annotator.domain.ids import new_id


@pytest.fixture
def lines(tmp_path):
    """Log to a file; return what stands in it. The set-up of before comes back afterwards."""
    root = logging.getLogger()
    before, level, ours = root.handlers[:], root.level, logging.getLogger("annotator").level
    configured = structlog.get_config()
    file = tmp_path / "web.log"
    logs.configure(file)
    yield lambda: [orjson.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("annotator").setLevel(ours)
    structlog.configure(**configured)


def test_a_line_is_one_json_object_with_time_and_level(lines):
    structlog.get_logger("annotator.x").info("duty done", duty="retrain")
    (line,) = lines()
    assert line["event"] == "duty done"
    assert line["level"] == "info"
    assert line["duty"] == "retrain"
    assert line["timestamp"].endswith("Z")


def test_what_may_not_be_written_is_withheld_at_any_depth(lines):
    structlog.get_logger("annotator.x").warning(
        "slip", email="ada@example.org", said={"password": "p", "n": [1, {"text": "t"}]}
    )
    (line,) = lines()
    assert line["email"] == "(withheld)"
    assert line["said"] == {"password": "(withheld)", "n": [1, {"text": "(withheld)"}]}


def test_a_library_s_warnings_go_the_same_way(lines):
    logging.getLogger("somebody.else").warning("mind %s", "this")
    (line,) = lines()
    assert line["event"] == "mind this"


def test_a_failed_statement_does_not_tell_its_values(lines, database):
    from sqlalchemy import text

    log, address = structlog.get_logger("annotator.x"), f"{new_id()}@example.org"
    try:
        with database.engine.begin() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:a)"), {"a": address})
    except Exception:
        log.exception("failed")
    assert "nowhere" in lines()[0]["exception"]
    assert address not in str(lines())


def test_a_request_s_lines_bear_its_id_and_its_pattern_but_no_address(site, lines):
    reply = site.client().post("/api/v1/session", json={"email": "ada@example.org", "password": "not this one"})
    (line,) = [each for each in lines() if each["event"] == "request"]
    assert line["request"] == reply.headers["X-Request-ID"]
    assert (line["route"], line["status"]) == ("/api/v1/session", 401)
    assert "ada@" not in str(lines())
    assert "not this one" not in str(lines())


def test_a_log_that_has_grown_is_turned_over_and_five_of_it_are_kept(lines, tmp_path, monkeypatch):
    handler = logging.getLogger().handlers[0]
    monkeypatch.setattr(handler, "maxBytes", 500)
    log = structlog.get_logger("annotator.x")
    for number in range(100):
        log.info("line", number=number)
    files = sorted(tmp_path.glob("web.log*"))
    assert [file.name for file in files] == ["web.log", *(f"web.log.{place}" for place in range(1, 6))]
    assert all(500 <= file.stat().st_size < 700 for file in files[1:])
    numbers = [
        orjson.loads(line)["number"] for file in [*files[:0:-1], files[0]] for line in file.read_text().splitlines()
    ]
    assert numbers == list(range(numbers[0], 100)), "no line is lost where one file ends"
