"""Arrow's modules as type checkers can live with them: most of their functions are made at import, where a checker sees none."""

from __future__ import annotations

from typing import Any

import pyarrow.compute
import pyarrow.csv
import pyarrow.dataset
import pyarrow.ipc
import pyarrow.parquet

compute: Any = pyarrow.compute
csv: Any = pyarrow.csv
dataset: Any = pyarrow.dataset
ipc: Any = pyarrow.ipc
parquet: Any = pyarrow.parquet
