"""Find, read and validate guideline versions. A version is a folder `name/version/` that is never edited once in use."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from annotator.domain.errors import ConfigError
from annotator.domain.schema import Schema
from guidelines.checks import complaints
from guidelines.schema_file import read_schema

SCHEMA_FILE = "schema.yaml"
TEXT_FILE = "guideline.md"
CHANGELOG_FILE = "CHANGELOG.md"

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Guideline:
    """One version of a guideline: what is asked, the text that explains it (markdown), and what changed."""

    schema: Schema
    text: str
    changelog: str
    path: Path


def load(name: str, version: str, root: Path | None = None) -> Guideline:
    """Return the guideline, validated as a whole; `root` is the folder of guidelines, by default the one shipped.

    Raises `ConfigError` that names the file, the place inside it, the reason and how to mend it; where several things are
    wrong it tells all of them.
    """
    folder = folder_of(name, version, root)
    shown = f"{name}/{version}"
    source, text, changelog = (read_file(folder, shown, file) for file in (SCHEMA_FILE, TEXT_FILE, CHANGELOG_FILE))
    schema = read_schema(source, file=f"{shown}/{SCHEMA_FILE}", sha256=_digest(source, text))
    _check_folder(schema, name, version)
    wrong = complaints(schema, text, schema_file=f"{shown}/{SCHEMA_FILE}", text_file=f"{shown}/{TEXT_FILE}")
    if wrong:
        rest = "".join(f"\n{complaint} {complaint.mend}" for complaint in wrong[1:])
        raise ConfigError(str(wrong[0]), mend=wrong[0].mend + rest)
    return Guideline(schema, text, changelog, folder)


def available(root: Path | None = None) -> list[tuple[str, str]]:
    """Return (name, version) of every guideline folder, by name and then by version, oldest first. Nothing is validated."""
    found = [(schema.parent.parent.name, schema.parent.name) for schema in _root(root).glob(f"*/*/{SCHEMA_FILE}")]
    named = [(name, version) for name, version in found if _NAME.fullmatch(name) and _VERSION.fullmatch(version)]
    return sorted(named, key=lambda pair: (pair[0], _order(pair[1])))


def latest(name: str, root: Path | None = None) -> str:
    """Return the highest version of a guideline. Raises `ConfigError` where there is none."""
    versions = [version for known, version in available(root) if known == name]
    if not versions:
        raise ConfigError(f"There is no guideline {name!r}.", mend=_known(root))
    return versions[-1]


def _root(root: Path | None) -> Path:
    return Path(__file__).parent if root is None else root


def folder_of(name: str, version: str, root: Path | None = None) -> Path:
    """Return the folder of a version. Raises `ConfigError` where there is none."""
    folder = _root(root) / name / version
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version) and folder.is_dir()):
        raise ConfigError(f"There is no guideline {name!r} in version {version!r}.", mend=_known(root))
    return folder


def _known(root: Path | None) -> str:
    return f"Known are: {', '.join(f'{name} {version}' for name, version in available(root)) or 'none'}."


def read_file(folder: Path, shown: str, file: str) -> str:
    """Return the text of a file of a version, `shown` in messages. Raises `ConfigError` where it is missing, empty or not UTF-8."""
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{shown}/{file}: the file is missing.", mend="Add it to the version's folder.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown}/{file}: not UTF-8 at byte {error.start}.", mend="Save it as UTF-8.") from error
    if not text.strip():
        raise ConfigError(f"{shown}/{file}: the file is empty.", mend="Write it.")
    return text


def _check_folder(schema: Schema, name: str, version: str) -> None:
    for field, inside, outside in (("name", schema.name, name), ("version", schema.version, version)):
        if inside != outside:
            raise ConfigError(
                f"{name}/{version}/{SCHEMA_FILE}: {field}: is {inside!r}, but the folder says {outside!r}.",
                mend="Make them the same; a changed guideline is a new version in a new folder.",
            )


def _digest(schema: str, text: str) -> str:
    """SHA-256 of both files as text (line ends as LF), each after its length in bytes so that no boundary can move."""
    digest = hashlib.sha256()
    for part in (schema.encode(), text.encode()):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
