"""The texts that volunteers agree to, each a folder of versions `step/x.y.z.md`. A version is never edited once in use.

Beside a version may lie translations of it, `step/x.y.z.language.md`. They help to read; what is signed is the version itself.
"""

from __future__ import annotations

from pathlib import Path

from annotator.domain.errors import ConfigError
from annotator.domain.onboarding import SIGNED, OnboardingText, Step


def load_texts(root: Path | None = None) -> list[OnboardingText]:
    """Return the newest version of every text; `root` is the folder of texts, by default the one shipped.

    Raises:
        ConfigError: a step has no text.
    """
    return [_newest(root or Path(__file__).parent, step) for step in SIGNED]


def translation(step: Step, version: str, language: str) -> str:
    """Return the shipped translation of a text; empty where there is none."""
    path = Path(__file__).parent / step.value / f"{version}.{language}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _newest(root: Path, step: Step) -> OnboardingText:
    found = {path.stem: path for path in (root / step.value).glob("*.*.*.md") if _is_version(path.stem)}
    if not found:
        raise ConfigError(f"There is no text for the step {step.value!r}.", mend=f"Write {step.value}/1.0.0.md.")
    version = max(found, key=_order)
    return OnboardingText(step, version, found[version].read_text(encoding="utf-8"))


def _is_version(stem: str) -> bool:
    parts = stem.split(".")
    return len(parts) == 3 and all(part.isdigit() for part in parts)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
