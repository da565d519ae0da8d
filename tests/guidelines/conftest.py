from __future__ import annotations

from pathlib import Path

import pytest

SCHEMA = """\
name: sample
version: "1.0.0"
title: A sample
questions:
  - id: concern
    kind: rating
    title: Concern
    help: As a whole.
    required: true
    choices:
      - {value: "0", title: None of it, definition: Nothing., hotkey: "0", clause: none}
      - {value: "1", title: Some of it, definition: Something., hotkey: "1", clause: some}
      - {value: CT, title: Cannot tell, definition: No idea., hotkey: c, clause: some, missing: true}
  - id: indicators
    kind: spans
    title: Indicators
    help: Mark words.
    unmarked: not stated
    states:
      - {value: present, title: Present, hotkey: p}
      - {value: contradicted, title: Contradicted, hotkey: x}
    choices:
      - {value: FEE, title: Fee, definition: Pays to start., hotkey: f, clause: fee}
      - {value: DEBT, title: Debt, definition: Works it off., hotkey: d, clause: fee, strong: true}
  - id: note
    kind: note
    title: Note
    help: Short.
    max_length: 50
flags:
  - {value: distressing, title: Distressing, help: Skip it., quarantines: false}
"""

TEXT = """\
# Sample {#sample}

## None {#none}

## Some {#some}

### Fee {#fee}

The worker pays.
"""


class Folder:
    """A folder of guidelines with one version in it, whose files a test may change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.version = root / "sample" / "1.0.0"
        self.version.mkdir(parents=True)
        self.write("schema.yaml", SCHEMA)
        self.write("guideline.md", TEXT)
        self.write("CHANGELOG.md", "# Changes\n")

    def write(self, name: str, text: str) -> None:
        (self.version / name).write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.version / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        self.write(name, text.replace(old, new))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
