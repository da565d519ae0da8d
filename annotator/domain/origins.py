"""What is said of the origin of an answer that was not given here: `imported:TOOL:ID`, where the id names the import that brought it."""

from __future__ import annotations

_IMPORTED = "imported:"


def imported(name: str) -> str:
    """Return the origin of what came with an import; `name` is the tool and the import's id, as people are told it."""
    return f"{_IMPORTED}{name}"


def name_of(origin: str) -> str:
    """Return the name of the import that an origin tells of."""
    return origin.removeprefix(_IMPORTED)


def tool_of(origin: str) -> str:
    """Return the tool that an origin names."""
    return name_of(origin).partition(":")[0]
