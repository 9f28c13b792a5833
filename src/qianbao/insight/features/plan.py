"""One query for all features: each grain gathered once, joined by person. One expression for any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from ibis.expr import operations as _operations

from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.models import Feature, Grain, Kind
from qianbao.insight.features.relations import PURCHASE, ibis, purchases, rows

operations: Any = _operations

PURCHASES: Final = "purchase"
"""The table that the query of features reads, made by the query of purchases."""
EVERYBODY: Final = "purchases"
"""The feature that everybody has."""
TYPES: Final = {Kind.INTEGER: "int64", Kind.REAL: "float64"}


class Engine(StrEnum):
    """What runs a query; Ibis calls it by the same name."""

    DUCKDB = "duckdb"
    SPARK = "pyspark"


def purchases_sql(day: date, engine: Engine) -> str:
    """The purchases that were known at the end of a day, of the table `fact`."""
    return sql(purchases(day), engine)


def features_sql(asked: Iterable[Feature], engine: Engine) -> str:
    """One row a person with these features, in this order, of the table `purchase`."""
    return sql(gathered(ibis.table(PURCHASE, name=PURCHASES), tuple(asked)), engine)


def sql(expression: Any, engine: Engine) -> str:
    """An expression in the words of an engine."""
    if engine is Engine.SPARK and ibis.options.pyspark is None:
        ibis.options.pyspark = _SparkOptions()
    return str(ibis.to_sql(expression, dialect=engine.value))


class _SparkOptions(ibis.config.Config):  # pyright: ignore[reportUntypedBaseClass] - Ibis is untyped here
    """What Ibis' SQL for Spark asks of its back end, which is not loaded: only the SQL is wanted."""

    treat_nan_as_null: bool = False


def gathered(purchase: Any, asked: tuple[Feature, ...]) -> Any:
    """The features of everybody who has a purchase."""
    plain = {one.name: one for one in asked if one.grain is not Grain.PERSON}
    of_person = [one for one in asked if one.grain is Grain.PERSON]
    for value in of_persons(of_person, others()).values():
        plain |= {name: FEATURES[name] for name in needs(value)}
    everybody = FEATURES[EVERYBODY]
    found = grain(purchase, everybody.grain, {EVERYBODY: everybody} | plain)
    for one in dict.fromkeys(feature.grain for feature in plain.values()):
        if one is not everybody.grain:
            found = found.left_join(grain(purchase, one, plain), "person").drop("person_right")
    found = found.select("person", **{one.name: _typed(one, found[one.name]) for one in plain.values()})
    return found.mutate(**of_persons(of_person, found)).select("person", *(one.name for one in asked))


def grain(purchase: Any, which: Grain, features: Mapping[str, Feature]) -> Any:
    """Those of the features that are of one grain, a row a person."""
    table = rows(purchase, which)
    values = {one.name: one.of(table) for one in features.values() if one.grain is which}
    return table.group_by("person").aggregate(**values)


def others() -> Any:
    """A table, of nothing yet, that has every feature but those of features."""
    plain = {one.name: TYPES[one.kind] for one in FEATURES.values() if one.grain is not Grain.PERSON}
    return ibis.table(plain, name="feature")


def of_persons(features: Iterable[Feature], table: Any) -> dict[str, Any]:
    """The values of features of features, from a table that has those which they are made of."""
    return {one.name: _typed(one, one.of(table)) for one in features}


def needs(value: Any) -> list[str]:
    """The features that a feature of features is made of, by name."""
    return sorted({field.name for field in value.op().find(operations.Field)})


def _typed(feature: Feature, value: Any) -> Any:
    typed = value.cast(TYPES[feature.kind])
    return typed.fill_null(0) if feature.kind is Kind.INTEGER else typed
