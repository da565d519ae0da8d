"""What changed between two releases: items, judgements, labels, splits and columns; the changelog; and the version that asks for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.domain.errors import InputError
from exports import arrow
from exports.columns import rating as rating_of
from exports.layout import OPEN
from exports.load import Release

WITHDRAWN = (
    "- What was withdrawn is not in this release, and its labels are computed without it. Published copies of earlier releases "
    "can't be recalled: delete them."
)
MAJOR, MINOR, PATCH = "major", "minor", "patch"


@dataclass(frozen=True)
class Difference:
    """How a release differs from an earlier one. Lists hold item ids."""

    before: str
    after: str
    added: list[str]
    removed: list[str]
    changed_text: list[str]
    moved: dict[str, tuple[str, str]]  # item → split before, split after
    relabelled: dict[str, tuple[str | None, str | None]]  # item → hard rating before, after; items of open splits
    fewer: list[str]  # items of open splits with fewer judgements than before
    judgements: tuple[int, int]
    columns_added: list[str]
    columns_removed: list[str]
    guideline: tuple[str, str]
    shared_pseudonyms: int
    agreement: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)

    @property
    def asks_for(self) -> str:
        """The part of the version that has to rise: major where what was relied on is gone or means something else."""
        if self.removed or self.changed_text or self.columns_removed or self.moved:
            return MAJOR
        if self.guideline[0].split(".")[0] != self.guideline[1].split(".")[0]:
            return MAJOR
        before, after = self.judgements
        return MINOR if self.added or self.columns_added or self.relabelled or before != after else PATCH

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"asks_for": self.asks_for}


def compare(before: Release, after: Release) -> Difference:
    """Return how `after` differs from `before`.

    Raises:
        InputError: they are releases of different things.
    """
    if before.name != after.name:
        raise InputError(f"{before.name} and {after.name} are not versions of one release.", where=after.name)
    old, new = _items(before), _items(after)
    both = old.keys() & new.keys()
    was, now = _agreed(before), _agreed(after)
    old_columns, new_columns = _columns(before), _columns(after)
    return Difference(
        before=before.version,
        after=after.version,
        added=sorted(new.keys() - old.keys()),
        removed=sorted(old.keys() - new.keys()),
        changed_text=sorted(item for item in both if old[item][0] != new[item][0]),
        moved={item: (old[item][1], new[item][1]) for item in sorted(both) if old[item][1] != new[item][1]},
        relabelled={
            item: (was[item][0], now[item][0])
            for item in sorted(was.keys() & now.keys())
            if was[item][0] != now[item][0]
        },
        fewer=sorted(item for item in was.keys() & now.keys() if now[item][1] < was[item][1]),
        judgements=(before.manifest["counts"]["judgements"], after.manifest["counts"]["judgements"]),
        columns_added=sorted(new_columns - old_columns),
        columns_removed=sorted(old_columns - new_columns),
        guideline=(before.manifest["guideline"]["version"], after.manifest["guideline"]["version"]),
        shared_pseudonyms=len(pseudonyms(before) & pseudonyms(after)),
        agreement=_agreement(before, after),
    )


def check_version(difference: Difference) -> None:
    """Make sure that the version has risen as far as the change asks for.

    Raises:
        InputError: it has not.
    """
    old, new = (tuple(map(int, version.split("."))) for version in (difference.before, difference.after))
    least = {
        MAJOR: (old[0] + 1, 0, 0),
        MINOR: (old[0], old[1] + 1, 0),
        PATCH: (old[0], old[1], old[2] + 1),
    }[difference.asks_for]
    if new < least:
        raise InputError(
            f"The change from {difference.before} is a {difference.asks_for} one.",
            where=f"version {difference.after}",
            mend=f"Use {'.'.join(map(str, least))} or higher.",
        )


def changelog(difference: Difference | None, version: str, frozen_at: str, earlier: str = "") -> str:
    """Return the changelog with this release on top; `earlier` is that of the release before."""
    lines = [f"## {version} ({frozen_at[:10]})", ""]
    lines += ["First release."] if difference is None else told(difference)
    old = earlier.partition("\n## ")[2]
    return "# Changelog\n\n" + "\n".join(lines) + "\n" + (f"\n## {old}" if old else "")


def pseudonyms(release: Release) -> set[str]:
    """Return the pseudonyms of a release's open splits."""
    files = _files(release, "annotations")
    if not files:
        return set()
    return set(arrow.dataset(files).to_table(["annotator"])["annotator"].unique().to_pylist())


def told(found: Difference) -> list[str]:
    """Return the changes as lines of a list."""
    moves = Counter(found.moved.values())
    return [
        f"- A {found.asks_for} change from {found.before}.",
        f"- Items: {len(found.added):,} added, {len(found.removed):,} removed, {len(found.changed_text):,} with another text.",
        f"- Judgements: {found.judgements[0]:,} before, {found.judgements[1]:,} now.",
        f"- Items of open splits with fewer judgements than before: {len(found.fewer):,}.",
        *([WITHDRAWN] if found.removed or found.fewer else []),
        f"- Hard ratings of open splits that changed: {len(found.relabelled):,}.",
        f"- Items in another split: {len(found.moved):,}"
        + "".join(f"; {old} to {new}: {n:,}" for (old, new), n in sorted(moves.items()))
        + ".",
        *([f"- Columns added: {', '.join(found.columns_added)}."] if found.columns_added else []),
        *([f"- Columns removed: {', '.join(found.columns_removed)}."] if found.columns_removed else []),
        *([f"- Guideline {found.guideline[0]} → {found.guideline[1]}."] if len(set(found.guideline)) > 1 else []),
        *(
            f"- Agreement on `{label}`: {_number(old)} → {_number(new)}."
            for label, (old, new) in found.agreement.items()
            if _number(old) != _number(new)
        ),
    ]


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _items(release: Release) -> dict[str, tuple[str, str]]:
    files = sorted((release.folder / "data" / "items").glob("*.parquet"))
    if not files:
        return {}
    table = arrow.dataset(files).to_table(["id", "sha256", "split"])
    rows = zip(*(table[name].to_pylist() for name in ("id", "sha256", "split")), strict=True)
    return {item: (text, split) for item, text, split in rows}


def _agreed(release: Release) -> dict[str, tuple[str | None, int]]:
    """Return the hard rating and the number of judgements of each item of the open splits."""
    files = _files(release, "consensus")
    if not files:
        return {}
    name = rating_of(tuple(release.specs.values())).name
    table = arrow.dataset(files).to_table(["item", name, "judgements"])
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {item: (rating, judgements) for item, rating, judgements in rows}


def _columns(release: Release) -> set[str]:
    files = _files(release, "gold")
    return set(arrow.parquet.read_schema(files[0]).names) if files else set()


def _files(release: Release, table: str) -> list[Path]:
    return [path for split in OPEN for path in sorted((release.folder / "data" / table).glob(f"{split}-*.parquet"))]


def _agreement(before: Release, after: Release) -> dict[str, tuple[float | None, float | None]]:
    old, new = ({row["label"]: row["value"] for row in one.manifest["agreement"]} for one in (before, after))
    return {label: (old[label], new[label]) for label in old if label in new}
