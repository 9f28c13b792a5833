"""Merchants' QR codes: EMVCo payloads written and read, torn, forged, and of other networks."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.ids import of_int
from qianbao.money import Currency
from qianbao.payments.counter import service as counters
from qianbao.payments.counter.models import CounterKind, CounterUnknown
from qianbao.payments.qr import networks, payload, service, tlv, wording
from qianbao.payments.qr.errors import QrForged, QrOfAnotherNetwork, QrTorn, QrUnknown
from qianbao.payments.qr.models import MerchantQr, ReadKind
from qianbao.payments.trade.errors import TradeNotFound
from tests.payments.conftest import Town
from tests.payments.flows import prepaid

GUID = "org.qianbao"
ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
LOCAL = st.characters(exclude_categories=["Cs", "Cc"])


def text(most: int, alphabet: st.SearchStrategy[str] = ASCII, least: int = 1) -> st.SearchStrategy[str]:
    """A text of so many characters."""
    return st.text(alphabet, min_size=least, max_size=most)


@st.composite
def codes(draw: st.DrawFn) -> MerchantQr:
    """Any code that can be printed."""
    local = draw(st.booleans())
    return MerchantQr(
        guid=GUID,
        token=draw(st.just("") | text(32, st.sampled_from(string.ascii_lowercase + string.digits))),
        trade=draw(st.none() | st.integers(1, 2**128 - 1).map(of_int)),
        amount=draw(st.none() | st.integers(1, 9_999_999_999_99)),
        currency=draw(st.sampled_from([one.letters for one in Currency if one.digits == 2])),
        country=draw(st.sampled_from(["CN", "HK", "SG"])),
        mcc=draw(st.from_regex("[0-9]{4}", fullmatch=True)),
        name=draw(text(25)),
        city=draw(text(15)),
        language="zh" if local else "",
        name_local=draw(text(25, LOCAL)) if local else "",
        city_local=draw(text(15, LOCAL)) if local else "",
        bill=draw(text(25, least=0)),
        reference=draw(text(25, least=0)),
        terminal=draw(text(25, least=0)),
    )


@given(codes())
def test_what_was_written_is_read(code: MerchantQr) -> None:
    assert payload.decode(payload.encode(code), guid=GUID) == code


@given(codes(), st.data())
def test_any_changed_character_is_refused(code: MerchantQr, data: st.DataObject) -> None:
    good = payload.encode(code)
    place = data.draw(st.sampled_from([at for at, sign in enumerate(good) if sign.isascii()]))
    other = data.draw(ASCII)
    assume(other != good[place])
    with pytest.raises(QrTorn):
        payload.decode(good[:place] + other + good[place + 1 :], guid=GUID)


@given(codes(), st.data())
def test_a_torn_code_is_refused(code: MerchantQr, data: st.DataObject) -> None:
    good = payload.encode(code)
    with pytest.raises(QrTorn):
        payload.decode(good[: data.draw(st.integers(0, len(good) - 1))], guid=GUID)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_never_breaks(anything: str) -> None:
    for said in (anything, payload.HEAD + anything, _sealed(payload.HEAD + anything)):
        with pytest.raises((QrTorn, QrUnknown, QrOfAnotherNetwork)):
            payload.decode(said, guid=GUID)


@given(st.dictionaries(st.from_regex("[0-9]{2}", fullmatch=True), text(20, LOCAL), max_size=8))
def test_fields_of_any_kind_are_read_as_written(fields: dict[str, str]) -> None:
    assume("63" not in fields)
    assert tlv.opened(tlv.sealed(fields)) == fields


def _sealed(body: str) -> str:
    body = body.encode("utf-8", "replace").decode() + "6304"
    return body + tlv.crc(body)


def test_the_check_value_is_the_published_one() -> None:
    assert tlv.crc("123456789") == "29B1"


def test_the_specifications_own_example_has_the_right_check_value() -> None:
    example = (
        "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN"
        "5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***"
        "0708A60086670902ME91320016A0112233449988770708123456786304A13A"
    )
    fields = tlv.opened(example)
    assert (fields["59"], fields["54"], tlv.read(fields["64"])["01"]) == (
        "BEST TRANSPORT",
        "23.72",
        "最佳运输",
    )


def _foreign(**fields: str) -> str:
    tags = {key[1:]: value for key, value in fields.items()}
    return tlv.sealed({"00": "01", "01": "11"} | tags | {"52": "5812", "53": "156", "58": "CN"})


@pytest.mark.parametrize(
    ("said", "network"),
    [
        ("https://qr.alipay.com/fkx12345", "Alipay"),
        ("HTTPS://QR.ALIPAY.COM/FKX12345", "Alipay"),
        ("wxp://f2f0abcdef", "WeChat Pay"),
        ("weixin://wxpay/bizpayurl?pr=abc", "WeChat Pay"),
        ("https://qr.95516.com/00010000/6223", "UnionPay"),
        ("https://i.qianbao.qq.com/wallet/sqrcode.htm", "QQ Wallet"),
        ("upi://pay?pa=shop@bank&pn=Shop&am=28.16", "UPI"),
        ("bitcoin:bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh", "Bitcoin"),
        (_foreign(_26="0009SG.PAYNOW010100210201912345X"), "PayNow"),
        (_foreign(_29="0016A00000067701011101130066812345678"), "PromptPay"),
        (_foreign(_26="0014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"), "Pix"),
        (_foreign(_26="0010A0000005240109shop@bank"), "UPI"),
        (_foreign(_26="0012hk.com.hkicl0209123456789"), "FPS"),
        (_foreign(_26="0012com.alipay.x01041234"), "Alipay"),
        (_foreign(_15="3125008601020006230000000000000"), "UnionPay"),
        (_foreign(_02="4000123456789012", _26="0009SG.PAYNOW"), "PayNow"),
        (_foreign(_02="4000123456789012"), "Visa"),
    ],
)
async def test_a_code_of_another_network_is_called_by_its_name(town: Town, said: str, network: str) -> None:
    with pytest.raises(QrOfAnotherNetwork) as refused:
        await service.read(town.room, said)
    assert refused.value.detail == f"QR of another network: {network}."


async def test_a_printed_code_is_read_back_as_link_payload_and_number(town: Town) -> None:
    shop = await town.shop()
    printed = await counters.put_up(shop, town.room, kind=CounterKind.STATIC_QR)
    number = await counters.put_up(shop, town.room, kind=CounterKind.NUMBER)
    said = payload.encode(await service.of_counter(town.room, printed))
    for text in (said, f" {said}\n", f"qb://p/{printed.token}", f"https://pay.city/p/{printed.token}"):
        found = await service.read(town.room, text)
        assert (found.kind, found.counter, found.amount) == (ReadKind.COUNTER, printed, None)
    assert (await service.read(town.room, number.token)).counter == number
    assert (await service.read(town.room, "131234567890123456")).kind is ReadKind.PAYER_CODE
    person = await service.read(town.room, "80001")
    assert (person.kind, person.identifier) == (ReadKind.PAYEE, "80001")
    await counters.withdraw(shop, town.room, token=printed.token)
    with pytest.raises(CounterUnknown):
        await service.read(town.room, said)


async def test_a_code_may_carry_the_amount_and_the_bill(town: Town) -> None:
    shop = await town.shop()
    printed = await counters.put_up(shop, town.room, kind=CounterKind.STATIC_QR)
    code = await service.of_counter(town.room, printed, amount=28_16, bill="T-7")
    found = await service.read(town.room, payload.encode(code))
    assert (found.amount, found.bill) == (28_16, "T-7")


async def test_a_forged_amount_is_refused(town: Town) -> None:
    shop = await town.shop()
    fixed = await counters.put_up(shop, town.room, kind=CounterKind.AMOUNT_QR, amount=9_90)
    code = await service.of_counter(town.room, fixed)
    assert (await service.read(town.room, payload.encode(code))).amount == 9_90
    forged = MerchantQr(guid=GUID, token=fixed.token, amount=99_00, name="X", city="Y")
    with pytest.raises(QrForged):
        await service.read(town.room, payload.encode(forged))
    trade = await town.room.trades.one(await prepaid(town, shop, 12_00))
    assert trade is not None
    true = await service.of_trade(town.room, trade)
    found = await service.read(town.room, payload.encode(true))
    assert (found.kind, found.trade, found.amount) == (ReadKind.TRADE, trade, 12_00)
    for wrong, no in (
        (replace(true, amount=1), QrForged),
        (replace(true, amount=None), QrForged),
        (replace(true, trade=of_int(1)), TradeNotFound),
    ):
        with pytest.raises(no):
            await service.read(town.room, payload.encode(wrong))


@pytest.mark.parametrize("text", ["hello", "", "qb://p/short", "qb://x/1", "123", "１３１２３４", "\x00"])
async def test_what_is_no_code_is_said_to_be_none(town: Town, text: str) -> None:
    with pytest.raises((QrUnknown, QrTorn)):
        await service.read(town.room, text)


@given(text(200, LOCAL))
def test_any_name_fits_its_field(name: str) -> None:
    plain, local = wording.name(name)
    assert 1 <= len(plain) <= 25
    assert plain.isascii()
    assert plain.isprintable()
    assert len(local) <= 25


def test_a_name_in_two_scripts_is_taken_apart() -> None:
    assert wording.name("王记面馆 Wang's Noodles") == ("Wang's Noodles", "王记面馆 Wang's Noodles")
    assert wording.name("王记面馆") == ("WangJiMianGuan", "王记面馆")
    assert wording.city("Hangzhou") == ("Hangzhou", "")


def test_every_network_is_found_by_what_its_codes_begin_with() -> None:
    for head, name in networks.PREFIXES.items():
        assert networks.of_text(head.upper() + "x") == name
