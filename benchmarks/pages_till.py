"""How long a cashier waits while 500 payments a second are made: from the scan to "paid" on the screen.

`till.paid_ms`: one real till page in a real Chromium, driven by its keyboard as a scanner drives it: an
amount, the eighteen digits of a payer's code, Enter. Counted from that Enter to the frame that shows "paid",
while other tills make 500 payments a second through the same server process; p99 of a hundred and more sales.
Payments, database, server, browser and this script share the machine.

    python benchmarks/pages_till.py        # prints figures as JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from http_payments import CONFIG, lay, paid
from playwright.async_api import Page, async_playwright
from tests.browser.conftest import FLAGS
from tests.browser.install import found
from tests.browser.looking import COUNTER
from tests.browser.test_till_page import signed_in
from tests.live import Live, started

from qianbao.credentials.keyring import open_keyring

PER_S, CONNECTIONS = 500, 100
SALES, WARM = 120, 5
LOAD_S = 280
FIRST_OF_LOAD = 100_000
"""The till takes the codes below, the load those from here on."""
CLOCK = """() => {
  let entered = 0, seen = true;
  window.waits_ = [];
  window.addEventListener('keydown', (key) => {
    if (key.key === 'Enter') { entered = performance.now(); seen = false }
  }, true);
  new MutationObserver(() => {
    if (seen || !document.querySelector('[data-phase=paid]')) return;
    seen = true;
    requestAnimationFrame(() => setTimeout(() => window.waits_.push(performance.now() - entered)));
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ['data-phase'] });
}"""


async def sale(page: Page, number: int) -> None:
    """One sale by keyboard: the amount by hand, the code by the scanner, "paid" waited for."""
    await page.keyboard.type(f"{1 + number % 90}", delay=90)
    await page.wait_for_timeout(150)
    await page.keyboard.type(f"13{number:016d}")
    await page.keyboard.press("Enter")
    await page.wait_for_function("wanted => window.waits_.length === wanted", arg=number)


async def sold(live: Live) -> list[float]:
    """From each scan to "paid", in milliseconds."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found(), args=FLAGS)
        context = await browser.new_context(base_url=live.url, viewport=COUNTER, locale="en-GB")
        page = await context.new_page()
        page.set_default_timeout(60_000)
        await page.goto("/till")
        async with page.expect_response(lambda answer: "/events/stream" in answer.url):
            await signed_in(page, live, language="en")
        await page.evaluate(CLOCK)
        for number in range(1, SALES + WARM + 1):
            await sale(page, number)
        waits: list[float] = await page.evaluate("window.waits_")
        await browser.close()
    return waits[WARM:]


async def measured(live: Live, keys: Path) -> list[dict[str, Any]]:
    """The figures."""
    database = live.running.database_url
    generator = Path(__file__).with_name("http_generator.py")
    asked = [live.url, keys, FIRST_OF_LOAD, LOAD_S, CONNECTIONS, PER_S]
    load = await asyncio.create_subprocess_exec(
        sys.executable, str(generator), *map(str, asked), stdout=subprocess.DEVNULL
    )
    try:
        await asyncio.sleep(5)
        before = await paid(database)
        loop = asyncio.get_running_loop()
        began = loop.time()
        waits = await sold(live)
        pace = (await paid(database) - before) / (loop.time() - began)
        assert load.returncode is None, "the load ended before the sales"
    finally:
        load.kill()
        await load.wait()
    cuts = statistics.quantiles(waits, n=100)
    conditions = {
        "cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 1), "payments_per_s": round(pace),
        "sales": len(waits), "server": "uvicorn, 1 process",
        "counted": "from the scanner's Enter to the frame",
        "p50_ms": round(cuts[49], 1), "max_ms": round(max(waits), 1),
        "browser": "headless Chromium at 1024 x 768, no GPU",
    }  # fmt: skip
    figure = {"name": "till.paid_ms", "value": round(cuts[98], 1), "unit": "ms", "better": "lower"}
    return [{**figure, "conditions": conditions}]


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder, started(config=CONFIG) as live:
        keys = Path(folder) / "keys"
        keys.write_text("\n".join(asyncio.run(lay(live.running.database_url, open_keyring(live.home)))))
        json.dump(asyncio.run(measured(live, keys)), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
