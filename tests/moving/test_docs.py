"""The examples of docs/moving.md: each tool's file, its mapping and its command, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "moving.md").read_text(encoding="utf-8")
BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^annotator import (\S+) --from (\S+) --mapping mapping\.yaml$", re.MULTILINE)
EXAMPLES = {
    found[2]: (found[1], dict(BLOCK.findall(section)))
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[2:]
    if (found := COMMAND.search(section))
}
MARKED = [("FEE", "present", "You pay for the uniform")]


def test_every_tool_has_an_example():
    assert set(EXAMPLES) == {"label-studio", "doccano", "argilla", "prodigy", "potato"}


@pytest.mark.parametrize("tool", sorted(EXAMPLES))
def test_the_example_of_each_tool_does_what_it_says(mover, tmp_path, tool):
    file, blocks = EXAMPLES[tool]
    (tmp_path / file).write_text(blocks[file], encoding="utf-8")
    summary = mover.bring(tool, tmp_path / file, blocks["mapping.yaml"])
    assert (summary.waiting, summary.rejected) == (1, 0)
    mover.let_in()
    ((_, rating, passages),) = mover.answers()
    assert (rating, passages) == ("1", MARKED if tool in {"label-studio", "argilla", "prodigy"} else [])


def test_the_mapping_that_is_explained_can_be_read(mover):
    (explained,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    moving = mover.run("doccano", explained).moving
    assert (moving.ids, moving.people) == ("kitchen-2025", {"anna": "M-ANNA"})
