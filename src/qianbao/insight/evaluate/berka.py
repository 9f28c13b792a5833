"""Berka: how the loans of a Czech bank went, forecast from what the account did before (PKDD'99).

Inputs end on the day before the loan. Standing orders are left out: undated, they include the loan's own
payments. Published figures of 0.99 use transactions after the loan.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import numpy as np

from qianbao.db import queries
from qianbao.insight.credit import rating
from qianbao.insight.credit.outcome import enough
from qianbao.insight.credit.table import Column, Table, plain
from qianbao.insight.evaluate import carded, told
from qianbao.insight.evaluate.figures import Asked, DataUnreadable, Figure, Stopwatch, WindowEmpty, file
from qianbao.insight.evaluate.rated import MODELS, Beside, crossed, figures, measured, repeats
from qianbao.insight.models.arrays import Floats

NAME: Final = "berka"
FILES: Final = ("loan", "account", "disp", "card")
TRANSACTIONS: Final = "trans_subset.parquet"
FEATURES: Final = "loan_features_682.parquet"
BAD: Final = ("B", "D")
"""Finished and not paid, running and in debt."""

ABOUT: Final = (
    "Loans of a Czech bank, 1993 to 1998: whether one goes bad, from what the account did before it."
)
LIMITS: Final = (
    "Few loans went bad: a difference under 0.03 in AUC means nothing.",
    "Of loans of 1994 to 1996 only sums over the account's transactions are at hand.",
)

_OWNER: Final = (
    "gender", "ownership_count", "num_", "ratio_urban", "average_salary", "unemployment", "owner_age",
)  # fmt: skip
"""Prefixes of columns that say who the owner is and where they live."""
_NEVER: Final = ("loan_id", "district_id", "date_max", "date_min")
_TERMS: Final = ("last_balance_per_loan", "max_balance_per_loan")
"""Columns that have the loan's amount in them."""

BESIDE: Final = {
    "transactions": Beside(auc=(0.8429, 0.9072), ks=(0.6088, 0.7096)),
    "with_terms": Beside(auc=(0.8789, 0.9145), ks=(0.6768, 0.7336)),
}
"""A plain scorecard and plain boosted trees on the shared loans."""


def evaluate(
    asked: Asked, *, times: int | None = None, card: Path | None = None, reasons: Path | None = None
) -> list[Figure]:
    """Every figure; model card and reasons of each score, of all inputs together, where they are asked.

    Loans whose outcome is held out are left out. With `--from`, loans granted from then (to `--to`) are
    forecast from those granted before; without it, in folds. Raises `DataMissing`, `DataUnreadable`,
    `WindowEmpty`, `OutcomeOneSided`, `FileUnwritable`.
    """
    people, granted, yes = loans(asked)
    known = ~np.isnan(yes)
    if asked.until:
        known &= granted <= np.datetime64(asked.until)
    places = np.flatnonzero(known)
    people, granted, yes = people.at(places), granted[places], yes[places]
    enough(yes, field="--data")
    kinds = {"transactions": transactions(people), "with_terms": people}
    if asked.since:
        later = granted >= np.datetime64(asked.since)
        return [figure for kind, inputs in kinds.items() for figure in _by_time(kind, inputs, yes, later)]
    times = times or repeats(len(yes))
    split = f"{len(yes):,} loans, {int(yes.sum())} bad, 5 folds, dealt {times} times"
    found: list[Figure] = []
    said = np.zeros(len(yes))
    for kind, inputs in kinds.items():
        seen = crossed(inputs, yes, times=times)
        said = seen.challenger[0]
        found += _of_kind(kind, figures(NAME, seen, yes, beside=BESIDE[kind], split=split))
    fitted = None if card is None and reasons is None else rating.fit(people, yes, field="--data")
    if fitted is not None and reasons is not None:
        told.write(reasons, fitted, people)
    if fitted is not None and card is not None:
        carded.write(
            card, NAME, ABOUT, fitted, found, people=people, said=said,
            yes=yes, groups=("gender", "owner_age_at_loan"), positive="B or D", limits=LIMITS,
        )  # fmt: skip
    return found


def _by_time(kind: str, people: Table, yes: Floats, later: np.ndarray) -> Iterator[Figure]:
    watch = Stopwatch()
    before, after = np.flatnonzero(~later), np.flatnonzero(later)
    enough(yes[before], field="--from")
    if not 0 < yes[after].sum() < len(after):
        raise WindowEmpty(field="--from", expected="a window with loans of either outcome")
    scored = rating.fit(people.at(before), yes[before], field="--from").score(people.at(after), psi_max=None)
    split = f"{len(before):,} loans before -> {len(after):,} in the window"
    for model in MODELS:
        said = getattr(scored, model)
        yield from _of_kind(kind, measured(NAME, model, said, yes[after], split=split, seconds=watch.seconds))


def _of_kind(kind: str, found: Iterator[Figure]) -> Iterator[Figure]:
    for figure in found:
        yield msgspec.structs.replace(figure, metric=f"{kind}.{figure.metric}")


def transactions(people: Table) -> Table:
    """What the account did, and nothing of the loan's terms, of the owner, or of where they live."""
    prefixes = (*_OWNER, "loan_", "terms ", "frequency", *_TERMS)
    return people.without(*(name for name in people.columns if name.startswith(prefixes)))


def loans(asked: Asked) -> tuple[Table, np.ndarray, Floats]:
    """Each loan with what was known before it, its day, and 1 where it went bad (NaN: not known)."""
    statements = queries(__package__ or "", "berka.sql")
    paths = {name: file(asked, f"{name}.parquet") for name in FILES} | {"trans": file(asked, TRANSACTIONS)}
    aggregates = file(asked, FEATURES)
    try:
        with duckdb.connect() as opened:
            connection: Any = opened
            for name, path in paths.items():
                connection.from_parquet(str(path)).create_view(name)
            base = _columns(connection, statements["people"])
            flows = _columns(connection, statements["flows"])
            known = _columns(connection, "SELECT * FROM read_parquet($1)", [str(aggregates)])
    except duckdb.Error as broken:
        raise DataUnreadable(str(broken).splitlines()[0], field="--data") from None
    status, loan = base.pop("status"), base.pop("loan_id")
    granted = np.array(base.pop("granted").astype(str), dtype="datetime64[D]")
    base.pop("has_raw")
    columns = {
        **base,
        **_beside(loan, known, left_out=_NEVER),
        **_beside(loan, flows, left_out=("loan_id",)),
    }
    columns |= _made(columns)
    yes = [np.nan if one is None else float(one in BAD) for one in status]
    return Table(columns=columns, rows=len(loan)), granted, np.array(yes, np.float64)


def _columns(connection: Any, query: str, given: list[str] | None = None) -> dict[str, Column]:
    found = connection.execute(query, given or []).fetchnumpy()
    return {name: plain(values) for name, values in found.items()}


def _beside(loan: Column, table: dict[str, Column], *, left_out: tuple[str, ...]) -> dict[str, Column]:
    """The columns of a table in the order of the loans; a loan that it has not is not known."""
    at = {value: place for place, value in enumerate(table["loan_id"])}
    place = np.array([at.get(value, -1) for value in loan])
    found: dict[str, Column] = {}
    for name, values in table.items():
        if name not in left_out:
            picked = values[place] if len(values) else np.full(len(place), np.nan)
            unknown: Any = np.nan if values.dtype.kind == "f" else None
            found[name] = np.where(place >= 0, picked, unknown)
    return found


def _made(columns: dict[str, Column]) -> dict[str, Column]:
    """Amounts beside one another, and the loan's payment beside what the account does in a month."""

    def of(name: str) -> Floats:
        return np.asarray(columns[name], np.float64)

    months = np.maximum(of("date_age_days") / 30.44, 0.5)
    net = of("amount_mean") * of("operation_count") / months
    volume = of("balance_std") + 1.0
    payment = of("loan_payment")
    return {
        "net a month": net,
        "balance mean less spread": of("balance_mean") - of("balance_std"),
        "balance lowest to mean": of("balance_min") / (np.abs(of("balance_mean")) + 1),
        "balance last to mean": of("balance_last") / (np.abs(of("balance_mean")) + 1),
        "balance spread to mean": of("balance_std") / (np.abs(of("balance_mean")) + 1),
        "amount spread to balance": of("amount_std") / (np.abs(of("balance_mean")) + 1),
        "credits to debits": of("type_count_credit") / (of("type_count_withdrawal") + 1),
        "debits a month": of("type_count_withdrawal") / months,
        "terms payment to balance mean": payment / (np.abs(of("balance_mean")) + 1),
        "terms payment to balance spread": payment / volume,
        "terms net less payment": net - payment,
        "terms payment to income": payment / (of("income_a_month") + 1),
        "terms free after payment": of("income_a_month") - of("outgo_a_month") - payment,
        "terms balance mean to loan": of("balance_mean") / of("loan_amount"),
        "terms balance lowest to payment": of("balance_min") / payment,
    }
