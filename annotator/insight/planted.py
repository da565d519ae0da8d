"""The planted truth of synthetic items, as `annotator synthesize` writes it: read for a release, where it travels apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.errors import InputError
from annotator.synthetic.corpus import TRUTH
from annotator.synthetic.manifest import NAME, Manifest, read_manifest


@dataclass
class Planted:
    """The truths of a corpus by item id; remembers which of them went into the snapshot."""

    manifest: Manifest
    truths: dict[str, dict[str, Any]]
    _used: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Planted:
        """Read the truth of a corpus folder.

        Raises:
            InputError: there is no manifest or no truth there, or a line is no truth.
        """
        manifest = read_manifest(folder / NAME)
        path = folder / TRUTH
        try:
            with path.open("rb") as file:
                truths = {row["id"]: row for row in map(orjson.loads, file)}
        except FileNotFoundError as error:
            raise InputError(
                "There is no planted truth here.", where=str(path), mend="Name a folder of `synthesize`."
            ) from error
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise InputError("This is no planted truth.", where=str(path)) from error
        return cls(manifest, truths)

    def of(self, item: str) -> dict[str, Any]:
        """Return what the table of items says of a synthetic item: generator, seed, difficulty; nothing of the truth itself."""
        truth = self.truths.get(item)
        if truth is None:
            return {}
        self._used.append(item)
        return {"generator": self.manifest.generator, "seed": truth["seed"], "difficulty": truth["difficulty"]}

    def facts(self) -> dict[str, Any]:
        """Return what is said of the truth in the open."""
        return {
            "items": len(self._used),
            "generator": self.manifest.generator,
            "grammar_sha256": self.manifest.grammar_sha256,
        }

    def write(self, path: Path) -> None:
        """Write the truths of the items that were asked for, in that order."""
        with path.open("wb") as file:
            file.writelines(self._lines())

    def _lines(self) -> Iterator[bytes]:
        for item in self._used:
            yield orjson.dumps(self.truths[item], option=orjson.OPT_APPEND_NEWLINE)
