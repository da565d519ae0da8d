"""From a campaign to drafts: the sentences of each posting in their order, with what each of them plants.

A draft is complete but for register and identity cues, which `compose` adds; so it can be composed again with others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from annotator.synthetic.campaigns import Campaign, draw_contact, draw_facts
from annotator.synthetic.compose import SECTIONS, Identity, Piece
from annotator.synthetic.dice import Dice
from annotator.synthetic.grammar import Grammar, Shape
from annotator.synthetic.latent import Setting, draw_flip, draw_ways
from annotator.synthetic.postings import PROTECTIVE
from annotator.synthetic.writer import Writer, count_words

_WORDS_A_SENTENCE = 14
_LEAST_ROOM = {True: 3, False: 4}  # sentences, of a brief posting and of another
_A_FILLER = 20  # words, enough for a few to choose from


@dataclass(frozen=True, slots=True)
class Draft:
    """One posting before it is written out."""

    campaign: Campaign
    pieces: tuple[Piece, ...]
    ways: Mapping[str, str]
    setting: Setting
    sectioned: bool
    shape: Shape
    identity: Identity
    facts: Mapping[str, str]


def draw_drafts(grammar: Grammar, campaign: Campaign, dice: Dice) -> Iterator[Draft]:
    """Yield the drafts of the campaign's postings, drawn as its kind says."""
    if campaign.kind == "pair":
        yield from _draw_pair(grammar, campaign, dice)
    elif campaign.kind == "copies":
        yield from _draw_copies(grammar, campaign, dice)
    else:
        for _ in range(campaign.size):
            yield _draw_draft(grammar, campaign, dice)


def _draw_draft(grammar: Grammar, campaign: Campaign, dice: Dice) -> Draft:
    model = grammar.model
    facts = {**campaign.facts, **draw_facts(grammar, campaign, dice)}
    brief = dice.chance(model["brief"])
    writer = Writer(grammar, campaign, dice, facts, sectioned=not brief and dice.chance(model["sectioned"]))
    target = _triangular(dice, *model["brief_words" if brief else "words"])
    reference = dice.chance(model["reference"])
    headings, items = writer.lists()
    frame = [*writer.frame(reference=reference), *headings]
    room = max(_LEAST_ROOM[brief], round((target - count_words([*frame, *items])) / _WORDS_A_SENTENCE))
    setting = Setting(room=room, reference=reference, generic=campaign.template.generic)
    ways = draw_ways(dice, model, campaign.weights, setting)
    points = [writer.topic(code, way, setting) for code, way in ways.items()]
    points += writer.asides()[: max(room - len(points), dice.below(2 if brief else 3))]
    points += items
    points += writer.fillers(target - count_words([*frame, *points]))
    return Draft(
        campaign=campaign,
        sectioned=writer.sectioned,
        pieces=(*frame, *_ordered(dice, model["themes"], points)),
        ways=ways,
        setting=setting,
        shape=dice.pick(grammar.shapes),
        identity=Identity(dice.pick(grammar.identity["nationality"]), dice.pick(grammar.identity["gender"])),
        facts=facts,
    )


def _draw_pair(grammar: Grammar, campaign: Campaign, dice: Dice) -> tuple[Draft, Draft]:
    """Draw a posting and its match, which differs by one indicator; some postings have none that could differ."""
    while True:
        first = _draw_draft(grammar, campaign, dice)
        second = _flipped(grammar, first, dice)
        if second is not None:
            return first, second


def _draw_copies(grammar: Grammar, campaign: Campaign, dice: Dice) -> Iterator[Draft]:
    """Draw a posting and near-duplicates of it, no two alike; some differ from the first by one indicator."""
    first = _draw_draft(grammar, campaign, dice)
    yield first
    seen = {_body(first)}
    while len(seen) < campaign.size:
        copy = _reworded(grammar, first, dice)
        if dice.chance(grammar.model["copy_flip"]):
            copy = _flipped(grammar, copy, dice) or copy
        if _body(copy) not in seen:
            seen.add(_body(copy))
            yield copy


def _flipped(grammar: Grammar, draft: Draft, dice: Dice) -> Draft | None:
    """Return the draft with one indicator in another state, the sentence on it in the same place; None if none can."""
    change = draw_flip(dice, grammar.model, dict(draft.ways), draft.setting)
    if change is None:
        return None
    code, way = change
    writer = Writer(grammar, draft.campaign, dice, draft.facts, sectioned=draft.sectioned)
    pieces = tuple(
        _turned(writer, piece, way, draft.setting) if piece.code == code else piece for piece in draft.pieces
    )
    return replace(draft, pieces=pieces, ways={**draft.ways, code: way})


def _turned(writer: Writer, piece: Piece, way: str, setting: Setting) -> Piece:
    """Return the piece in another realisation; one that stands in a list moves to the other list, word for word."""
    new = writer.topic(piece.code, way, setting)
    if {piece.role, new.role} == set(SECTIONS):
        return replace(new, text=piece.text)
    return new


def _reworded(grammar: Grammar, draft: Draft, dice: Dice) -> Draft:
    """Return the draft with another title and contact, and another filler where it has one."""
    facts = {**draft.facts, **draw_contact(grammar, draft.campaign, dice)}
    writer = Writer(grammar, draft.campaign, dice, facts)
    off_platform = any("off_platform" in piece.tags for piece in draft.pieces)
    fresh = {"title": writer.title(), "contact": writer.contact(off_platform=off_platform)}
    pieces = [fresh.get(piece.role, piece) for piece in draft.pieces]
    plain = [place for place, piece in enumerate(pieces) if piece.role == "point" and not _says_something(piece)]
    said = {piece.text for piece in pieces}
    unsaid = [filler for filler in writer.fillers(_A_FILLER) if filler.text not in said]
    if plain and unsaid:
        pieces[dice.pick(plain)] = unsaid[0]
    return replace(draft, pieces=tuple(pieces), facts=facts)


def _ordered(dice: Dice, themes: Mapping[str, list[str]], points: list[Piece]) -> list[Piece]:
    """Put the points in an order in which people write: theme by theme, the themes in a random order."""
    rank = {topic: place for place, theme in enumerate(dice.shuffled(list(themes))) for topic in themes[theme]}
    elsewhere = dice.below(len(themes))

    def place(piece: Piece) -> int:
        topic = piece.code or (piece.tags[0] if piece.tags else PROTECTIVE if piece.protective else "")
        return rank.get(topic, elsewhere)

    return sorted(dice.shuffled(points), key=place)


def _triangular(dice: Dice, least: int, usual: int, most: int) -> int:
    """Draw a target length: the mean of two uniform draws on either side of the usual one."""
    low, high = dice.uniform(), dice.uniform()
    return round(least + (usual - least) * low + (most - usual) * high)


def _body(draft: Draft) -> tuple[str, ...]:
    """All that is sure to be shown: some shapes leave the title out."""
    return tuple(piece.text for piece in draft.pieces if piece.role != "title")


def _says_something(piece: Piece) -> bool:
    return bool(piece.code or piece.tags or piece.protective or piece.cue or piece.case)
