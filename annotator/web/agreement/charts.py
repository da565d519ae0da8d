"""The charts of agreement: of each question, by guideline version, over time, and of what gets mixed up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from annotator import drawing
from annotator.consensus.agreement import Agreement
from annotator.domain.words import marked
from annotator.drawing import draw
from annotator.insight.agreement import MINIMUM_ITEMS, LabelAgreement
from annotator.insight.confusions import Confusion
from annotator.insight.history import Block, VersionAgreement
from annotator.web.agreement.rows import ALL_PASSAGES
from annotator.web.frame.charts import Figure, figure
from annotator.web.frame.language import say

_RELIABLE, _TENTATIVE = 0.8, 0.667
_WIDTH = 640
_PALE = 0.35
_NOTHING = marked("There is nothing to compare yet.")
_PALE_MEANS = marked("What is pale rests on few items.")


def by_label(rows: Sequence[LabelAgreement]) -> Figure:
    """Draw alpha of every label, in the guideline's order."""
    named = [(row.title, row.agreement) for row in rows]
    words = f"{_alpha()} {say(_PALE_MEANS)} {_lowest(named)}"
    return figure(draw.layer(_rules("x"), *_intervals(named, say("alpha"))), say("Agreement by question"), words)


def by_passage(together: Agreement, kinds: Sequence[tuple[str, Agreement]]) -> Figure:
    """Draw F1 of all passages together on top, then of each kind by its name."""
    what = say("F1 of the words that people mark, with its 95 % interval.")
    words = f"{what} {say(_PALE_MEANS)} {_lowest(kinds)}"
    layers = _intervals([(say(ALL_PASSAGES), together), *kinds], "F1")
    return figure(draw.layer(*layers), say("Agreement on passages"), words)


def by_version(title: str, rows: Sequence[VersionAgreement]) -> Figure:
    """Draw alpha of one label under each version, the oldest on top."""
    named = [(row.version.name, row.agreement) for row in rows]
    said = "; ".join(f"{name}: {row.value:.2f}" for name, row in named if row.value is not None)
    words = f"{_alpha()} {f'{said}.' if said else say(_NOTHING)}"
    drawn = draw.layer(_rules("x"), *_intervals(named, say("alpha")))
    return figure(drawn, say("{question}, by guideline version", question=title), words)


def over_time(title: str, blocks: Sequence[Block]) -> Figure:
    """Draw alpha block by block, with a line where each version came into force."""
    rows = [
        {"at": _moment(block.middle), "version": block.version.name, **_values(block.agreement)}
        for block in blocks
        if block.agreement.value is not None
    ]
    versions = {block.version.name: _moment(block.version.began) for block in blocks}
    base = draw.Chart(draw.InlineData(values=rows), width=_WIDTH, height=240)
    axis = draw.Axis(format="%Y-%m-%d", labelOverlap=True, tickCount=6, grid=False)
    x = draw.X("at:T", title=None, scale=draw.Scale(type="utc"), axis=axis)
    y = draw.Y("value:Q", title=say("alpha"), scale=_scale(rows))
    colour = draw.Color("version:N", title=say("version"), sort=list(versions), legend=draw.Legend(orient="bottom"))
    pale = draw.Opacity("pale:Q", scale=None, legend=None)
    marks = draw.Chart(draw.InlineData(values=[{"at": at, "version": name} for name, at in versions.items()]))
    layers = [
        _rules("y"),
        marks.mark_rule(strokeDash=[4, 3]).encode(x=x),
        marks.mark_text(align="left", baseline="top", dx=4).encode(x=x, y=draw.value(0), text="version:N"),
        base.mark_rule(strokeWidth=3).encode(x=x, y=draw.Y("low:Q"), y2="high:Q", color=colour, opacity=pale),
        base.mark_line(strokeWidth=1.5).encode(x=x, y=y, color=colour),
        base.mark_point(filled=True, opacity=1).encode(x=x, y=y, color=colour, opacity=pale),
    ]
    how = say("Each point is of items answered one after the other; dashed where a version came into force.")
    words = f"{_alpha()} {how} {_course(rows)}"
    return figure(draw.layer(*layers), say("{question}, over time", question=title), words)


def mixed_up(title: str, names: dict[str, str], rows: Sequence[Confusion], most: int = 10) -> Figure:
    """Draw the shares of the pairs of answers that are mixed up on the most items."""
    shown = [
        {
            "pair": f"{names.get(row.rarer, row.rarer)} → {names.get(row.other, row.other)}",
            "share": row.share,
            "low": row.low,
            "high": row.high,
            "pale": 1 if row.of >= MINIMUM_ITEMS else _PALE,
        }
        for row in rows[:most]
    ]
    base = draw.Chart(draw.InlineData(values=shown), width=_WIDTH - 160, height=max(24 * len(shown), 24))
    y = draw.Y("pair:N", sort=[row["pair"] for row in shown], title=None)
    x = draw.X("share:Q", title=say("share"), scale=draw.Scale(domain=[0, 1]), axis=draw.Axis(format="%"))
    pale = draw.Opacity("pale:Q", scale=None, legend=None)
    bars = base.mark_bar(height=10).encode(x=x, y=y, opacity=pale)
    rules = base.mark_rule(strokeWidth=1.5).encode(x=draw.X("low:Q", title=say("share")), x2="high:Q", y=y)
    words = say(
        "When one person gives the answer before the arrow, how often another gives the one behind it; with 95 % intervals."
    )
    return figure(draw.layer(bars, rules), say("{question}: answers that get mixed up", question=title), words)


def _intervals(named: Sequence[tuple[str, Agreement]], axis: str) -> list[Any]:
    """Return the layers of a point and its interval a row."""
    rows = [{"name": name, **_values(found)} for name, found in named if found.value is not None]
    base = draw.Chart(draw.InlineData(values=rows), width=_WIDTH - 160, height=max(22 * len(rows), 22))
    y = draw.Y("name:N", sort=[row["name"] for row in rows], title=None)
    x = draw.X("value:Q", title=axis, scale=_scale(rows))
    pale = draw.Opacity("pale:Q", scale=None, legend=None)
    lines = base.mark_rule(color=drawing.BLUE, strokeWidth=3).encode(
        x=draw.X("low:Q", title=axis), x2="high:Q", y=y, opacity=pale
    )
    points = base.mark_point(filled=True, size=70).encode(x=x, y=y, opacity=pale)
    return [lines, points]


def _rules(axis: str) -> Any:
    values = draw.InlineData(values=[{"at": _RELIABLE}, {"at": _TENTATIVE}])
    return draw.Chart(values).mark_rule(color=drawing.GREY, opacity=0.6).encode(**{axis: "at:Q"})


def _scale(rows: Sequence[dict[str, Any]]) -> Any:
    lows = [row["low"] for row in rows if row["low"] is not None] + [row["value"] for row in rows]
    return draw.Scale(domain=[min([0.0, *lows]), 1.0])


def _values(found: Agreement) -> dict[str, Any]:
    pale = 1 if found.n_items >= MINIMUM_ITEMS else _PALE
    return {"value": found.value, "low": found.low, "high": found.high, "pale": pale}


def _alpha() -> str:
    """Say what is drawn of every alpha."""
    return say(
        "Krippendorff's alpha, with its 95 % interval; grey lines stand at {tentative} (tentative) and {reliable} (reliable).",
        tentative=_TENTATIVE,
        reliable=_RELIABLE,
    )


def _lowest(named: Sequence[tuple[str, Agreement]]) -> str:
    """Say in words which row is the lowest."""
    known = [(found.value, name) for name, found in named if found.value is not None]
    if not known:
        return say(_NOTHING)
    value, name = min(known, key=itemgetter(0))
    return say("The lowest is {question} at {value}.", question=name, value=f"{value:.2f}")


def _course(rows: Sequence[dict[str, Any]]) -> str:
    """Say in words where the line begins and ends."""
    if not rows:
        return say(_NOTHING)
    if len(rows) == 1:
        return say("One point so far: {value}.", value=f"{rows[0]['value']:.2f}")
    values = [row["value"] for row in rows]
    first, last, lowest, highest = (f"{value:.2f}" for value in (values[0], values[-1], min(values), max(values)))
    return say(
        "From {first} to {last}; lowest {lowest}, highest {highest}.",
        first=first,
        last=last,
        lowest=lowest,
        highest=highest,
    )


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
