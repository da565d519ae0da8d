"""Arrow's modules as type checkers can live with them: most of their functions are made at import, where a checker sees none."""

from __future__ import annotations

from typing import Any

import pyarrow.compute
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

compute: Any = pyarrow.compute
csv: Any = pyarrow.csv
ipc: Any = pyarrow.ipc
parquet: Any = pyarrow.parquet


def dataset(files: Any) -> Any:
    """Open files as one table."""
    import pyarrow.dataset  # it loads all of pandas

    arrow: Any = pyarrow.dataset
    return arrow.dataset(files)
