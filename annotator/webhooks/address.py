"""Where a webhook may go. A name is looked up, every address of it is judged, and the very address that passed is called.

So a name that points into the house, or turns to it between the look-up and the call, reaches nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from annotator.domain.errors import InputError

_LENGTH, _LABEL = 500, 63
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Place:
    """A checked URL in parts; `path` holds the query too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        usual = self.port == (443 if self.scheme == "https" else 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if usual else f"{host}:{self.port}"

    def at(self, address: Address) -> str:
        """Return the URL by which this very address is called."""
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def read_url(url: str, *, private: bool) -> Place:
    """Return a URL in parts. Plain HTTP is for this machine alone, and only where `private` places are allowed.

    Raises:
        InputError: it is not a URL that a webhook may have.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError("This is no URL.", where="url", mend="Give one such as https://example.org/hook.") from error
    host = (parts.hostname or "").rstrip(".")
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LENGTH
    named = all(1 <= len(label) <= _LABEL for label in host.split("."))
    if not named or not plain or parts.username or parts.password or parts.fragment or port == 0:
        raise InputError(
            "Give a plain URL: no name or password in it, no fragment.",
            where="url",
            mend="Such as https://example.org/hook.",
        )
    local = host == "localhost" or _is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and private and local):
        raise InputError("The URL must begin with https://.", where="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def choose(found: Sequence[str], *, private: bool) -> Address:
    """Return the address to call of those that a name has.

    Raises:
        InputError: it has none, or one of them is where no webhook may go.
    """
    addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in found]
    if not addresses:
        raise InputError("The name has no address.", where="url")
    if not all(_allowed(address, private=private) for address in addresses):
        raise InputError("The name leads to an address that webhooks may not go to.", where="url")
    return addresses[0]


def _allowed(address: Address, *, private: bool) -> bool:
    inner = _embedded(address)
    if inner is not None:
        return _allowed(inner, private=private)
    if address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved:
        return private and address.is_loopback  # ::1 lies in a reserved block
    return address.is_global or (private and (address.is_private or address.is_loopback))


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for, if it does."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
