"""The chart of a report: accuracy by judgements an item, a band a policy, the targets and bounds as rules. SVG and PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotator import drawing

_SCALE = 2.0  # pixels of the PNG for each of the SVG's


def draw(report: dict[str, Any], folder: Path) -> str:
    """Write `curves.svg` and `curves.png`; return the SVG."""
    import vl_convert

    specification = _chart(report).to_dict()
    look = drawing.ON_WHITE
    svg = drawing.convert(specification, look)
    (folder / "curves.svg").write_text(svg, encoding="utf-8")
    (folder / "curves.png").write_bytes(vl_convert.vegalite_to_png(specification, scale=_SCALE, config=look))
    return str(svg)


def _chart(report: dict[str, Any]) -> Any:
    import altair as alt

    names = list(report["policies"])
    rows = [
        {"policy": name, "judgements": x, "accuracy": y, "low": low, "high": high}
        for name, policy in report["policies"].items()
        for (x, y), (low, high) in zip(policy["curve"], policy["interval"], strict=True)
    ]
    legend = alt.Legend(
        title=None,
        orient="bottom",
        columns=3,
        labelLimit=0,
        symbolOpacity=1,
        symbolSize=400,
        symbolType="stroke",
        symbolStrokeWidth=2,
    )
    colour = alt.Color(
        "policy:N", sort=names, scale=alt.Scale(domain=names, range=list(drawing.COLOURS)), legend=legend
    )
    dash = alt.StrokeDash(
        "policy:N", sort=names, scale=alt.Scale(domain=names, range=list(drawing.DASHES)), legend=legend
    )
    x = alt.X("judgements:Q", title="judgements an item")
    y = alt.Y("accuracy:Q", title="accuracy", scale=alt.Scale(zero=False))
    base = alt.Chart(alt.InlineData(values=rows))
    lines = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, strokeDash=dash)
    targets = [{"target": name, "accuracy": value} for name, value in report["targets"].items()]
    rules = (
        alt.Chart(alt.InlineData(values=targets))
        .mark_rule(color=drawing.GREY, strokeDash=[2, 3])
        .encode(y="accuracy:Q")
    )
    text = (
        alt.Chart(alt.InlineData(values=targets))
        .mark_text(align="left", dx=3, dy=-5, color=drawing.GREY)
        .encode(y="accuracy:Q", x=alt.value(0), text="target:N")
    )
    layers = [lines, rules, text]
    if report["seeds"] > 1:
        layers.insert(0, base.mark_area(opacity=0.12).encode(x=x, y="low:Q", y2="high:Q", color=colour))
    return alt.layer(*layers).properties(width=640, height=380)
