"""What the house is made of, put together once for each process. Only the doors (`api`, `cli`) compose.

A room adds its field here and opens it in `opened`: one line each, in the order of the layers. A route takes
what it needs from `PartsDep` and hands it to the room's service.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from qianbao import ledger as ledgers
from qianbao.api import figures
from qianbao.api.errors import NotReady
from qianbao.channels import room as channels_room
from qianbao.channels.room import Channels
from qianbao.clock import Clock, SystemClock
from qianbao.config import Settings
from qianbao.console import room as console_room
from qianbao.console.room import Console
from qianbao.credentials.parts import Credentials, open_credentials
from qianbao.db import Database, connect
from qianbao.events import Bell, Feed, Stream
from qianbao.events.webhook.guard import Guard, allowed
from qianbao.insight import room as insight_room
from qianbao.insight.room import Insight
from qianbao.journal import Journal
from qianbao.parties import brands as brand_table
from qianbao.parties import kyc as kyc_table
from qianbao.parties.brands import Brands
from qianbao.parties.kyc import Kyc
from qianbao.parties.store import Parties
from qianbao.payments import room as payments_room
from qianbao.payments.room import Payments
from qianbao.risk import Gate
from qianbao.risk import rules as risk_rules
from qianbao.settlement import room as settlement_room
from qianbao.settlement.room import Settlement
from qianbao.social import room as social_room
from qianbao.social.room import Social

_WRITABLE = """
SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writable
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The opened parts of one process."""

    settings: Settings
    clock: Clock
    db: Database
    ledger: ledgers.Engine
    journal: Journal
    feed: Feed
    bell: Bell
    stream: Stream
    guard: Guard
    """Where webhooks may go."""
    brands: Brands
    kyc: Kyc
    parties: Parties
    credentials: Credentials
    insight: Insight
    gate: Gate
    channels: Channels
    payments: Payments
    settlement: Settlement
    social: Social
    console: Console

    async def ready(self) -> None:
        """Whether a payment can be taken now: the database can be written. Raises `Unavailable`."""
        row = await self.db.row(_WRITABLE)
        if row is None or not row["writable"]:
            raise NotReady("The database cannot be written at the moment.")


@contextlib.asynccontextmanager
async def opened(
    settings: Settings, *, clock: Clock | None = None, application: str = "qianbao-api"
) -> AsyncGenerator[Parts]:
    """Open every part on the settings' database; close them in the other order at the end.

    Raises `DatabaseLost` when no database answers, `SettingMalformed`, `KeyringUnreadable`.
    """
    assert settings.database_url, "`qianbao up` names the database: its own, or QIANBAO_DATABASE_URL"
    clock = clock or SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        db = await connect(settings.database_url, application=application)
        stack.push_async_callback(db.close)
        ledger = await ledgers.open(settings.ledger_url or settings.database_url, clock=clock)
        stack.push_async_callback(ledger.close)
        journal = Journal(db, clock=clock)
        stack.push_async_callback(journal.close)
        feed, bell = Feed(db), Bell(db)
        brands, kyc = brand_table.load(settings), kyc_table.load(settings)
        parties = Parties(db)
        credentials = open_credentials(settings, db=db, clock=clock, parties=parties)
        stack.callback(credentials.close)
        gate = Gate(risk_rules(settings), clock=clock)
        channels = await stack.enter_async_context(
            channels_room.opened(db, settings=settings, journal=journal, clock=clock)
        )
        payments = payments_room.opened(
            db,
            settings=settings,
            journal=journal,
            ledger=ledger,
            parties=parties,
            brands=brands,
            kyc=kyc,
            keyring=credentials.keyring,
            rates=credentials.rates,
            verify_pin=credentials.pins.verify,
            allow=gate.allow,
            clock=clock,
        )
        yield Parts(
            settings=settings,
            clock=clock,
            db=db,
            ledger=ledger,
            journal=journal,
            feed=feed,
            bell=bell,
            stream=Stream(feed, bell),
            guard=Guard(allowed(settings.webhook_allow)),
            brands=brands,
            kyc=kyc,
            parties=parties,
            credentials=credentials,
            insight=insight_room.opened(db, settings=settings, feed=feed, parties=parties, clock=clock),
            gate=gate,
            channels=channels,
            payments=payments,
            settlement=settlement_room.opened(db, payments=payments),
            social=social_room.opened(db, settings=settings, payments=payments, rates=credentials.rates),
            console=console_room.opened(
                db,
                settings=settings,
                ledger=ledger,
                channels=channels,
                payments=payments,
                clock=clock,
                frame=figures.frame,
            ),
        )
