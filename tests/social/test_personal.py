"""Personal payments: paid at once, asked back, given back or kept; found by code and contact."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.clock import ManualClock
from qianbao.credentials.models import Caller, Role
from qianbao.errors import QianbaoError
from qianbao.ids import Id, derive, of_int
from qianbao.journal import CommandReused, Plan, Spend
from qianbao.parties.errors import PayeeUnknown, WalletUnknown
from qianbao.parties.models import FrozenBy, KycClass, PartyKind
from qianbao.parties.service import freeze
from qianbao.payments.trade.models import Command
from qianbao.risk import Gate, RiskBlocked, RiskRules
from qianbao.social import books
from qianbao.social.commit import Money
from qianbao.social.errors import PaysOwnWallet
from qianbao.social.payment import plans, service
from qianbao.social.payment.errors import PersonalPaymentUnknown, ReturnNotPossible, ReturnTooLate
from qianbao.social.payment.models import NEXT, PersonalPayment, PersonalPaymentState
from qianbao.social.receiving import service as receiving
from qianbao.social.receiving.models import ReceiveCodeUnknown
from qianbao.social.rules import Rules
from tests.payments.conftest import NOON
from tests.social.conftest import PIN, RICH, Square

COMMAND = Command(caller=of_int(1), id=derive(of_int(1), "key"), digest=7)


def sent(amount: int = 5_00, *, note: str = "", pin: bool = True) -> Plan:
    """A payment as planned."""
    return plans.send(
        COMMAND, payer=of_int(2), payee=of_int(3), payer_person=of_int(4), payee_person=of_int(5),
        amount=amount, note=note, now=NOON, pin=pin, rules=Rules(),
    )  # fmt: skip


@given(st.integers(1, Rules().personal_max), st.booleans())
def test_what_leaves_one_arrives_at_the_other(amount: int, pin: bool) -> None:
    (moved,) = sent(amount, pin=pin).transfers
    assert (moved.debit, moved.credit, moved.amount) == (of_int(2), of_int(3), amount)
    assert moved.spend == (Spend.LIMITED if pin else Spend.LIMITED | Spend.WITHOUT_PIN)


async def test_risk_has_its_say() -> None:
    money = Money(payer=of_int(2), merchant=of_int(3), amount=5_00)
    caller = Caller(id=of_int(4), role=Role.PERSON, person=of_int(4))
    clock = ManualClock(NOON)
    await Gate(RiskRules(large_amount=5_00), clock=clock).allow(caller, sent(), money)
    for rules in (RiskRules(large_amount=4_99), RiskRules(blocked_wallets=frozenset({of_int(2)}))):
        with pytest.raises(RiskBlocked):
            await Gate(rules, clock=clock).allow(caller, sent(), money)


@pytest.mark.parametrize("state", PersonalPaymentState)
def test_only_what_may_follow_can_be_planned(state: PersonalPaymentState) -> None:
    stands = PersonalPayment(
        id=of_int(9), payer=of_int(2), payee=of_int(3), payer_person=of_int(4), payee_person=of_int(5),
        amount=5, at=NOON, state=state,
    )  # fmt: skip
    for after, planned in (
        (
            PersonalPaymentState.RETURN_ASKED,
            lambda: plans.ask_back(stands, command=COMMAND, reason="x", now=NOON, rules=Rules()),
        ),
        (
            PersonalPaymentState.RETURN_DECLINED,
            lambda: plans.decline(stands, command=COMMAND, now=NOON),
        ),
        (
            PersonalPaymentState.RETURNED,
            lambda: plans.give_back(stands, command=COMMAND, now=NOON, pin=True),
        ),
    ):
        if after in NEXT[state]:
            assert planned().result["state"] == after
        else:
            with pytest.raises(ReturnNotPossible):
                planned()


@pytest.mark.parametrize(
    ("amount", "note", "code"),
    [
        (0, "", "amount_out_of_range"),
        (-1, "", "amount_out_of_range"),
        (Rules().personal_max + 1, "", "amount_out_of_range"),
        (1, "x" * 129, "text_too_long"),
        (1, "\x00", "text_too_long"),
    ],
)
def test_bad_content_is_named(amount: int, note: str, code: str) -> None:
    with pytest.raises(QianbaoError) as refused:
        sent(amount, note=note)
    assert refused.value.code == code


async def test_a_payment_arrives_at_once_in_a_wallet_of_either_brand(square: Square) -> None:
    (payer, wallet), (payee, _) = await square.someone(), await square.someone(0)
    elsewhere = await square.second_wallet(payee)
    key = square.key()
    receipt = await service.send(
        payer, square.room, command=key, wallet=wallet, payee=elsewhere, amount=20_00, note="晚饭 🍜"
    )
    assert receipt.result["state"] == "sent"
    assert (await square.balance(wallet), await square.balance(elsewhere)) == (RICH - 20_00, 20_00)
    for who in (payer, payee):
        (seen,) = await service.page(who, square.room)
        assert (seen.id, seen.note) == (key, "晚饭 🍜")
    stranger, _ = await square.someone(0)
    with pytest.raises(PersonalPaymentUnknown):
        await service.one(stranger, square.room, key)
    with pytest.raises(CommandReused):
        await service.send(payer, square.room, command=key, wallet=wallet, payee=elsewhere, amount=20_01)


async def test_what_cannot_be_paid_is_refused(square: Square) -> None:
    (payer, wallet), (frozen, cold) = await square.someone(300_00), await square.someone(0)
    await freeze(
        frozen.id, parties=square.town.room.parties, journal=square.town.room.journal, command=square.key(),
        kind=PartyKind.WALLET, account=cold, by=FrozenBy.HOLDER, reason="lost",
    )  # fmt: skip
    _, other = await square.someone(0)

    async def code(payee: Id, amount: int, pin: str | None = PIN) -> str:
        with pytest.raises(QianbaoError) as refused:
            await service.send(
                payer,
                square.room,
                command=square.key(),
                wallet=wallet,
                payee=payee,
                amount=amount,
                pin=pin,
            )
        return refused.value.code

    assert await code(other, 300_01) == "not_enough"
    assert await code(cold, 1) == "payee_frozen"
    assert await code(other, 200_01, None) == "pin_required"
    assert await code(other, 1, "111111") == "pin_wrong"
    with pytest.raises(PaysOwnWallet):
        await service.send(payer, square.room, command=square.key(), wallet=wallet, payee=wallet, amount=1)
    with pytest.raises(PayeeUnknown):
        await service.send(
            payer, square.room, command=square.key(), wallet=wallet, payee=square.key(), amount=1
        )
    with pytest.raises(WalletUnknown):
        await service.send(payer, square.room, command=square.key(), wallet=other, payee=wallet, amount=1)
    weak, weak_wallet = await square.someone(5_000_00, kyc=KycClass.I)
    with pytest.raises(QianbaoError) as refused:
        await service.send(
            weak, square.room, command=square.key(), wallet=weak_wallet, payee=other, amount=1_000_01, pin=PIN
        )
    assert refused.value.code == "day_limit_exceeded"


async def test_a_payment_to_the_wrong_person_comes_back_when_they_agree(square: Square) -> None:
    (payer, wallet), (payee, other) = await square.someone(), await square.someone(0)
    key = square.key()
    await service.send(payer, square.room, command=key, wallet=wallet, payee=other, amount=50_00)
    with pytest.raises(PersonalPaymentUnknown):
        await service.ask_back(payee, square.room, command=square.key(), payment=key, reason="mine")
    asking = square.key()
    for _ in range(2):
        asked = await service.ask_back(payer, square.room, command=asking, payment=key, reason="wrong person")
        assert asked.result["state"] == "return_asked"
    with pytest.raises(PersonalPaymentUnknown):
        await service.give_back(payer, square.room, command=square.key(), payment=key)
    back = await service.give_back(payee, square.room, command=square.key(), payment=key)
    assert back.result["state"] == "returned"
    assert (await square.balance(wallet), await square.balance(other)) == (RICH, 0)
    with pytest.raises(ReturnNotPossible):
        await service.ask_back(payer, square.room, command=square.key(), payment=key, reason="again")
    told = await square.db.rows(
        "SELECT type FROM command WHERE subject = $1 AND outcome = 0 ORDER BY ts", key
    )
    assert [row["type"] for row in told] == [
        "personal_payment.sent",
        "personal_payment.return_asked",
        "personal_payment.returned",
    ]


async def test_what_was_spent_cannot_be_given_back_and_old_ones_not_asked(square: Square) -> None:
    (payer, wallet), (payee, other) = await square.someone(), await square.someone(0)
    _, third = await square.someone(0)
    key = square.key()
    await service.send(payer, square.room, command=key, wallet=wallet, payee=other, amount=50_00)
    await service.send(payee, square.room, command=square.key(), wallet=other, payee=third, amount=1)
    with pytest.raises(QianbaoError) as refused:
        await service.give_back(payee, square.room, command=square.key(), payment=key)
    assert refused.value.code == "not_enough"
    square.clock.advance(30 * 86_400 + 1)
    with pytest.raises(ReturnTooLate):
        await service.ask_back(payer, square.room, command=square.key(), payment=key, reason="late")


async def test_a_page_is_newest_first_and_goes_on_where_it_ended(square: Square) -> None:
    (payer, wallet), (_, other) = await square.someone(), await square.someone(0)
    keys = [square.key() for _ in range(5)]
    for key in keys:
        square.clock.advance(1)
        await service.send(payer, square.room, command=key, wallet=wallet, payee=other, amount=1, pin=PIN)
    first = await service.page(payer, square.room, limit=3)
    rest = await service.page(payer, square.room, before=(first[-1].at, first[-1].id), limit=3)
    assert [one.id for one in (*first, *rest)] == list(reversed(keys))
    (known,) = await receiving.contacts(payer, square.room)
    assert (known.contact.wallet, known.contact.times, known.payee.name_masked) == (other, 5, "李*")


async def test_a_code_says_whom_it_pays_and_is_one_for_each_wallet(square: Square) -> None:
    (payee, wallet), (payer, _) = await square.someone(0), await square.someone(0)
    shown = await asyncio.gather(
        *(receiving.show(payee, room, wallet=wallet) for room in (square.room, square.other) * 3)
    )
    assert len({one.code for one in shown}) == 1
    asked = await receiving.show(payee, square.room, wallet=wallet, amount=8_80, note="rent")
    found, whom = await receiving.read(payer, square.room, asked.code)
    assert (found.amount, found.note, whom.wallet, whom.name_masked) == (8_80, "rent", wallet, "李*")
    for wrong in ("a" * 24, "", "x" * 24 + "'", "ＡＢＣ"):
        with pytest.raises(ReceiveCodeUnknown):
            await receiving.read(payer, square.room, wrong)
    with pytest.raises(WalletUnknown):
        await receiving.show(payer, square.room, wallet=wallet)


async def test_codes_cannot_be_walked_through(square: Square) -> None:
    payer, _ = await square.someone(0)
    codes: list[str] = []
    for n in range(31):
        with pytest.raises(QianbaoError) as refused:
            await receiving.read(payer, square.room, f"{n:024d}".replace("0", "a").replace("1", "b"))
        codes.append(refused.value.code)
    assert codes == ["receive_code_unknown"] * 30 + ["too_many_tries"]


async def test_the_books_are_right(square: Square) -> None:
    assert await books.check(square.db) == []
    assert await square.town.room.ledger.check() == []
