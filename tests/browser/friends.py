"""Friends with a wallet each, signed in, a PIN set and money on it: laid through the house's own services."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from playwright.async_api import Page

from qianbao.api.parts import Parts, opened
from qianbao.api.sessions import COOKIE
from qianbao.credentials.models import Role
from qianbao.credentials.sessions import open_session
from qianbao.ids import Id, new
from qianbao.ledger import Transfer
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.parties.models import KycClass
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewPerson, NewWallet
from tests.browser.looking import OpenPage
from tests.faults.town import settings_of
from tests.live import Live

PIN = "739204"
MONEY = 2_000_00


@dataclass(frozen=True, slots=True, kw_only=True)
class Friend:
    """Somebody: how they are found, and how their browser is signed in."""

    name: str
    masked: str
    person: Id
    wallet: Id
    handle: str
    phone: str
    cookie: str


async def befriend(live: Live, *people: tuple[str, str, str]) -> list[Friend]:
    """New people, each as (name, masked name, brand); of a brand with numbers the number is drawn."""
    async with opened(settings_of(live), application="qianbao-friends") as parts:
        return [await _friend(parts, *one) for one in people]


async def _friend(parts: Parts, name: str, masked: str, brand: str) -> Friend:
    person, wallet = new(parts.clock.now()), new(parts.clock.now())
    number = uuid4().int
    handle, phone = f"f{number % 10**9}", f"+86139{number % 10**8:08d}"
    by_handle = parts.brands.get(brand).identification == "handle"
    await open_many(
        parties=parts.parties,
        ledger=parts.ledger,
        brands=parts.brands,
        kyc=parts.kyc,
        clock=parts.clock,
        people=[NewPerson(id=person, name=name, phone=phone, kyc_class=KycClass.III)],
        wallets=[NewWallet(id=wallet, person=person, brand=brand, handle=handle if by_handle else None)],
    )
    await parts.ledger.create_transfers(
        [
            Transfer(
                id=new(parts.clock.now()).int,
                debit_account_id=house_account(AccountCode.CAPITAL).int,
                credit_account_id=wallet.int,
                amount=MONEY,
                ledger=156,
                code=TransferCode.CAPITAL,
            )
        ]
    )
    await parts.credentials.pins.set_first(person, PIN)
    signed = await open_session(
        parts.credentials, holder=person, role=Role.PERSON, device=None, device_name="phone", person=person
    )
    shown = handle if by_handle else (await parts.parties.wallet(wallet)).account_number
    return Friend(
        name=name,
        masked=masked,
        person=person,
        wallet=wallet,
        handle=shown or "",
        phone=phone,
        cookie=signed.token,
    )


async def page_of(open_page: OpenPage, live: Live, who: Friend, path: str, **look: object) -> Page:
    """A page in the friend's own browser."""
    page = await open_page("/join", **look)  # pyright: ignore[reportArgumentType] - a look as open_page takes it
    await page.context.add_cookies([{"name": COOKIE, "value": who.cookie, "url": live.url, "httpOnly": True}])
    await page.goto(path)
    return page
