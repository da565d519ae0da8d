"""The benchmarks page is what the generator makes of the recorded results, and nothing recorded is of a benchmark that is gone."""

from __future__ import annotations

from benchmarks._page import KNOWN, PAGE, RESULTS, TOLD_IN, about, page, recorded


def test_the_page_is_made_from_the_recorded_results():
    assert PAGE.read_text(encoding="utf-8") == page(recorded()), "run `python -m benchmarks --page`"


def test_every_record_and_every_place_told_is_of_a_benchmark_that_exists():
    assert {path.stem for path in RESULTS.glob("*.json")} <= set(KNOWN)
    assert set(TOLD_IN) <= set(KNOWN)
    assert [name for name in TOLD_IN if not (PAGE.parent / TOLD_IN[name]).is_file()] == []


def test_every_benchmark_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in KNOWN if f"python -m benchmarks.{name}`" not in text] == []
    assert all(map(about, KNOWN))
