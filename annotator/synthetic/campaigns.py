"""What the postings of one advertiser share, and the figures that each of them states. How they are worded lives elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotator.synthetic.dice import Dice
from annotator.synthetic.grammar import Grammar, Register, Sector, Template
from annotator.synthetic.postings import INDICATORS
from annotator.synthetic.wording import render


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
    visible: bool  # contacts are shown; otherwise typed placeholders stand for them


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
    template = dice.pick(sector.templates)
    named = render(dice.pick(template.employers), dice, {}, words)
    facts = {
        "named_employer": named,
        "employer": render(dice.pick(words["firms"]), dice, {}, words) if template.generic else named,
        "tasks": render(dice.pick(template.tasks), dice, {}, words),
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
        template=template,
        register=grammar.registers[dice.weighted(list(registers), list(registers.values()))],
        locale=locale,
        weights={code: base[code] * profile["weights"].get(code, 1.0) for code in INDICATORS},
        facts=facts,
        visible=dice.chance(model["visible"]),
    )
    return campaign, dice


def draw_facts(grammar: Grammar, campaign: Campaign, dice: Dice) -> dict[str, str]:
    """Draw what one posting says the same each time: places, start, pay and hours with their reference, sums, contact."""
    locale = campaign.locale
    band = locale["bands"][dice.pick(campaign.sector.bands)]
    hours = grammar.hours[dice.pick(campaign.sector.hours)]
    words = grammar.words["late" if campaign.late else "early"]
    return {
        "count": render(dice.pick(words["count"]), dice, {}, words),
        "when": render(dice.pick(words["when"]), dice, {}, words),
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
        **draw_contact(grammar, campaign, dice),
    }


def draw_contact(grammar: Grammar, campaign: Campaign, dice: Dice) -> dict[str, str]:
    """Draw the contact: typed placeholders, or a telephone number from a range that is reserved for fiction.

    Mail and web addresses that are shown come from the word lists.
    """
    return {"phone": _draw_phone(campaign.locale, dice)} if campaign.visible else dict(grammar.placeholders)


def _draw_phone(locale: Mapping[str, Any], dice: Dice) -> str:
    phone = dice.pick(locale["phones"])
    number = str(dice.between(phone["low"], phone["high"]))
    return str(phone["prefix"]) + number.zfill(phone["width"])
