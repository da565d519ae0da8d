"""Where a webhook may go, and where it may not."""

from __future__ import annotations

import pytest

from annotator.client import SignatureError, verify
from annotator.domain.errors import InputError
from annotator.webhooks.address import choose, read_url


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_called(address):
    assert choose([address], private=False) == choose([address], private=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "169.254.169.254",
        "fe80::1%eth0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "ff02::1",
        "192.0.2.1",
    ],
)
def test_addresses_inside_are_not(address):
    with pytest.raises(InputError):
        choose([address], private=False)
    with pytest.raises(InputError):
        choose(["8.8.8.8", address], private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "fc00::1"])
def test_they_are_where_it_is_allowed(address):
    assert choose([address], private=True)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"])
def test_some_are_never_called(address):
    with pytest.raises(InputError):
        choose([address], private=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "http://example.org/",
        "ftp://example.org/",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https:///path",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://example.org/\n",
        "https://[::1/",
        "https://example..org/",
        f"https://{'a' * 64}.example.org/",
        "https://example.org/" + "x" * 500,
        "http://127.0.0.1:8000/",
        "file:///etc/passwd",
    ],
)
def test_urls_that_are_refused(url):
    with pytest.raises(InputError) as caught:
        read_url(url, private=False)
    assert caught.value.where == "url"


def test_plain_http_is_for_this_machine_where_it_is_allowed():
    assert read_url("http://localhost:8000/a?b=c", private=True).at(choose(["127.0.0.1"], private=True)) == (
        "http://127.0.0.1:8000/a?b=c"
    )
    with pytest.raises(InputError):
        read_url("http://example.org/", private=True)


def test_the_name_stays_in_the_header_and_the_address_is_called():
    place = read_url("https://hooks.example.org:8443/x", private=False)
    assert (place.authority, place.at(choose(["2606:4700::1111"], private=False))) == (
        "hooks.example.org:8443",
        "https://[2606:4700::1111]:8443/x",
    )
    assert read_url("https://example.org", private=False).authority == "example.org"


HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The example of the Standard Webhooks specification, with its secret and its body."""


def test_signatures_are_those_of_the_standard():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    with pytest.raises(KeyError):  # the signature is right; the body is not one of our events
        verify(secret, HEADERS, body, now=1614265330)
    for headers, sent, now in (
        (HEADERS, body + b" ", 1614265330),
        (HEADERS, body, 1614265330 + 301),
        (HEADERS | {"webhook-id": "other"}, body, 1614265330),
        ({}, body, 1614265330),
    ):
        with pytest.raises(SignatureError):
            verify(secret, headers, sent, now=now)
