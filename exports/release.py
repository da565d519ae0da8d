"""`build_release`: the whole of a release, from a frozen snapshot and what people answered: data, documents, checksums."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.errors import InputError
from exports import layout
from exports.build import Built, Say, build_data, finished
from exports.checksums import write_checksums
from exports.frozen import GUIDELINE, TRUTH, Frozen
from exports.shards import Check

FORMAT = 1
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Released:
    """Where a release lies, and the SHA-256 of its list of checksums, which names it."""

    out: Path
    apart: Path
    digest: str
    apart_digest: str
    manifest: dict[str, Any]


def build_release(
    frozen: Frozen,
    version: str,
    out: Path,
    apart: Path,
    check: Check,
    gate_version: str,
    *,
    processes: int = 1,
    say: Say | None = None,
) -> Released:
    """Build a release into `out`, and what travels apart (planted truth, labels of the hidden split) into `apart`.

    Raises:
        InputError: the version is none, a folder holds something else, or the snapshot is damaged.
        GateRefusedError: the gate refuses a text.
        LeakageError: the splits leak.
    """
    if not _VERSION.fullmatch(version):
        raise InputError(f"{version!r} is no semantic version.", where="version", mend="Use one such as 1.0.0.")
    built = build_data(frozen, out, apart, check, gate_version, processes=processes, say=say)
    shutil.copytree(frozen.folder / GUIDELINE, out / GUIDELINE, dirs_exist_ok=True)
    if (frozen.folder / TRUTH).exists():
        (apart / layout.PLANTED).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(frozen.folder / TRUTH, apart / layout.PLANTED)
    manifest = _manifest(frozen, version, built)
    _write_json(out / layout.MANIFEST, manifest)
    _write_json(apart / layout.MANIFEST, manifest | {"apart": True})
    finished(out)
    return Released(out, apart, write_checksums(out), write_checksums(apart), manifest)


def _manifest(frozen: Frozen, version: str, built: Built) -> dict[str, Any]:
    facts = frozen.facts
    kept = ("project", "purpose", "guideline", "labels", "overlap", "frozen_at", "made_by", "counts", "agreement")
    return {
        "format": FORMAT,
        "name": f"annotator-{facts['guideline']['name']}",
        "version": version,
        "snapshot": frozen.digest,
        **{name: facts[name] for name in kept},
        "rows": built.rows,
        "groups": built.groups,
    }


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS
    path.write_bytes(orjson.dumps(value, option=options))
