"""Who has a say in a guideline, and when a version may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Body(StrEnum):
    SURVIVORS = "survivor-advisory-group"
    RIGHTS = "rights-review"

    @property
    def full_name(self) -> str:
        return _TITLES[self]


_TITLES = {
    Body.SURVIVORS: "Survivor advisory group",
    Body.RIGHTS: "Migrant- and sex-worker-rights review",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest word of each body on one version: whether it approved."""

    said: Mapping[Body, bool]

    @property
    def missing(self) -> list[Body]:
        """The bodies that have not approved, in their order."""
        return [body for body in Body if not self.said.get(body, False)]

    @property
    def approved(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Review:
    """What a body said of a version; dissent is kept beside the decision, whichever it is."""

    body: Body
    approved: bool
    words: str
    dissent: str = ""
