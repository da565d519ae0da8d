"""The socket that pages are served on: one process has an address for itself, several that say so share it."""

import socket

import pytest

from annotator.commands.ports import listening, require_free
from annotator.domain.errors import ConfigError
from annotator.settings import Settings
from tests.ports import free_port


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, port=free_port())


def test_several_processes_that_share_an_address_all_take_connections(settings):
    with listening(settings, shared=True) as first, listening(settings, shared=True) as second:
        callers = [socket.create_connection((settings.host, settings.port)) for _ in range(64)]
        taken = dict.fromkeys((first, second), 0)
        for one in taken:
            one.setblocking(False)
            while True:
                try:
                    one.accept()[0].close()
                except BlockingIOError:
                    break
                taken[one] += 1
        for caller in callers:
            caller.close()
    assert sum(taken.values()) == 64
    assert all(taken.values())


def test_an_address_that_another_serves_on_is_refused_with_a_way_out(settings):
    with listening(settings, shared=False):
        with pytest.raises(ConfigError, match=f"Port {settings.port} .* is taken") as refused:
            listening(settings, shared=True)
        assert "ANNOTATOR_PORT" in refused.value.mend
        with pytest.raises(ConfigError, match="is taken"):
            require_free(settings)


def test_a_version_6_address_is_served_on(settings):
    settings = settings.model_copy(update={"host": "::1"})
    with listening(settings, shared=False), socket.create_connection(("::1", settings.port)) as caller:
        assert caller.getpeername()[0] == "::1"
