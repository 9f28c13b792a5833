"""Behind a TLS proxy that is trusted, browsers are served as they ask; nobody else is believed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.api.proxy import Network, address, client_of
from tests.api.reverse_proxy import ReverseProxy
from tests.api.test_joining import SECRET, handle, key, phone
from tests.live import Live, started

CONFIG = '[api]\ntrusted_proxies = ["127.0.0.1"]\naddress_per_s = 0.5\nburst_s = 40\n'
AT_ONCE = 21
"""Requests of nobody that one address may send at once under these settings."""
PROXIES: Sequence[Network] = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))


@dataclass
class Site:
    """An installation and the proxy before it."""

    live: Live
    proxy: ReverseProxy

    def browser(self, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A client of the proxy that comes from this address of the machine."""
        line = httpx.AsyncHTTPTransport(verify=self.proxy.trust(), local_address=address)
        return httpx.AsyncClient(
            base_url=self.proxy.url, transport=line, timeout=30, headers={"Origin": self.proxy.url, **headers}
        )


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Site]:
    """A server that trusts the proxy on this machine."""
    async with AsyncExitStack() as stack:
        live = stack.enter_context(started(CONFIG))
        proxy = ReverseProxy(live.port)
        await stack.enter_async_context(proxy.serving())
        yield Site(live, proxy)


def newcomer() -> dict[str, Any]:
    """Somebody to sign up."""
    return {"name": "李雷", "phone": phone(), "password": SECRET, "brand": "lanhua", "handle": handle()}


async def test_a_browser_behind_the_proxy_signs_up_and_changes_things(site: Site) -> None:
    async with site.browser("127.0.0.2") as browser:
        joined = await browser.post("/api/v1/people", json=newcomer())
        assert joined.status_code == 201, joined.text
        cookie = joined.headers["set-cookie"]
        assert cookie.startswith("__Host-qianbao_session=")
        assert "Secure" in cookie
        assert "strict-transport-security" in joined.headers
        wallet = await browser.post("/api/v1/wallets", json={"brand": "zhuque"}, headers=key())
        assert wallet.status_code == 201, wallet.text
        for origin in (site.live.url, "https://evil.example", f"http://localhost:{site.proxy.port}"):
            foreign = await browser.post("/api/v1/sessions/end", json={}, headers={"Origin": origin})
            assert foreign.json()["code"] == "origin_refused"


async def test_a_request_that_was_handed_on_is_not_the_machines_own(site: Site) -> None:
    login = site.live.logins()["operator"]
    asked = {"login": login["login"], "password": login["password"]}
    async with site.browser("127.0.0.3") as browser:
        drawn = await browser.post("/api/v1/sessions/house", json=asked)
        assert (drawn.status_code, drawn.json()["code"]) == (403, "initial_password")
        figures = await browser.get("/metrics")
        assert (figures.status_code, figures.json()["code"]) == (403, "loopback_only")
    async with site.live.client(**{"X-Forwarded-Proto": "https"}) as careless:
        figures = await careless.get("/metrics")
        assert figures.status_code == 403, "a proxy that tells no address is a proxy all the same"
    async with site.live.client() as here:
        assert (await here.get("/metrics")).status_code == 200


async def test_rates_count_the_client_and_not_the_proxy_whatever_the_client_claims(site: Site) -> None:
    async with site.browser("127.0.0.4") as busy, site.browser("127.0.0.5") as other:
        let_in = 0
        for n in range(10 * AT_ONCE):
            claim = {"X-Forwarded-For": f"203.0.113.{n}"}
            if (await busy.get("/api/v1/errors", headers=claim)).status_code == 429:
                break
            let_in += 1
        assert AT_ONCE <= let_in < 10 * AT_ONCE
        assert (await other.get("/api/v1/errors")).status_code == 200


async def test_nobody_is_believed_where_no_proxy_is_trusted(live: Live) -> None:
    told = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "203.0.113.9",
    }
    async with live.client(Origin="https://evil.example", **told) as client:
        joined = await client.post("/api/v1/people", json=newcomer())
        assert joined.status_code == 201, joined.text
        assert joined.headers["set-cookie"].startswith("qianbao_session=")
        assert "strict-transport-security" not in joined.headers
        asked = await client.post("/api/v1/wallets", json={"brand": "zhuque"}, headers=key())
        assert asked.json()["code"] == "origin_refused"


def test_a_proxy_that_is_no_address_is_named(tmp_path: Any) -> None:
    live = Live(tmp_path / "home", config='[api]\ntrusted_proxies = ["my-proxy"]\n')
    live.home.mkdir()
    (live.home / "config.toml").write_text(live.config)
    refused = live.command("up", check=False)
    assert refused.returncode == 1
    assert "setting_malformed" in refused.stderr
    assert "my-proxy" in refused.stderr


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7, 10.1.2.3, 127.0.0.1", "203.0.113.7"),
        ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("203.0.113.7:4711, 10.1.2.3", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("unknown, 10.1.2.3", "10.1.2.3"),
        ("unknown", None),
        ("", None),
    ],
)
def test_the_client_is_the_last_that_is_no_trusted_proxy(told: str, client: str | None) -> None:
    assert client_of(told, PROXIES) == client


@given(st.lists(st.ip_addresses().map(str)), st.ip_addresses(v=4).filter(lambda a: a not in PROXIES[1]))
def test_what_a_client_writes_before_never_changes_who_it_is(claims: list[str], client: Any) -> None:
    if client in PROXIES[0]:
        return
    assert client_of(", ".join([*claims, str(client), "10.0.0.1"]), PROXIES) == str(client)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_none(text: str) -> None:
    assert address(text) is None or str(address(text))
