"""How the tests of the pages look at a page: sizes, languages, themes, pictures, and axe."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from PIL import Image
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, ViewportSize

ROOT: Final = Path(__file__).resolve().parents[2]
PICTURES: Final = ROOT / "docs" / "screenshots"
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
SMALL: Final[ViewportSize] = {"width": 320, "height": 640}
COUNTER: Final[ViewportSize] = {"width": 1024, "height": 768}
DESK: Final[ViewportSize] = {"width": 1440, "height": 900}

Language = Literal["zh", "en"]
Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a page is looked at."""

    language: Language
    theme: Theme
    size: ViewportSize


class OpenPage(Protocol):
    """Opens an address in a browser of its own."""

    async def __call__(
        self,
        path: str,
        *,
        language: Language = "en",
        theme: Theme = "light",
        size: ViewportSize = PHONE,
        context: BrowserContext | None = None,
    ) -> Page:
        """`context`: in the browser of another page (`page.context`): a second tab."""
        ...


def opened(make: Callable[[Look], Awaitable[BrowserContext]], url: str, faults: list[str]) -> OpenPage:
    """What the fixture `open_page` gives."""

    async def open_page(
        path: str,
        *,
        language: Language = "en",
        theme: Theme = "light",
        size: ViewportSize = PHONE,
        context: BrowserContext | None = None,
    ) -> Page:
        context = context or await make(Look(language=language, theme=theme, size=size))
        page = await context.new_page()
        page.set_default_timeout(30_000)

        def on_request(request: Request) -> None:
            own = (url, url.replace("127.0.0.1", "localhost"), "data:", "blob:")
            if not request.url.startswith(own):
                faults.append(f"asked another host: {request.url}")

        def on_console(message: ConsoleMessage) -> None:
            # The browser itself notes every refused request as an error; the page's own faults are these.
            if message.type == "error" and "Failed to load resource" not in message.text:
                faults.append(f"console: {message.text}")

        page.on("request", on_request)
        page.on("console", on_console)
        page.on("pageerror", lambda error: faults.append(f"page: {error}"))
        await page.goto(path)
        return page

    return open_page


async def look_of(page: Page) -> tuple[str, str]:
    """The language and theme that a page is shown in."""
    told: list[str] = await page.evaluate(
        "() => [document.documentElement.lang.slice(0, 2), document.documentElement.dataset.theme]"
    )
    return told[0], told[1]


async def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture for the docs, `<name>-<language>-<theme>.png`, once everything has come to rest."""
    # Two frames on, a language or theme that was just changed is on the screen too.
    await page.evaluate(
        "() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))"
    )
    language, theme = await look_of(page)
    await page.wait_for_load_state("networkidle") if not whole else None
    await page.evaluate("document.fonts.ready")
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}-{language}-{theme}.png"
    taken = await page.screenshot(full_page=whole, scale="css", animations="disabled")
    with Image.open(io.BytesIO(taken)) as shot:
        # 256 colours are enough for a page, and a third of the bytes.
        shot.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


async def axe(page: Page) -> None:
    """Fails at a serious or critical fault, and at text that is too faint."""
    await page.evaluate(AXE.read_text())
    told: dict[str, Any] = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    faults = [
        f"{found['id']}: {found['help']} — {found['nodes'][0]['html'][:160]}"
        for found in told["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert not faults, "\n".join(faults)


CUT: Final = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  const says = (text) => text.trim().replace(/\\s+/g, ' ').slice(0, 40);
  if (document.documentElement.scrollWidth > wide)
    found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const main = document.querySelector('main');
  if (main && main.scrollWidth > main.clientWidth + 1) found.push(`main is ${main.scrollWidth} wide`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const owner = text.parentElement;
    if (!text.data.trim() || owner.closest('.unseen, .skip, script, style, option')) continue;
    if (!owner.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    let sideways = false;
    for (let above = owner; above && above !== document.documentElement; above = above.parentElement) {
      const style = getComputedStyle(above), box = above.getBoundingClientRect();
      if (/auto|scroll/.test(style.overflowX)) { sideways = true; break; }
      if (!/hidden|clip/.test(style.overflowX + style.overflowY) || above === document.body) continue;
      const right = box.right + 1, left = box.left - 1, bottom = box.bottom + 2;
      if (!boxes.some((one) => one.right > right || one.left < left || one.bottom > bottom)) continue;
      found.push(`cut by ${above.className || above.tagName}: ${says(text.data)}`);
      break;
    }
    if (!sideways && boxes.some((box) => box.right > wide + 1 || box.left < -1))
      found.push(`beside the screen: ${says(text.data)}`);
  }
  for (const field of document.querySelectorAll('input, select'))
    if (field.checkVisibility() && field.getBoundingClientRect().right > wide + 1)
      found.push(`a field beside the screen: ${field.name || field.id}`);
  return [...new Set(found)];
}"""
"""Text that is cut off, or stands where nobody can scroll to. What scrolls by itself cuts nothing."""


async def uncut(page: Page) -> list[str]:
    """What of the page's text cannot be read to its end."""
    found: list[str] = await page.evaluate(CUT)
    return found
