"""Keeps webhooks from reaching into the network they are sent from (server-side request forgery).

An address is checked when it is entered, and again at every connection: the name is resolved here, every
address it has must be allowed, and the connection goes to the address that was checked, so an answer that
changes in between (DNS rebinding) changes nothing. TLS still names, and proves, the host. Numbers written as
hosts (`2130706433`, `0177.0.0.1`) are resolved like names, so they are judged by what they mean.

Public addresses are allowed over https. Private ones, and plain http, only where the installation's
configuration allows the target (`QIANBAO_WEBHOOK_ALLOW`: hosts, networks as `10.1.0.0/16`, or `loopback`).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from qianbao.config import SettingMalformed
from qianbao.events.webhook.models import UrlRefused

Address: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) → its addresses as text."""

URL_SIZE_MAX: Final = 2_000

_CLOSED_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
"""IANA's special-purpose IPv4 addresses."""

_OPEN_6: Final = IPv6Network("2000::/3")
"""Global unicast: whatever lies outside (loopback, link-local, unique local, multicast, IPv4-mapped, NAT64,
…) is closed."""
_CLOSED_6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo (an IPv4 address inside)
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 (an IPv4 address inside)
        "3fff::/20",  # documentation
    )
)


def public(address: Address) -> bool:
    """Whether an address is one of the open internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    if address.scope_id is not None:
        return False
    return address in _OPEN_6 and not any(address in network for network in _CLOSED_6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The private targets that the installation's configuration allows."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def names(self, host: str) -> bool:
        """Whether this host is allowed by its name."""
        return host.lower().rstrip(".") in self.hosts

    def holds(self, address: Address) -> bool:
        """Whether this address lies in an allowed network."""
        return any(address in network for network in self.networks)


def allowed(entries: Iterable[str]) -> Allowed:
    """Read `QIANBAO_WEBHOOK_ALLOW`. Raises `SettingMalformed`."""
    hosts: set[str] = set()
    networks: list[IPv4Network | IPv6Network] = []
    for entry in entries:
        if entry == "loopback":
            networks += [IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")]
        elif "/" in entry:
            try:
                networks.append(ip_network(entry))
            except ValueError as wrong:
                raise SettingMalformed(str(wrong), field="QIANBAO_WEBHOOK_ALLOW") from None
        else:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                hosts.add(entry.lower().rstrip("."))
    return Allowed(hosts=frozenset(hosts), networks=tuple(networks))


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the machine resolves it. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Says which addresses a webhook may be sent to."""

    def __init__(self, allow: Allowed, *, resolver: Resolver = resolve) -> None:
        self._allow = allow
        self._resolver = resolver

    async def addresses(self, host: str, port: int, *, plain: bool) -> list[Address]:
        """The checked addresses of a host, to be connected to as they are; `plain`: without TLS.

        Raises `UrlRefused` when even one of them is not allowed, or there is none.
        """
        if self._allow.names(host):
            return await self._resolved(host, port)
        found = await self._resolved(host, port)
        for address in found:
            if not self._allow.holds(address) and (plain or not public(address)):
                why = "is not allowed by the configuration; use https" if plain else "is not a public address"
                raise UrlRefused(
                    f"{host}: {address} {why}.", field="url", expected="https to a public address"
                )
        return found

    async def _resolved(self, host: str, port: int) -> list[Address]:
        try:
            found = [ip_address(text) for text in await self._resolver(host, port)]
        except (OSError, ValueError, UnicodeError):
            found = []
        if not found:
            raise UrlRefused(f"{host[:100]} has no address.", field="url", expected="a host that exists")
        return found

    async def check(self, url: str) -> str:
        """The URL, if a webhook may have it. Raises `UrlRefused`."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        wrong = (
            len(url) > URL_SIZE_MAX
            or not url.isascii()
            or not url.isprintable()
            or " " in url
            or parts.scheme not in ("https", "http")
            or not host
            or port == 0
            or "@" in parts.netloc
            or bool(parts.fragment)
            or "\\" in url
        )
        if wrong or host is None:
            raise UrlRefused(
                "Not an address that a webhook can have.",
                field="url",
                expected="https://host/path, without a user name and without #",
            )
        plain = parts.scheme == "http"
        await self.addresses(host, port or (80 if plain else 443), plain=plain)
        return url
