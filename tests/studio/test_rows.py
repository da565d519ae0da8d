"""The key in its two forms."""

from __future__ import annotations

import uuid

from hypothesis import given, strategies as st

from annotator.studio.rows import key_number, key_uuid


@given(st.text())
def test_a_key_gives_a_uuid_and_a_number_that_any_reader_of_json_holds_exactly(key):
    assert uuid.UUID(key_uuid(1, key)).version == 5
    assert 0 <= key_number(key) < 2**53
    assert key_uuid(1, key) != key_uuid(2, key)
    assert int(float(key_number(key))) == key_number(key)


@given(st.sets(st.text(), min_size=2, max_size=50))
def test_different_keys_stay_different(keys):
    assert len({key_uuid(1, key) for key in keys}) == len({key_number(key) for key in keys}) == len(keys)
