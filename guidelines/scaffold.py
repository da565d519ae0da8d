"""A new guideline: a folder that works as it stands, with comments that say what to change."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from annotator.domain.errors import ConfigError

FIRST_VERSION = "1.0.0"
_NAME = re.compile(r"[a-z][a-z0-9_-]{2,39}")
_SCAFFOLDS = Path(__file__).parent / "scaffolds"


class Task(StrEnum):
    """What people do: choose for a text, mark words in a text as well, or choose for a picture."""

    TEXT = "text"
    SPANS = "spans"
    IMAGE = "image"


def make(name: str, task: Task, root: Path) -> Path:
    """Make `root/name/1.0.0` and return it.

    Raises:
        ConfigError: the name has another form, or is taken.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} is no name of a guideline.", mend="Use 3 to 40 small letters, digits, _ and -; a letter first."
        )
    if (root / name).exists():
        raise ConfigError(
            f"There is a folder {root / name} already.", mend="Choose another name, or change what is there."
        )
    folder = root / name / FIRST_VERSION
    folder.mkdir(parents=True)
    for file in sorted((_SCAFFOLDS / task.value).iterdir()):
        words = file.read_text(encoding="utf-8").replace("@NAME@", name)
        (folder / file.name).write_text(words, encoding="utf-8", newline="\n")
    if task is Task.IMAGE:
        _draw(folder / "pictures")
    return folder


def _draw(folder: Path) -> None:
    """Draw the pictures of the examples: plain shapes, with nobody in them."""
    from PIL import Image, ImageDraw

    folder.mkdir()
    for name in ("disc", "ring", "box", "empty"):
        image = Image.new("RGB", (480, 320), "#f4f1ea")
        pen, place = ImageDraw.Draw(image), (140, 60, 340, 260)
        if name in {"disc", "ring"}:
            pen.ellipse(place, fill="#1f5f6b", outline="#9f1239", width=14 if name == "ring" else 0)
        elif name == "box":
            pen.rectangle(place, fill="#854d0e")
        image.save(folder / f"{name}.png")
