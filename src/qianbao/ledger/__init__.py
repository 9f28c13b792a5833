"""Double entry: accounts, transfers and results. The only place where money moves."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from qianbao.clock import Clock
from qianbao.ledger.engine import Engine
from qianbao.ledger.errors import (
    BatchTooLarge,
    FieldOutOfRange,
    LedgerClientMissing,
    LedgerUrlUnknown,
    WindowsUnsupported,
)
from qianbao.ledger.model import Model
from qianbao.ledger.models import (
    BATCH_MAX,
    EVERYTHING,
    ID_MAX,
    Account,
    AccountBalance,
    AccountFilter,
    AccountFilterFlags,
    AccountFlags,
    AccountView,
    CreateAccountResult,
    CreateTransferResult,
    Problem,
    QueryFilter,
    QueryFilterFlags,
    Spend,
    Transfer,
    TransferFlags,
    Windows,
)
from qianbao.ledger.statuses import PASSING, CreateAccountStatus, CreateTransferStatus

__all__ = [
    "BATCH_MAX",
    "EVERYTHING",
    "ID_MAX",
    "PASSING",
    "Account",
    "AccountBalance",
    "AccountFilter",
    "AccountFilterFlags",
    "AccountFlags",
    "AccountView",
    "BatchTooLarge",
    "CreateAccountResult",
    "CreateAccountStatus",
    "CreateTransferResult",
    "CreateTransferStatus",
    "Engine",
    "FieldOutOfRange",
    "LedgerClientMissing",
    "LedgerUrlUnknown",
    "Model",
    "Problem",
    "QueryFilter",
    "QueryFilterFlags",
    "Spend",
    "Transfer",
    "TransferFlags",
    "Windows",
    "WindowsUnsupported",
    "open",
]


async def open(url: str, *, clock: Clock | None = None) -> Engine:
    """The engine that `url` names: `postgresql://…` (a migrated database; `clock` None: the server's), or
    `tb://host:port[,host:port…]?cluster=0` (a TigerBeetle cluster, which keeps its own time).

    Raises `LedgerUrlUnknown`, `LedgerClientMissing` (`pip install 'qianbao[tigerbeetle]'`), `DatabaseLost`.
    """
    # Imported here: an engine's client is wanted only where it is used.
    parts = urlsplit(url)
    if parts.scheme in {"postgresql", "postgres"}:
        from qianbao.db import connect
        from qianbao.ledger.postgres import PostgresEngine

        return PostgresEngine(await connect(url), clock=clock)
    if parts.scheme == "tb":
        try:
            from qianbao.ledger.tigerbeetle import TigerBeetleEngine
        except ModuleNotFoundError as missing:
            if missing.name != "tigerbeetle":
                raise
            raise LedgerClientMissing(field="url", expected="pip install 'qianbao[tigerbeetle]'") from None

        cluster = parse_qs(parts.query).get("cluster", ["0"])[0]
        if parts.netloc and cluster.isdigit():
            return TigerBeetleEngine(parts.netloc, cluster=int(cluster))
    raise LedgerUrlUnknown(
        f"{url[:64]!r} names no ledger.", field="url", expected="postgresql://… or tb://host:port?cluster=0"
    )
