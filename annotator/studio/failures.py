"""What the SDK and the network raise, said in our own errors. The body of a refusal is left out: it may quote the posting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from annotator.domain.errors import AnnotatorError, ConfigError, ConflictError, NotFoundError, StudioUnavailableError
from annotator.domain.words import marked

WAITS = {408, 425, 429}  # the server asks to be asked again


class StudioRefusedError(AnnotatorError):
    """The Label Studio server understood the request and will not do it; asking again would not help."""

    def __init__(self, what: str, *, status: int, mend: str = "") -> None:
        super().__init__(what, mend=mend)
        self.status = status


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn what label-studio-sdk raises while `doing` something into an error of ours.

    Unreachable, too slow or failing: StudioUnavailableError. Key refused: ConfigError. 404: NotFoundError. 409: ConflictError.
    Anything else refused: StudioRefusedError.
    """
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except httpx.TransportError as error:
        raise StudioUnavailableError(f"{doing}: Label Studio does not answer ({type(error).__name__}).") from error
    except ApiError as error:
        raise _ours(doing, error.status_code or 0) from error


def _ours(doing: str, status: int) -> AnnotatorError:
    what = marked(f"{doing}: Label Studio answered {status}.")
    if status >= 500 or status in WAITS or status == 0:
        return StudioUnavailableError(what)
    if status in {401, 403}:
        return ConfigError(what, mend="Give the access token of a member of Label Studio's organisation.")
    if status == 404:
        return NotFoundError(what)
    if status == 409:
        return ConflictError(what)
    return StudioRefusedError(what, status=status)
