"""Errors: one tree, stable codes, a title each."""

from qianbao.errors import NotFound, OutcomeUnknown, QianbaoError, leaves


def test_every_error_has_its_own_code_and_says_what_it_means() -> None:
    codes = [kind.code for kind in leaves()]
    assert len(set(codes)) == len(codes)
    assert all(kind.title() and kind.title() != kind.code for kind in leaves())


def test_an_error_without_a_detail_tells_its_title() -> None:
    assert NotFound().detail == "There is no such thing, or it is not the caller's to see."
    assert isinstance(NotFound(), QianbaoError)


def test_an_unknown_outcome_says_where_to_ask() -> None:
    lost = OutcomeUnknown(ask="/api/v1/trades/1")
    assert (lost.status, lost.ask, lost.retry_after_s) == (503, "/api/v1/trades/1", 1)
