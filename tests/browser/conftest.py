"""A real Chromium on a real installation: what every test of the pages stands on.

async def test_…(open_page: OpenPage, live: Live) -> None:
    page = await open_page("/", language="zh", theme="dark", size=PHONE)
    …
    await picture(page, "wallet-home")      # docs/screenshots/wallet-home-zh-dark.png
    await axe(page)                         # no serious fault for people who use a screen reader
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.browser.install import found
from tests.browser.looking import DESK, PHONE, Look, OpenPage, opened
from tests.live import Live, started

__all__ = ["DESK", "PHONE"]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="package")
def live() -> Iterator[Live]:
    """A running installation, shared by the tests of the pages."""
    with started(config="[api]\naddress_per_s = 500\nsession_per_s = 500\n") as running:
        yield running


@pytest.fixture(scope="package")
async def browser() -> AsyncGenerator[Browser]:
    """One Chromium. Its absence is a failure, never a skip."""
    path = found()
    assert path is not None, "no Chromium: python tests/browser/install.py"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def open_page(browser: Browser, live: Live) -> AsyncGenerator[OpenPage]:
    """Opens pages, each in a browser of its own (own cookies): a person, a cashier and an operator at once.

    A fault in a page's script, or a request to any other host, fails the test.
    """
    faults: list[str] = []
    async with contextlib.AsyncExitStack() as stack:

        async def context(look: Look) -> BrowserContext:
            made = await browser.new_context(
                base_url=live.url,
                viewport=look.size,
                locale="zh-CN" if look.language == "zh" else "en-GB",
                timezone_id="Asia/Shanghai",
                color_scheme=look.theme,
                reduced_motion="reduce",
                permissions=["camera"],
                has_touch=look.size["width"] < 700,
                device_scale_factor=2,
            )
            stack.push_async_callback(made.close)
            return made

        yield opened(context, live.url, faults)
    assert not faults, faults
