"""Synthetic records as files: Parquet in the columns of a fact, and beside it what was true."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from qianbao.clock import BUSINESS_ZONE, SECOND, nanoseconds
from qianbao.errors import Invalid, NotFound
from qianbao.insight.features.catalogue.kinds import SCENES
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import SCHEMA, pa, pq, uuids
from qianbao.insight.synth.drawing import bills, coupons, visits
from qianbao.insight.synth.truth import CATEGORIES, DAY_NS, Ints, People, Purchases, World, drawn, joined
from qianbao.parties.models import CityTier

BEGAN: Final = date(2025, 1, 1)
PEOPLE_MAX: Final = 5_000_000
DAYS_MAX: Final = 3_650
MCC: Final = ("5411", "5812", "5651", "4111", "7011", "5712", "4900", "5912", "8220", "7832", "7299", "")
"""A merchant category code for each category, in their order."""
RECORDS, TRUTH, WORLD = "records.parquet", "truth.parquet", "world.json"


class SynthOutOfRange(Invalid):
    """So many synthetic people or days are not made."""

    code = "insight_synth_out_of_range"


class SynthMissing(NotFound):
    """There are no synthetic records in this folder."""

    code = "insight_synth_missing"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What has been written, and where."""

    folder: str
    people: int
    purchases: int
    refunds: int


def write(folder: Path, *, people: int, days: int, seed: int, world: World | None = None) -> Made:
    """Records of some people over some days, and the truth, mode 0600; the same seed, the same files.

    Raises `SynthOutOfRange`.
    """
    for name, value, most in (("people", people, PEOPLE_MAX), ("days", days, DAYS_MAX)):
        if not 1 <= value <= most:
            raise SynthOutOfRange(f"{value} {name}.", field=name, expected=f"1 to {most}")
    world = world or World()
    random = np.random.default_rng(seed)
    of_people = drawn(world, people, random)
    sent = days * 3 // 4
    bought = joined(
        [
            visits(world, of_people, days, random),
            bills(world, of_people, BEGAN, days, random),
            coupons(world, of_people, sent, random),
        ]
    )
    table, refunds = _facts(world, of_people, bought, days, random, seed)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _kept(folder / RECORDS, table)
    _kept(folder / TRUTH, _truth(of_people, seed))
    told = {"seed": seed, "began": str(BEGAN), "days": days, "coupon_sent": sent, **asdict(world)}
    path = folder / WORLD
    path.touch(mode=0o600)
    path.write_text(json.dumps(told, indent=2) + "\n")
    return Made(folder=str(folder), people=people, purchases=table.num_rows - refunds, refunds=refunds)


def snapshot(folder: Path, until: int | None = None) -> Snapshot:
    """What `write` has written, as a lake that anybody may read, as far as was known by a moment (ns).

    Raises `SynthMissing`.
    """
    path = folder / RECORDS
    if not path.is_file():
        raise SynthMissing(f"No {RECORDS} in {folder}: `qianbao insight synth` writes it.", field="folder")
    return Snapshot(
        files=(path,),
        fresh=SCHEMA.empty_table(),
        born=pa.table({"person": uuids([]), "year": pa.array([], pa.int64())}),
        said=(),
        rule=REGISTER[Purpose.STATISTICS],
        since=0,
        until=2**62 if until is None else until,
    )


def _facts(
    world: World, people: People, bought: Purchases, days: int, random: np.random.Generator, seed: int
) -> tuple[Any, int]:
    within = bought.at < days
    size = int(within.sum())
    at = np.floor(bought.at[within]).astype(np.int64)
    midnight = nanoseconds(datetime(BEGAN.year, BEGAN.month, BEGAN.day, tzinfo=BUSINESS_ZONE))
    # By day most of them, by night few.
    hour = np.clip(random.normal(14, 4, size), 0, 23.99)
    happened = midnight + at * DAY_NS + (hour * 3_600).astype(np.int64) * SECOND
    amount, own = bought.amount[within], bought.own[within]
    back = random.random(size) < world.refunds
    refunded = np.where(random.random(size) < 0.5, amount, (amount + 1) // 2)[back]
    later = happened[back] + random.integers(1, 20, int(back.sum())) * DAY_NS
    city = np.where(
        bought.away[within],
        (people.home[bought.person[within]] + 1 + random.integers(0, world.cities - 1, size)) % world.cities,
        people.home[bought.person[within]],
    )
    scene = random.choice(len(SCENES), size, p=[0.35, 0.3, 0.1, 0.2, 0.05])
    columns: dict[str, Any] = {
        "record": np.arange(size), "person": bought.person[within], "happened": happened, "day": at,
        "amount": amount, "own": own, "merchant": bought.merchant[within],
        "category": bought.category[within], "scene": scene, "city": city,
    }  # fmt: skip
    both = {name: np.concatenate((value, value[back])) for name, value in columns.items()}
    both["known"] = np.concatenate((happened, later))
    both["refunded"] = np.concatenate((np.zeros(size, np.int64), refunded))
    both["paid"] = np.arange(size + len(later)) < size
    order = np.lexsort((both["record"], both["known"]))
    return _table({name: value[order] for name, value in both.items()}, seed), len(later)


def _table(rows: dict[str, Any], seed: int) -> Any:
    size = len(rows["record"])
    # A place for each merchant of a city: some H3 cells of the size that records have.
    cell = 0x08831_AA50_0000_000 + (rows["merchant"] * 64 + rows["city"]) * 8
    tiers = [str(tier) for tier in CityTier]
    columns = {
        "seq": pa.array(np.arange(1, size + 1)),
        "record": _ids(rows["record"], seed, 1),
        "person": _ids(rows["person"], seed, 2),
        "kind": _words(["refunded", "paid"], rows["paid"].astype(np.int64)),
        "happened": pa.array(rows["happened"]),
        "known": pa.array(rows["known"]),
        "day": pa.array((rows["day"] + (BEGAN - date(1970, 1, 1)).days).astype(np.int32), pa.date32()),
        "amount": pa.array(rows["amount"]),
        "own": pa.array(rows["own"]),
        "refunded": pa.array(rows["refunded"]),
        "merchant": _ids(rows["merchant"], seed, 3),
        "store": _ids(rows["merchant"] * 64 + rows["city"], seed, 4),
        "currency": _words(["CNY"], np.zeros(size, np.int64)),
        "mcc": _words([*MCC], rows["category"]),
        "category": _words([str(kind) for kind in CATEGORIES], rows["category"]),
        "scene": _words([*SCENES], rows["scene"]),
        "brand": _words(["lanhua", "zhuque"], rows["person"] % 2),
        "city": _words(
            [f"City {number}" for number in range(int(rows["city"].max(initial=0)) + 1)], rows["city"]
        ),
        "tier": _words(tiers, rows["city"] % len(tiers)),
        "cell": pa.array(cell.astype(np.int64)),
    }
    return pa.Table.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _truth(people: People, seed: int) -> Any:
    size = len(people.rate)
    columns = {"person": _ids(np.arange(size), seed, 2)}
    for name, value in vars(people).items():
        columns[name] = pa.array(value) if value.ndim == 1 else pa.array(list(value), pa.list_(pa.float64()))
    return pa.table(columns)


def _ids(numbers: Ints, seed: int, kind: int) -> Any:
    """Ids of numbers: a kind of thing, the seed, the number."""
    raw = np.zeros((len(numbers), 2), ">u8")
    raw[:, 0] = (kind << 48) + (seed & 0xFFFF_FFFF)
    raw[:, 1] = numbers
    storage = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(16), len(raw), [None, pa.py_buffer(raw.tobytes())]
    )
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)


def _words(words: list[str], which: Ints) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32)), pa.array(words))


def _kept(path: Path, table: Any) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    pq.write_table(table, path, compression="zstd")
