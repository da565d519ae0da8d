"""Metadata made coarse: quarters, regions, no small cells."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.domain.errors import InputError
from annotator.privacy.coarsen import SUPPRESSED, UNKNOWN, quarter, region, suppress, suppress_rare

ROWS = st.lists(
    st.fixed_dictionaries(
        {"region": st.sampled_from("NSEW"), "quarter": st.sampled_from(["Q1", "Q2"]), "id": st.text(max_size=3)}
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (date(2025, 1, 1), "2025-Q1"),
        (date(2025, 3, 31), "2025-Q1"),
        (datetime(2025, 12, 31, 23, 59), "2025-Q4"),  # noqa: DTZ001 -- any date will do
        ("2025-04-01", "2025-Q2"),
        ("2025-09-30T10:00:00+02:00", "2025-Q3"),
    ],
)
def test_quarter(when, expected):
    assert quarter(when) == expected


def test_what_is_no_date_is_refused_and_not_repeated():
    with pytest.raises(InputError) as refused:
        quarter("born in spring")
    assert "spring" not in str(refused.value)


def test_region():
    regions = {"sampletown": "North", "specimen city": "South"}
    assert region("  SampleTown ", regions) == "North"
    assert region("north", regions) == "North"
    assert region("Unlisted Village", regions) == UNKNOWN


def test_small_cells_go_and_so_does_the_one_that_would_give_them_away():
    assert suppress({"a": 3, "b": 40, "c": 20, "d": 0}) == {"a": None, "b": 40, "c": None, "d": 0}
    assert suppress({"a": 3, "b": 4, "c": 20}) == {"a": None, "b": None, "c": 20}
    assert suppress({"a": 30}) == {"a": 30}


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 40)))
def test_no_small_count_is_left_and_none_can_be_subtracted(cells):
    shown = suppress(cells)
    assert all(count is None or count == 0 or count >= 10 for count in shown.values())
    hidden = [cell for cell, count in shown.items() if count is None]
    assert len(hidden) != 1 or sum(count > 0 for count in cells.values()) == 1


@given(ROWS, st.integers(2, 12))
def test_every_combination_is_shared(rows, smallest):
    result = suppress_rare(rows, ["region", "quarter"], smallest)
    sizes = Counter((row["region"], row["quarter"]) for row in result)
    assert [row["id"] for row in result] == [row["id"] for row in rows]
    if len(rows) >= smallest:
        assert all(size >= smallest for size in sizes.values())
    else:
        assert set(sizes) <= {(SUPPRESSED, SUPPRESSED)}


def test_large_cells_are_kept():
    rows = [{"region": "N", "quarter": "Q1"}] * 12
    assert suppress_rare(rows, ["region", "quarter"]) == rows


@pytest.mark.parametrize("smallest", [0, 1, -3])
def test_a_cell_of_one_hides_nobody(smallest):
    with pytest.raises(InputError):
        suppress({"a": 1}, smallest)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="quarter"):
        suppress_rare([{"region": "N"}], ["region", "quarter"])
