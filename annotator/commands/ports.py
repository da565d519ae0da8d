"""Ports of this machine: whether the pages can be served at their address, and the socket that they are served on."""

from __future__ import annotations

import errno
import socket

from annotator.domain.errors import ConfigError
from annotator.settings import Settings


def refusal(settings: Settings) -> OSError | None:
    """Return why the pages can't listen at the address of the settings; None where they can."""
    try:
        with socket.socket(_family(settings), socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        return error
    return None


def require_free(settings: Settings) -> None:
    """Raise `ConfigError` where the pages can't listen at the address of the settings: a shared socket would join whoever shares it."""
    error = refusal(settings)
    if error is not None:
        raise _taken(settings, error) from error


def listening(settings: Settings, *, shared: bool) -> socket.socket:
    """Return a socket that takes connections at the address of the settings. Several processes may each have a `shared` one:
    the system then spreads connections over them, where one socket that all inherit gives most to whichever looks first.

    Raises:
        ConfigError: the pages can't listen there.
    """
    address = settings.host, settings.port
    try:
        return socket.create_server(address, family=_family(settings), reuse_port=shared)
    except OSError as error:
        raise _taken(settings, error) from error


def _family(settings: Settings) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in settings.host else socket.AF_INET


def _taken(settings: Settings, error: OSError) -> ConfigError:
    how = "is taken" if error.errno == errno.EADDRINUSE else f"can't be had: {error.strerror}"
    return ConfigError(
        f"Port {settings.port} of {settings.host} {how}.",
        mend="Stop what uses it, or choose another with ANNOTATOR_PORT=8010 or ANNOTATOR_HOST.",
    )
