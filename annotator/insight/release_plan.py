"""What would be in a release, and what blocks it. Some of it can be released all the same, with a reason that goes into the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotator.domain.errors import ConflictError, InputError
from annotator.insight.release_gate import recheck
from exports import columns
from exports.frozen import Frozen

TENTATIVE = 0.667
"""Under this alpha nothing should be read into a rating (Krippendorff 2019)."""

WAIVABLE = frozenset({"agreement", "unadjudicated", "guideline"})
"""What can be released all the same, with a reason."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that stands in the way: a short code, and what it is."""

    code: str
    what: str


def blockers(frozen: Frozen, unanswered: list[str], *, gate: bool = True) -> list[Blocker]:
    """Return what blocks a release of a snapshot; `unanswered` are questions that have no answer yet.

    `gate` runs the gate over every text, as the build will.
    """
    facts = frozen.facts
    rating = columns.rating(frozen.specs).name
    alpha = next(row for row in facts["agreement"] if row["label"] == rating)
    found = []
    if alpha["value"] is None:
        found.append(Blocker("agreement", f"Agreement on the rating is undefined: {alpha['reason']}."))
    elif alpha["value"] < TENTATIVE:
        found.append(Blocker("agreement", f"Alpha of the rating is {alpha['value']:.2f}, under {TENTATIVE}."))
    if waiting := facts["counts"]["unadjudicated"]:
        found.append(Blocker("unadjudicated", f"{waiting:,} of the items await a decision."))
    if len(facts["guidelines"]) > 1:
        versions = ", ".join(f"{name} ({n:,})" for name, n in facts["guidelines"].items())
        found.append(Blocker("guideline", f"Judgements were made under several versions of the guideline: {versions}."))
    for review in facts["guideline_reviews"]:
        if not review["approved"]:
            what = "did not approve" if review["approved"] is False else "has not approved"
            found.append(Blocker("guideline", f"{review['body']} {what} {review['guideline']}."))
    if standing := facts["withdrawals_outstanding"]:
        found.append(
            Blocker("withdrawals", f"{standing:,} judgements were withdrawn and still stand; the worker removes them.")
        )
    if unanswered:
        found.append(Blocker("answers", f"These questions have no answer: {', '.join(unanswered)}."))
    if gate and (refused := _refused(frozen)):
        found.append(Blocker("gate", f"The gate refuses {len(refused):,} texts: {', '.join(refused[:5])}."))
    return found


def check_blockers(found: list[Blocker], despite: Mapping[str, str]) -> None:
    """Make sure that nothing blocks a release but what it is released in spite of.

    Raises:
        InputError: a reason is given for what cannot be waived, or no reason is given.
        ConflictError: something blocks it.
    """
    for code, reason in despite.items():
        if code not in WAIVABLE or not reason.strip():
            raise InputError(
                f"{code!r} cannot be waived so.",
                where="--despite",
                mend=f"Give CODE=REASON with one of {', '.join(sorted(WAIVABLE))}.",
            )
    left = [one for one in found if one.code not in despite]
    if left:
        raise ConflictError(
            " ".join(one.what for one in left),
            mend="Mend it, or say why it is released all the same: --despite CODE=REASON. See `annotator release plan`.",
        )


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a plan tells: how much there would be, and what would be left out."""
    counts = facts["counts"]
    return {
        "items": facts["rows"]["items"],
        "judgements": counts["judgements"],
        "annotators": counts["annotators"],
        "passages": facts["rows"]["spans"],
        **{f"left out: {name}": n for name, n in counts["left_out"].items()},
        "notes withheld": counts["notes_withheld"],
    }


def _refused(frozen: Frozen) -> list[str]:
    found = []
    for number in range(frozen.n_shards):
        items = frozen.shard("items", number)
        columns_ = (items[name].to_pylist() for name in ("text", "source", "language"))
        found += [item for item, why in zip(items["id"].to_pylist(), recheck(*columns_), strict=True) if why]
    return found
