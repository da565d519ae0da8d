"""Metadata made coarse: quarters."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from annotator.domain.errors import InputError
from annotator.privacy.coarsen import quarter


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
