"""What an item costs the feature store: bytes on the disk, and bytes of memory for its id.

python -m benchmarks.store_memory [--items 5000]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import tracemalloc
from pathlib import Path

from active_learning.feature_store import FeatureStore
from active_learning.features import HashedNgrams
from annotator.domain.ids import new_id
from annotator.synthetic.corpus import POSTINGS, write_corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=5000)
    count = parser.parse_args().items
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder) / "corpus", count, seed=1)
        lines = (Path(folder) / "corpus" / POSTINGS).read_text(encoding="utf-8").splitlines()
        store = FeatureStore(Path(folder), HashedNgrams())
        store.append([new_id() for _ in lines], [json.loads(line)["text"] for line in lines])
        size = sum(path.stat().st_size for path in store.folder.rglob("*"))
        tracemalloc.start()
        again = FeatureStore(Path(folder), HashedNgrams())
        held = tracemalloc.get_traced_memory()[0]
        print(
            f"{len(again):,} items: {size / len(again):,.0f} bytes each on the disk, {held / len(again):.0f} in memory"
        )


if __name__ == "__main__":
    main()
