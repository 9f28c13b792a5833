"""What an error says of a command whose outcome nobody knows."""

from __future__ import annotations

from qianbao.api.problems import body
from qianbao.errors import OutcomeUnknown
from qianbao.journal.errors import NotEnough


def test_an_unknown_outcome_says_where_to_ask_for_it() -> None:
    assert body(OutcomeUnknown(), "r1", "a key/1")["ask"] == "/api/v1/receipts/a%20key%2F1"
    assert body(OutcomeUnknown(ask="/api/v1/topups/7"), "r1", "k")["ask"] == "/api/v1/topups/7"


def test_a_known_one_does_not() -> None:
    assert "ask" not in body(NotEnough(ledger_status="exceeds_credits", leg=1), "r1", "k")
