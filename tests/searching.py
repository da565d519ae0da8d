"""How widely a state machine is searched for steps that break a rule."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from annotator.storage.database import Database

WIDER = 3 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 1


def searched(database: Database, *, examples: int = 25, steps: int = 25) -> settings:
    """Return the settings of a search: a fifth of the examples on PostgreSQL, five at least, where the same steps take several times as long."""
    most = WIDER * (examples if database.is_sqlite else max(5, examples // 5))
    return settings(
        max_examples=most, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
