"""From a seed to drafts: campaign → template → the sentences of each posting, with what each of them plants.

A draft is complete but for register and identity cues, which `compose` adds; so it can be composed again with others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from annotator.synthetic.compose import Identity, Piece
from annotator.synthetic.dice import Dice
from annotator.synthetic.grammar import Grammar, Register, Sector, Sentence, Shape, Template
from annotator.synthetic.latent import Setting, draw_flip, draw_ways
from annotator.synthetic.postings import ABSENT, INDICATORS, RELATIVE
from annotator.synthetic.wording import render

_WORDS_A_SENTENCE = 11
_LEAST_ROOM = 3
_CUE = {"nationality": "{nationality}", "gender": "{gender}"}


@dataclass(frozen=True, slots=True)
class Campaign:
    """What the postings of one advertiser share."""

    number: int
    kind: str  # single, pair, series, copies
    size: int
    epoch: str
    quarter: str
    late: bool
    region: str
    sector: Sector
    template: Template
    register: Register
    locale: Mapping[str, Any]
    weights: Mapping[str, float]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """One posting before it is written out."""

    campaign: Campaign
    pieces: tuple[Piece, ...]
    ways: Mapping[str, str]
    setting: Setting
    shape: Shape
    identity: Identity
    facts: Mapping[str, str]


def draw_campaign(grammar: Grammar, seed: int, number: int) -> tuple[Campaign, Dice]:
    """Draw the campaign of that number, and the dice that its postings are drawn with."""
    dice, model = Dice(seed, number), grammar.model
    kinds = model["campaigns"]
    kind = dice.weighted(list(kinds), [kinds[name]["share"] for name in kinds])
    epoch = dice.pick(model["epochs"])
    late = epoch["name"] >= model["drift_epoch"]
    sector = dice.pick(grammar.sectors)
    registers = model["registers"]
    locale = dice.pick(grammar.locales)
    profiles = model["profiles"]
    profile = profiles[dice.weighted(list(profiles), [profiles[name]["share"] for name in profiles])]
    base = model["present"]["late" if late else "early"]
    words = grammar.words["late" if late else "early"]
    facts = {
        "employer": render(dice.pick(sector.employers), dice, {}, words),
        "boss": render(dice.pick(words["bosses"]), dice, {}, words),
    }
    campaign = Campaign(
        number=number,
        kind=kind,
        size=dice.between(*kinds[kind]["size"]),
        epoch=epoch["name"],
        quarter=dice.pick(epoch["quarters"]),
        late=late,
        region=dice.pick(model["regions"]),
        sector=sector,
        template=dice.pick(sector.templates),
        register=grammar.registers[dice.weighted(list(registers), list(registers.values()))],
        locale=locale,
        weights={code: base[code] * profile["weights"].get(code, 1.0) for code in INDICATORS},
        facts=facts,
    )
    return campaign, dice


def draw_drafts(grammar: Grammar, campaign: Campaign, dice: Dice) -> Iterator[Draft]:
    """Yield the drafts of the campaign's postings."""
    first = _draw_draft(grammar, campaign, dice)
    yield first
    for _ in range(campaign.size - 1):
        if campaign.kind == "pair":
            yield _flipped(grammar, first, dice)
        elif campaign.kind == "copies":
            copy = _reworded(grammar, first, dice)
            yield _flipped(grammar, copy, dice) if dice.chance(grammar.model["copy_flip"]) else copy
        else:
            yield _draw_draft(grammar, campaign, dice)


def _draw_draft(grammar: Grammar, campaign: Campaign, dice: Dice) -> Draft:
    model = grammar.model
    facts = {**campaign.facts, **_draw_facts(grammar, campaign, dice)}
    writer = _Writer(grammar, campaign, dice, facts)
    target = _triangular(dice, *model["words"])
    reference = dice.chance(model["reference"])
    frame = writer.frame(reference=reference)
    room = max(_LEAST_ROOM, round((target - _count(frame)) / _WORDS_A_SENTENCE))
    setting = Setting(room=room, reference=reference, generic=campaign.template.generic)
    ways = draw_ways(dice, model, campaign.weights, setting)
    points = [writer.topic(code, way, setting) for code, way in ways.items()]
    points += writer.asides()[: room - len(points)]
    points += writer.fillers(target - _count(frame) - _count(points))
    return Draft(
        campaign=campaign,
        pieces=(*frame, *dice.shuffled(points)),
        ways=ways,
        setting=setting,
        shape=dice.pick(grammar.shapes),
        identity=Identity(dice.pick(grammar.identity["nationality"]), dice.pick(grammar.identity["gender"])),
        facts=facts,
    )


def _flipped(grammar: Grammar, draft: Draft, dice: Dice) -> Draft:
    """Return the draft with one indicator in another state, the sentence on it in the same place."""
    change = draw_flip(dice, grammar.model, dict(draft.ways), draft.setting)
    if change is None:
        return draft
    code, way = change
    writer = _Writer(grammar, draft.campaign, dice, draft.facts)
    new = writer.topic(code, way, draft.setting)
    pieces = tuple(new if piece.code == code else piece for piece in draft.pieces)
    return replace(draft, pieces=pieces, ways={**draft.ways, code: way})


def _reworded(grammar: Grammar, draft: Draft, dice: Dice) -> Draft:
    """Return a near-duplicate: another title and contact, and now and then another filler."""
    writer = _Writer(grammar, draft.campaign, dice, draft.facts)
    off_platform = any("off_platform" in piece.tags for piece in draft.pieces)
    title, contact = writer.title(), writer.contact(off_platform=off_platform)
    fresh = {"title": title, "contact": contact}
    pieces = [fresh.get(piece.role, piece) for piece in draft.pieces]
    plain = [place for place, piece in enumerate(pieces) if piece.role == "point" and not _says_something(piece)]
    if plain:
        pieces[dice.pick(plain)] = writer.filler()
    return replace(draft, pieces=tuple(pieces))


class _Writer:
    """Words the sentences of one posting."""

    def __init__(self, grammar: Grammar, campaign: Campaign, dice: Dice, facts: Mapping[str, str]) -> None:
        self._grammar = grammar
        self._campaign = campaign
        self._dice = dice
        self._facts = facts
        self._words = grammar.words["late" if campaign.late else "early"]

    def frame(self, *, reference: bool) -> list[Piece]:
        template = self._campaign.template
        pieces = [self.title(), self._piece("open", self._dice.pick(template.opens), case=template.case)]
        if not template.generic:
            pieces.append(self._piece("duties", self._dice.pick(template.duties)))
        pieces.append(self.contact(off_platform=self._dice.chance(self._grammar.model["off_platform"])))
        if reference:
            pieces.append(self._frame("reference", "reference"))
        return pieces

    def title(self) -> Piece:
        return self._piece("title", self._dice.pick(self._campaign.template.titles))

    def contact(self, *, off_platform: bool) -> Piece:
        return self._frame("contact", "off_platform" if off_platform else "contact")

    def topic(self, code: str, way: str, setting: Setting) -> Piece:
        indicator, dice, model = self._grammar.indicators[code], self._dice, self._grammar.model
        if self._campaign.late and dice.chance(model["withheld_share"]):
            sentence = dice.pick(indicator.withheld[way])
        elif code in RELATIVE and way == ABSENT and not setting.reference:
            sentence = dice.pick(indicator.unreferenced)
        else:
            sentence = dice.pick(indicator.ways[way])
        return self._piece("point", sentence, code=code, way=way)

    def asides(self) -> list[Piece]:
        """Return context, protective and identity sentences in a random order."""
        dice, model, sector = self._dice, self._grammar.model, self._campaign.sector
        shares = {
            "housing": sector.housing,
            "no_experience": sector.no_experience,
            "template": model["template"],
            "protective": model["protective"],
        }
        pieces = [self._frame("point", name) for name, share in shares.items() if dice.chance(share)]
        if dice.chance(model["identity"]):
            text = render(dice.pick(self._grammar.cues), dice, _CUE, self._words)
            pieces.append(Piece("point", text, cue=True))
        return dice.shuffled(pieces)

    def fillers(self, words: int) -> list[Piece]:
        """Return plain sentences of about that many words together, none twice."""
        options = self._dice.shuffled([*self._campaign.sector.fillers, *self._grammar.frame["filler"]])
        pieces: list[Piece] = []
        for sentence in options:
            piece = self._piece("point", sentence)
            if _count([piece]) <= words + 3:
                pieces.append(piece)
                words -= _count([piece])
            if words < 4:
                break
        return pieces

    def filler(self) -> Piece:
        return self._piece("point", self._dice.pick(self._campaign.sector.fillers))

    def _frame(self, role: str, name: str) -> Piece:
        return self._piece(role, self._dice.pick(self._grammar.frame[name]))

    def _piece(self, role: str, sentence: Sentence, *, code: str = "", way: str = "", case: str = "") -> Piece:
        return Piece(
            role=role,
            text=render(sentence.pattern, self._dice, self._facts, self._words),
            code=code,
            way=way,
            tags=sentence.tags,
            protective=sentence.protective,
            case=case or sentence.case,
            withheld=sentence.withheld,
        )


def _draw_facts(grammar: Grammar, campaign: Campaign, dice: Dice) -> dict[str, str]:
    """Draw the figures of one posting: pay and hours with their reference, sums, and a contact from a reserved range."""
    locale = campaign.locale
    band = locale["bands"][dice.pick(campaign.sector.bands)]
    hours = grammar.hours[dice.pick(campaign.sector.hours)]
    phone = dice.pick(locale["phones"])
    return {
        "ref_low": band["low"],
        "ref_high": band["high"],
        "pay_in": dice.pick(band["inside"]),
        "pay_far": dice.pick(band["far"]),
        "ref_hours": hours["reference"],
        "hours_in": dice.pick(hours["inside"]),
        "hours_far": dice.pick(hours["far"]),
        "per": locale["per"],
        "fee": dice.pick(locale["fees"]),
        "debt": dice.pick(locale["debts"]),
        "phone": phone["prefix"] + str(dice.between(phone["low"], phone["high"])).zfill(phone["width"]),
    }


def _triangular(dice: Dice, least: int, usual: int, most: int) -> int:
    """Draw a target length: the mean of two uniform draws on either side of the usual one."""
    low, high = dice.uniform(), dice.uniform()
    return round(least + (usual - least) * low + (most - usual) * high)


def _count(pieces: list[Piece]) -> int:
    return sum(piece.text.count(" ") + 1 for piece in pieces)


def _says_something(piece: Piece) -> bool:
    return bool(piece.code or piece.tags or piece.protective or piece.cue or piece.case)
