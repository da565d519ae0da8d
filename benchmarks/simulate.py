"""How many judgements does each policy need to equal 3- and 5-fold majority? `annotator simulate` on every recorded crowd, and on texts.

Each set is replayed under both protocols by the command itself; campaigns are kept in `--report`, so a benchmark that was stopped goes on.
Texts: simulated people of 75-85 % skill answer, a classifier learns as answers come.
Run: python -m benchmarks.simulate [--sets sentiment,face-sentiment,weather] [--seeds 5] [--texts 1] [--data ../shared/data] [--report simulations]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SETS = "sentiment,face-sentiment,weather"
FAIR = ("activelab", "uncertainty")  # the peers of the table, read out by the same consensus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=1, help="seeds on movie-sentences; 0 leaves them out")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--report", type=Path, default=Path("simulations"))
    asked = parser.parse_args()
    if not asked.data.is_dir():
        print(f"{asked.data} is not there; nothing is measured.")
        return
    print(
        "| set, protocol | target | bound | random, majority | random, consensus | uncertainty + 3 | ActiveLab | adaptive | better peer / adaptive |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in filter(None, asked.sets.split(",")):
        for protocol in ("item", "person"):
            folder = asked.data / name
            files = ["--labels", str(folder / "labels.csv"), "--truth", str(folder / "truth.csv")]
            show(
                f"{name}, {protocol}",
                simulated(asked.report / f"{name}-{protocol}", [*files, "--budget", "5"], protocol, asked.seeds),
            )
    for protocol in ("item", "person") if asked.texts else ():
        folder = asked.data / "movie-sentences"
        files = ["--truth", str(folder / "truth.csv"), "--items", str(folder / "items.csv"), "--budget", "3"]
        show(
            f"movie-sentences, {protocol}", simulated(asked.report / f"movie-{protocol}", files, protocol, asked.texts)
        )


def simulated(report: Path, files: list[str], protocol: str, seeds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "annotator", "simulate", *files, "--protocol", protocol, "--seeds", str(seeds)]
    subprocess.run([*command, "--report", str(report)], check=True, stdout=subprocess.DEVNULL)
    return json.loads((report / "report.json").read_text(encoding="utf-8"))


def show(name: str, found: dict[str, Any]) -> None:
    for target, accuracy in found["targets"].items():
        reached = {policy: said["judgements_to"][target] for policy, said in found["policies"].items()}
        peers = [value for policy, value in reached.items() if policy in FAIR and value is not None]
        ours = reached["adaptive"]
        ratio = f"{min(peers) / ours:.2f}" if peers and ours else "-"
        cells = [f"{value:.2f}" if value is not None else "-" for value in reached.values()]
        bound = found["bound"]["judgements"][target]
        print(f"| {name} | {target} {accuracy:.3f} | {bound:.2f} | {' | '.join(cells)} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
