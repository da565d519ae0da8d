"""The peers' own environments, and one process for each thing measured.

Each list of peers has an environment below `benchmarks/.venv`, made on first use, since peers and the product do not agree on versions,
nor do all peers with one another. Each measurement runs in a process of its own and answers with one line of JSON, peak memory included.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent
PEERS, PRIVACY_PEERS = "peers.txt", "peers-privacy.txt"


def peer_python(peers: str = PEERS) -> Path:
    """Return the interpreter of a list of peers, installing them where that was not done."""
    wanted = FOLDER / peers
    venv = FOLDER / ".venv" / wanted.stem
    python, stamp = venv / "bin" / "python", venv / peers
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)]
        subprocess.run(pip, check=True)
        stamp.write_text(wanted.read_text())
    return python


def measured(script: str, *arguments: object, peer: bool = False) -> dict[str, Any]:
    """Run `benchmarks/SCRIPT.py` and return what it printed last, as JSON."""
    python = peer_python() if peer else Path(sys.executable)
    command = [str(python), "-P", str(FOLDER / f"{script}.py"), *map(str, arguments)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(FOLDER.parent), "PATH": ""}
    )
    return json.loads(done.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]


def crowd(
    n_labels: int, *, n_classes: int = 4, n_workers: int = 200, per_task: int = 5, seed: int = 1
) -> dict[str, Any]:
    """Return int32 columns of a made-up crowd, rows shuffled: workers say the truth seven times in ten, else anything."""
    rng = np.random.default_rng(seed)
    n_tasks = n_labels // per_task
    truth = rng.integers(0, n_classes, n_tasks, dtype=np.int32)
    task = rng.permutation(np.repeat(np.arange(n_tasks, dtype=np.int32), per_task))
    worker = rng.integers(0, n_workers, len(task), dtype=np.int32)
    guess = rng.integers(0, n_classes, len(task), dtype=np.int32)
    label = np.where(rng.random(len(task)) < 0.7, truth[task], guess)
    return {"task": task, "worker": worker, "label": label, "truth": truth}
