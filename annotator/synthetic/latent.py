"""Which indicators a posting shows, contradicts or only touches on, and how: the latent vector, before any word is chosen.

What is decided here does not depend on length, layout, place or advertiser beyond what the guideline makes impossible, so that
none of these gives the rating away: the sentences on an indicator's topic are counted first, and the concern is drawn second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.synthetic.dice import Dice
from annotator.synthetic.postings import (
    ABSENT,
    IMPLIED,
    INDICATORS,
    NEGATED,
    PRESENT,
    RELATIVE,
    STATE_OF,
    STRONG,
)

Ways = dict[str, str]
"""Code → realisation, for the indicators that have a sentence; all others are absent without a word."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the frame of the posting allows: how many sentences, a reference line or none, duties named or not."""

    room: int  # at least 3
    reference: bool
    generic: bool

    def statable(self, code: str) -> bool:
        """Say whether the indicator can be shown or contradicted: hours and pay need a reference."""
        return self.reference or code not in RELATIVE

    def showable(self, code: str) -> bool:
        """Say whether the indicator can be present: named duties rule out VAGUE."""
        return self.statable(code) and (self.generic or code != "VAGUE")


def draw_ways(dice: Dice, model: Mapping[str, Any], weights: Mapping[str, float], setting: Setting) -> Ways:
    """Draw the latent vector; `weights` are those of present indicators for this campaign and epoch.

    A generic posting always has a sentence on VAGUE: one that names no duties and says nothing of them would show it.
    """
    touched = _draw_touched(dice, model, setting)
    bound = setting.generic and "VAGUE" not in touched
    mentions = min(dice.weighted(range(len(model["mentions"])), model["mentions"]), setting.room - 1)
    if bound:
        mentions = max(mentions, 2)
    ways = _draw_shown(dice, model, weights, setting, touched, mentions=mentions, bound=bound)
    if bound:
        ways.setdefault("VAGUE", NEGATED)
    closed = {*ways, *touched, *(["VAGUE"] if setting.generic else [])}
    rest = [code for code in INDICATORS if setting.statable(code) and code not in closed]
    negated = dice.sample(rest, [model["contradicted"][code] for code in rest], mentions - len(ways))
    ways |= dict.fromkeys(negated, NEGATED)
    return ways | dict.fromkeys(touched[: setting.room - len(ways)], ABSENT)


def draw_flip(dice: Dice, model: Mapping[str, Any], ways: Ways, setting: Setting) -> tuple[str, str] | None:
    """Draw one indicator of the vector and a realisation that changes its state; None where none can change."""
    codes = [
        code
        for code, way in ways.items()
        if setting.statable(code) and (STATE_OF[way] == PRESENT or setting.showable(code))
    ]
    if not codes:
        return None
    code = dice.pick(codes)
    if STATE_OF[ways[code]] == PRESENT:
        return code, NEGATED if dice.chance(model["flip_to_contradicted"]) else ABSENT
    return code, _draw(dice, model["ways"])


def _draw_touched(dice: Dice, model: Mapping[str, Any], setting: Setting) -> list[str]:
    """Draw the indicators that are only touched on, VAGUE first where it is among them in a generic posting."""
    count = min(dice.weighted(range(len(model["decoys"])), model["decoys"]), setting.room - 2)
    codes = [code for code in INDICATORS if code != "VAGUE"]
    touched = dice.sample(codes, [model["decoy"][code] for code in codes], count)
    if setting.generic and dice.chance(0.5):
        touched = ["VAGUE", *touched[1:]]
    return touched


def _draw_shown(
    dice: Dice,
    model: Mapping[str, Any],
    weights: Mapping[str, float],
    setting: Setting,
    touched: Sequence[str],
    *,
    mentions: int,
    bound: bool,
) -> Ways:
    """Draw what is present: a high or low concern, a recipe for it that fits into `mentions`, and its indicators."""
    if not mentions:
        return {}
    recipes = model["recipes"]["high" if dice.chance(model["high"]) else "low"]
    fitting = [r for r in recipes if r["strong"] + r["weak"] + (bound and not r["weak"]) <= mentions]
    recipe = dice.weighted(fitting, [r["share"] for r in fitting])
    with_vague = bound and recipe["weak"] and (recipe["strong"] + recipe["weak"] == mentions or dice.chance(0.5))
    codes = [code for code in INDICATORS if setting.showable(code) and code not in touched and code != "VAGUE"]
    shown = ["VAGUE"] if with_vague else []
    for options, count in (
        ([code for code in codes if code in STRONG], recipe["strong"]),
        ([code for code in codes if code not in STRONG], recipe["weak"] - len(shown)),
    ):
        shown += dice.sample(options, [weights[code] for code in options], count)
    return {code: _draw_way(dice, model, recipe["evidence"], code) for code in shown}


def _draw_way(dice: Dice, model: Mapping[str, Any], evidence: str, code: str) -> str:
    if evidence == IMPLIED and code in STRONG:
        return IMPLIED
    return _draw(dice, model["clear_ways" if evidence == "clear" else "ways"])


def _draw(dice: Dice, shares: Mapping[str, float]) -> str:
    return dice.weighted(list(shares), list(shares.values()))
