"""What a coordinator can change of a project: each setting explained, its bounds, and which values go together.

Values travel as one flat mapping from name to number, shares as shares (0.1 is a tenth). Storing them is `storage.project_settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from annotator.domain.errors import InputError
from annotator.domain.limits import PRECAUTIONARY, Limits, bounds_of, looser
from annotator.domain.words import marked, worded

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `does` says what it is for, `meanwhile` what becomes of what is in progress when it changes."""

    name: str
    title: str
    does: str
    meanwhile: str
    least: float
    most: float
    unit: str = ""
    share: bool = False  # a share: pages show it in a hundred


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    settings: tuple[Setting, ...]


class SettingsError(InputError):
    """Values that are not taken; `problems` says why of each, by name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        where, what = next(iter(problems.items()))
        super().__init__(what, where=where)
        self.problems = dict(problems)


_OPEN_ITEMS = "Unfinished items follow within a minute; nobody loses one in hand, and no answer is dropped. What is finished stays so."
_NEXT_LEASE = "What is in somebody's hands keeps the time it was given with."


def _limit(name: str, title: str, does: str) -> Setting:
    least, most = bounds_of(name)
    return Setting(name, title, does, _NEXT_LEASE, least, most)


GROUPS = (
    Group(
        "People an item gets",
        (
            Setting(
                "overlap",
                "People at the least",
                "Nothing is settled before so many people have answered.",
                _OPEN_ITEMS,
                1,
                50,
            ),
            Setting(
                "max_overlap",
                "People at the most",
                "While the rating is uncertain, more people are asked, up to so many; then an adjudicator decides.",
                "An item that has as many answers already is settled, or goes to an adjudicator.",
                1,
                50,
            ),
            Setting(
                "risk_threshold",
                "Risk at which an item is done",
                "The chance that the most probable rating is wrong, at or under which nobody more is asked.",
                "Open items that are certain enough are settled; finished ones are not opened again.",
                0.001,
                0.5,
                "%",
                share=True,
            ),
            Setting(
                "lease_seconds",
                "Time to hold an item",
                "After so many seconds an item goes back to the pool; the limits of exposure may end it sooner.",
                _NEXT_LEASE,
                60,
                86_400,
                marked("seconds"),
            ),
        ),
    ),
    Group(
        "Chance and the model",
        (
            Setting(
                "audit_share",
                "Audit slice",
                "The share of items, and of what is handed out, that is left to chance: prevalence and lift are judged on it alone.",
                "It holds from the next item on. Every item keeps its number, so a larger slice holds the smaller one.",
                0,
                1,
                "%",
                share=True,
            ),
            Setting(
                "retrain_every",
                "Answers before training again",
                "The classifier that orders the pool is trained anew after so many answers.",
                "A training that runs is finished; the next one follows the new number.",
                1,
                1_000_000,
                marked("answers"),
            ),
        ),
    ),
    Group(
        "Control items",
        (
            Setting(
                "control_first",
                "First items of everybody",
                "So many items, all with known answers, come first for each volunteer.",
                "Who is past them keeps going; places not reached yet follow the new number.",
                0,
                50,
                marked("items"),
            ),
            Setting(
                "control_rate",
                "Control rate",
                "The share of later items that have a known answer; 0 switches control items off altogether.",
                "A control item in hand is finished as one; places not reached yet follow the new rate.",
                0,
                0.5,
                "%",
                share=True,
            ),
        ),
    ),
    Group(
        "Exposure",
        (
            _limit("active_minutes", "Minutes of labelling before a break", "After so long a break is due."),
            _limit("break_minutes", "Minutes of a break", "A break lasts so long, at the least."),
            _limit("session_minutes", "Minutes of labelling in a session", "After so long the session is over."),
            _limit(
                "session_gap_minutes", "Minutes before a new session", "So long without labelling begins a new session."
            ),
            _limit(
                "day_minutes", "Minutes of labelling in a day", "After so long nothing more is handed out that day."
            ),
            _limit("week_days", "Days with labelling", "Labelling happens on so many days in any seven in a row."),
            _limit(
                "quiet_from", "Quiet from this hour", "Nothing is handed out from here, on the volunteer's own clock."
            ),
            _limit(
                "quiet_until",
                "Quiet until this hour",
                "From here on items are handed out again; the same hour is none.",
            ),
            _limit("concern_run", "Postings of high concern in a row", "After so many the next one is a mild one."),
            _limit("item_minutes", "Minutes with one posting", "One posting is held, and counts, for no longer."),
        ),
    ),
)
SETTINGS = {setting.name: setting for group in GROUPS for setting in group.settings}
LIMITS = tuple(field.name for field in fields(Limits))
CONTROLS = ("control_first", "control_rate")
FOR_OPEN_ITEMS = ("overlap", "max_overlap", "risk_threshold")
"""Settings whose change is carried over to the items that are open."""


def check(before: Values, after: Values, *, may_be_looser: bool = False) -> None:
    """Say whether values may take the place of others. What does not change is not asked about, save where it goes with what does.

    Raises:
        SettingsError: some are no settings, are out of bounds, do not go together, or allow more exposure than the precautionary limits and
            than the project does now.
    """
    unknown = {name: marked("There is no such setting.") for name in after if name not in SETTINGS}
    if unknown:
        raise SettingsError(unknown)
    changed = [name for name in SETTINGS if after[name] != before[name]]
    problems = {name: problem for name in changed if (problem := _out_of_bounds(SETTINGS[name], after[name]))}
    if {"overlap", "max_overlap"} & set(changed) and after["max_overlap"] < after["overlap"]:
        problems.setdefault(
            "max_overlap",
            str(worded("Fewer than the {least} people an item gets at the least.", least=f"{after['overlap']:g}")),
        )
    if not problems and not may_be_looser:
        problems |= _looser(before, after)
    if problems:
        raise SettingsError(problems)


def limits_in(values: Values) -> Limits:
    """Return the limits of exposure among the values. Raises `InputError` where one is out of bounds."""
    return Limits(**{name: int(values[name]) for name in LIMITS})


def _out_of_bounds(setting: Setting, value: float) -> str:
    if not setting.share and not float(value).is_integer():
        return marked("Give a whole number.")
    if setting.least <= value <= setting.most:
        return ""
    scale = 100 if setting.share else 1
    least, most = f"{setting.least * scale:g}", f"{setting.most * scale:,.10g}"
    if setting.share:
        return str(worded("Give {least} to {most} %.", least=least, most=most))
    return str(worded("Give {least} to {most}.", least=least, most=most))


def _looser(before: Values, after: Values) -> dict[str, str]:
    """Limits that would allow more than the precautionary ones, and more than the project's own do now."""
    new = limits_in(after)
    wide = set(looser(new)) & set(looser(new, limits_in(before)))
    usual = asdict(PRECAUTIONARY)
    return {
        name: str(
            worded(
                "Looser than the precautionary {usual}. Limits can be made stricter here, never looser.",
                usual=usual[name],
            )
        )
        for name in LIMITS
        if name in wide
    }
