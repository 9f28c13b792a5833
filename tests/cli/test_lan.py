"""`qianbao up --lan`: phones come in over TLS, under a name that passkeys can belong to."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from qianbao.cli import lan
from qianbao.config import Settings
from qianbao.credentials.challenges import relying_party
from tests.api.test_joining import SECRET, handle, phone
from tests.credentials.authenticator import SoftAuthenticator
from tests.live import START_TIMEOUT_S, Live, free_port, started

NAME = "qianbao.test"


def settings(lan_name: str | None = None, **passkeys: object) -> Settings:
    """Settings with a table `[passkeys]`."""
    tables = {"passkeys": passkeys} if passkeys else {}
    return Settings(home=Path("/nowhere"), lan_name=lan_name, tables=tables)


def test_a_chosen_domain_is_the_name_whatever_is_found() -> None:
    chosen = settings(id="pay.example.com")
    assert lan.name_of(chosen, "192.0.2.7", hostname="box") == "pay.example.com"


def test_a_host_that_nothing_answers_for_has_no_name() -> None:
    assert lan.name_of(settings(), "192.0.2.7", hostname="no-such-host-in-any-network") is None


@pytest.mark.parametrize(
    ("name", "host", "found"),
    [
        ("localhost", "127.0.0.1", True),
        ("localhost", "192.0.2.7", False),
        ("nobody.invalid", "127.0.0.1", False),
        ("x" * 300, "127.0.0.1", False),
    ],
)
def test_a_name_is_taken_where_it_leads_to_this_machine(name: str, host: str, found: bool) -> None:
    assert lan.found_at(name, host) is found


@pytest.mark.parametrize(
    ("asked", "id", "origins"),
    [
        (settings(), "localhost", ("http://localhost:8088",)),
        (settings("box.local"), "box.local", ("https://box.local:8088",)),
        (settings("box.local", id="pay.example.com"), "pay.example.com", ("https://pay.example.com:8088",)),
        (settings(id="pay.example.com", origins=["https://pay.example.com"]), "pay.example.com",
         ("https://pay.example.com",)),
    ],
)  # fmt: skip
def test_passkeys_belong_to_the_name_and_to_where_pages_are_served(
    asked: Settings, id: str, origins: tuple[str, ...]
) -> None:
    party = relying_party(asked)
    assert (party.id, party.origins) == (id, origins)


@contextmanager
def on_lan(live: Live) -> Generator[int]:
    """A server process as `up --lan` starts it, under `NAME`; its port."""
    port, files = free_port(), lan.certificate(live.home, "127.0.0.1", NAME)
    environ = live.environ | {
        "QIANBAO_PORT": str(port),
        "QIANBAO_DATABASE_URL": live.running.database_url,
        "QIANBAO_LAN_NAME": NAME,
        "QIANBAO_TLS_CERTIFICATE": str(files.chain),
        "QIANBAO_TLS_PRIVATE_KEY": str(files.private_key),
    }
    process = subprocess.Popen([sys.executable, "-m", "qianbao.api.serve"], env=environ)
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not answers(live, port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def trust(live: Live) -> ssl.SSLContext:
    """What a phone that trusts this installation's authority believes."""
    return ssl.create_default_context(cafile=live.home / "tls" / "ca.pem")


def answers(live: Live, port: int) -> bool:
    """Whether the server says that it can take a payment."""
    try:
        return httpx.get(f"https://127.0.0.1:{port}/readyz", verify=trust(live)).status_code == 200
    except httpx.HTTPError:
        return False


async def test_a_phone_registers_a_passkey_under_the_name_and_signs_in_with_it() -> None:
    with started() as live, on_lan(live) as port:
        origin = f"https://{NAME}:{port}"
        headers = {"Host": f"{NAME}:{port}", "Origin": origin}
        async with httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{port}", verify=trust(live), headers=headers, timeout=30
        ) as client:
            asked = {
                "name": "林",
                "phone": phone(),
                "password": SECRET,
                "brand": "lanhua",
                "handle": handle(),
            }
            joined = await client.post("/api/v1/people", json=asked)
            assert joined.status_code == 201, joined.text
            key = SoftAuthenticator(rp_id=NAME, origin=origin)
            asked = (await client.post("/api/v1/passkeys/options", json={"name": "Lin"})).json()
            assert asked["options"]["rp"]["id"] == NAME
            body = {"challenge": asked["challenge"], "answer": key.create(asked["options"]), "name": "Phone"}
            assert (await client.post("/api/v1/passkeys", json=body)).status_code == 201
            asked = (await client.post("/api/v1/sessions/passkey/options")).json()
            body = {"challenge": asked["challenge"], "answer": key.get(asked["options"])}
            signed = await client.post("/api/v1/sessions/passkey", json=body)
            assert signed.status_code == 201, signed.text
            assert signed.headers["set-cookie"].startswith("__Host-qianbao_session=")
