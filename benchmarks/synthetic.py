"""How fast postings are drawn, written and checked against the lexicon, beside Faker making as many texts of as many words.

Faker plants nothing: it is the yardstick for making text at all. Run it with `python -m benchmarks.synthetic [postings]`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from faker import Faker

from annotator.synthetic.corpus import write_corpus
from annotator.synthetic.generator import generate
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.lexicon import lexicon, verify_lexicon

ROUNDS = 3
WORDS_A_SENTENCE = 12


def main(postings: int) -> None:
    load_grammar()
    lexicon()
    texts = [posting.text for posting in generate(postings, 1)]
    words = round(sum(len(text.split()) for text in texts) / postings)
    times: dict[str, list[float]] = {"faker": [], "generate": [], "write": [], "verify": []}
    for _ in range(ROUNDS):
        times["faker"].append(seconds(lambda: faker(postings, words)))
        times["generate"].append(seconds(lambda: sum(1 for _ in generate(postings, 1))))
        times["write"].append(seconds(lambda: write(postings)))
        times["verify"].append(seconds(lambda: [verify_lexicon(text) for text in texts]))
    yardstick = median(times["faker"])
    print(f"{postings:,} postings of {words} words on average, medians of {ROUNDS} rounds")
    print(f"{'faker':10} {postings / yardstick:10,.0f} a second")
    for name in ("generate", "write", "verify"):
        taken = median(times[name])
        print(f"{name:10} {postings / taken:10,.0f} a second, {yardstick / taken:.1f} times faker")
    print(f"100,000 postings written: {100_000 / postings * median(times['write']):.0f} s at this rate")


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def faker(count: int, words: int) -> None:
    source = Faker()
    source.seed_instance(1)
    sentences = max(1, round(words / WORDS_A_SENTENCE))
    for _ in range(count):
        " ".join(source.sentence(nb_words=WORDS_A_SENTENCE) for _ in range(sentences))


def write(count: int) -> None:
    with TemporaryDirectory() as folder:
        write_corpus(Path(folder), count, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
