"""The tabs of a project's Data Manager: what coordinators look for first. Tabs of their own, and what they make of ours, stay.

A tab is known by its title: one that is there is left as it is, one that is missing is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotator.studio.client import StudioClient
from annotator.studio.column_names import AGREEMENT, ANSWERS, COLUMNS, RISK, STATE
from annotator.studio.failures import explained
from annotator.studio.wire import where

LOW_AGREEMENT = 0.67
_HIDDEN = (
    "tasks:inner_id",
    "tasks:completed_at",
    "tasks:cancelled_annotations",
    "tasks:annotations_results",
    "tasks:annotations_ids",
    "tasks:predictions_results",
    "tasks:file_upload",
    "tasks:storage_filename",
    "tasks:created_at",
    "tasks:updated_at",
    "tasks:updated_by",
    "tasks:avg_lead_time",
    "tasks:draft_exists",
    "tasks:annotators",
)


@dataclass(frozen=True, slots=True)
class View:
    """One tab: its title, which tasks it holds, and their order."""

    title: str
    filters: tuple[dict[str, Any], ...] = ()
    conjunction: str = "and"
    ordering: tuple[str, ...] = ()


VIEWS = (
    View("Needs adjudication", (where(f"data.{STATE}", "equal", "String", "adjudicating"),), ordering=(f"-{RISK}",)),
    View(
        "Most doubtful",
        (where(f"data.{ANSWERS}", "greater", "Number", 0), where(f"data.{STATE}", "not_equal", "String", "gold")),
        ordering=(f"-{RISK}",),
    ),
    View(
        "Low agreement",
        (
            where(f"data.{AGREEMENT}", "less", "Number", LOW_AGREEMENT),
            where(f"data.{ANSWERS}", "greater", "Number", 1),  # the server takes an empty number for 0
        ),
        ordering=(AGREEMENT,),
    ),
    View(
        "Done",
        (where(f"data.{STATE}", "equal", "String", "agreed"), where(f"data.{STATE}", "equal", "String", "gold")),
        conjunction="or",
    ),
    View("All"),
)


def arrange(client: StudioClient, project: int) -> int:
    """Make the tabs that are missing; return how many were made."""
    sdk = client.sdk
    with explained("Reading the tabs of the Data Manager"):
        there = {(view.data or {}).get("title") for view in map(_plain, sdk.views.list(project=project))}
    missing = [view for view in VIEWS if view.title not in there]
    for view in missing:
        with explained(f"Making the tab {view.title}"):
            sdk.views.create(project=project, data=_data(view))
    return len(missing)


@dataclass(frozen=True, slots=True)
class _Tab:
    data: dict[str, Any]


def _plain(view: Any) -> _Tab:
    """The SDK gives a tab's data as a model of its own, or as it came."""
    data = view.data
    return _Tab(data if isinstance(data, dict) else data.dict() if data is not None else {})


def _data(view: View) -> dict[str, Any]:
    return {
        "type": "list",
        "title": view.title,
        "target": "tasks",
        "hiddenColumns": {"explore": list(_HIDDEN), "labeling": list(_HIDDEN)},
        "columnsDisplayType": {f"tasks:data.{name}": "Number" for name in COLUMNS if name != STATE},
        "filters": {"conjunction": view.conjunction, "items": list(view.filters)},
        "ordering": [f"{'-' if one.startswith('-') else ''}tasks:data.{one.lstrip('-')}" for one in view.ordering],
    }
