"""`qianbao up --lan`: TLS by a certificate authority of this installation, so that a phone can come in."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

import trustme

from qianbao.api.files import write_private
from qianbao.config import Settings
from qianbao.credentials.challenges import relying_party
from qianbao.errors import Unavailable


class NoNetwork(Unavailable):
    """This machine has no address that a phone could reach."""

    code = "no_network"


@dataclass(frozen=True)
class Certificate:
    """The files of a server's certificate and of the authority that signed it."""

    chain: Path
    private_key: Path
    authority: Path


def address() -> str:
    """The machine's address on its network. Raises `NoNetwork`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            # Nothing is sent: the system only chooses the address it would send from to nobody's (RFC 5737).
            line.connect(("192.0.2.1", 9))
            chosen: str = line.getsockname()[0]
        except OSError:
            raise NoNetwork() from None
    if chosen.startswith("127."):
        raise NoNetwork()
    return chosen


def name_of(settings: Settings, host: str, *, hostname: str) -> str | None:
    """The name under which phones find this machine at `host`: passkeys belong to a name, not an address.

    The one of `[passkeys] id`, as it is; else `<hostname>.local`, where this machine itself finds `host`
    under it (something answers for it on the network: avahi, Bonjour); else None.
    Raises `SettingMalformed`.
    """
    if (chosen := relying_party(settings).id) != "localhost":
        return chosen
    local = f"{hostname.split('.', 1)[0].lower()}.local"
    return local if found_at(local, host) else None


def found_at(name: str, host: str) -> bool:
    """Whether a name stands for this address, as far as this machine can tell."""
    try:
        return any(found[4][0] == host for found in socket.getaddrinfo(name, None))
    except (OSError, UnicodeError):
        return False


def certificate(home: Path, *names: str) -> Certificate:
    """A fresh certificate for `names`, signed by this home's authority (made once, its key mode 0600).

    The phone is told to trust the authority once; certificates for new addresses are then trusted too.
    """
    folder = home / "tls"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, key = folder / "ca.pem", folder / "ca_private_key.pem"
    if authority.exists() and key.exists():
        ca = trustme.CA.from_pem(authority.read_bytes(), key.read_bytes())
    else:
        ca = trustme.CA(organization_name="Qianbao, this installation only")
        write_private(key, ca.private_key_pem.bytes().decode())
        write_private(authority, ca.cert_pem.bytes().decode())
    leaf = ca.issue_cert(*names)
    chain, private_key = folder / "server.pem", folder / "server_private_key.pem"
    write_private(private_key, leaf.private_key_pem.bytes().decode())
    write_private(chain, "".join(part.bytes().decode() for part in leaf.cert_chain_pems))
    return Certificate(chain, private_key, authority)
