"""The ready logins of a new installation: a person, a shop with its people and API key, the operator.

Their secrets are drawn for this installation and written to `logins.json` (mode 0600) before anything is made
with them, so a start that was killed half-way goes on with the same ones. A drawn password is taken on this
machine only, until it is changed (`must_change`).
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Final

from qianbao.api.files import write_private
from qianbao.api.parts import Parts
from qianbao.channels import service as channels
from qianbao.channels.card import service as cards
from qianbao.channels.card.models import draw_number
from qianbao.credentials import api_keys, forms, operators, password, staff
from qianbao.credentials.errors import PinTrivial
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id, derive, of_int
from qianbao.parties.brands import Identification
from qianbao.parties.models import CityTier, KycClass
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewTill, NewWallet
from qianbao.payments.counter import service as counters
from qianbao.payments.counter.models import CounterKind

FILE: Final = "logins.json"
_HOUSE: Final = of_int(0x7166_104B_0000_7000_8000_0000_0000_0003)
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
OPERATOR: Final = "operator"
FIRST_TOPUP: Final = 2_000_00
"""Minor units, from the ready person's card of a simulated bank."""


def ready_id(name: str) -> Id:
    """The id of one of the ready parties: `person`, `shop`, `store`, `till`, `owner`, `cashier`, …"""
    return derive(_HOUSE, name)


def read_logins(home: Path) -> dict[str, dict[str, str]] | None:
    """The ready logins, or None when this home has drawn none."""
    try:
        told: dict[str, dict[str, str]] = json.loads((home / FILE).read_text())
    except FileNotFoundError:
        return None
    return told


async def make_ready(parts: Parts) -> dict[str, dict[str, str]] | None:
    """Make the ready logins once; what they are, or None when the database has others' already."""
    home = parts.settings.home
    drawn = read_logins(home)
    if drawn is None:
        if await operators.operator_of(parts.credentials, OPERATOR) is not None:
            return None
        drawn = _draw(parts)
        _write(home, drawn)
    if "ready" in drawn:
        return drawn
    await _parties(parts, drawn)
    await _secrets(parts, drawn)
    await _counters(parts, drawn)
    await _money(parts)
    drawn["ready"] = {}
    _write(home, drawn)
    return drawn


def _write(home: Path, drawn: dict[str, dict[str, str]]) -> None:
    write_private(home / FILE, json.dumps(drawn, indent=2, ensure_ascii=False) + "\n")


def _draw(parts: Parts) -> dict[str, dict[str, str]]:
    brand = parts.brands.all[0]
    by_handle = brand.identification is Identification.HANDLE
    return {
        "person": {
            "login": "linyue" if by_handle else "80001",
            "password": _password(),
            "pin": _pin(),
            "wallet": str(ready_id("wallet")),
            "brand": brand.key,
        },
        "owner": {"login": "wangji", "password": _password(), "merchant": str(ready_id("shop"))},
        "cashier": {
            "login": "cashier",
            "pin": _pin(),
            "store": str(ready_id("store")),
            "till": "1",
        },
        "supervisor": {
            "login": "supervisor",
            "pin": _pin(),
            "store": str(ready_id("store")),
            "till": "1",
        },
        "operator": {"login": OPERATOR, "password": _password()},
    }


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def _pin() -> str:
    while True:
        drawn = f"{secrets.randbelow(10**6):06}"
        try:
            return forms.pin(drawn)
        except PinTrivial:
            continue


async def _parties(parts: Parts, drawn: dict[str, dict[str, str]]) -> None:
    login = drawn["person"]["login"]
    by_handle = parts.brands.get(drawn["person"]["brand"]).identification is Identification.HANDLE
    person, shop, store = ready_id("person"), ready_id("shop"), ready_id("store")
    await open_many(
        parties=parts.parties,
        ledger=parts.ledger,
        brands=parts.brands,
        kyc=parts.kyc,
        clock=parts.clock,
        people=[NewPerson(id=person, name="林月", city="Hangzhou", kyc_class=KycClass.III)],
        wallets=[
            NewWallet(
                id=ready_id("wallet"),
                person=person,
                brand=drawn["person"]["brand"],
                handle=login if by_handle else None,
                account_number=None if by_handle else login,
            )
        ],
        merchants=[NewMerchant(id=shop, name="王记面馆 Wang's Noodles", mcc="5812")],
        stores=[
            NewStore(
                id=store,
                merchant=shop,
                name="西湖店 West Lake",
                city="Hangzhou",
                city_tier=CityTier.NEW_FIRST,
                longitude=120.15,
                latitude=30.26,
            )
        ],
        tills=[NewTill(id=ready_id("till"), store=store, name=drawn["cashier"]["till"])],
    )


async def _secrets(parts: Parts, drawn: dict[str, dict[str, str]]) -> None:
    room = parts.credentials
    person, owner, operator = (drawn[who] for who in ("person", "owner", "operator"))
    known = (person["login"],)
    await password.set_password(room, ready_id("person"), person["password"], must_change=True, known=known)
    if not (await room.pins.standing(ready_id("person")))[0]:
        await room.pins.set_first(ready_id("person"), person["pin"])
    if await operators.operator_of(room, OPERATOR) is None:
        await operators.add_operator(
            room, login=OPERATOR, name="Operator", secret=operator["password"], must_change=True
        )
    shop = ready_id("shop")
    await staff.add_owner(
        room,
        id=ready_id("owner"),
        merchant=shop,
        login=owner["login"],
        name="Wang",
        secret=owner["password"],
        must_change=True,
    )
    for_shop = Caller(id=ready_id("owner"), role=Role.OWNER, merchant=shop)
    for role, name in ((Role.CASHIER, "Chen"), (Role.SUPERVISOR, "Zhao")):
        await staff.add_at_store(
            room,
            for_shop,
            id=ready_id(role),
            store=ready_id("store"),
            role=role,
            login=drawn[role]["login"],
            name=name,
            pin=drawn[role]["pin"],
        )
    scopes = [scope for scope in Scope if scope is not Scope.SUBSIDIES_GRANT]
    made = await api_keys.make(room, for_shop, merchant=shop, name="ready", scopes=scopes, live=False)
    owner["api_key"] = made.secret


async def _counters(parts: Parts, drawn: dict[str, dict[str, str]]) -> None:
    """The store's number, that payers type and by which tills sign in, and a printed code."""
    shop = Caller(id=ready_id("owner"), role=Role.OWNER, merchant=ready_id("shop"))
    stands = await counters.of_store(shop, parts.payments, store=ready_id("store"))
    drawn["cashier"]["store_number"] = stands[CounterKind.NUMBER].token


async def _money(parts: Parts) -> None:
    """A linked card of a simulated bank, and a first top-up from it."""
    person, bank = ready_id("person"), next(iter(parts.channels.banks))
    holder = await parts.parties.person(person)
    card = await cards.link(
        person,
        holder.name,
        db=parts.db,
        clock=parts.clock,
        banks=parts.channels.banks,
        rules=parts.channels.rules,
        bank=bank.name,
        number=draw_number(lambda size: derive(person, "card").bytes[:size]),
    )
    await channels.topup(
        Caller(id=person, role=Role.PERSON, person=person),
        rail=parts.channels.rail,
        parties=parts.parties,
        command=derive(person, "first top-up"),
        wallet=ready_id("wallet"),
        card=card.id,
        amount=FIRST_TOPUP,
    )
