"""The three pages stand: served, in both languages, with nothing from elsewhere."""

from __future__ import annotations

import pytest

from tests.browser.looking import COUNTER, DESK, PHONE, OpenPage, axe
from tests.live import Live


@pytest.mark.parametrize(("path", "size"), [("/", PHONE), ("/till", COUNTER), ("/console", DESK)])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_page_opens_in_the_readers_language_and_axe_finds_nothing(
    open_page: OpenPage, path: str, size: dict[str, int], language: str
) -> None:
    page = await open_page(path, language=language, size=size)  # pyright: ignore[reportArgumentType]
    await page.get_by_role("main").wait_for()
    assert (await page.get_attribute("html", "lang") or "").startswith(language)
    await axe(page)


async def test_an_unknown_address_of_a_page_says_so_and_one_of_the_api_is_a_problem(
    open_page: OpenPage, live: Live
) -> None:
    page = await open_page("/")
    login = live.logins()["person"]
    signed = await page.context.request.post(
        "/api/v1/sessions",
        data={"login": login["login"], "password": login["password"]},
        headers={"Origin": live.url},
    )
    assert signed.status == 201, await signed.text()
    await page.goto("/nothing/here")
    await page.get_by_text("There is no such page").wait_for()
    async with live.client() as nobody:
        answer = await nobody.get("/api/v1/nothing", headers={"Accept": "text/html"})
        assert answer.status_code == 404
        assert answer.json()["code"] == "route_unknown"
        assert (await nobody.get("/nothing.js")).status_code == 404


async def test_a_pages_files_are_compressed_and_kept_but_the_page_itself_is_asked_for_again(
    live: Live,
) -> None:
    async with live.client(**{"Accept-Encoding": "gzip"}) as nobody:
        page = await nobody.get("/", headers={"Accept": "text/html"})
        assert page.headers["cache-control"] == "no-cache"
        script = next(part for part in page.text.split('"') if part.startswith("/assets/") and ".js" in part)
        asset = await nobody.get(script)
        assert asset.headers["cache-control"].endswith("immutable")
        assert (await nobody.get("/assets/../pages.py")).status_code == 404
        assert (await nobody.get("/assets/%2e%2e%2fpages.py")).status_code == 404
