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
    Role.ADJUDICATOR: "/coordinator/adjudication",
    Role.COORDINATOR: "/coordinator",
    Role.RESEARCHER: "/researcher",
    Role.ADMIN: "/coordinator",
}
"""The page each role starts from."""

COORDINATORS = frozenset({Role.COORDINATOR, Role.ADMIN})
"""Who may do what falls to a coordinator."""

MAY_INVITE: dict[Role, frozenset[Role]] = {
    Role.VOLUNTEER: frozenset(),
    Role.ADJUDICATOR: frozenset(),
    Role.RESEARCHER: frozenset(),
    Role.COORDINATOR: frozenset({Role.VOLUNTEER, Role.ADJUDICATOR, Role.RESEARCHER, Role.COORDINATOR}),
    Role.ADMIN: frozenset(Role),
}
"""Which roles each role may invite."""
