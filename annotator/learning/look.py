"""The lift meter in the service: which labelled items a model chose, which chance chose, and when the next look is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from active_learning.arrays import FloatArray
from active_learning.feature_store import FeatureStore
from active_learning.features import Weighting
from active_learning.lift import TRIAL_SHARE, look_is_due, measure_lift
from annotator.dispensing.routing import Pick
from annotator.storage.tables_learning import ModelVersion

_FIRST = 20  # items that the model chose, and four times as many random ones, as `look_is_due` has it
_LOOKS = 6  # a later look would need a product of more rows than memory should hold


@dataclass(frozen=True, slots=True)
class Look:
    """Where the lift meter stands: the newest look, or what the next one waits for."""

    proven: bool
    reason: str
    share: float
    looks: int
    curve: list[list[float]]


def take(
    store: FeatureStore,
    weighting: Weighting,
    picks: Sequence[tuple[str, str | None]],
    labelled: Sequence[str],
    targets: FloatArray,
    before: ModelVersion | None,
    rng: np.random.Generator,
) -> Look:
    """Take the next look if it is due; else things stand as they stood.

    `picks` are rated items with what had picked them first, in order; an item from before there was a model came at random.
    """
    place = {item_id: number for number, item_id in enumerate(labelled)}
    known = [
        (place[item_id], pick == Pick.MODEL) for item_id, pick in picks if item_id in place and pick != Pick.CONTROL
    ]
    chosen = [number for number, by_model in known if by_model]
    random = [number for number, by_model in known if not by_model]
    looks = before.looks if before is not None else 0
    if looks >= _LOOKS or not look_is_due(len(chosen), len(random), looks):
        return _waiting(len(chosen), len(random), before)
    chosen = chosen[-max(400, _FIRST * 2**looks) :]
    if len(random) > 4 * len(chosen):
        random = [random[at] for at in np.sort(rng.choice(len(random), 4 * len(chosen), replace=False))]
    arms = [(weighting.transform(store.rows([labelled[n] for n in arm])), targets[arm]) for arm in (chosen, random)]
    found = measure_lift(arms[0], arms[1], n_classes=targets.shape[1], looks=looks, rng=rng)
    return Look(found.proven, found.reason, found.model_share(0), looks + 1, [list(point) for point in found.curve])


def _waiting(chosen: int, random: int, before: ModelVersion | None) -> Look:
    looks = before.looks if before is not None else 0
    if before is not None and looks:
        return Look(before.lift_proven, before.lift_reason, before.share, looks, before.curve)
    reason = (
        f"lift is not measured yet, so the order is random: the first look needs {_FIRST} items that the model chose "
        f"and {4 * _FIRST} random ones, and there are {chosen} and {random}"
    )
    return Look(proven=False, reason=reason, share=TRIAL_SHARE, looks=0, curve=[])
