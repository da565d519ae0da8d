"""Words the sentences of one posting: which wording stands for what is to be said. What is to be said is decided in `drafts`."""

from __future__ import annotations

from collections.abc import Mapping

from annotator.synthetic.campaigns import Campaign
from annotator.synthetic.compose import SECTIONS, Piece
from annotator.synthetic.dice import Dice
from annotator.synthetic.grammar import Grammar, Sentence
from annotator.synthetic.latent import Setting
from annotator.synthetic.postings import ABSENT, EXPLICIT, NEGATED, PARAPHRASED, RELATIVE
from annotator.synthetic.wording import render

SECTION_OF = {EXPLICIT: "holds", PARAPHRASED: "holds", NEGATED: "denied"}
"""The list that a realisation stands in, where a posting has lists."""
_CUE = {"nationality": "{nationality}", "gender": "{gender}"}


class Writer:
    """Words the sentences of one posting."""

    def __init__(
        self, grammar: Grammar, campaign: Campaign, dice: Dice, facts: Mapping[str, str], *, sectioned: bool = False
    ) -> None:
        self._grammar = grammar
        self._campaign = campaign
        self._dice = dice
        self._facts = facts
        self.sectioned = sectioned
        self._words = grammar.words["late" if campaign.late else "early"]

    def frame(self, *, reference: bool) -> list[Piece]:
        template = self._campaign.template
        pieces = [self.title(), self._piece("open", self._dice.pick(template.opens), case=template.case)]
        if not template.generic and self._dice.chance(self._grammar.model["duties"]):
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
        elif self.sectioned and indicator.clauses[way] and way in SECTION_OF:
            return self._piece(SECTION_OF[way], dice.pick(indicator.clauses[way]), code=code, way=way)
        elif indicator.carried[way] and dice.chance(model["carried_share"]):
            sentence = dice.pick(indicator.carried[way])
        else:
            sentence = dice.pick(indicator.ways[way])
        return self._piece("point", sentence, code=code, way=way)

    def lists(self) -> tuple[list[Piece], list[Piece]]:
        """Return the headings of the two lists, and plain clauses for both: neither stands or grows by the truth."""
        if not self.sectioned:
            return [], []
        dice = self._dice
        asides = dice.in_random_order(self._grammar.frame["aside"])
        roles = dice.shuffled(SECTIONS)
        items = [self._piece(role, next(asides)) for role in roles for _ in range(dice.between(1, 2))]
        return [self._frame(role, role) for role in roles], items

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
        options = self._dice.in_random_order([*self._campaign.sector.fillers, *self._grammar.frame["filler"]])
        pieces: list[Piece] = []
        for sentence in options:
            piece = self._piece("point", sentence)
            if count_words([piece]) <= words + 3:
                pieces.append(piece)
                words -= count_words([piece])
            if words < 4:
                break
        return pieces

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


def count_words(pieces: list[Piece]) -> int:
    """Return how many words the pieces have together, as space-separated strings."""
    return sum(piece.text.count(" ") + 1 for piece in pieces)
