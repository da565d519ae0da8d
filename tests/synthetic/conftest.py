from __future__ import annotations

import pytest

from annotator.synthetic.generator import generate
from annotator.synthetic.postings import SyntheticPosting


@pytest.fixture(scope="session")
def corpus() -> list[SyntheticPosting]:
    return list(generate(4000, 7))
