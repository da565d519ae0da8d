"""The charts of the desk's pages. Each stands with a table of its numbers; what is drawn here is known from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from active_learning.audit import Estimate
from annotator import drawing
from annotator.drawing import draw
from annotator.insight.data import Epoch
from annotator.learning.curve import Point
from annotator.web.frame.charts import Figure, figure
from annotator.web.frame.language import say

_WIDTH = 520


def learning_curve(points: Sequence[Point]) -> Figure:
    """Draw each version's accuracy on the audit slice by the labelled items it learned from."""
    rows = [{"labelled": one.labelled, "accuracy": one.value, "low": one.low, "high": one.high} for one in points]
    base = draw.Chart(draw.InlineData(values=rows)).encode(x=draw.X("labelled:Q", title=say("labelled items")))
    y = draw.Y(
        "low:Q", title=say("right on the audit slice"), scale=draw.Scale(domain=[0, 1]), axis=draw.Axis(format="%")
    )
    band = base.mark_rule(strokeWidth=3, opacity=0.35, color=drawing.BLUE).encode(y=y, y2="high:Q")
    line = base.mark_line(color=drawing.BLUE, point={"color": drawing.BLUE}).encode(y="accuracy:Q")
    newest = points[-1]
    return figure(
        (band + line).properties(width=_WIDTH, height=220),
        say("Learning curve"),
        say(
            "How often each version is right on items that chance picked, with 95 % intervals. The newest, of {labelled} labelled "
            "items, is right for {value} ({low} to {high}) of {n}.",
            labelled=f"{newest.labelled:,}",
            value=f"{newest.value:.0%}",
            low=f"{newest.low:.0%}",
            high=f"{newest.high:.0%}",
            n=newest.n,
        ),
    )


def lift_curve(curve: Sequence[Sequence[float]]) -> Figure:
    """Draw the newest look of the lift meter: AUC with items that the model chose and with random ones."""
    names = [say("chosen by the model"), say("chosen at random")]
    rows = [
        {"labels": labels, "auc": value, "items": name}
        for labels, *both in curve
        for name, value in zip(names, both, strict=True)
    ]
    colour = draw.Color(
        "items:N",
        sort=names,
        scale=draw.Scale(domain=names, range=[drawing.BLUE, drawing.VERMILION]),
        legend=draw.Legend(title=None, orient="bottom"),
    )
    dash = draw.StrokeDash("items:N", sort=names, scale=draw.Scale(domain=names, range=[[1, 0], [6, 2]]), legend=None)
    chart = draw.Chart(draw.InlineData(values=rows)).mark_line(point=True)
    chart = chart.encode(
        x=draw.X("labels:Q", title=say("labels")),
        y=draw.Y("auc:Q", title="AUC", scale=draw.Scale(zero=False)),
        color=colour,
        strokeDash=dash,
    )
    last = curve[-1]
    return figure(
        chart.properties(width=_WIDTH, height=220),
        say("Lift"),
        say(
            "What a model learns from items that it chose and from as many random ones. With {labels} labels the area under the "
            "curve is {chosen} and {random}.",
            labels=f"{last[0]:.0f}",
            chosen=f"{last[1]:.2f}",
            random=f"{last[2]:.2f}",
        ),
    )


def class_balance(unbiased: Mapping[str, Estimate], naive: Mapping[str, float | None]) -> Figure:
    """Draw the share of each rating as the audit slice tells it, beside the share among all answers given."""
    rows = [
        {"rating": rating, "share": one.value, "low": one.low, "high": one.high, "naive": naive.get(rating)}
        for rating, one in unbiased.items()
    ]
    base = draw.Chart(draw.InlineData(values=rows)).encode(
        y=draw.Y("rating:N", title=say("rating"), sort=list(unbiased))
    )
    x = draw.X(
        "low:Q", title=say("share of items"), axis=draw.Axis(format="%", tickCount=6), scale=draw.Scale(domainMin=0)
    )
    interval = base.mark_rule(strokeWidth=4, opacity=0.4, color=drawing.BLUE).encode(x=x, x2="high:Q")
    point = base.mark_point(size=80, color=drawing.BLUE, filled=True).encode(x="share:Q")
    tick = base.mark_point(shape="diamond", size=90, color=drawing.VERMILION, filled=False).encode(x="naive:Q")
    said = ", ".join(
        say("{rating}: {low} to {high}", rating=rating, low=f"{one.low:.0%}", high=f"{one.high:.0%}")
        for rating, one in unbiased.items()
    )
    return figure(
        (interval + point + tick).properties(width=_WIDTH, height=36 * len(rows) + 20),
        say("Class balance"),
        say(
            "Dots with 95 % intervals: shares of all items, from the audit slice alone ({said}). Diamonds: shares of the answers "
            "given, which lean towards what was picked.",
            said=said,
        ),
    )


def epoch_rates(epochs: Sequence[Epoch]) -> Figure:
    """Draw the share of each rating by epoch."""
    rows: list[dict[str, Any]] = [
        {"epoch": epoch.name, "rating": rating, "share": one.value, "low": one.low, "high": one.high}
        for epoch in epochs
        for rating, one in epoch.rates.items()
        if one.n
    ]
    base = draw.Chart(draw.InlineData(values=rows)).encode(
        x=draw.X("epoch:N", title=None, axis=draw.Axis(labelAngle=-90))
    )
    y = draw.Y("low:Q", title=say("share"), axis=draw.Axis(format="%", tickCount=4))
    bar = base.mark_rule(strokeWidth=4, opacity=0.4, color=drawing.BLUE).encode(y=y, y2="high:Q")
    point = base.mark_point(size=60, color=drawing.BLUE, filled=True).encode(y="share:Q")
    chart = (bar + point).properties(width=max(90, 30 * len(epochs)), height=150)
    return figure(
        chart.facet(column=draw.Column("rating:N", title=say("rating"))),
        say("Ratings by epoch"),
        say(
            "Shares of each rating by epoch, from the audit slice alone, with 95 % intervals. Where two intervals of a rating do not "
            "overlap, the share has changed."
        ),
    )
