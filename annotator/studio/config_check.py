"""Whether Label Studio takes a guideline's config as we build it, and whether its colours can be read."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from annotator.domain.errors import ConfigError
from annotator.domain.schema import Schema
from annotator.studio.label_config import build_label_config

LEAST_CONTRAST = 4.5
"""Of WCAG 2.2 AA for text: a label's colour stands on white, and white stands on it."""


def config_complaints(schema: Schema) -> list[ConfigError]:
    """Return what is wrong with the config that is built from a schema."""
    try:
        config = build_label_config(schema)
    except ConfigError as error:
        return [error]
    return [*_refused(config), *_pale(fromstring(config))]  # noqa: S314 -- our own XML, made a line above


def contrast(colour: str) -> float:
    """Return the contrast of a colour (`#rrggbb`) against white, from 1 to 21 (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _refused(config: str) -> Iterator[ConfigError]:
    """Ask Label Studio's own reader of configs."""
    from label_studio_sdk.label_interface.interface import LabelInterface  # slow to load

    try:
        LabelInterface(config).validate()  # type: ignore[no-untyped-call]
    except Exception as error:  # noqa: BLE001 -- its errors have no common base but this
        yield ConfigError(f"Label Studio refuses the config: {error}.", mend="Change the ids or titles that it names.")


def _pale(config: Element) -> Iterator[ConfigError]:
    for label in config.iter("Label"):
        colour = label.get("background", "#ffffff")
        if contrast(colour) < LEAST_CONTRAST:
            yield ConfigError(
                f"The colour {colour} of {label.get('value')} is too pale to be read.", mend="Use a darker one."
            )
