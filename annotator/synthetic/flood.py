"""One advertiser who posts again and again: near-duplicates of one posting, for rehearsing what a flood does to a pool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from annotator.domain.errors import InputError
from annotator.synthetic.campaigns import draw_campaign
from annotator.synthetic.drafts import draw_drafts
from annotator.synthetic.generator import finish
from annotator.synthetic.grammar import load_grammar
from annotator.synthetic.postings import SyntheticPosting


def flood(copies: int, seed: int) -> Iterator[SyntheticPosting]:
    """Yield `copies` postings of one campaign, no two alike; each says what the first says, but for a flipped indicator.

    Raises:
        InputError: `copies` or `seed` is negative.
    """
    if copies < 0 or seed < 0:
        raise InputError("The number of copies and the seed are whole numbers from 0.", where="flood")
    grammar = load_grammar()
    for number in count():
        campaign, dice = draw_campaign(grammar, seed, number)
        if campaign.visible:  # telephone numbers differ, so there are as many copies as are wanted
            break
    first = f"f{seed}-{0:07d}"
    for place, draft in enumerate(draw_drafts(grammar, replace(campaign, kind="copies", size=copies), dice)):
        if place == copies:
            return
        copy_of = first if place else ""
        yield finish(draft, {"id": f"f{seed}-{place:07d}", "seed": str(seed), "pair": "", "copy_of": copy_of})
