"""The camera reads a shop's printed code: a film before Chromium's camera, read by our own files."""

from __future__ import annotations

from pathlib import Path

import segno
from playwright.async_api import async_playwright

from tests.browser.conftest import FLAGS
from tests.browser.install import found
from tests.live import Live

WIDTH, HEIGHT, FRAMES = 640, 480, 10


def film(text: str, path: Path) -> None:
    """A YUV4MPEG film (Chromium feeds it to the page as the camera) of a QR code that stands still."""
    matrix = [bytes(row) for row in segno.make_qr(text, error="m").matrix_iter(scale=6, border=4)]
    across, down = len(matrix[0]), len(matrix)
    left, top = (WIDTH - across) // 2, (HEIGHT - down) // 2
    assert min(left, top) >= 0, "the code is larger than the picture"
    luma = bytearray(b"\xeb" * WIDTH * HEIGHT)
    for y, row in enumerate(matrix):
        start = (top + y) * WIDTH + left
        luma[start : start + across] = bytes(16 if dark else 235 for dark in row)
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % (WIDTH, HEIGHT) + frame * FRAMES)


async def test_the_camera_reads_a_printed_code_and_the_page_says_whom_it_would_pay(
    live: Live, tmp_path: Path
) -> None:
    async with live.shop() as shop:
        made = await shop.post("/api/v1/counter-codes", json={"kind": "static_qr"})
    assert made.status_code == 201, made.text
    qr = made.json()["payload"]
    film(qr, tmp_path / "camera.y4m")

    login = live.logins()["person"]
    fed = f"--use-file-for-fake-video-capture={tmp_path / 'camera.y4m'}"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found(), args=[*FLAGS, fed])
        context = await chromium.new_context(base_url=live.url, locale="en-GB", permissions=["camera"])
        answer = await context.request.post(
            "/api/v1/sessions",
            data={"login": login["login"], "password": login["password"]},
            headers={"Origin": live.url},
        )
        assert answer.status == 201, await answer.text()
        page = await context.new_page()
        await page.goto("/scan")
        await page.get_by_text(made.json()["merchant_name"]).first.wait_for(timeout=60_000)
        assert "/pay?" in page.url
        await chromium.close()
