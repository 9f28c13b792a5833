"""Pages made from the rooms: errors, state machines, limits, rules."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum, StrEnum
from pathlib import Path

import msgspec

from made.markdown import attribute_docs, first_sentence, modules, page, table
from qianbao.errors import QianbaoError, leaves
from qianbao.money import AMOUNT_MAX, show

FAMILIES = {
    400: "The request is not of the right form",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not there, or not yours to see",
    409: "Not in this state",
    405: "Not this method",
    413: "Too large",
    415: "Not this content type",
    422: "Refused by a rule of the books",
    429: "Too many tries",
    503: "Away for the moment",
    500: "Our fault",
}


def errors() -> str:
    """Every error code, by status."""
    modules()
    by_status: dict[int, list[type[QianbaoError]]] = {}
    for kind in leaves():
        by_status.setdefault(kind.status, []).append(kind)
    parts: list[str] = []
    for status in sorted(by_status, key=lambda status: (status == 500, status)):
        rows = [(f"`{kind.code}`", kind.title()) for kind in by_status[status]]
        parts += [f"## {status} {FAMILIES.get(status, '')}".rstrip(), table(("code", "means"), rows)]
    return page(
        "Error codes",
        """
An error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `code`, `request_id`
and, where they help, `field`, `expected` and the path to ask under. A program decides by `code`, which is
stable; `detail` is for people and may change. `GET /api/v1/errors` gives the same list.
""",
        *parts,
    )


def machines() -> Iterator[tuple[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]]]:
    """Every state machine of the house: a module's `NEXT`, from a state to those that may follow."""
    seen: set[type[StrEnum]] = set()
    for module in modules():
        for name, following in vars(module).items():
            if name.startswith("NEXT") and isinstance(following, Mapping) and following:
                kind = type(next(iter(following)))
                if issubclass(kind, StrEnum) and kind not in seen:
                    seen.add(kind)
                    yield kind, following


def states() -> str:
    """Every state machine as the table that it is in the code."""
    parts: list[str] = []
    for kind, following in sorted(machines(), key=lambda machine: machine[0].__name__):
        said = attribute_docs(kind)
        rows = [
            (
                f"`{state}`",
                said.get(state.name, ""),
                ", ".join(f"`{after}`" for after in kind if after in following[state]) or "the end",
            )
            for state in kind
        ]
        name = "".join(f" {c.lower()}" if c.isupper() else c for c in kind.__name__).strip()
        title = name.removesuffix(" state").capitalize()
        parts += [f"## {title}", first_sentence(kind.__doc__), table(("state", "means", "may become"), rows)]
    return page(
        "State machines",
        "The code decides by these tables. A change of state that is not in them cannot be planned.",
        *parts,
    )


def limits() -> str:
    """The limits of each KYC class, as they are without configuration."""
    kyc = importlib.import_module("qianbao.parties.kyc")
    models = importlib.import_module("qianbao.parties.models")
    config = importlib.import_module("qianbao.config")
    classes: list[Enum] = list(models.KycClass)
    chosen = kyc.load(config.Settings(home=Path("/"), tables={}))
    said = attribute_docs(kyc.Limits)
    rows: list[tuple[str, ...]] = []
    for field in fields(kyc.Limits):
        values = [getattr(chosen.limits_of(one), field.name) for one in classes]
        shown = [
            "none" if v == AMOUNT_MAX else str(v) if field.name.endswith("count_max") else f"¥{show(v)}"
            for v in values
        ]
        rows.append((f"`{field.name}`", said.get(field.name, ""), *shown))
    return page(
        "Limits by KYC class",
        inspect.cleandoc(kyc.__doc__ or ""),
        first_sentence(inspect.cleandoc(kyc.Limits.__doc__ or "").split("\n\n", 1)[1]),
        table(("limit", "of", *(f"class {one.value}" for one in classes)), rows),
    )


RULES = (
    ("payments", "qianbao.payments.rules", "Rules"),
    ("social", "qianbao.social.rules", "Rules"),
    ("credentials", "qianbao.credentials.rules", "Rules"),
    ("passkeys", "qianbao.credentials.challenges", "RelyingParty"),
    ("insight", "qianbao.insight.rights.rules", "Rules"),
    ("risk", "qianbao.risk.models", "RiskRules"),
    ("channels", "qianbao.channels.rules", "Rules"),
    ("api", "qianbao.api.door", "Rates"),
    ("api", "qianbao.api.proxy", "Proxies"),
)
"""Tables of config.toml and the records that describe them: the table, a module, a record."""


def rules() -> str:
    """The tables of config.toml with every key, its default and its meaning."""
    parts: list[str] = []
    for name, module, record in RULES:
        kind = getattr(importlib.import_module(module), record)
        said, chosen = attribute_docs(kind), kind()
        names = [
            field.name for field in (fields(kind) if is_dataclass(kind) else msgspec.structs.fields(kind))
        ]
        rows = [(f"`{one}`", f"`{_toml(getattr(chosen, one))}`", said.get(one, "")) for one in names]
        parts += [heading] if (heading := f"## [{name}]") not in parts else []
        parts += [first_sentence(kind.__doc__), table(("key", "default", "means"), rows)]
    return page(
        "Rules in config.toml",
        "Amounts are minor units; `_s` is seconds, `_ms` milliseconds; `_max` and `_min` are bounds. "
        "A key that is left out has its default; a value that cannot be used stops the start.",
        *parts,
    )


def _toml(value: object) -> str:
    """A default as config.toml would write it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'{key} = "{text}"' for key, text in value.items()) + " }"
    return "[]" if isinstance(value, frozenset | tuple) else str(value)


def ledger_results() -> str:
    """Every result of the ledger, in the order in which it looks for them."""
    statuses = importlib.import_module("qianbao.ledger.statuses")
    parts: list[str] = []
    kinds = (
        ("Transfers", statuses.CreateTransferStatus, statuses.PASSING),
        ("Accounts", statuses.CreateAccountStatus, frozenset()),
    )
    for title, kind, passing in kinds:
        rows = [
            (f"`{one.name}`", str(one.value), "yes" if one in passing else "") for one in kind if one.value
        ]
        parts += [f"## {title}", table(("result", "number", "of the moment"), rows)]
    return page(
        "Results of the ledger",
        """
Names and numbers are TigerBeetle's published ones up to 199; 4294967295 (2³² − 1) is their "created". The
first that fits is the result, in this order. After a refusal that is *of the moment* the id fails for ever.
[TigerBeetle's reference](https://docs.tigerbeetle.com/reference/requests/create_transfers/) says what they
mean; from 200 up they are [ours](ledger.md#differences-from-tigerbeetle).
""",
        *parts,
    )
