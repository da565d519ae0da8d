"""Charts on pages: what they say, what they must not hold, and that the same chart is converted once."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree as ET

import altair as alt
import pytest

from annotator import drawing
from annotator.web.frame import charts
from annotator.web.frame.pages import environment

ROWS = [{"question": "<b>Fee</b>", "alpha": 0.41}, {"question": "Debt & more", "alpha": 0.72}]


def chart(rows=ROWS):
    mark = alt.Chart(alt.InlineData(values=rows)).mark_point(clip=True, href="https://example.org/")
    return mark.encode(x="alpha:Q", y="question:N", color="question:N")


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", "#fbfaf7", "#141b22"])
@pytest.mark.parametrize("colour", drawing.COLOURS)
def test_every_colour_stands_out_from_light_and_from_dark(colour, ground):
    assert contrast(colour, ground) >= 3


def test_a_figure_says_in_words_what_it_shows():
    html = charts.figure(chart(), "Agreement <now>", "Alpha of two questions.").__html__()
    tree = ET.fromstring(html)
    svg = tree.find("{http://www.w3.org/2000/svg}svg")
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Agreement <now>. Alpha of two questions."
    assert "".join(tree.find("figcaption").itertext()) == "Agreement <now>. Alpha of two questions."
    assert {"<b>Fee</b>", "Debt & more"} <= {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}


def test_a_figure_holds_shapes_and_words_only_in_the_colours_of_the_page():
    tree = ET.fromstring(charts.figure(chart(), "T", "D").svg)
    for node in tree.iter():
        assert node.tag.rpartition("}")[2] in {"svg", "g", "path", "rect", "line", "text", "defs", "clipPath"}
        assert not {"style", "href", "onclick", "class"} & set(node.keys()) or node is tree
    inks = {text.get("fill") for text in tree.iter("{http://www.w3.org/2000/svg}text")}
    assert inks == {"currentColor"}


def test_identifiers_of_two_charts_on_a_page_never_meet():
    one, other = (charts.figure(chart(rows), "T", "D").svg for rows in (ROWS, ROWS[:1]))
    ids = [{node.get("id") for node in ET.fromstring(svg).iter() if node.get("id")} for svg in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert all(f"url(#{each})" in one for each in ids[0])


def test_the_same_chart_is_converted_once(monkeypatch):
    calls = []
    convert = drawing.convert
    monkeypatch.setattr(drawing, "convert", lambda *given: calls.append(1) or convert(*given))
    charts._inside.cache_clear()
    first, again = (charts.figure(chart(), title, "D") for title in ("One", "Other"))
    assert len(calls) == 1
    assert first.svg.replace("One", "Other") == again.svg


def test_a_chart_comes_with_its_table_and_its_csv():
    macro = environment().get_template("charts.html").module.chart_with_table
    rows = [("Fee", charts.Linked(12, "/coordinator/items?said=FEE"), 0.4149), ("Debt", 3, None)]
    html = str(macro(charts.figure(chart(), "Agreement", "D."), ("Question", "Items", "Alpha"), rows, "/x.csv?a=1&b=2"))
    tree = ET.fromstring(html)
    cells = [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]
    assert cells == [["Question", "Items", "Alpha"], ["Fee", "12", "0.41"], ["Debt", "3", "\N{EN DASH}"]]
    assert [link.get("href") for link in tree.iter("a")] == ["/coordinator/items?said=FEE", "/x.csv?a=1&b=2"]
    numbers = [cell.get("class") for cell in tree.iter("td")]
    assert numbers == [None, "number", "number", None, "number", "number"]


def test_pandas_is_whole_before_the_first_chart():
    """Another thread may be loading it, and Altair would meet it half loaded."""
    code = (
        "import sys; from annotator.drawing import draw; draw.Chart; print(hasattr(sys.modules['pandas'], 'Timestamp'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
