"""`qianbao demo`: the first minute. A person pays a shop by code, the shop gives a part back, and the books
are shown after every step. Everything is done by the services that serve the network, on real books: those of
the network that runs on this home, or of one that is made for the demo and thrown away after it.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import segno
import uvloop
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from qianbao.api import install
from qianbao.api.logins import read_logins, ready_id
from qianbao.api.parts import Parts, opened
from qianbao.cli.home import read_running
from qianbao.config import Settings, load
from qianbao.credentials.models import Caller, Role
from qianbao.db import embedded
from qianbao.ids import Id, new, parse
from qianbao.ledger import QueryFilter, Transfer
from qianbao.money import show
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.payments.code import service as codes
from qianbao.payments.refund import service as refunds
from qianbao.payments.trade import service as trades
from qianbao.payments.trade.models import TradeState

PRICE: Final = 32_00
BACK: Final = 8_00
"""Minor units: two bowls of noodles, and the side dish that was sold out."""
out = Console(highlight=False)


def command() -> None:
    """See a payment in a minute: a code, a till, a refund, and what the ledger writes."""
    settings = load()
    running = read_running(settings.home)
    url = settings.database_url or (running.database_url if running else None)
    if url is not None and read_logins(settings.home) is not None:
        out.print(f"On the books of the network in {settings.home}.")
        uvloop.run(_on(replace(settings, database_url=url)))
        return
    with tempfile.TemporaryDirectory(prefix="qianbao-demo-") as folder:
        _in_a_home_of_its_own(Path(folder) / "home")


def _in_a_home_of_its_own(home: Path) -> None:
    with out.status("Laying books for the demo (they are thrown away after it) …"):
        server = embedded.start(home)
    try:
        settings = load({"QIANBAO_HOME": str(home), "QIANBAO_DATABASE_URL": server.url, "QIANBAO_DEMO": "0"})
        with out.status("Opening a wallet, a shop and a bank (simulated) …"):
            uvloop.run(install.prepare(settings))
        uvloop.run(_on(settings))
    finally:
        server.stop()


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part."""

    person: Caller
    wallet: Id
    shop: Caller
    pin: str
    names: dict[Id, str]


async def _on(settings: Settings) -> None:
    async with opened(settings, application="qianbao-demo") as parts:
        await play(parts, out)


async def play(parts: Parts, out: Console) -> Id:
    """The demo on these books, told on `out`; the trade's id."""
    cast = await _cast(parts)
    before = await _balances(parts, cast)
    room = parts.payments
    person, shop = cast.names[cast.wallet], cast.names[ready_id("shop")]

    _step(out, 1, f"{person} shows a payment code", "One payment, one minute; kept only as a keyed hash.")
    shown = await codes.issue(cast.person, room, wallet=cast.wallet)
    out.print(f"{_qr(shown.code)}\n  {shown.code[:6]} {shown.code[6:12]} {shown.code[12:]}\n")

    _step(out, 2, f"The till of {shop} charges it ¥{show(PRICE)}", "New trade, transfers, event: one commit.")
    began = time.perf_counter()
    key = new(parts.clock.now())
    paid = await codes.charge(
        cast.shop, room, command=key, code=shown.code, out_trade_no=f"demo-{key.hex[:20]}", amount=PRICE,
        store=ready_id("store"), subject="Noodles, two bowls",
    )  # fmt: skip
    trade = parse(paid.result["id"])
    if paid.result["state"] == TradeState.PAYING:
        out.print("  The day's payments without PIN are used up: the wallet asks for the PIN.")
        paid = await trades.pay(
            cast.person, room, command=new(parts.clock.now()), trade=trade, wallet=cast.wallet, pin=cast.pin
        )
    took = (time.perf_counter() - began) * 1000
    out.print(f"  [green]{paid.result['state']}[/green], durable on disk after {took:.1f} ms.")
    first = await _transfers(parts, trade, 0)
    _show_transfers(out, cast, first)
    between = await _balances(parts, cast)
    _show_balances(out, cast, before, between)

    _step(out, 3, f"{shop} gives ¥{show(BACK)} back", "The fee's share comes back too, to the fen.")
    back = await refunds.refund(
        cast.shop, room, command=(key := new(parts.clock.now())), trade=trade,
        out_refund_no=f"demo-{key.hex[:20]}", amount=BACK, reason="sold out",
    )  # fmt: skip
    out.print(f"  [green]{back.result['state']}[/green]")
    _show_transfers(out, cast, await _transfers(parts, trade, len(first)))
    after = await _balances(parts, cast)
    _show_balances(out, cast, between, after)

    with out.status("Checking all books …"):
        sound = not await parts.ledger.check()
    assert sound, "`qianbao books check` says where"
    told = "Checked: every balance is what its transfers come to, and the sum of all accounts is zero."
    out.print(Panel(told, expand=False))
    return trade


async def _cast(parts: Parts) -> Cast:
    wallet, shop = ready_id("wallet"), ready_id("shop")
    names = {
        wallet: (await parts.parties.wallet(wallet)).name,
        shop: (await parts.parties.merchant(shop)).name,
        house_account(AccountCode.FEE): "fees earned",
    }
    logins = read_logins(parts.settings.home) or {}
    return Cast(
        person=Caller(id=ready_id("person"), role=Role.PERSON, person=ready_id("person")),
        wallet=wallet,
        shop=Caller(id=ready_id("owner"), role=Role.OWNER, merchant=shop, till="1"),
        pin=logins.get("person", {}).get("pin", ""),
        names=names,
    )


async def _balances(parts: Parts, cast: Cast) -> dict[Id, int]:
    # Not the fees': on a living network others pay them at the same time.
    asked = (cast.wallet, ready_id("shop"))
    found = await parts.ledger.lookup_accounts([one.int for one in asked])
    return {id: one.credits_posted - one.debits_posted for id, one in zip(asked, found, strict=True)}


async def _transfers(parts: Parts, trade: Id, known: int) -> list[Transfer]:
    return (await parts.ledger.query_transfers(QueryFilter(user_data_128=trade.int)))[known:]


def _step(out: Console, number: int, title: str, why: str) -> None:
    out.print(f"\n[bold]{number}  {title}[/bold]\n   [dim]{why}[/dim]")


def _qr(text: str) -> str:
    picture: list[str] = []
    rows = [list(row) for row in segno.make(text, micro=False).matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        picture.append(
            "  " + "".join(" ▄▀█"[(not a) * 2 + (not b)] for a, b in zip(upper, lower, strict=True))
        )
    return "\n".join(picture)


def _show_transfers(out: Console, cast: Cast, transfers: list[Transfer]) -> None:
    table = Table("transfer", "from", "to", title="The ledger wrote", title_justify="left")
    table.add_column("¥", justify="right")
    names = {one.int: name for one, name in cast.names.items()}
    for one in transfers:
        why = TransferCode(one.code).name.lower().replace("_", " ")
        table.add_row(
            why, names.get(one.debit_account_id, "?"), names.get(one.credit_account_id, "?"), show(one.amount)
        )
    out.print(table)


def _show_balances(out: Console, cast: Cast, before: dict[Id, int], after: dict[Id, int]) -> None:
    table = Table("account", title="Balances", title_justify="left")
    for name in ("before", "after", "change"):
        table.add_column(name, justify="right")
    for one in after:
        change = after[one] - before[one]
        table.add_row(
            cast.names[one], show(before[one]), show(after[one]), ("+" if change > 0 else "") + show(change)
        )
    out.print(table)
