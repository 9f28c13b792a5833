"""A build of features: files of any size, whole or not at all, for their owner alone, through consent."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from qianbao.errors import Invalid, Unavailable
from qianbao.insight.features import build
from qianbao.insight.features.build import FolderTaken
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.engines import engine_of
from qianbao.insight.notebook import chosen
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.parquet import pa, pq
from tests.insight.features.facts import DAY, Told, by_person, features, snapshot, uuid

TOLD = [
    Told(
        person=person, record=100 * person + number, ago=3 * number, amount=1_00 + person, merchant=number % 3
    )
    for person in range(1, 40)
    for number in range(7)
]


def read(folder: Path) -> dict[int, dict[str, Any]]:
    """What the files say, by the numbers of persons."""
    return by_person(pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*"))]))


def test_laid_out_in_heaps_the_features_are_the_same(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    built = build.write(
        snapshot(TOLD), DAY, FEATURES.values(), tmp_path / "f", heap=50,
        done=lambda heap, heaps: heard.append((heap, heaps)),
    )  # fmt: skip
    assert (built.facts, built.people, len(built.files)) == (273, 39, 6)
    assert heard == [(number, 6) for number in range(1, 7)]
    assert read(tmp_path / "f") == features(TOLD)


def test_files_are_their_owners_alone_and_say_what_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "features" / "day=2026-11-01"
    asked = [FEATURES["spent_30d"], FEATURES["gap_cv"]]
    build.write(snapshot(TOLD), DAY, asked, folder)
    [path] = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    schema = pq.read_schema(path)
    assert schema.names == ["person", "spent_30d", "gap_cv"]
    told = json.loads(schema.metadata[b"qianbao"])
    assert told == {"as_of": "2026-11-01", "features": ["spent_30d@1", "gap_cv@1"]}
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]  # nothing is left lying about


def test_a_build_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    build.write(snapshot(TOLD), DAY, [FEATURES["spent_30d"]], folder)
    before = read(folder)

    def cut(_heap: int, _heaps: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.write(snapshot(TOLD), DAY, [FEATURES["spent"]], folder, done=cut)
    assert read(folder) == before
    build.write(snapshot(TOLD), DAY, [FEATURES["spent"]], folder)
    assert read(folder).keys() == before.keys()
    assert [*read(folder)[1]] == ["spent"]


def test_nobody_who_objected_is_in_it(tmp_path: Path) -> None:
    said = (uuid(3).bytes, uuid(4).bytes)
    build.write(snapshot(TOLD, said=said), DAY, [FEATURES["spent"]], tmp_path / "f")
    assert read(tmp_path / "f").keys() == set(range(1, 40)) - {3, 4}
    asked = snapshot(TOLD, said=said, rule=REGISTER[Purpose.PICTURE])
    build.write(asked, DAY, [FEATURES["spent"]], tmp_path / "f")
    assert read(tmp_path / "f").keys() == {3, 4}


def test_of_nobody_there_is_an_empty_file(tmp_path: Path) -> None:
    built = build.write(snapshot([]), DAY, FEATURES.values(), tmp_path / "f")
    assert (built.people, len(built.files)) == (0, 1)
    assert read(tmp_path / "f") == {}


@pytest.mark.parametrize("names", [["no_such"], []])
def test_a_feature_that_is_not_registered_is_refused(names: list[str]) -> None:
    with pytest.raises(Invalid, match="No feature for statistics") as refused:
        chosen(names, Purpose.STATISTICS)
    assert (refused.value.code, refused.value.field) == ("insight_feature_unknown", "names")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        engine_of("abacus")
    assert (refused.value.code, refused.value.expected) == ("insight_engine_unknown", "duckdb or spark")


def test_a_folder_with_anything_else_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letters.txt").write_text("dear")
    file = tmp_path / "file"
    file.write_text("there")
    for taken in (mine, file):
        with pytest.raises(FolderTaken) as refused:
            build.write(snapshot(TOLD), DAY, [FEATURES["spent"]], taken)
        assert (refused.value.code, refused.value.field) == ("insight_folder_taken", "to")
    assert [path.read_text() for path in (mine / "letters.txt", file)] == ["dear", "there"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]


@pytest.mark.parametrize("said", ["lots", "", "0GB", "-1", "2 GB", "80%"])
def test_memory_that_is_none_is_refused(tmp_path: Path, said: str) -> None:
    for engine in ("duckdb", "spark"):
        with pytest.raises(Invalid) as refused:
            engine_of(engine)(
                snapshot(TOLD), DAY, [FEATURES["spent"]], tmp_path / "f", memory=said, threads=1
            )
        assert (refused.value.code, refused.value.field) == ("insight_memory_malformed", "memory")


def test_what_does_not_fit_into_its_memory_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        build.write(snapshot(TOLD), DAY, FEATURES.values(), tmp_path / "f", memory="1MB")
    assert refused.value.code == "insight_memory_short"
    assert not list(tmp_path.iterdir())
