"""The environment a release was built in: the version of Python and of every package installed, one a line, in order."""

from __future__ import annotations

import platform
import re
from importlib.metadata import distributions

NAME = "environment.lock"


def environment_lock() -> str:
    """Return the lock; it names no machine and no place."""
    found = {(_normal(one.metadata["Name"]), one.version) for one in distributions() if one.metadata["Name"]}
    lines = [f"# Python {platform.python_version()}", *(f"{name}=={version}" for name, version in sorted(found))]
    return "\n".join(lines) + "\n"


def _normal(name: str) -> str:
    """Return a package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()
