"""Ids: new ones sort by time, derived ones repeat exactly and cannot be squatted."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.ids import IdMalformed, derive, leg, new, of_int, parse

times = st.integers(0, 2**47 * 1_000_000)


@given(times, times)
def test_ids_sort_by_their_milliseconds(one: int, other: int) -> None:
    earlier, later = sorted((one, other))
    if later - earlier >= 1_000_000:
        assert new(earlier).bytes < new(later).bytes


@given(times)
def test_a_new_id_is_a_uuid_of_version_seven(at: int) -> None:
    made = uuid.UUID(bytes=new(at).bytes)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


@given(st.text(max_size=64), st.text(max_size=64))
def test_derived_ids_repeat_within_a_scope_and_differ_elsewhere(key: str, other: str) -> None:
    mine, theirs = of_int(1), of_int(2)
    assert derive(mine, key) == derive(mine, key)
    assert derive(mine, key) != derive(theirs, key)
    if key != other:
        assert derive(mine, key) != derive(mine, other)


@given(st.text(max_size=64), st.integers(1, 255))
def test_the_legs_of_a_command_are_its_own(key: str, number: int) -> None:
    command = derive(of_int(1), key)
    assert command.bytes[15] == 0
    assert leg(command, number).bytes == command.bytes[:15] + bytes((number,))


@pytest.mark.parametrize("text", ["", "1", "not-an-id", "0" * 33, "ｇ" * 32])
def test_a_text_that_is_no_id_names_its_field(text: str) -> None:
    with pytest.raises(IdMalformed) as refused:
        parse(text, field="trade_id")
    assert refused.value.field == "trade_id"
