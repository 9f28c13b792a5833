"""What a red packet plans, without a database."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.errors import QianbaoError
from qianbao.ids import NONE, derive, of_int
from qianbao.journal import TOLD, Plan
from qianbao.parties.chart import TransferCode
from qianbao.payments.trade.models import Command
from qianbao.social.packet import plans
from qianbao.social.packet.models import Facts, RedPacketCounted, RedPacketKind, RedPacketNew
from qianbao.social.rules import Rules
from tests.payments.conftest import NOON

COMMAND = Command(caller=of_int(1), id=derive(of_int(1), "key"), digest=7)
PACKET, SENDER, PERSON, WALLET = of_int(2), of_int(3), of_int(4), of_int(5)


def funded(rules: Rules | None = None, **more: Any) -> Plan:
    """A packet of ten shares, as sent but for `more`."""
    asked: dict[str, Any] = {
        "kind": RedPacketKind.LUCKY,
        "amount": 20_00,
        "count": 10,
        "wish": "新年快乐 🧧",
        "pin": True,
    }
    return plans.fund(
        COMMAND,
        id=PACKET,
        sender=SENDER,
        person=PERSON,
        now=NOON,
        rules=rules or Rules(),
        random=Random(3).randbytes,
        **(asked | more),
    )


@given(st.sampled_from(RedPacketKind), st.integers(1, 500), st.integers(1, 200_00))
def test_what_is_funded_is_what_the_shares_come_to(kind: RedPacketKind, count: int, each: int) -> None:
    amount = min(each * count, Rules().red_packet_amount_max // count * count)
    plan = funded(kind=kind, count=count, amount=amount)
    (moved,) = plan.transfers
    counted, new = plan.steps
    assert isinstance(new, RedPacketNew)
    assert isinstance(counted, RedPacketCounted)
    assert (moved.debit, moved.credit, moved.amount) == (SENDER, PACKET, amount)
    if kind is RedPacketKind.LUCKY:
        assert new.each is None
        assert (len(new.shares), sum(new.shares)) == (count, amount)
    else:
        assert new.shares == ()
        assert (new.each or 0) * count == amount


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"count": 0}, "red_packet_malformed", "count"),
        ({"count": 501}, "red_packet_malformed", "count"),
        ({"amount": 9}, "red_packet_malformed", "amount"),
        ({"amount": 0}, "red_packet_malformed", "amount"),
        ({"amount": 2_000_01}, "red_packet_malformed", "amount"),
        ({"kind": RedPacketKind.EQUAL, "amount": 20_01}, "red_packet_malformed", "amount"),
        ({"wish": "x" * 65}, "text_too_long", "wish"),
        ({"wish": "two\nlines"}, "text_too_long", "wish"),
    ],
)
def test_what_does_not_go_together_is_named(more: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(QianbaoError) as refused:
        funded(**more)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.expected


def test_the_caps_and_the_switch_are_the_houses() -> None:
    for rules, code in (
        (Rules(red_packets=False), "red_packets_off"),
        (Rules(red_packet_count_max=9), "red_packet_malformed"),
        (Rules(red_packet_amount_max=19_99), "red_packet_malformed"),
        (Rules(red_packet_share_max=1_99), "red_packet_malformed"),
    ):
        with pytest.raises(QianbaoError) as refused:
            funded(rules)
        assert refused.value.code == code
    assert funded(Rules(red_packet_share_max=2_00, red_packet_amount_max=20_00, red_packet_count_max=10))


def test_a_grab_leaves_its_amount_to_the_step_and_an_expiry_empties_the_account() -> None:
    facts = Facts(id=PACKET, sender=SENDER, expires=NOON, currency="CNY")
    grab = plans.grab(facts, command=COMMAND, person=PERSON, wallet=WALLET, now=NOON)
    back = plans.expire(facts, command=COMMAND, now=NOON)
    for plan, code, credit, flags in (
        (grab, TransferCode.RED_PACKET_GRABBED, WALLET, 0),
        (back, TransferCode.RED_PACKET_RETURNED, SENDER, 16),
    ):
        (moved,) = plan.transfers
        assert (moved.debit, moved.credit, moved.amount) == (PACKET, credit, TOLD)
        assert (moved.code, int(moved.flags), moved.pending_id) == (code, flags, NONE)
