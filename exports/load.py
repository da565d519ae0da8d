"""`load_release`: a release as typed pandas frames, with labels as learners want them.

release = load_release("releases", version="1.0.0")
gold = release.gold("train")
texts, labels, weights = release.examples("concern", "train", soft=True)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from annotator.domain.errors import InputError, NotFoundError
from annotator.domain.schema import LabelSpec
from exports import arrow, columns, layout
from exports.checksums import verify_checksums
from exports.layout import SPLITS

if TYPE_CHECKING:
    import pandas as pd

_CATEGORIES = (
    *("source", "language", "epoch", "region", "quarter", "split"),
    *("method", "time_band", "duration_band", "pick"),
)


class Examples(NamedTuple):
    """What a scikit-learn estimator takes: `fit(texts, labels, sample_weight=weights)`; `groups` for grouped folds."""

    texts: NDArray[Any]
    labels: NDArray[Any]
    weights: NDArray[np.float64]
    groups: NDArray[Any]


@dataclass(frozen=True)
class Release:
    """A release on disk. Frames are read when they are asked for."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        return str(self.manifest["version"])

    @cached_property
    def specs(self) -> dict[str, LabelSpec]:
        """The labels by name, with their values in order."""
        return {spec.name: spec for spec in columns.specs_from_json(self.manifest["labels"])}

    def gold(self, split: str | None = None) -> pd.DataFrame:
        """Return items with their consensus, a row an item: of one split, or of all that this part of the release holds.

        Raises:
            NotFoundError: there is no such split, or its labels are in the other part (as of every table here).
        """
        return self._frame("gold", split)

    def items(self, split: str | None = None) -> pd.DataFrame:
        """Return items without any label; the hidden split's too. What travels apart has none."""
        return self._frame("items", split)

    def annotations(self, split: str | None = None) -> pd.DataFrame:
        """Return every single judgement, under the pseudonyms of this release."""
        return self._frame("annotations", split)

    def consensus(self, split: str | None = None) -> pd.DataFrame:
        """Return hard and soft labels by item."""
        return self._frame("consensus", split)

    def spans(self, split: str | None = None) -> pd.DataFrame:
        """Return every marked passage of every judgement."""
        return self._frame("spans", split)

    def soft(self, label: str, split: str | None = None) -> pd.DataFrame:
        """Return the shares of a label's values, a column a value in order, by item id."""
        spec = self._spec(label)
        frame = self.gold(split).set_index("id")[columns.shares(spec)]
        return frame.set_axis(list(spec.values), axis="columns").astype("float64")

    def examples(self, label: str, split: str = "train", *, soft: bool = False) -> Examples:
        """Return texts, labels, weights and groups; items that nobody gave the label are left out.

        Hard: one row an item, weight 1. Soft: a row for each value that an item has a share of, with the share as weight, so that
        any learner that takes sample weights learns from the doubt too.

        Raises:
            NotFoundError: there is no such label or split.
        """
        spec = self._spec(label)
        frame = self.gold(split)
        texts, groups = frame["text"].to_numpy(dtype=object), frame["group"].to_numpy(dtype=object)
        if not soft:
            given = frame[label].notna().to_numpy()
            labels = frame[label].to_numpy(dtype=object)[given].astype(str)
            return Examples(texts[given], labels, np.ones(len(labels)), groups[given])
        shares = frame[columns.shares(spec)].to_numpy(dtype=np.float64)
        item, value = np.nonzero(np.nan_to_num(shares) > 0)
        return Examples(texts[item], np.array(spec.values)[value], shares[item, value], groups[item])

    def spacy_examples(self, split: str = "train") -> Iterator[dict[str, Any]]:
        """Yield spaCy's JSON lines: text, `cats`, span groups."""
        self._splits("spacy", split)
        path = self.folder / "spacy" / f"{split}.jsonl"
        if not path.exists():
            return
        with path.open("rb") as file:
            yield from map(orjson.loads, file)

    def docbin(self, nlp: Any, split: str = "train") -> Any:
        """Return the split as a spaCy `DocBin`, made with the tokenizer of `nlp`; passages are in the span group `indicators`."""
        from spacy.tokens import DocBin, SpanGroup

        bin_ = DocBin(store_user_data=True)
        for example in self.spacy_examples(split):
            doc = nlp.make_doc(example["text"])
            doc.cats = example["cats"]
            for key, marks in example["spans"].items():
                found = [doc.char_span(m["start"], m["end"], m["label"], alignment_mode="expand") for m in marks]
                doc.spans[key] = SpanGroup(doc, name=key, spans=[span for span in found if span is not None])
            bin_.add(doc)
        return bin_

    def _spec(self, label: str) -> LabelSpec:
        if label not in self.specs:
            raise NotFoundError(f"There is no label {label!r}.", mend=f"There are {', '.join(self.specs)}.")
        return self.specs[label]

    def _frame(self, table: str, split: str | None) -> pd.DataFrame:
        return typed(self._table(table, split), self.specs)

    def _table(self, table: str, split: str | None) -> pa.Table:
        wanted = self._splits(table, split)
        files = [path for one in wanted for path in sorted((self.folder / "data" / table).glob(f"{one}-*.parquet"))]
        if not files:
            return table_schema(table, tuple(self.specs.values())).empty_table()
        return arrow.dataset(files).to_table()

    def _splits(self, table: str, split: str | None) -> tuple[str, ...]:
        """Return the splits to read: the one asked for, or all that this part holds of the table."""
        if split is not None and split not in SPLITS:
            raise NotFoundError(f"There is no split {split!r}.", mend=f"There are {', '.join(SPLITS)}.")
        apart = bool(self.manifest.get("apart"))
        held = layout.held(table, apart=apart)
        if not held or (split is not None and split not in held):
            what = f"split {split!r}" if split else f"table {table!r}"
            here, there = (
                ("What travels apart", "the release itself") if apart else ("The release", "what travels apart")
            )
            raise NotFoundError(f"{here} has no {what}.", mend=f"Open {there}: it has.")
        return held if split is None else (split,)


def load_release(path: str | Path, *, version: str | None = None, verify: bool = False) -> Release:
    """Open a release: its folder, or a folder of releases, of which `version` (or else the highest) is taken.

    Where a release lies beside what travels apart from it, it is the release that is opened.

    Raises:
        NotFoundError: there is none, or not of that version.
        InputError: `verify` was asked for and a file is not as it was; the message names it.
    """
    parts = sorted(_releases(Path(path)), key=lambda part: not part.manifest.get("apart"))
    found = {part.version: part for part in parts}
    if not found:
        raise NotFoundError("There is no release here.", mend=f"Looked in {path} for {layout.MANIFEST}.")
    known = sorted(found, key=lambda text: [int(part) for part in text.split(".")])
    wanted = version or known[-1]
    if wanted not in found:
        raise NotFoundError(f"There is no version {wanted} here.", mend=f"There are {', '.join(known)}.")
    release = found[wanted]
    if verify and (complaints := verify_checksums(release.folder)):
        raise InputError(f"{complaints[0].file} {complaints[0].what}.", where=str(release.folder))
    return release


def table_schema(table: str, specs: tuple[LabelSpec, ...]) -> pa.Schema:
    """Return the columns of a table of a release."""
    return columns.released(specs)[table]


def typed(table: pa.Table, specs: dict[str, LabelSpec]) -> pd.DataFrame:
    """Return a frame whose labels are categories in the guideline's order, and whose text is text."""
    import pandas as pd

    frame: pd.DataFrame = table.to_pandas()
    for name in frame.columns:
        if name in specs:
            frame[name] = pd.Categorical(frame[name], categories=list(specs[name].values), ordered=True)
        elif name in _CATEGORIES:
            frame[name] = frame[name].astype("category")
    return frame


def _releases(path: Path) -> Iterator[Release]:
    names = (
        layout.MANIFEST,
        f"*/{layout.MANIFEST}",
        f"*/release/{layout.MANIFEST}",
    )  # the last as `build` lays them out
    for manifest in [found for name in names for found in sorted(path.glob(name))]:
        if manifest.is_file():
            try:
                yield Release(manifest.parent, orjson.loads(manifest.read_bytes()))
            except orjson.JSONDecodeError as error:
                raise InputError(
                    "The file is damaged.", where=str(manifest), mend="Fetch the release again."
                ) from error
