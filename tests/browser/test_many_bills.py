"""Ten thousand bills: scrolled to their end, searched, exported; the page stays quick and small."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import CDPSession, Page, Request

from qianbao.api.parts import opened
from qianbao.api.sessions import COOKIE
from qianbao.api.starter import replaying
from qianbao.credentials.models import Role
from qianbao.credentials.sessions import open_session
from qianbao.ids import derive
from qianbao.replay.adapters import choose
from qianbao.replay.models import RunState
from qianbao.replay.plans import source_id
from qianbao.replay.service import replay
from qianbao.replay.source import open_source
from tests.browser.looking import OpenPage
from tests.faults.town import settings_of
from tests.live import Live

BILLS = 10_000
RARE = 4_321
"""The one purchase that cost ¥47.11, far down."""
STEP_MS_MAX = 200
"""Of the page's own work between two looks at it: no frame can have taken longer."""
NODES_MAX = 4_000
HEAP_MAX = 80 << 20

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten thousand purchases of one person."""
    path: Path = tmp_path_factory.mktemp("bills") / "bills.csv"
    rows = (
        f"b{n},2026-10-{n % 28 + 1:02d}T12:00:00+08:00,much,shop{n % 40},{price},Shop {n % 40}"
        for n, price in enumerate("47.11" if n == RARE else "2.50" for n in range(BILLS))
    )
    path.write_text("\n".join(["record_id,occurred_at,payer,merchant,amount,merchant_name", *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
async def cookie(live: Live, file: Path) -> str:
    """Who made them, by replay; how they are signed in."""
    async with opened(settings_of(live), application="qianbao-bills") as parts:
        source = open_source(file)
        run = await replay(source, choose(source), parts=replaying(parts), name="many bills")
        assert (run.state, run.counts.paid) == (RunState.DONE, BILLS)
        person = derive(source_id("many bills"), "person:much")
        signed = await open_session(
            parts.credentials,
            holder=person,
            role=Role.PERSON,
            device=None,
            device_name="phone",
            person=person,
        )
        return signed.token


@dataclass(slots=True)
class Cost:
    """What the page has cost so far, as the browser counts it: processor time, not a busy machine's wall."""

    session: CDPSession
    last_ms: float = 0.0

    async def read(self, name: str) -> float:
        told = await self.session.send("Performance.getMetrics")
        return next(one["value"] for one in told["metrics"] if one["name"] == name)

    async def step_ms(self) -> float:
        """Of the main thread since the last time."""
        now = 1000 * await self.read("TaskDuration")
        step, self.last_ms = now - self.last_ms, now
        return step


async def watched(page: Page) -> Cost:
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    cost = Cost(session)
    await cost.step_ms()
    return cost


async def to_the_end(page: Page, cost: Cost) -> list[float]:
    """Scroll down until there is nothing more; the work of each step."""
    steps: list[float] = []
    end = page.get_by_text("That is all")
    while not await end.count():
        await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        await asyncio.sleep(0.05)
        steps.append(await cost.step_ms())
        assert len(steps) < 5_000, "the list has no end"
    return steps


async def test_ten_thousand_bills_are_scrolled_searched_and_exported(
    open_page: OpenPage, live: Live, cookie: str
) -> None:
    page = await open_page("/join")
    await page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": live.url, "httpOnly": True}])
    await page.goto("/bills")
    await page.locator(".entry a").first.wait_for()
    cost = await watched(page)
    down = await to_the_end(page, cost)
    back: list[float] = []
    for part in range(40, -1, -1):
        await page.evaluate("part => window.scrollTo(0, document.body.scrollHeight * part / 40)", part)
        await asyncio.sleep(0.05)
        back.append(await cost.step_ms())
    await page.locator(".entry a").first.wait_for()
    assert max(down + back) < STEP_MS_MAX, sorted(down + back)[-5:]
    assert await page.locator(".entry").count() < 100
    await cost.session.send("HeapProfiler.collectGarbage")
    assert await cost.read("Nodes") < NODES_MAX
    assert await cost.read("JSHeapUsedSize") < HEAP_MAX

    # Into a receipt and back: the list is there as it was, and is not asked for again part by part.
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/v1/bills?" in request.url:
            asked.append(request.url)

    page.on("request", note)
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
    await page.locator(".entry a").nth(10).click()
    await page.wait_for_url(re.compile("/bills/[0-9a-f-]{36}"))
    await page.go_back()
    await page.locator(".entry a").first.wait_for()
    assert await page.evaluate("document.body.scrollHeight") > BILLS * 50
    assert len(asked) <= 2, asked

    await page.get_by_label("Shop, item or amount").fill("47.11")
    await page.locator(".entry").filter(has_text="¥47.11").wait_for()
    await page.get_by_text("Looking further back").wait_for(state="detached")
    assert await page.locator(".entry").count() == 1

    address = await page.get_by_role("link", name="Export").get_attribute("href")
    await page.get_by_label("Shop, item or amount").fill("")
    assert address is not None
    table = await page.context.request.get(f"{live.url}{address.replace('text=47.11', 'text=')}")
    rows = list(csv.reader(io.StringIO((await table.body()).decode("utf-8-sig"))))
    assert sum("2.50" in "".join(row) for row in rows) == BILLS - 1
