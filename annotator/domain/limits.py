"""The limits of exposure of a project, and what makes one set of them stricter than another.

The defaults are precautionary: no validated numeric cap was found. `exposure` applies them; nothing here knows the time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from annotator.domain.errors import InputError

_LEAST = {
    "active_minutes": 5,
    "break_minutes": 0,
    "session_minutes": 10,
    "session_gap_minutes": 1,
    "day_minutes": 10,
    "week_days": 1,
    "quiet_from": 0,
    "quiet_until": 0,
    "concern_run": 1,
    "item_minutes": 3,
}
_MOST = {"week_days": 7, "quiet_from": 23, "quiet_until": 23}
_LONGER_IS_STRICTER = ("break_minutes", "session_gap_minutes")
_QUIET = ("quiet_from", "quiet_until")


def bounds_of(name: str) -> tuple[int, int]:
    """Return the least and the largest value that a limit can have at all."""
    return _LEAST[name], _MOST.get(name, 1_000_000)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one person may be shown. Hours are of the person's own clock; `quiet_from == quiet_until` is none.

    Raises:
        InputError: a value is out of bounds.
    """

    active_minutes: int = 20  # labelling, before a break is due
    break_minutes: int = 5
    session_minutes: int = 45  # labelling, before a session is over
    session_gap_minutes: int = 60  # without labelling, before a new session begins
    day_minutes: int = 90  # labelling, in a local day
    week_days: int = 4  # local days with labelling, in any seven in a row
    quiet_from: int = 22
    quiet_until: int = 6
    concern_run: int = 3  # items of high concern in a row
    item_minutes: int = 10  # one item is held, and counts, for no longer

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value, (_, most) = getattr(self, name), bounds_of(name)
            if not least <= value <= most:
                raise InputError(f"{value} is out of bounds.", where=name, mend=f"Give {least} to {most}.")

    @property
    def quiet(self) -> frozenset[int]:
        """The hours of the day in which nothing is shown."""
        length = (self.quiet_until - self.quiet_from) % 24
        return frozenset((self.quiet_from + hour) % 24 for hour in range(length))


PRECAUTIONARY = Limits()
UNLIMITED = Limits(
    active_minutes=1_000_000,
    break_minutes=0,
    session_minutes=1_000_000,
    session_gap_minutes=1,
    day_minutes=1_000_000,
    week_days=7,
    quiet_from=0,
    quiet_until=0,
    concern_run=1_000_000,
    item_minutes=1_000_000,
)
"""For rehearsals, simulations and tests that are about something else; never for people."""


def looser(limits: Limits, than: Limits = PRECAUTIONARY) -> tuple[str, ...]:
    """Return the names of the limits that allow more than `than` does, in the order of the fields."""
    wider = not limits.quiet >= than.quiet
    found = []
    for name in (field.name for field in fields(Limits)):
        mine, theirs = getattr(limits, name), getattr(than, name)
        if name in _QUIET:
            more = wider and mine != theirs
        else:
            more = mine < theirs if name in _LONGER_IS_STRICTER else mine > theirs
        if more:
            found.append(name)
    return tuple(found)
