"""The audit log in plain words: what happened to an item, as somebody would tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotator.domain.adjudication import TITLES, Cause
from annotator.domain.bulk import WORDING, Action
from annotator.domain.items import ItemState
from annotator.domain.origins import tool_of
from annotator.domain.words import marked
from annotator.storage.tables import Audit, Item
from annotator.web.frame.language import say, say_count, told_text

_WORDS = {
    "lease.opened": marked("Handed to a volunteer"),
    "lease.expired": marked("Its time ran out; it went back to the pool"),
    "lease.released": marked("Given back unfinished"),
    "lease.skipped": marked("Skipped, or flagged"),
    "lease.undone": marked("The skip or flag was taken back at once"),
    "annotation.created": marked("Answered"),
    "annotation.withdrawn": marked("An answer was withdrawn"),
    "annotation.restored": marked("An answer deleted in Label Studio was put back there"),
    "studio.changed": marked("Changed in Label Studio; kept beside the answers"),
    "item.held": marked("Put on hold: nobody new is handed it"),
    "item.released": marked("Released from hold"),
    "item.quarantined": marked("Quarantined"),
    "item.withdrawn": marked("Withdrawn"),
    "item.ready": marked("Open for answers"),
    "item.agreed": marked("Agreed"),
    "item.adjudicating": marked("Waits for an adjudicator"),
    "item.gold": marked("Decided: gold"),
    "control.added": marked("Made a control item"),
    "recheck.viewed": marked("Looked at in the re-check"),
    "recheck.masked": marked("Masked further in the re-check"),
    "recheck.accept": marked("Accepted in the re-check"),
    "recheck.destroy": marked("To be destroyed, said one person in the re-check"),
}
_WITH_OVERLAP = {
    "item.another_asked": marked("One more person is asked: {overlap} in all"),
    "item.overlap": marked("The settings ask for {overlap} people now"),
}
_FLAGS = {"flag": marked("Flagged: {kind}"), "unflag": marked("Flag taken back: {kind}")}
_PLACES = {
    1: marked("Raised: handed out before others"),
    0: marked("Back to its usual place"),
    -1: marked("Lowered: handed out after others"),
}


def in_words(line: Audit, bulk: Mapping[str, str] | None = None) -> str:
    """Return a line of an item's history as a sentence; `bulk` says which actions on many items are known, by id."""
    detail = line.detail
    known = _WORDS.get(line.action)
    said = say(known) if known else _of_detail(line.action, detail)
    if detail.get("undone"):
        said = say("{what}, taking back what was done to many items", what=said)
    elif (action := (bulk or {}).get(str(detail.get("bulk", "")))) is not None:
        said = say("{what}, with others ({action})", what=said, action=say(WORDING[Action(action)].title).lower())
    return f"{said}: {told_text(str(detail['reason']))}" if detail.get("reason") else said


def _of_detail(action: str, detail: Mapping[str, Any]) -> str:
    if action == "annotation.imported":
        return say("An answer came in from {tool}", tool=tool_of(detail["origin"]))
    if action in _WITH_OVERLAP:
        return say(_WITH_OVERLAP[action], overlap=detail["overlap"])
    if action == "item.precedence":
        return say(_PLACES[detail["precedence"]])
    if action == "item.decided":
        return say("An adjudicator decided ({cause})", cause=say(TITLES[Cause(detail["cause"])]).lower())
    head, _, kind = action.partition(".")
    if head in _FLAGS:
        return say(_FLAGS[head], kind=kind.replace("_", " "))
    return action.replace(".", ": ").replace("_", " ")


def standing(item: Item) -> str:
    """Return where an item stands and why, in a sentence or two."""
    left = item.overlap - item.answered - item.leased
    given = say("{answered} of {overlap} people have answered.", answered=item.answered, overlap=item.overlap)
    if item.leased:
        held = say_count("{count} person holds it now.", "{count} people hold it now.", item.leased)
        given = f"{given} {held}"
    waits = say("It waits for {left} more.", left=left) if left > 0 else say("Nobody more is asked.")
    if item.on_hold and item.state in {ItemState.READY, ItemState.LEASED}:
        return f"{given} {say('It is on hold: nobody new is handed it until somebody releases it.')}"
    if item.state in {ItemState.READY, ItemState.LEASED}:
        return f"{given} {waits}"
    return say(_STANDING[ItemState(item.state)], answered=item.answered)


_STANDING = {
    ItemState.AGREED: marked(
        "{answered} people have answered, and that was enough: the answers agree, or are certain enough."
    ),
    ItemState.ADJUDICATING: marked(
        "{answered} people have answered and it is still open what is right: an adjudicator decides."
    ),
    ItemState.GOLD: marked("An adjudicator has decided. The answers stay as they were given."),
    ItemState.QUARANTINED: marked("It is shut away until two people have looked at it in the re-check."),
    ItemState.WITHDRAWN: marked("It is out of the pool, the consensus, Label Studio and coming releases."),
}
