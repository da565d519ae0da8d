"""The length of a text is the same bytes on either database, whatever letters it is written in."""

from __future__ import annotations

import pytest
from sqlalchemy import literal, select

from annotator.storage.text_size import text_size


@pytest.mark.parametrize("text", ["", "Seasonal work", "Arbeit für Köche", "работа", "仕事 🙂", "a\nb"])
def test_it_counts_the_bytes_of_utf_8(database, text):
    with database.reading() as session:
        assert session.connection().scalar(select(text_size(literal(text)))) == len(text.encode())
