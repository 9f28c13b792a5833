"""What Lighthouse says of the three pages: wallet and till as a phone of the middle sort on a slow line loads
them, the console as the desk that it is for.

For each page, signed in, on an installation with the starter city: `lighthouse.PAGE.performance` and
`lighthouse.PAGE.accessibility` (of 100), and `lighthouse.PAGE.usable_s`, the seconds until it is drawn and
answers (Lighthouse's time to interactive). The profiles are Lighthouse's own: for phones 1.6 Mbit/s, 150 ms
and a processor four times slower than this machine's, for desks 10 Mbit/s, 40 ms and this machine's. Each is
the median of three runs. Lighthouse is that of `web/`'s development dependencies, on the tests' Chromium. A
busy machine makes all of it slower than it is.

    python benchmarks/pages_lighthouse.py        # prints figures as JSON
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx2 as httpx
from tests.browser.install import found
from tests.live import SIGN_IN, Live, started
from web.make import WEB, environment, set_up

from qianbao.api.sessions import COOKIE

PAGES: Mapping[str, tuple[str, str]] = {
    "wallet": ("/", "person"),
    "till": ("/till", "owner"),
    "console": ("/console", "operator"),
}
"""Where each stands, and who looks at it."""
PHONE, DESK = "phone, 1.6 Mbit/s, 150 ms, processor / 4", "desk, 10 Mbit/s, 40 ms"
PROFILES: Mapping[str, str] = {"wallet": PHONE, "till": PHONE, "console": DESK}
RUNS = 3
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"


def cookie(live: Live, who: str) -> str:
    """Somebody's session."""
    door, names = SIGN_IN[who]
    login = live.logins()[who]
    with httpx.Client(base_url=live.url, headers={"Origin": live.url}) as http:
        answer = http.post(f"/api/v1{door}", json={name: login[name] for name in names})
        assert answer.status_code == 201, answer.text
        return f"{COOKIE}={http.cookies[COOKIE]}"


def looked(environ: Mapping[str, str], url: str, session: str, profile: str) -> dict[str, Any]:
    """One report."""
    asked = [
        "node", str(WEB / "node_modules/lighthouse/cli/index.js"), url, "--quiet", "--output=json",
        "--only-categories=performance,accessibility", f"--chrome-flags={FLAGS}",
        f"--extra-headers={json.dumps({'Cookie': session})}",
    ]  # fmt: skip
    if profile == DESK:
        asked.append("--preset=desktop")
    done = subprocess.run(asked, env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    if trouble := told.get("runtimeError"):
        sys.exit(f"{url}: {trouble}")
    return told


def of_page(environ: Mapping[str, str], live: Live, page: str) -> list[dict[str, Any]]:
    """A page's three figures, and what bounds them."""
    path, who = PAGES[page]
    session = cookie(live, who)
    reports = [looked(environ, f"{live.url}{path}", session, PROFILES[page]) for _ in range(RUNS)]
    scores = {
        name: statistics.median(100 * report["categories"][name]["score"] for report in reports)
        for name in ("performance", "accessibility")
    }
    times = {
        name: statistics.median(report["audits"][name]["numericValue"] for report in reports)
        for name in (
            "interactive", "first-contentful-paint", "largest-contentful-paint", "total-blocking-time",
            "speed-index",
        )
    }  # fmt: skip
    shift = statistics.median(
        report["audits"]["cumulative-layout-shift"]["numericValue"] for report in reports
    )
    faults = {
        found["id"]
        for report in reports
        for part in report["categories"]["accessibility"]["auditRefs"]
        if part["weight"] and (found := report["audits"][part["id"]])["score"] == 0
    }
    conditions: dict[str, Any] = {
        "cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 1), "runs": RUNS,
        "lighthouse": reports[0]["lighthouseVersion"], "profile": PROFILES[page],
        "benchmark_index": statistics.median(report["environment"]["benchmarkIndex"] for report in reports),
        "first_paint_s": round(times["first-contentful-paint"] / 1e3, 2),
        "largest_paint_s": round(times["largest-contentful-paint"] / 1e3, 2),
        "blocked_ms": round(times["total-blocking-time"]),
        "speed_index_s": round(times["speed-index"] / 1e3, 2),
        "layout_shift": round(shift, 3), "accessibility_faults": sorted(faults) or "none",
    }  # fmt: skip
    figures = [
        _figure(f"lighthouse.{page}.{name}", score, "of 100", "higher", conditions)
        for name, score in scores.items()
    ]
    usable_s = times["interactive"] / 1e3
    return [*figures, _figure(f"lighthouse.{page}.usable_s", usable_s, "s", "lower", conditions)]


def _figure(name: str, value: float, unit: str, better: str, conditions: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "unit": unit, "better": better, "conditions": conditions}


def main() -> None:
    """Print the figures."""
    browser = found()
    assert browser is not None, "no Chromium: python tests/browser/install.py"
    environ = environment() | {"CHROME_PATH": browser}
    told = os.dup(1)
    os.dup2(2, 1)  # what npm says is no figure
    set_up(environ, tools=True)
    os.dup2(told, 1)
    with started(config="[api]\naddress_per_s = 500\nsession_per_s = 500\n", QIANBAO_DEMO="1") as live:
        figures = [figure for page in PAGES for figure in of_page(environ, live, page)]
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
