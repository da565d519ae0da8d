"""`build_release`: the whole of a release, from a frozen snapshot and what people answered: data, documents, checksums."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.errors import AnnotatorError, InputError
from exports import charts, columns, environment, layout
from exports.answers import Answers
from exports.bias import write_swaps
from exports.build import Say, build_data, finished
from exports.cards import About, write_cards
from exports.charts import write_charts
from exports.checksums import write_checksums
from exports.croissant import describe, validate
from exports.diff import changelog, check_version, compare
from exports.frozen import GUIDELINE, TRUTH, Frozen
from exports.load import Release, load_release
from exports.shards import Check
from exports.statistics import count

FORMAT = 1
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class LinkedError(AnnotatorError):
    """Annotators of two releases could be joined by their pseudonyms."""


@dataclass(frozen=True, slots=True)
class Released:
    """Where a release lies, and the SHA-256 of its list of checksums, which names it."""

    out: Path
    apart: Path
    digest: str
    apart_digest: str
    manifest: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is to be built: the version, what people answered, the release before it, and what it is released in spite of."""

    version: str
    answers: Answers
    previous: Release | None = None
    despite: Mapping[str, str] = field(default_factory=dict)  # what blocked it → why it is released all the same

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise InputError(
                f"{self.version!r} is no semantic version.", where="version", mend="Use one such as 1.0.0."
            )

    @classmethod
    def of(cls, release: Release, previous: Release | None = None) -> Plan:
        """Return what a release was built from beside its snapshot, so that it can be built again.

        Raises:
            InputError: it followed another release than the one given.
        """
        manifest = release.manifest
        if manifest["previous"] != (previous.version if previous is not None else None):
            raise InputError(
                f"Release {release.version} follows {manifest['previous'] or 'none'}.",
                where="--previous",
                mend="Name the folder of that one; none for a first release.",
            )
        answers = Answers(manifest["answers"], manifest["profile"])
        return cls(release.version, answers, previous, manifest["despite"])


def build_release(
    frozen: Frozen,
    plan: Plan,
    out: Path,
    apart: Path,
    check: Check,
    gate_version: str,
    *,
    processes: int = 1,
    executor: Executor | None = None,
    say: Say | None = None,
) -> Released:
    """Build a release into `out`, and what travels apart (planted truth, labels of the hidden split) into `apart`.

    Raises:
        InputError: a folder holds something else, the snapshot is damaged, or the version is too low for what changed.
        GateRefusedError: the gate refuses a text.
        LeakageError: the splits leak.
        LinkedError: annotators could be joined with those of the release before.
    """
    built = build_data(frozen, out, apart, check, gate_version, processes=processes, executor=executor, say=say)
    say = say or (lambda *_: None)
    say("writing documents", 0, 1)
    name = f"annotator-{frozen.facts['guideline']['name']}"
    stats = count(frozen, columns.rating(frozen.specs).name)
    about = About(name, plan.version, frozen, built, stats, plan.answers, gate_version, plan.despite)
    write_swaps(frozen, out, check)
    manifest = _manifest(about, plan.previous)
    _write_json(out / layout.MANIFEST, manifest)
    _write_json(apart / layout.MANIFEST, manifest | {"apart": True})
    _copies(frozen, out, apart)
    _changes(about, plan.previous, out)
    write_cards(about, out, apart)
    _write_json(out / layout.CROISSANT, describe(about))
    validate(out / layout.CROISSANT)
    titles = {label["name"]: label["title"] for label in frozen.facts["labels"]}
    write_charts(out / charts.FOLDER, frozen.specs, titles, stats, frozen.facts["agreement"])
    (out / environment.NAME).write_text(environment.environment_lock(), encoding="utf-8", newline="\n")
    finished(out)
    say("writing documents", 1, 1)
    say("writing checksums", 0, 1)
    released = Released(out, apart, write_checksums(out), write_checksums(apart), manifest)
    say("writing checksums", 1, 1)
    return released


def _manifest(about: About, previous: Release | None) -> dict[str, Any]:
    facts = about.frozen.facts
    kept = (
        "project",
        "purpose",
        "guideline",
        "labels",
        "overlap",
        "frozen_at",
        "made_by",
        "counts",
        "agreement",
        "consensus",
    )
    return {
        "format": FORMAT,
        "name": about.name,
        "version": about.version,
        "title": about.answers["title"],
        "snapshot": about.frozen.digest,
        **{name: facts[name] for name in kept},
        "rows": about.built.rows,
        "groups": about.built.groups,
        "gate_version": about.gate_version,
        "despite": dict(about.despite),
        "answers": dict(about.answers.text),
        "profile": {question: dict(cells) for question, cells in about.answers.profile.items()},
        "previous": previous.version if previous is not None else None,
    }


def _copies(frozen: Frozen, out: Path, apart: Path) -> None:
    shutil.copytree(frozen.folder / GUIDELINE, out / GUIDELINE, dirs_exist_ok=True)
    if (frozen.folder / TRUTH).exists():
        (apart / layout.PLANTED).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(frozen.folder / TRUTH, apart / layout.PLANTED)


def _changes(about: About, previous: Release | None, out: Path) -> None:
    """Compare with the release before, hold version and pseudonyms against it, and write the changelog."""
    difference, earlier = None, ""
    if previous is not None:
        difference = compare(previous, load_release(out))
        check_version(difference)
        if difference.shared_pseudonyms:
            raise LinkedError(
                f"{difference.shared_pseudonyms} pseudonyms are those of {previous.version}.",
                mend="Freeze anew: each release has a key of its own.",
            )
        earlier = (previous.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    text = changelog(difference, about.version, about.frozen.facts["frozen_at"], earlier)
    (out / "CHANGELOG.md").write_text(text, encoding="utf-8", newline="\n")


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS
    path.write_bytes(orjson.dumps(value, option=options))
