"""Money: exact minor units, read as people write them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.money import AMOUNT_MAX, AmountMalformed, Currency, UnknownCurrency, parse, share, show


@given(st.integers(0, AMOUNT_MAX), st.sampled_from(list(Currency)))
def test_an_amount_that_is_shown_reads_back_as_itself(amount: int, currency: Currency) -> None:
    assert parse(show(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("28.16", 2816),
        ("¥28.16", 2816),
        ("￥1,280", 128_000),
        ("１２８．５", 12_850),
        ("1,234,567.80", 123_456_780),
        ("0", 0),
        ("7.500", 750),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int) -> None:
    assert parse(text) == amount


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1.005", "1,23", "1e3", "NaN", ".5", "1.", "1 000", "一百", "92233720368547758.08"],
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountMalformed) as refused:
        parse(text)
    assert refused.value.field == "amount"
    assert refused.value.expected


def test_a_currency_without_minor_units_has_no_point() -> None:
    assert show(1280, Currency.JPY) == "1280"
    with pytest.raises(AmountMalformed):
        parse("12.5", Currency.JPY)


def test_an_unknown_currency_says_which_are_known() -> None:
    with pytest.raises(UnknownCurrency) as refused:
        Currency.of("XYZ")
    assert "CNY" in (refused.value.expected or "")


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_a_share_is_the_exact_fraction_rounded_half_up(amount: int, rate_bp: int) -> None:
    exact = Fraction(amount * rate_bp, 10_000)
    assert 0 <= share(amount, rate_bp) <= amount
    assert Fraction(-1, 2) < share(amount, rate_bp) - exact <= Fraction(1, 2)
