"""A cluster of two processes for the tests of a file that need one: what nobody asks anything of takes its share of the processors too."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def machines():
    """A client of a real Dask cluster on this machine: a scheduler and two worker processes that share nothing but files."""
    from distributed import Client, LocalCluster

    made = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=50
    )
    with made, Client(made, timeout="300s") as client:
        yield client
