"""The charts of a release, as SVG: what the labels are, and how far people agreed on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotator import drawing
from annotator.domain.schema import LabelSpec
from annotator.drawing import draw
from exports.columns import rating as rating_of
from exports.statistics import Statistics

FOLDER = "charts"
NAMES = ("rating", "labels", "agreement")
_PADDING = {"left": 40, "right": 40, "top": 8, "bottom": 8}
"""Around a chart, in pixels: a reader's font may be wider than the one the text was measured with."""
_RELIABLE, _TENTATIVE = 0.8, 0.667


def write_charts(
    folder: Path,
    specs: Sequence[LabelSpec],
    titles: dict[str, str],
    found: Statistics,
    agreement: Sequence[dict[str, Any]],
) -> None:
    """Write `rating.svg`, `labels.svg` and `agreement.svg`; the same figures give the same bytes."""
    folder.mkdir(exist_ok=True)
    rating = rating_of(specs)
    others = [spec for spec in specs if spec != rating]
    drawn = (_rating(rating, titles, found), _labels(others, titles, found), _agreement(agreement))
    for name, chart in zip(NAMES, drawn, strict=True):
        svg = drawing.to_svg(chart.properties(padding=_PADDING))
        (folder / f"{name}.svg").write_text(svg + "\n", encoding="utf-8", newline="\n")


def _rating(spec: LabelSpec, titles: dict[str, str], found: Statistics) -> Any:
    rows = [{"value": value, "items": found.labels[spec.name][value]} for value in spec.values]
    rows.append({"value": "no clear value", "items": found.labels[spec.name][None]})
    order = [*spec.values, "no clear value"]
    return (
        draw.Chart(draw.Data(values=rows), title=f"{titles[spec.name]}: items by consensus", width=420, height=220)
        .mark_bar()
        .encode(
            x=draw.X("value:N", sort=order, title=None, axis=draw.Axis(labelAngle=0)),
            y=draw.Y("items:Q", title="items"),
        )
    )


def _labels(specs: Sequence[LabelSpec], titles: dict[str, str], found: Statistics) -> Any:
    rows = [
        {"label": titles[spec.name], "value": value, "share": round(found.share(spec.name, value), 6)}
        for spec in specs
        for value in spec.values[:-1]
    ]
    return (
        draw.Chart(
            draw.Data(values=rows), title="Labels: share of items by consensus", width=420, height=22 * len(specs)
        )
        .mark_bar()
        .encode(
            x=draw.X("share:Q", title="share of items", axis=draw.Axis(format="%")),
            y=draw.Y("label:N", sort=[titles[spec.name] for spec in specs], title=None),
            color=draw.Color("value:N", title=None),
        )
    )


def _agreement(rows: Sequence[dict[str, Any]]) -> Any:
    data = [row for row in rows if row["value"] is not None]
    order = [row["title"] for row in data]
    base = draw.Chart(draw.Data(values=data), width=420, height=22 * max(len(data), 1))
    y = draw.Y("title:N", sort=order, title=None)
    domain = draw.Scale(domain=[min([0.0, *(row["low"] for row in data if row["low"] is not None)]), 1.0])
    title = "Krippendorff's alpha, 95 % interval"
    x = draw.X("value:Q", title=title, scale=domain)
    rules = (
        draw.Chart(draw.Data(values=[{"at": _RELIABLE}, {"at": _TENTATIVE}]))
        .mark_rule(color=drawing.GREY, opacity=0.5)
        .encode(x="at:Q")
    )
    intervals = base.mark_rule(color=drawing.BLUE, strokeWidth=3).encode(
        x=draw.X("low:Q", title=title), x2="high:Q", y=y
    )
    points = base.mark_point(color=drawing.BLUE, filled=True, size=60).encode(x=x, y=y)
    return draw.layer(rules, intervals, points, title="Agreement of annotators")
