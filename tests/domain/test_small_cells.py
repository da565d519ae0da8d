"""Small counts are not shown, nor those that would give them away."""

from __future__ import annotations

from hypothesis import given, strategies as st

from annotator.domain.small_cells import suppress


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
