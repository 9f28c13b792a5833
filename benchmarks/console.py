"""Whether the console stays smooth while 2,000 payments a second are made, and how soon it shows them.

`console.frame_ms`: the longest stretch between two frames of the overview in a real Chromium, while a starter
city is replayed at 2,000 payments a second into the books that it shows. `console.delay_s`: the age of the
oldest payment that the figures lack, median. `figures.projected`: commands a second that the projector adds
up when it catches up, alone. Payments, database, server, browser and this script share the machine.

    python benchmarks/console.py        # prints figures as JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.async_api import CDPSession, Page, async_playwright
from tests.browser.conftest import FLAGS
from tests.browser.install import found
from tests.browser.looking import DESK
from tests.events.until import until
from tests.live import Live, started

from qianbao.api.parts import opened
from qianbao.api.starter import replaying
from qianbao.config import load
from qianbao.replay import city

PER_S, IN_FLIGHT = 2_000, 400
SETTLE_S, LOOK_S = 12, 30

WATCH = """() => {
  window.frames_ = []; let last = performance.now();
  const step = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(step) };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(step) });
  window.tasks_ = [];
  new PerformanceObserver((list) => window.tasks_.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: 'longtask' });
}"""


async def worked(session: CDPSession) -> float:
    """Seconds of processor time of the page's main thread: what a busy machine does not stretch."""
    told = await session.send("Performance.getMetrics")
    return next(one["value"] for one in told["metrics"] if one["name"] == "TaskDuration")


async def looked(page: Page) -> tuple[list[float], list[float], list[float], float]:
    """Frames and long tasks in milliseconds, payments a second that the page showed, and its main thread's
    share of a processor in percent."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await worked(session)
    await page.evaluate(WATCH)
    shown: list[float] = []
    for _ in range(LOOK_S):
        await asyncio.sleep(1)
        text = await page.get_by_test_id("per-s").inner_text()
        shown.append(float(text.replace(",", "")))
    frames: list[float] = await page.evaluate("window.frames_")
    tasks: list[float] = await page.evaluate("window.tasks_")
    return frames, tasks, shown, 100 * (await worked(session) - before) / LOOK_S


async def measured(live: Live) -> list[dict[str, Any]]:
    """The figures."""
    settings = load({**live.environ, "QIANBAO_DATABASE_URL": live.running.database_url})
    async with async_playwright() as playwright, opened(settings) as parts:
        browser = await playwright.chromium.launch(executable_path=found(), args=FLAGS)
        context = await browser.new_context(base_url=live.url, viewport=DESK, locale="en-GB")
        page = await context.new_page()
        page.context.set_default_timeout(60_000)
        playwright.selectors.set_test_id_attribute("data-test")
        login = live.logins()["operator"]
        await page.goto("/console")
        await page.get_by_label("Login").fill(login["login"])
        await page.get_by_label("Password").fill(login["password"])
        await page.get_by_role("button", name="Sign in", exact=True).click()
        load_s = city.rest(replaying(parts), home=live.home, per_s=PER_S, in_flight=IN_FLIGHT)
        replay = asyncio.create_task(load_s)
        await asyncio.sleep(SETTLE_S)
        frames, tasks, shown, busy = await looked(page)
        lags: list[float] = []
        for _ in range(20):
            now = await parts.console.figures.now()
            lags.append(now.behind.figures_s)
            await asyncio.sleep(0.2)
        replay.cancel()
        await asyncio.gather(replay, return_exceptions=True)
        await browser.close()
        projected = await caught_up(live)
    conditions = {
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "payments_per_s": round(statistics.median(shown)),
        "seconds": LOOK_S,
        "frames": len(frames),
        "p99_frame_ms": round(statistics.quantiles(frames, n=100)[98], 1),
        "longest_task_ms": round(max(tasks, default=0.0), 1),
        "page_busy_percent": round(busy, 1),
        "browser": "headless Chromium at 1440 x 900, no GPU",
    }
    return [
        told("console.frame_ms", max(frames), "ms", "lower", conditions),
        told("console.delay_s", statistics.median(lags), "s", "lower", conditions),
        told(
            "figures.projected", projected, "commands/s", "higher", {"cores": os.cpu_count(), "batch": 2_000}
        ),
    ]


async def caught_up(live: Live) -> float:
    """Commands a second when the figures are made anew."""
    live.command("figures", "rebuild")
    settings = load({**live.environ, "QIANBAO_DATABASE_URL": live.running.database_url})
    async with opened(settings) as parts:
        row = await parts.db.row("SELECT count(*) AS size FROM command")
        assert row is not None
        began = time.perf_counter()

        async def caught() -> bool:
            return (await parts.console.figures.now()).behind.figures_s == 0

        await until(caught, timeout_s=600, every_s=0.05)
        size: int = row["size"]
        return size / (time.perf_counter() - began)


def told(name: str, value: float, unit: str, better: str, conditions: dict[str, Any]) -> dict[str, Any]:
    """A figure as `results.json` has it."""
    return {"name": name, "value": round(value, 2), "unit": unit, "better": better, "conditions": conditions}


def main() -> None:
    """Print the figures."""
    with started(QIANBAO_DEMO="0") as live:
        print(json.dumps(asyncio.run(measured(live)), indent=2))


if __name__ == "__main__":
    main()
