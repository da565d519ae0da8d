"""Charts on pages: an Altair chart becomes an SVG that stands in the page, needs no script, and is read in light and in dark.

Vega's SVG is taken apart and only shapes and words are kept, so nothing that runs or leads anywhere can get through. Words and
lines take the colour of the page around them. A chart is converted once for what it shows: the same again comes from memory.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree as ET

import orjson
from markupsafe import Markup, escape

from annotator import drawing
from annotator.drawing import draw

_SVG = "{http://www.w3.org/2000/svg}"
_KEPT = {"svg", "g", "path", "rect", "line", "text", "tspan", "circle", "defs", "clipPath", "linearGradient", "stop"}
_DROPPED = {"class", "role", "version", "pointer-events", "style", "href"}
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"url\(#([\w-]+)\)")
_KEPT_IN_MEMORY = 512


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart ready for a page: it renders itself, with its title and its plain words below."""

    title: str
    description: str
    svg: Markup

    def __html__(self) -> str:
        return Markup(
            '<figure class="figure">{svg}<figcaption><b>{title}.</b> {description}</figcaption></figure>'
        ).format(svg=self.svg, title=self.title, description=self.description)


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell of a table that leads to what it counts."""

    value: str | float | None
    href: str


def figure(chart: Any, title: str, description: str) -> Figure:
    """Return an Altair chart with its title and what it shows in plain words, which is all that a screen reader is told of it.

    The title stands in the caption: leave it out of the chart.
    """
    specification = orjson.dumps(chart.to_dict(), option=orjson.OPT_SORT_KEYS)
    label = escape(f"{title}. {description}")
    head = Markup('<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{}"').format(label)
    return Figure(title, description, head + Markup(_inside(specification)))  # noqa: S704 - only what `_clean` keeps


@cache
def warm() -> None:
    """Start the process's converter, so that nobody's first page waits for it."""
    chart: Any = draw.Chart(draw.InlineData(values=[{"x": 0}])).mark_point().encode(x="x:Q")
    figure(chart, "", "")


@lru_cache(maxsize=_KEPT_IN_MEMORY)
def _inside(specification: bytes) -> str:
    """Return the SVG from behind its opening words `<svg …`, cleaned; identifiers are made the chart's own."""
    drawn = ET.fromstring(drawing.convert(orjson.loads(specification), drawing.theme("currentColor", None)))  # noqa: S314 - our converter's
    prefix = f"c{hashlib.sha256(specification).hexdigest()[:10]}-"
    _clean(drawn, prefix)
    size = {name: drawn.attrib[name] for name in ("width", "height", "viewBox")}
    drawn.attrib.clear()
    drawn.attrib.update(size)
    return ET.tostring(drawn, encoding="unicode").removeprefix("<svg").replace("\n", " ")


def _clean(node: ET.Element, prefix: str) -> None:
    """Keep shapes and words with what places and colours them."""
    node.tag = node.tag.removeprefix(_SVG)
    for child in list(node):
        if child.tag.removeprefix(_SVG) not in _KEPT or _invisible(child):
            node.remove(child)
        else:
            _clean(child, prefix)
    for name, value in list(node.attrib.items()):
        if name in _DROPPED or name.startswith(("aria-", "on", "{")):
            del node.attrib[name]
        elif name == "id":
            node.attrib[name] = prefix + value
        else:
            made = _REFERENCE.sub(rf"url(#{prefix}\1)", value)
            node.attrib[name] = _NUMBER.sub(lambda found: f"{float(found[0]):.2f}", made)


def _invisible(node: ET.Element) -> bool:
    """Say whether a shape is one of Vega's unpainted frames."""
    frame = node.get("class") in {"background", "foreground"}
    return node.get("display") == "none" or (frame and node.attrib.keys().isdisjoint({"fill", "stroke"}))
