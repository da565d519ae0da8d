"""Whole numbers that come in: each has an end, since one that no column of a database holds would be a server error."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form

LARGEST = 2**53 - 1
"""The largest that may come in: the last one that JSON carries everywhere (RFC 8259, section 6)."""

FormNumber = Annotated[int, Form(ge=-LARGEST, le=LARGEST)]
"""A number of a form whose narrower bounds the domain knows, and explains."""
