"""The same snapshot gives the same bytes: in another process, time zone, hash seed, number of processes; and after a stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotator.cli import app
from annotator.domain.errors import InputError
from annotator.insight.release_gate import GATE_VERSION, recheck
from exports.answers import read_answers
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
    said = lambda *what: print(*what, sep="\\t", flush=True)
    folders = out / "release", out / "apart"
    build_release(Frozen.open(Path(snapshot)), plan, *folders, recheck, GATE_VERSION, processes=int(processes), say=said)
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


def _elsewhere(snapshot, answers_file, out, processes, **environment):
    """Start a build in a process of its own; it prints what it says of its progress."""
    out.mkdir(parents=True, exist_ok=True)
    script = out / "build.py"
    script.write_text(_SCRIPT)
    return subprocess.Popen(
        [sys.executable, str(script), str(snapshot), str(answers_file), str(out), str(processes)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def _finished(process, out):
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    return _hashes(out), [line.split("\t") for line in said.splitlines()]


@pytest.fixture(scope="module")
def built_once(shards_of_50, answers_file, tmp_path_factory):
    """The bytes of a build in one process, in one zone."""
    out = tmp_path_factory.mktemp("once")
    environment = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C"}
    return _finished(_elsewhere(shards_of_50.folder, answers_file, out, 1, **environment), out)[0]


def test_several_processes_in_another_zone_with_another_hash_seed_write_the_same_bytes(
    shards_of_50, answers_file, built_once, tmp_path
):
    environment = {"TZ": "America/Anchorage", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"}
    other, _ = _finished(_elsewhere(shards_of_50.folder, answers_file, tmp_path, 2, **environment), tmp_path)
    assert len(built_once) > 50
    assert other == built_once


def test_a_cluster_writes_the_same_bytes(shards_of_50, answers_file, built_once, machines, tmp_path):
    plan = Plan("1.0.0", read_answers(answers_file))
    folders = tmp_path / "release", tmp_path / "apart"
    executor = machines.get_executor()
    build_release(shards_of_50, plan, *folders, recheck, GATE_VERSION, processes=2, executor=executor)
    assert _hashes(tmp_path) == built_once


def test_other_machines_are_not_held_to_the_processes_of_this_one(shards_of_50, answers, built_once, tmp_path):
    """They would wait: nothing here is begun before every shard has been given out."""

    class Together(Executor):
        def __init__(self):
            self.given = []

        def submit(self, run, task):
            self.given.append((Future(), run, task))
            if len(self.given) == shards_of_50.n_shards:
                for future, run, task in self.given:
                    future.set_result(run(task))
            return self.given[-1][0]

    folders = tmp_path / "release", tmp_path / "apart"
    plan, machines = Plan("1.0.0", answers), Together()
    assert shards_of_50.n_shards > 2
    build_release(shards_of_50, plan, *folders, recheck, GATE_VERSION, processes=1, executor=machines)
    assert _hashes(tmp_path) == built_once


def test_a_build_that_was_killed_goes_on_and_writes_the_same_bytes(shards_of_50, answers_file, built_once, tmp_path):
    killed = _elsewhere(shards_of_50.folder, answers_file, tmp_path, 1)
    while killed.poll() is None and not list(tmp_path.glob("release/.building/*/done.json")):
        time.sleep(0.002)
    killed.kill()
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    done = len(list(tmp_path.glob("release/.building/*/done.json")))
    assert done
    assert not list(tmp_path.glob("*/CHECKSUMS"))
    again, said = _finished(_elsewhere(shards_of_50.folder, answers_file, tmp_path, 1), tmp_path)
    assert again == built_once
    assert next(row for row in said if row[0] == "writing items") == [
        "writing items",
        str(done),
        str(shards_of_50.n_shards),
    ]


def test_a_build_is_not_gone_on_with_under_another_gate(shards_of_50, answers, tmp_path):
    def stop(_what, done, _of):
        if done:
            raise KeyboardInterrupt

    folders = Plan("1.0.0", answers), tmp_path / "release", tmp_path / "apart", recheck
    with pytest.raises(KeyboardInterrupt):
        build_release(shards_of_50, *folders, "gate-of-then", say=stop)
    with pytest.raises(InputError, match="something else"):
        build_release(shards_of_50, *folders, GATE_VERSION)


def test_a_release_has_the_same_bytes_where_files_can_not_be_linked(
    shards_of_50, answers, built_once, tmp_path, monkeypatch
):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    folders = tmp_path / "release", tmp_path / "apart"
    build_release(shards_of_50, Plan("1.0.0", answers), *folders, recheck, GATE_VERSION)
    assert _hashes(tmp_path) == built_once


def test_rebuild_says_whether_every_byte_is_the_same(frozen, released, tmp_path):
    again = ["release", "rebuild", str(frozen.folder), "--like", str(released.out), "--processes", "1", "--out"]
    done = CliRunner().invoke(app, [*again, str(tmp_path / "again")])
    assert done.exit_code == 0, done.output
    assert sha256_of(tmp_path / "again" / "release" / "CHECKSUMS") == released.digest
    other = shutil.copytree(released.out, tmp_path / "other")
    manifest = json.loads((other / "release.json").read_text())
    manifest["answers"]["funding"] = "Somebody else."
    (other / "release.json").write_text(json.dumps(manifest))
    again[4] = str(other)
    assert CliRunner().invoke(app, [*again, str(tmp_path / "differs")]).exit_code == 1


def test_a_damaged_snapshot_is_refused_and_named(shards_of_50, answers, tmp_path):
    folder = tmp_path / "snapshot"
    _copy(shards_of_50.folder, folder)
    data = (folder / "spans.arrow").read_bytes()
    (folder / "spans.arrow").write_bytes(data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])
    with pytest.raises(Exception, match=r"spans\.arrow"):
        build_release(
            Frozen.open(folder), Plan("1.0.0", answers), tmp_path / "r", tmp_path / "a", recheck, GATE_VERSION
        )
