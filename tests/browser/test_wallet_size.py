"""How much of script a phone must load before the wallet can be used."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Response

import qianbao.api
from tests.browser.looking import OpenPage
from tests.browser.wallet import ready

BUILT = Path(qianbao.api.__file__).parent / "built"
SCRIPT_MAX = 150_000
"""Bytes, as gzip."""


def packed(path: str) -> int:
    """The size of a built file as it travels."""
    file = BUILT / path.lstrip("/")
    small = file.with_name(f"{file.name}.gz")
    return (small if small.exists() else file).stat().st_size


async def test_the_first_load_of_the_wallet_is_at_most_150_kb_of_script(open_page: OpenPage) -> None:
    page = await open_page("/join")
    await ready(page, "en")
    loaded: set[str] = set()

    def note(response: Response) -> None:
        if response.request.resource_type == "script":
            loaded.add(urlsplit(response.url).path)

    page.on("response", note)
    await page.reload()
    await page.get_by_text("Top up to begin").or_(page.locator(".bill")).first.wait_for()
    await page.wait_for_load_state("networkidle")
    sizes = {path: packed(path) for path in loaded}
    assert sizes
    assert sum(sizes.values()) <= SCRIPT_MAX, sizes
