"""Which Label Studio server the settings mean, and a client for it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from annotator.domain.errors import ConfigError
from annotator.settings import Settings
from annotator.studio.client import StudioClient
from annotator.studio.server import EmbeddedStudio

STUDIO_HOME = "label-studio"  # below the home folder


def embedded_studio(settings: Settings) -> EmbeddedStudio:
    """Return the embedded server of this home; it may run in another process."""
    return EmbeddedStudio(settings.home / STUDIO_HOME, port=int(settings.embedded_studio_url.rpartition(":")[2]))


def studio_client(settings: Settings) -> StudioClient:
    """Return a client for the server of the settings.

    Raises:
        ConfigError: a server of your own is named without its token.
    """
    if not settings.studio_url:
        studio = embedded_studio(settings)
        return StudioClient(studio.url, studio.secrets.token)
    token = settings.studio_token.get_secret_value()
    if not token:
        raise ConfigError(
            "ANNOTATOR_STUDIO_URL names a server without a token.",
            mend="Set ANNOTATOR_STUDIO_TOKEN to an API token of it.",
        )
    return StudioClient(settings.studio_url, token)


def studio_if_mirrored(settings: Settings) -> AbstractContextManager[StudioClient | None]:
    """Return a client for the server of the settings, to be left at the end; None where nothing is mirrored."""
    return studio_client(settings) if settings.studio else nullcontext()
