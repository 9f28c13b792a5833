"""People, their wallets and KYC classes; whom an account number or a handle would pay."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from qianbao.api.deps import IdempotencyKey, PartsDep, allowed, command
from qianbao.api.fields import AccountNumber, Body, Handle
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.rate import TooManyTries
from qianbao.ids import Id
from qianbao.parties import errors, service
from qianbao.parties.models import FrozenBy, KycClass, PartyState, Payee, Person, Wallet
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewWallet

router = APIRouter(tags=["people and wallets"])

PAYEES_MAX = 30
"""Look-ups of payees by one caller within a minute."""
House = Annotated[Caller, allowed(Role.OPERATOR, Role.AUDITOR)]


class PersonView(BaseModel):
    """A person, as they and the house see them."""

    id: Id
    name: str
    birth_year: int | None
    city: str | None
    phone: str | None
    kyc_class: KycClass
    state: PartyState
    created_at: str

    @classmethod
    def of(cls, person: Person) -> PersonView:
        """A person as they are shown."""
        return cls(
            id=person.id,
            name=person.name,
            birth_year=person.birth_year,
            city=person.city,
            phone=person.phone,
            kyc_class=person.kyc_class,
            state=person.state,
            created_at=rfc3339(person.created_at),
        )


class WalletView(BaseModel):
    """A wallet; its balance is `GET /accounts/{id}`."""

    id: Id
    person: Id
    brand: str
    account_number: str | None
    handle: str | None
    kyc_class: KycClass
    state: PartyState
    frozen_by: FrozenBy | None

    @classmethod
    def of(cls, wallet: Wallet) -> WalletView:
        """A wallet as it is shown."""
        return cls(
            id=wallet.id,
            person=wallet.person,
            brand=wallet.brand,
            account_number=wallet.account_number,
            handle=wallet.handle,
            kyc_class=wallet.kyc_class,
            state=wallet.state,
            frozen_by=wallet.frozen_by,
        )


class WalletList(BaseModel):
    """A person's wallets."""

    items: list[WalletView]


class WalletRequest(Body):
    """Another wallet, of a brand the caller has none of. A brand with handles asks for one; of a brand with
    account numbers one is drawn unless it is given."""

    brand: Annotated[str, Field(max_length=16, examples=["zhuque"])]
    handle: Handle | None = None
    account_number: AccountNumber | None = None


class PayeeView(BaseModel):
    """Whom an account number, a handle or a phone pays; the name is masked."""

    wallet: Id
    brand: str
    identifier: str
    name_masked: str
    state: PartyState

    @classmethod
    def of(cls, payee: Payee) -> PayeeView:
        """A payee as they are shown."""
        return cls(
            wallet=payee.wallet,
            brand=payee.brand,
            identifier=payee.identifier,
            name_masked=payee.name_masked,
            state=payee.state,
        )


class KycRequest(Body):
    """The class a person is put into."""

    kyc_class: KycClass


@router.post(
    "/wallets",
    status_code=201,
    responses=problems(
        errors.PartyMalformed,
        errors.UnknownBrand,
        errors.WalletExists,
        errors.HandleTaken,
        errors.AccountNumberTaken,
        errors.PartyExists,
        errors.PersonFrozen,
    ),
)
async def open_wallet(
    body: WalletRequest,
    key: IdempotencyKey,
    caller: Annotated[Caller, allowed(Role.PERSON)],
    parts: PartsDep,
) -> WalletView:
    """Open a wallet of another brand."""
    opened = await open_many(
        parties=parts.parties,
        ledger=parts.ledger,
        brands=parts.brands,
        kyc=parts.kyc,
        clock=parts.clock,
        wallets=[
            NewWallet(
                id=command(caller, key),
                person=caller.id,
                brand=body.brand,
                handle=body.handle,
                account_number=body.account_number,
            )
        ],
    )
    return WalletView.of(opened.wallets[0])


@router.get("/wallets")
async def list_wallets(caller: Annotated[Caller, allowed(Role.PERSON)], parts: PartsDep) -> WalletList:
    """The caller's wallets."""
    found = await parts.parties.wallets_of(caller.id)
    return WalletList(items=[WalletView.of(wallet) for wallet in found])


@router.get("/wallets/{wallet_id}", responses=problems(errors.WalletUnknown))
async def get_wallet(
    wallet_id: Id,
    caller: Annotated[Caller, allowed(Role.PERSON, Role.OPERATOR, Role.AUDITOR)],
    parts: PartsDep,
) -> WalletView:
    """One wallet: the caller's own, or for the house any."""
    wallet = await parts.parties.wallet(wallet_id)
    if caller.role is Role.PERSON and wallet.person != caller.id:
        raise errors.WalletUnknown()
    return WalletView.of(wallet)


@router.get("/payees", responses=problems(errors.PayeeUnknown, TooManyTries))
async def find_payee(
    identifier: Annotated[
        str, Query(min_length=3, max_length=32, description="Account number, handle or phone")
    ],
    caller: Annotated[Caller, allowed(Role.PERSON)],
    parts: PartsDep,
    brand: Annotated[
        str | None, Query(max_length=16, description="Of a phone's wallets, the one of this brand first")
    ] = None,
) -> PayeeView:
    """Whom an account number, a handle or a phone would pay: at most 30 look-ups a minute."""
    await parts.credentials.rates.demand(f"payee:{caller.id}", PAYEES_MAX, 60)
    return PayeeView.of(await service.find_payee(parts.parties, identifier, brand=brand))


@router.get("/people/{person_id}", responses=problems(errors.PersonUnknown))
async def get_person(person_id: Id, caller: House, parts: PartsDep) -> PersonView:
    """A person, for the house."""
    del caller
    return PersonView.of(await parts.parties.person(person_id))


@router.get("/people/{person_id}/wallets")
async def list_wallets_of(person_id: Id, caller: House, parts: PartsDep) -> WalletList:
    """A person's wallets, for the house."""
    del caller
    return WalletList(items=[WalletView.of(wallet) for wallet in await parts.parties.wallets_of(person_id)])


@router.post("/people/{person_id}/kyc-class", responses=problems(errors.PersonUnknown))
async def set_kyc_class(
    person_id: Id, body: KycRequest, caller: Annotated[Caller, allowed(Role.OPERATOR)], parts: PartsDep
) -> PersonView:
    """Put a person into a KYC class: the limits of all their wallets follow at once."""
    del caller
    person = await service.set_kyc_class(
        parties=parts.parties,
        ledger=parts.ledger,
        kyc=parts.kyc,
        person=person_id,
        kyc_class=body.kyc_class,
    )
    return PersonView.of(person)
