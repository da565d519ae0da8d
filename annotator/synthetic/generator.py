"""`generate`: synthetic postings from a seed, byte for byte the same each time. Files and manifests are written elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from annotator.domain.errors import InputError
from annotator.synthetic.campaigns import draw_campaign
from annotator.synthetic.compose import SECTIONS, Identity, compose
from annotator.synthetic.drafts import Draft, draw_drafts
from annotator.synthetic.grammar import Grammar, load_grammar
from annotator.synthetic.lexicon import shows_contact
from annotator.synthetic.postings import (
    ABSENT,
    CONTEXT,
    IMPLIED,
    INDICATORS,
    NEGATED,
    PRESENT,
    STATE_OF,
    SyntheticPosting,
    planted_rating,
)

VERSION = "1.0.0"
"""Version of the generator's code; the grammar's words are pinned by their own hash."""


def generate(items: int, seed: int) -> Iterator[SyntheticPosting]:
    """Yield `items` postings of that seed.

    Raises:
        InputError: `items` or `seed` is negative.
    """
    if items < 0 or seed < 0:
        raise InputError("The number of postings and the seed are whole numbers from 0.", where="synthesize")
    return (finish(draft, name) for draft, name in drafts(load_grammar(), items, seed))


def drafts(grammar: Grammar, items: int, seed: int) -> Iterator[tuple[Draft, Mapping[str, str]]]:
    """Yield each draft with its names: `id`, `pair` and `copy_of`."""
    made = number = 0
    while made < items:
        campaign, dice = draw_campaign(grammar, seed, number)
        first = _id(seed, made)
        whole = made + campaign.size <= items
        for place, draft in enumerate(draw_drafts(grammar, campaign, dice)):
            yield (
                draft,
                {
                    "id": _id(seed, made),
                    "seed": str(seed),
                    "pair": f"p{seed}-{number:06d}" if campaign.kind == "pair" and whole else "",
                    "copy_of": first if campaign.kind == "copies" and place else "",
                },
            )
            made += 1
            if made == items:
                return
        number += 1


def finish(
    draft: Draft, names: Mapping[str, str], *, register: str | None = None, identity: Identity | None = None
) -> SyntheticPosting:
    """Write the draft out, in another register or with other identity cues where these are given."""
    grammar, campaign = load_grammar(), draft.campaign
    written = grammar.registers[register] if register else campaign.register
    cues = identity or draft.identity
    composed = compose(draft.pieces, draft.shape, written, cues)
    realisation = {code: draft.ways.get(code, ABSENT) for code in INDICATORS}
    tags = {tag for piece in draft.pieces for tag in piece.tags}
    context = tuple(tag for tag in CONTEXT if tag in tags)
    protective = any(piece.protective for piece in draft.pieces)
    cued = any(piece.cue for piece in draft.pieces)
    return SyntheticPosting(
        id=names["id"],
        text=composed.text,
        language="en",
        campaign=f"c{names['seed']}-{campaign.number:06d}",
        epoch=campaign.epoch,
        region=campaign.region,
        quarter=campaign.quarter,
        sector=campaign.sector.name,
        template=campaign.template.id,
        register=written.name,
        indicators={code: STATE_OF[way] for code, way in realisation.items()},
        realisation=realisation,
        spans=composed.spans,
        decoys=composed.decoys,
        context=context,
        protective=protective,
        rating=planted_rating(realisation, context, protective=protective),
        difficulty=_difficulty(draft, written.name),
        cases=_cases(draft, context, written.name),
        nationality=cues.nationality if cued else "",
        gender=cues.gender if cued else "",
        shows_contact=campaign.visible and shows_contact(composed.text),
        withheld=any(piece.withheld for piece in draft.pieces),
        pair=names["pair"],
        copy_of=names["copy_of"],
        seed=int(names["seed"]),
    )


def _difficulty(draft: Draft, register: str) -> float:
    """Weigh what makes a posting hard to label: hints, mixed evidence, decoys, lists, new wording, broken language."""
    ways = list(draft.ways.values())
    shown = [way for way in ways if STATE_OF[way] == PRESENT]
    weighed = (
        (0.30, shown.count(IMPLIED) / len(shown) if shown else 0.0),
        (0.20, bool(shown) and NEGATED in ways),
        (0.20, min(ways.count(ABSENT), 3) / 3),
        (0.10, any(piece.code and piece.role in SECTIONS for piece in draft.pieces)),
        (0.10, any(piece.withheld for piece in draft.pieces)),
        (0.10, register in ("translated", "hasty")),
    )
    return round(sum(weight * value for weight, value in weighed), 2)


def _cases(draft: Draft, context: tuple[str, ...], register: str) -> tuple[str, ...]:
    found = {piece.case for piece in draft.pieces if piece.case}
    if "seasonal" in found and "housing" in context:
        found.add("seasonal_housing")
    if register == "translated":
        found.add("machine_translated")
    if any(piece.code and piece.role in SECTIONS for piece in draft.pieces):
        found.add("two_lists")
    return tuple(sorted(found - {"seasonal"}))


def _id(seed: int, number: int) -> str:
    return f"s{seed}-{number:07d}"
