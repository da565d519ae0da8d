"""How every chart is drawn: one palette, one theme, and the step from an Altair chart to SVG. What a chart shows is not known here.

The colours are told apart without red and green (after Okabe, M. & Ito, K. (2008). Color Universal Design), and each stands out
from white and from a dark page by more than 3:1 (WCAG 2.2, success criterion 1.4.11). Where series cross, `DASHES` tell them
apart without any colour.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

BLUE, VERMILION, GREEN, PINK, OCHRE, VIOLET, BROWN, GREY = COLOURS = (
    "#1f7fb8",
    "#d55e00",
    "#0b8f6a",
    "#c0659a",
    "#8a7000",
    "#7b6fd0",
    "#9a6b4f",
    "#6b7280",
)
DASHES = ([1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3], [10, 4], [3, 1])

_FAINT = 0.16
_PADDING = {"left": 28, "right": 12, "top": 6, "bottom": 6}  # a reader's font may be wider than the one measured with


class _Altair:
    """Altair's names. It is loaded with the first chart: that takes seconds, and most processes draw none."""

    def __getattr__(self, name: str) -> Any:
        import_module("pandas")  # whole, before Altair looks into what another thread may have half loaded
        return getattr(import_module("altair"), name)


draw: Any = _Altair()


def to_svg(chart: Any) -> str:
    """Return a chart as a file of its own: dark on white."""
    return convert(chart.to_dict(), ON_WHITE)


def convert(specification: dict[str, Any], config: dict[str, Any]) -> str:
    """Return the SVG of a Vega-Lite specification. The first time in a process costs about half a second, then 20 to 30 ms."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(specification, config=config))


def theme(ink: str, ground: str | None) -> dict[str, Any]:
    """Return the look of a chart as a Vega-Lite config: `ink` for words and lines, `ground` behind, None for nothing behind."""
    words = {
        "labelColor": ink,
        "titleColor": ink,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "background": ground,
        "font": "sans-serif",
        "padding": _PADDING,
        "view": {"stroke": None},
        "title": {"color": ink, "fontSize": 14, "anchor": "start"},
        "axis": words
        | {
            "domainColor": ink,
            "domainOpacity": 0.4,
            "tickColor": ink,
            "tickOpacity": 0.4,
            "gridColor": ink,
            "gridOpacity": _FAINT,
            "labelLimit": 260,
        },
        "header": words,
        "legend": words | {"labelLimit": 0, "symbolStrokeWidth": 2},
        "range": {"category": list(COLOURS)},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": ink},
        "bar": {"color": BLUE},
        "line": {"color": BLUE, "strokeWidth": 2},
        "point": {"color": BLUE, "filled": True, "size": 50},
    }


ON_WHITE = theme("#1d2733", "#ffffff")
"""The look of a chart that stands alone, in a file."""
