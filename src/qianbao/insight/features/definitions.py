"""A digest of each definition, so that none changes without a new version: of what Ibis makes of it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Final

import sqlglot as _sqlglot

from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.models import Grain
from qianbao.insight.features.plan import (
    PURCHASES,
    Engine,
    grain,
    needs,
    of_persons,
    others,
    purchases_sql,
    sql,
)
from qianbao.insight.features.relations import PURCHASE, ibis, rows

sqlglot: Any = _sqlglot

SOME_DAY: Final = date(2026, 1, 1)


def digests() -> dict[str, str]:
    """By name and version, a digest of the rows that a feature is of, what it says, what it is made of."""
    purchase = ibis.table(PURCHASE, name=PURCHASES)
    found: dict[str, str] = {}
    known = purchases_sql(SOME_DAY, Engine.DUCKDB)
    for which in Grain:
        if which is Grain.PERSON:
            continue
        of = known + sql(rows(purchase, which), Engine.DUCKDB)
        for name, text in _columns(sql(grain(purchase, which, FEATURES), Engine.DUCKDB)).items():
            if name in FEATURES:
                found[FEATURES[name].key] = _digest(of, text)
    table = others()
    values = of_persons((one for one in FEATURES.values() if one.grain is Grain.PERSON), table)
    texts = _columns(sql(table.select(**values), Engine.DUCKDB))
    for name, value in values.items():
        made_of = " ".join(FEATURES[one].key for one in needs(value))
        found[FEATURES[name].key] = _digest(made_of, texts[name])
    return {one.key: found[one.key] for one in FEATURES.values()}


def _columns(text: str) -> dict[str, str]:
    """What a query says of each of its columns."""
    selected = sqlglot.parse_one(text, read="duckdb").expressions
    return {column.alias_or_name: column.sql("duckdb") for column in selected}


def _digest(*texts: str) -> str:
    return hashlib.blake2b("\n".join(texts).encode(), digest_size=8).hexdigest()
