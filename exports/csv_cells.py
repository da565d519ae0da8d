"""CSV that a spreadsheet shows as text: cells that it would run as a formula get an apostrophe in front (OWASP, CSV injection)."""

from __future__ import annotations

import re

import pyarrow as pa

from exports.arrow import compute as pc

_UNSEEN = "\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
_SIGNS = r"=+\-@" + "\uff1d\uff0b\uff0d\uff20"  # full-width ones too, which some spreadsheets take for the plain ones
_FORMULA = rf"^(?:[{_UNSEEN}]*[{_SIGNS}]|[\t\r])"
"""A sign, whatever a spreadsheet drops before it; read alike by Python and by Arrow's RE2."""
_BEGINS = re.compile(_FORMULA)


def shown(text: str) -> str:
    """Return the text, with an apostrophe in front where it begins like a formula."""
    return f"'{text}" if _BEGINS.match(text) else text


def defused(table: pa.Table) -> pa.Table:
    """Return the table with an apostrophe before every text that begins like a formula. Numbers stay as they are."""
    columns = [_defused(column) if _is_text(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _defused(column: pa.ChunkedArray) -> pa.ChunkedArray:
    formula = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(formula).as_py():
        return column
    apostrophe = pa.scalar("'", column.type)
    marked = pc.binary_join_element_wise(apostrophe, column, pa.scalar("", column.type))
    return pc.if_else(pc.fill_null(formula, False), marked, column)
