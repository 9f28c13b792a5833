"""Behind a proxy: from where a request really comes, and under which address the browser asked for it.

Only a peer that `[api] trusted_proxies` names is believed. Of a request that it hands on, the client's
address (for rates and locks), the scheme (for cookies) and the host (for the Origin check) are those that it
tells in `X-Forwarded-For`, `-Proto` and `-Host`; everybody else's such headers change nothing. A request with
one of them is never taken for this machine's own.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from qianbao.config import SettingMalformed, Settings

if TYPE_CHECKING:  # `qianbao up` reads the setting without loading the API
    from qianbao.api.hot import Receive, Scope, Send

App: TypeAlias = "Callable[[Scope, Receive, Send], Awaitable[None]]"
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PORTED: Final = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<v4>[0-9.]+))(?::[0-9]{1,5})?")


class Proxies(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands before the servers: `[api]` of config.toml."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks (`10.0.0.0/8`) of the proxies whose `X-Forwarded-…` headers are believed."""


def trusted(settings: Settings) -> tuple[Network, ...]:
    """The proxies that are believed. Raises `SettingMalformed`."""
    try:
        named = msgspec.convert(settings.tables.get("api", {}), Proxies).trusted_proxies
        return tuple(ip_network(name) for name in named)
    except (msgspec.ValidationError, ValueError) as wrong:
        raise SettingMalformed(
            f"[api]: {wrong}",
            field="api.trusted_proxies",
            expected='a list of addresses or networks: ["127.0.0.1", "10.0.0.0/8"]',
        ) from None


def behind(app: App, proxies: Sequence[Network]) -> App:
    """`app`, told what trusted proxies say. Without any it is `app` itself."""
    if not proxies:
        return app

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer = address(scope["client"][0]) if scope.get("client") else None
            if peer is not None and _among(peer, proxies):
                _believe(scope, proxies)
        await app(scope, receive, send)

    return served


def client_of(forwarded_for: str, proxies: Sequence[Network]) -> str | None:
    """Whom `X-Forwarded-For` names: the last that is not a trusted proxy itself, for whatever stands before
    it anybody may have written. None where it names nobody."""
    found: Address | None = None
    for text in reversed(forwarded_for.split(",")):
        told = address(text.strip())
        if told is None:
            break
        found = told
        if not _among(told, proxies):
            break
    return None if found is None else str(found)


def address(text: str) -> Address | None:
    """The address in a text, with or without a port; None where there is none."""
    ported = _PORTED.fullmatch(text)
    try:
        found = ip_address((ported["v6"] or ported["v4"]) if ported else text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _among(one: Address, networks: Sequence[Network]) -> bool:
    return any(one in network for network in networks)


def _believe(scope: Scope, proxies: Sequence[Network]) -> None:
    headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    told: dict[bytes, str] = {}
    for name, value in headers:  # one sent twice is one list
        if name.startswith(b"x-forwarded-"):
            text = value.decode("latin-1")
            told[name] = f"{told[name]},{text}" if name in told else text
    if (client := client_of(told.get(b"x-forwarded-for", ""), proxies)) is not None:
        scope["client"] = (client, 0)
    # The nearest proxy writes last.
    scheme = told.get(b"x-forwarded-proto", "").rsplit(",", 1)[-1].strip().lower()
    if scheme in {"http", "https"}:
        scope["scheme"] = scheme
    host = told.get(b"x-forwarded-host", "").rsplit(",", 1)[-1].strip()
    if _HOST.fullmatch(host):
        scope["headers"] = [
            *((name, value) for name, value in headers if name != b"host"),
            (b"host", host.encode("latin-1")),
        ]
