"""Who may do what kind of thing. A route declares the roles it admits; nothing is admitted by default."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    VOLUNTEER = "volunteer"
    ADJUDICATOR = "adjudicator"
    COORDINATOR = "coordinator"
    RESEARCHER = "researcher"
    ADMIN = "admin"


HOME = {
    Role.VOLUNTEER: "/label",
    Role.ADJUDICATOR: "/coordinator/items?state=adjudicating",
    Role.COORDINATOR: "/coordinator",
    Role.RESEARCHER: "/researcher",
    Role.ADMIN: "/coordinator",
}
"""The page each role starts from."""
