"""Metadata made coarse: a quarter instead of a date, small counts suppressed.

Pure functions. What they return is still personal data wherever the text is; they only make linking harder.
"""

from __future__ import annotations

from datetime import date, datetime

from annotator.domain.errors import InputError


def quarter(when: date | datetime | str) -> str:
    """Return a date as its quarter, such as "2025-Q2". A string is read as ISO 8601.

    Raises InputError where the string is no date.
    """
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when.strip())
        except ValueError:
            raise InputError("This is no ISO 8601 date.", where="date", mend="Write it as 2025-05-31.") from None
    return f"{when.year}-Q{(when.month + 2) // 3}"
