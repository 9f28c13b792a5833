"""Folders, zips with passwords, and what is refused before it is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from qianbao.insight.bills.bounds import BOUNDS
from qianbao.insight.bills.errors import (
    BillsBroken,
    BillsMissing,
    BillsPasswordMissing,
    BillsPasswordWrong,
    BillsPathUnsafe,
    BillsTooLarge,
)
from qianbao.insight.bills.files import documents
from qianbao.insight.bills.reading import statement
from tests.insight.bills import exports, lives

BILL = exports.wechat(lives.WECHAT_ROWS)
NAME = "微信支付账单(20240101-20241231).csv"


def zipped(path: Path, files: dict[str, bytes], *, password: str | None = None) -> Path:
    """A zip; with a password one of AES, as WeChat mails it."""
    lock: dict[str, Any] = {"encryption": pyzipper.WZ_AES} if password else {}
    with pyzipper.AESZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, **lock) as archive:
        if password:
            archive.setpassword(password.encode())
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def traditional(path: Path, name: str, data: bytes, password: bytes) -> Path:
    """A zip locked by the older cipher (APPNOTE 6.1), as Alipay mails it; its name in GB18030, unmarked."""
    keys = [0x12345678, 0x23456789, 0x34567890]
    table = [0] * 256
    for one in range(256):
        crc = one
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
        table[one] = crc

    def update(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 0xFF]

    def locked(plain: bytes) -> bytes:
        out = bytearray()
        for byte in plain:
            drawn = keys[2] & 0xFFFF | 2
            out.append(byte ^ (drawn * (drawn ^ 1) >> 8 & 0xFF))
            update(byte)
        return bytes(out)

    for byte in password:
        update(byte)
    crc = zlib.crc32(data)
    body = locked(b"eleven-byte" + bytes([crc >> 24 & 0xFF]) + data)
    called = name.encode("gb18030")
    fields = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 33, crc, len(body), len(data), len(called), 0)
    local = b"PK\x03\x04" + fields + called + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + called
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    path.write_bytes(local + central + end)
    return path


def test_a_folder_gives_each_file_in_it_by_name(tmp_path: Path) -> None:
    (tmp_path / "bills" / "2024").mkdir(parents=True)
    (tmp_path / "bills" / "2024" / NAME).write_bytes(BILL)
    (tmp_path / "bills" / "a.csv").write_bytes(BILL)
    (tmp_path / "bills" / ".hidden").write_bytes(b"x")
    assert [one.name for one in documents([tmp_path / "bills"])] == [f"bills/2024/{NAME}", "bills/a.csv"]


def test_a_locked_zip_opens_by_its_password(tmp_path: Path) -> None:
    path = zipped(tmp_path / "w.zip", {NAME: BILL}, password="123456")
    [found] = documents([path], password="123456")
    assert (found.name, found.data, found.named) == (f"w.zip/{NAME}", BILL, False)


def test_the_older_cipher_and_an_unmarked_name_are_read(tmp_path: Path) -> None:
    path = traditional(tmp_path / "a.zip", "支付宝交易明细.csv", BILL, b"987654")
    [found] = documents([path], password="987654")
    assert (found.name, found.data) == ("a.zip/支付宝交易明细.csv", BILL)
    with pytest.raises(BillsPasswordWrong):
        list(documents([path], password="987655"))


def test_a_password_is_asked_for_until_it_fits(tmp_path: Path) -> None:
    path = zipped(tmp_path / "w.zip", {NAME: BILL}, password="123456")
    answers = iter(["wrong", "123456"])
    [found] = documents([path], ask=lambda _: next(answers))
    assert found.data == BILL


def test_without_a_password_or_with_a_wrong_one_it_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "w.zip", {NAME: BILL}, password="123456")
    with pytest.raises(BillsPasswordMissing):
        list(documents([path]))
    with pytest.raises(BillsPasswordWrong):
        list(documents([path], password="654321"))


@pytest.mark.parametrize(
    "name", ["../outside.csv", "/etc/bills.csv", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"]
)
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BillsPathUnsafe):
        list(documents([zipped(tmp_path / "w.zip", {name: BILL})]))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"bills.csv": bytes(8 << 20)})
    with pytest.raises(BillsTooLarge, match="200 to 1"):
        list(documents([path]))


def test_a_bomb_that_understates_itself_gives_no_more_than_it_says(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "bomb.zip", {"bills.csv": bytes(8 << 20)}).read_bytes())
    central = data.index(b"PK\x01\x02")
    for place in (22, central + 24):
        data[place : place + 4] = struct.pack("<I", 1000)
    (tmp_path / "bomb.zip").write_bytes(data)
    with pytest.raises(BillsBroken):
        list(documents([tmp_path / "bomb.zip"]))


@pytest.mark.parametrize(
    ("bounds", "files"),
    [
        (replace(BOUNDS, entries=2), {f"{one}.csv": b"x" for one in range(3)}),
        (replace(BOUNDS, file_size=5_000), {"a.csv": bytes(range(256)) * 40}),
        (replace(BOUNDS, unpacked_size=5_000), {f"{one}.csv": bytes(range(256)) * 8 for one in range(3)}),
    ],
)
def test_too_many_or_too_large_is_refused(tmp_path: Path, bounds: Any, files: dict[str, bytes]) -> None:
    with pytest.raises(BillsTooLarge):
        list(documents([zipped(tmp_path / "w.zip", files)], bounds=bounds))


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BillsMissing):
        list(documents([tmp_path / "none.csv"]))
    (tmp_path / "a.csv").write_bytes(BILL)
    with pytest.raises(BillsTooLarge):
        list(documents([tmp_path / "a.csv"], bounds=replace(BOUNDS, file_size=100)))


@pytest.mark.parametrize("cut", [10, 200, -10])
def test_a_damaged_zip_is_refused_in_words(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path / "w.zip", {NAME: BILL})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BillsBroken):
        list(documents([path]))


def far_out(place: str, cell: str = '<c r="{}">', sheet: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with one cell so far out that the empty ones before it would fill the memory."""
    kept = io.BytesIO()
    book = exports.workbook(exports.WECHAT, lives.WECHAT_ROWS, ["微信支付账单明细"])
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.startswith("xl/worksheets/sheet"):
                row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                more = f'<row r="{row}">{cell.format(place)}<v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", more.encode())
            data = data.replace(b"worksheets/sheet1.xml", sheet.removeprefix("xl/").encode())
            new.writestr(entry.filename.replace("xl/worksheets/sheet1.xml", sheet), data)
    return kept.getvalue()


@pytest.mark.parametrize("place", ["XFD200", "A1048576", "XFD1048576"])
def test_a_workbook_with_a_cell_far_out_is_refused(place: str) -> None:
    with pytest.raises(BillsTooLarge):
        statement("w.xlsx", far_out(place))
    assert statement("w.xlsx", far_out("A90")).rows == len(lives.WECHAT_ROWS) + 1


@pytest.mark.parametrize("cell", ["<c r='{}'>", '<c r = "{}">', '<c s=">" r="{}">'])
def test_a_far_cell_is_refused_however_it_is_written(cell: str) -> None:
    with pytest.raises(BillsTooLarge):
        statement("w.xlsx", far_out("ZZ29000", cell))


def test_a_far_cell_is_refused_wherever_its_sheet_lies() -> None:
    assert statement("w.xlsx", far_out("A90", sheet="xl/other/a.dat")).rows == len(lives.WECHAT_ROWS) + 1
    with pytest.raises(BillsTooLarge):
        statement("w.xlsx", far_out("ZZ29000", sheet="xl/other/a.dat"))


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(BillsTooLarge):
        statement("w.csv", BILL, bounds=replace(BOUNDS, rows=20))
