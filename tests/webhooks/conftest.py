"""An endpoint desk and a courier over the world of the tests."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.webhooks.courier import Courier
from annotator.webhooks.endpoints import Endpoints


@pytest.fixture
def endpoints(world):
    return Endpoints(world.database, world.project.id, "test")


@pytest.fixture
def courier(world):
    return Courier(world.database, world.clock, np.random.default_rng(7), private=True, deadline=60)
