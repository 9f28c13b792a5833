"""A webhook cannot be made to reach into the network that it is sent from."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from qianbao.config import SettingMalformed
from qianbao.events.webhook.guard import Guard, allowed, public
from qianbao.events.webhook.models import UrlRefused


def answers(*addresses: str) -> Guard:
    """A guard whose every name has these addresses, with nothing private allowed."""

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return Guard(allowed([]), resolver=resolver)


REAL = Guard(allowed([]))
"""Resolves as the machine does."""

CLOSED = [
    "0.0.0.0",  # noqa: S104 - to be refused, not to be bound to
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
]

OPEN = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "169.255.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.1",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2400:3200::1",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2003::1",
    "3ffe::1",
]


@pytest.mark.parametrize("text", CLOSED)
async def test_special_addresses_are_closed(text: str) -> None:
    assert not public(ip_address(text))
    with pytest.raises(UrlRefused):
        await answers(text).check("https://shop.example/hook")


@pytest.mark.parametrize("text", OPEN)
async def test_addresses_of_the_open_internet_are_open(text: str) -> None:
    assert public(ip_address(text))
    assert await answers(text).check("https://shop.example/hook") == "https://shop.example/hook"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://localhost/",
        "https://0/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
async def test_every_way_of_writing_an_inner_address_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        await REAL.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example/hook",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "https://",
        "https:///hook",
        "https://user@shop.example/",
        "https://user:word@shop.example/",
        "https://shop.example/#part",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example\\@127.0.0.1/",
        "https://shop.example/a b",
        "https://shop.example/\r\nHost: other",
        "https://商店.example/",
        "https://[::1/",
        "https://shop.example/" + "a" * 2_000,
    ],
)
async def test_malformed_addresses_are_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        await answers("8.8.8.8").check(url)


async def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(UrlRefused):
        await answers("8.8.8.8", "10.0.0.1").check("https://shop.example/")


async def test_a_host_without_an_address_is_refused() -> None:
    with pytest.raises(UrlRefused, match="no address"):
        await answers().check("https://shop.example/")


async def test_plain_http_to_the_open_internet_is_refused() -> None:
    with pytest.raises(UrlRefused, match="use https"):
        await answers("8.8.8.8").check("http://shop.example/")


@pytest.mark.parametrize(
    ("allow", "url", "fine"),
    [
        ("loopback", "http://127.0.0.1:9000/", True),
        ("loopback", "http://[::1]:9000/", True),
        ("loopback", "https://localhost/", True),
        ("loopback", "http://10.0.0.1/", False),
        ("10.1.0.0/16", "http://10.1.2.3/", True),
        ("10.1.0.0/16", "http://10.2.0.1/", False),
        ("10.1.2.3", "http://10.1.2.3/", True),
        ("10.1.2.3", "https://10.1.2.4/", False),
        ("localhost", "http://localhost:9000/", True),
        ("LOCALHOST.", "http://localhost/", True),
        ("localhost", "http://127.0.0.1/", False),
    ],
)
async def test_private_targets_are_allowed_by_configuration_alone(allow: str, url: str, fine: bool) -> None:
    guard = Guard(allowed([allow]))
    if fine:
        assert await guard.check(url) == url
    else:
        with pytest.raises(UrlRefused):
            await guard.check(url)


def test_a_malformed_network_in_the_configuration_is_named() -> None:
    with pytest.raises(SettingMalformed):
        allowed(["10.0.0.1/8"])
