"""The same snapshot gives the same bytes: in another process, time zone, hash seed, number of processes; and after a stop."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.insight.release_gate import GATE_VERSION, recheck
from exports import build, shards
from exports.checksums import files_of, sha256_of
from exports.frozen import Frozen, FrozenWriter
from exports.release import Plan, build_release

_SCRIPT = """
import sys
from pathlib import Path
from annotator.insight.release_gate import GATE_VERSION, recheck
from exports.answers import read_answers
from exports.frozen import Frozen
from exports.release import Plan, build_release
if __name__ == "__main__":
    snapshot, answers, out, processes = sys.argv[1:]
    plan = Plan("1.0.0", read_answers(Path(answers)))
    out = Path(out)
    build_release(Frozen.open(Path(snapshot)), plan, out / "release", out / "apart", recheck, GATE_VERSION, processes=int(processes))
"""


@pytest.fixture(scope="module")
def shards_of_50(frozen, tmp_path_factory):
    """The same snapshot in several batches, so that several processes have something to do."""
    folder = tmp_path_factory.mktemp("several") / "snapshot"
    writer = FrozenWriter(folder, frozen.specs)
    whole = {name: frozen.shard(name, 0) for name in ("items", "annotations", "consensus", "spans")}
    ids = whole["items"]["id"].to_pylist()
    for begin in range(0, len(ids), 50):
        some = set(ids[begin : begin + 50])
        of = {
            name: table.filter([one in some for one in table["id" if name == "items" else "item"].to_pylist()])
            for name, table in whole.items()
        }
        writer.write(of)
    for name in ("guideline", "truth.jsonl", "swaps.jsonl"):
        _copy(frozen.folder / name, folder / name)
    return writer.finish({key: value for key, value in frozen.facts.items() if key not in ("rows", "files", "format")})


def _copy(source, target):
    if source.is_dir():
        target.mkdir()
        for path in source.iterdir():
            _copy(path, target / path.name)
    else:
        target.write_bytes(source.read_bytes())


def _hashes(folder):
    return {
        (part, name): sha256_of(folder / part / name)
        for part in ("release", "apart")
        for name in files_of(folder / part)
    }


def _build_elsewhere(snapshot, answers_file, out, processes, **environment):
    script = out.parent / "build.py"
    script.write_text(_SCRIPT)
    subprocess.run(
        [sys.executable, str(script), str(snapshot), str(answers_file), str(out), str(processes)],
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), **environment},
    )
    return _hashes(out)


def test_two_processes_in_two_zones_with_two_hash_seeds_write_the_same_bytes(shards_of_50, answers_file, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    snapshot = shards_of_50.folder
    one = _build_elsewhere(
        snapshot, answers_file, tmp_path / "a" / "one", 1, TZ="Pacific/Kiritimati", PYTHONHASHSEED="1", LC_ALL="C"
    )
    other = _build_elsewhere(
        snapshot,
        answers_file,
        tmp_path / "b" / "other",
        2,
        TZ="America/Anchorage",
        PYTHONHASHSEED="2",
        LC_ALL="C.UTF-8",
    )
    assert len(one) > 50
    assert one == other


def test_a_build_that_was_stopped_goes_on_and_writes_the_same_bytes(shards_of_50, answers, tmp_path, monkeypatch):
    plan = Plan("1.0.0", answers)

    def whole(folder):
        build_release(shards_of_50, plan, folder / "release", folder / "apart", recheck, GATE_VERSION)
        return _hashes(folder)

    expected = whole(tmp_path / "whole")
    written = []

    def stopping(task):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(task.number)
        return shards.write_shard(task)

    monkeypatch.setattr(build, "write_shard", stopping)
    with pytest.raises(KeyboardInterrupt):
        whole(tmp_path / "stopped")
    monkeypatch.setattr(build, "write_shard", lambda task: (written.append(task.number), shards.write_shard(task))[1])
    assert whole(tmp_path / "stopped") == expected
    assert written == list(range(shards_of_50.n_shards)), "no shard was written twice"


def test_a_damaged_snapshot_is_refused_and_named(shards_of_50, answers, tmp_path):
    folder = tmp_path / "snapshot"
    _copy(shards_of_50.folder, folder)
    data = (folder / "spans.arrow").read_bytes()
    (folder / "spans.arrow").write_bytes(data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])
    with pytest.raises(Exception, match=r"spans\.arrow"):
        build_release(
            Frozen.open(folder), Plan("1.0.0", answers), tmp_path / "r", tmp_path / "a", recheck, GATE_VERSION
        )
