"""Pay a person, send and open red packets, split a bill: in real browsers, by people who know one another."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.friends import PIN, Friend, befriend, page_of
from tests.browser.looking import PHONE, SMALL, OpenPage, axe, picture
from tests.live import Live

ZH: dict[str, Any] = {"language": "zh"}


@pytest.fixture(scope="module")
async def friends(live: Live) -> list[Friend]:
    """Three friends, of both brands of wallet."""
    return await befriend(
        live, ("林月", "林*", "lanhua"), ("王小明", "王*明", "zhuque"), ("Noor Haddad", "N*** H***", "lanhua")
    )


async def pin(page: Page) -> None:
    """Type the PIN on the pad's keys."""
    await page.get_by_role("dialog").wait_for()
    for digit in PIN:
        await page.get_by_role("dialog").get_by_role("button", name=digit, exact=True).click()


async def balance(live: Live, who: Friend) -> int:
    """What is in a friend's wallet."""
    async with live.client(Cookie=f"qianbao_session={who.cookie}") as http:
        found: int = (await http.get(f"/api/v1/accounts/{who.wallet}")).json()["balance"]
        return found


async def asked(live: Live, who: Friend, path: str, **body: Any) -> dict[str, Any]:
    """A command of a friend's over the API."""
    async with live.client(Cookie=f"qianbao_session={who.cookie}", Origin=live.url) as http:
        answer = await http.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told


async def test_the_home_grid_leads_to_people(open_page: OpenPage, live: Live, friends: list[Friend]) -> None:
    page = await page_of(open_page, live, friends[0], "/", language="zh")
    grid = page.get_by_role("navigation", name="服务")
    for scene, path in (
        ("转账", "/send"),
        ("红包", "/packets/new"),
        ("群收款", "/split/new"),
        ("收款码", "/receive"),
    ):
        await expect(grid.get_by_role("link", name=scene, exact=True)).to_have_attribute("href", path)


async def test_a_person_is_found_by_phone_seen_masked_and_paid(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    anna, ben, _ = friends
    before = await balance(live, ben)
    page = await page_of(open_page, live, anna, "/send", language="zh")
    await page.get_by_label("账号、名字或手机号").fill(ben.phone.removeprefix("+86"))
    await page.get_by_role("button", name="查找").click()
    await page.get_by_role("heading", name=ben.masked).wait_for()
    assert ben.name not in await page.content()
    await axe(page)
    await page.get_by_label("金额").fill("１２．３４")
    await page.get_by_label("备注（选填）").fill("面条 🍜")
    await page.get_by_role("button", name="转账 ¥12.34").click()
    await pin(page)
    await page.get_by_text(f"已转给 {ben.masked}").wait_for()
    await axe(page)
    assert await balance(live, ben) == before + 12_34

    await page.goto("/send")
    await page.get_by_role("button", name=re.compile(re.escape(ben.masked))).first.click()
    await page.get_by_role("heading", name=ben.masked).wait_for()


async def test_what_went_to_the_wrong_person_is_asked_back_and_given(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    anna, _, noor = friends
    sent = await asked(
        live,
        anna,
        "/personal-payments",
        wallet=str(anna.wallet),
        payee=str(noor.wallet),
        amount=30_00,
        pin=PIN,
    )
    before = await balance(live, anna)
    mine = await page_of(open_page, live, anna, f"/sent/{sent['id']}", language="zh")
    theirs = await page_of(open_page, live, noor, f"/sent/{sent['id']}")
    await theirs.get_by_text("Paid by 林*").wait_for()
    await mine.get_by_role("button", name="付错了人？").click()
    await mine.get_by_role("button", name="发送请求").click()
    await mine.get_by_text("已请对方退回，等对方同意").wait_for()
    await theirs.get_by_text("林* says this went to the wrong person").wait_for()  # by itself
    await axe(theirs)
    await theirs.get_by_role("button", name="Give back ¥30.00").click()
    await pin(theirs)
    await theirs.get_by_text("Given back in full").wait_for()
    await mine.get_by_text("已全额退回").wait_for()  # by itself
    assert await balance(live, anna) == before + 30_00


async def test_the_first_page_says_what_others_ask_and_leads_there(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    anna, ben, noor = friends
    page = await page_of(open_page, live, noor, "/")
    await page.get_by_text("Available").wait_for()
    waiting = page.get_by_role("region", name="Waiting for you")
    assert not await waiting.count()
    who = {"wallet": str(anna.wallet), "payee": str(noor.wallet), "pin": PIN}
    sent = await asked(live, anna, "/personal-payments", amount=45_00, **who)
    await asked(live, anna, f"/personal-payments/{sent['id']}/return-requests", reason="付错人了")
    member = [{"wallet": str(noor.wallet), "amount": 18_00}]
    for title in ("火锅", "Karaoke", "Taxi"):
        await asked(live, ben, "/collections", wallet=str(ben.wallet), title=title, members=member)
    await waiting.get_by_role("link", name=re.compile("林.* asks for money back.*¥45.00")).wait_for()  # live
    await waiting.get_by_role("button", name="1 more").click()
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        await picture(page, "wallet-waiting")
        await axe(page)
    await waiting.get_by_role("link", name=re.compile("王.*明 splits a bill.*Karaoke.*¥18.00")).click()
    await page.get_by_role("heading", name="Karaoke").wait_for()
    await page.get_by_role("button", name="Pay ¥18.00").click()
    await pin(page)
    await page.get_by_text("You paid ¥18.00").wait_for()
    await page.goto("/")
    await waiting.get_by_role("link", name=re.compile("Taxi")).wait_for()
    assert not await waiting.get_by_role("link", name=re.compile("Karaoke")).count()


async def test_a_code_with_an_amount_is_scanned_and_paid(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    anna, ben, _ = friends
    shown = await page_of(open_page, live, ben, "/receive", language="zh")
    await shown.get_by_role("button", name="设置金额").click()
    await shown.get_by_role("textbox", name="金额").fill("8.8")
    await shown.get_by_label("说明（选填）").fill("打车")
    await shown.get_by_role("button", name="生成").click()
    await shown.get_by_text("¥8.80").wait_for()
    await axe(shown)
    link = (
        await shown.get_by_role("img", name=re.compile("链接的二维码")).get_attribute("aria-label") or ""
    ).split(": ")[1]
    before = await balance(live, ben)
    page = await page_of(open_page, live, anna, link)
    await page.get_by_role("heading", name=ben.masked).wait_for()
    await page.get_by_text("打车").wait_for()
    await page.get_by_role("button", name="Pay ¥8.80").click()
    await pin(page)
    await page.get_by_text(f"Paid to {ben.masked}").wait_for()
    assert await balance(live, ben) == before + 8_80


async def test_a_red_packet_goes_out_in_four_touches_and_is_opened_by_one(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    before = sum([await balance(live, one) for one in friends])
    page = await page_of(open_page, live, friends[0], "/", language="zh")
    await page.get_by_role("link", name="红包", exact=True).click()  # 1
    await page.get_by_label("总金额").fill("88.88")
    await page.get_by_label("红包个数").fill("3")
    await page.get_by_label("祝福语").fill("新年快乐 🧧")
    await axe(page)
    await page.get_by_role("button", name="塞进红包").click()  # 2
    await pin(page)  # 3: the PIN
    await page.get_by_text("红包包好了").wait_for()
    path = "/r/" + page.url.rsplit("/r/", 1)[1].split("?")[0]
    assert path in (
        await page.get_by_role("img", name=re.compile("链接的二维码")).get_attribute("aria-label") or ""
    )
    await page.get_by_role("button", name="复制链接").click()  # 4

    for n, who in enumerate(friends[1:], 1):
        theirs = await page_of(open_page, live, who, path, language="zh" if n == 1 else "en")
        await theirs.get_by_role("button", name="打开红包" if n == 1 else "Open the red packet").dblclick()
        mine = theirs.get_by_role("listitem").filter(has_text="我" if n == 1 else "Me")
        await mine.wait_for()
        await expect(page.get_by_text(f"{n}/3 个")).to_be_visible()  # the sender sees it happen
        await axe(theirs)
    await page.goto(path)  # the sender opens the last one
    await page.get_by_role("button", name="打开红包").click()
    await page.get_by_text("手气最佳").wait_for()
    await expect(page.get_by_role("list").get_by_role("listitem")).to_have_count(3)
    assert sum([await balance(live, one) for one in friends]) == before

    await page.goto("/packets")
    await page.get_by_role("link", name=re.compile("新年快乐")).first.wait_for()


async def test_who_comes_late_is_told_and_a_bad_packet_is_not_sent(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    anna, ben, noor = friends
    sent = await asked(
        live, anna, "/red-packets", wallet=str(anna.wallet), kind="equal", amount=1_00, count=1, wish="quick"
    )
    late = await page_of(open_page, live, noor, f"/r/{sent['id']}")
    await late.get_by_role("button", name="Open the red packet").wait_for()
    await asked(live, ben, f"/red-packets/{sent['id']}/grabs", wallet=str(ben.wallet))
    seal = late.get_by_role("button", name="Open the red packet")
    if await seal.is_visible():
        await seal.click()
    await late.get_by_text("Too late, all shares are gone").wait_for()

    form = await page_of(open_page, live, anna, "/packets/new")
    send = form.get_by_role("button", name="Fill the packet")
    await form.get_by_label("How many shares").fill("3")
    for total, said in (("0.02", "At least ¥0.01 a share"), ("600.01", "At most ¥200.00 a share on average")):
        await form.get_by_label("Total").fill(total)
        await form.get_by_text(said).wait_for()
        await expect(send).to_be_disabled()
    await form.get_by_label("Total").fill("600")
    await expect(send).to_be_enabled()


async def test_a_reload_while_paying_finds_the_outcome_and_pays_once(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    anna, _, noor = friends
    before = await balance(live, noor)
    page = await page_of(open_page, live, anna, f"/send?to={noor.handle}")
    await page.get_by_role("heading", name=noor.masked).wait_for()

    held = asyncio.Event()

    async def lost(route: Route) -> None:
        await route.fetch()  # it arrives, and the answer is lost
        held.set()
        await asyncio.sleep(30)

    await page.route("**/api/v1/personal-payments", lost)
    await page.get_by_label("Amount").fill("5")
    await page.get_by_role("button", name="Pay ¥5.00").click()
    await pin(page)
    await held.wait()
    await page.unroute_all(behavior="ignoreErrors")
    await page.reload()
    await page.get_by_text(f"Paid to {noor.masked}").wait_for()
    assert await balance(live, noor) == before + 5_00


async def test_a_bill_is_split_among_three(open_page: OpenPage, live: Live, friends: list[Friend]) -> None:
    anna, *others = friends
    before = await balance(live, anna)
    page = await page_of(open_page, live, anna, "/split/new", language="zh")
    await page.get_by_label("这笔是什么").fill("周五的火锅")
    await page.get_by_label("总金额").fill("100")
    await page.get_by_label("一共几个人分").fill("3")
    await page.get_by_text("每人 ¥33.33").wait_for()
    await page.get_by_text("我自己承担 ¥33.34").wait_for()
    await axe(page)
    await page.get_by_role("button", name="发起收款").click()
    await page.get_by_text("0/2 人已付").wait_for()
    path = "/c/" + page.url.rsplit("/c/", 1)[1]
    for n, who in enumerate(others, 1):
        theirs = await page_of(open_page, live, who, path)
        await theirs.get_by_role("button", name="Pay ¥33.33").click()
        await pin(theirs)
        await theirs.get_by_text("You paid ¥33.33").wait_for()
        await axe(theirs)
        await page.get_by_text(f"{n}/2 人已付").wait_for()  # by itself
    await page.get_by_text("收齐了").wait_for()
    assert await balance(live, anna) == before + 66_66


async def test_named_people_are_asked_reminded_and_the_bill_is_ended(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    anna, ben, noor = friends
    page = await page_of(open_page, live, anna, "/split/new")
    await page.get_by_text("By name").click()
    await page.get_by_label("What is it for?").fill("Taxi")
    for who, amount in ((ben, "7"), (noor, "9.5")):
        await page.get_by_label("Account number, name or phone").fill(who.handle)
        await page.get_by_role("button", name="Add").click()
        await page.get_by_label(f"What {who.masked} pays").fill(amount)
    await page.get_by_text("Asks 2 people for ¥16.50 in all").wait_for()
    await axe(page)
    await page.get_by_role("button", name="Ask them").click()
    await page.get_by_role("button", name="Remind those who haven’t paid").click()
    await page.get_by_text("Last reminder: Today").wait_for()
    await page.get_by_role("button", name="Remind those who haven’t paid").click()
    await page.get_by_text("They were reminded a moment ago").wait_for()

    theirs = await page_of(open_page, live, ben, "/split")
    await theirs.get_by_text("Asked of me").click()
    await theirs.get_by_role("link", name=re.compile("Taxi")).click()
    await theirs.get_by_role("button", name="Pay ¥7.00").wait_for()
    await page.get_by_role("button", name="End it").click()
    await page.get_by_role("dialog").get_by_role("button", name="End it").click()
    await page.get_by_text("Ended", exact=True).wait_for()


async def test_nobody_and_nothing_are_said_plainly(
    open_page: OpenPage, live: Live, friends: list[Friend]
) -> None:
    page = await page_of(open_page, live, friends[0], "/send?to=nobody-of-this-name")
    await page.get_by_text("Nobody has that number or name. Check it.").wait_for()
    await page.goto("/r/00000000-0000-0000-0000-000000000005")
    await page.get_by_text("There is no such red packet.").wait_for()
    await page.goto("/c/00000000-0000-0000-0000-000000000005")
    await page.get_by_text("There is no such bill for you.").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_pages_look_right_everywhere(
    open_page: OpenPage, live: Live, friends: list[Friend], language: str, theme: str
) -> None:
    anna, ben, noor = friends
    zh = language == "zh"
    packet = await asked(
        live, anna, "/red-packets", wallet=str(anna.wallet), kind="lucky", amount=88_88, count=3,
        wish="恭喜发财，大吉大利" if zh else "Happy new year",
    )  # fmt: skip
    split = await asked(
        live, anna, "/collections", wallet=str(anna.wallet), title="周五的火锅" if zh else "Friday’s hotpot",
        each=33_33, people=2,
    )  # fmt: skip
    await asked(live, noor, f"/collections/{split['id']}/payments", wallet=str(noor.wallet), pin=PIN)
    sent = await asked(
        live, anna, "/personal-payments", wallet=str(anna.wallet), payee=str(ben.wallet), amount=66_00,
        note="晚饭" if zh else "Dinner", pin=PIN,
    )  # fmt: skip
    look: dict[str, Any] = {"language": language, "theme": theme, "size": PHONE}
    page = await page_of(open_page, live, anna, "/send", **look)
    theirs = await page_of(open_page, live, ben, f"/r/{packet['id']}", **look)

    async def shot(where: Page, name: str) -> None:
        await where.get_by_role("heading").first.wait_for()
        await where.wait_for_load_state("networkidle")
        await axe(where)
        await picture(where, f"wallet-{name}")
        await where.set_viewport_size(SMALL)
        wide = await where.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await where.set_viewport_size(PHONE)
        assert wide, f"{name} is wider than a small phone"

    await shot(page, "find")
    for path, name in (
        (f"/sent/{sent['id']}", "sent"),
        ("/receive", "receive"),
        (f"/r/{packet['id']}?fresh=1", "packet-sent"),
        (f"/c/{split['id']}", "split"),
        ("/packets", "packets"),
        ("/split", "splits"),
    ):
        await page.goto(path)
        await shot(page, name)
    await page.goto(f"/send?to={ben.handle}")
    await page.get_by_label("金额" if zh else "Amount").fill("66")
    await shot(page, "send")
    await page.goto("/packets/new")
    await page.get_by_label("总金额" if zh else "Total").fill("88.88")
    await page.get_by_label("红包个数" if zh else "How many shares").fill("8")
    await shot(page, "packet-new")
    await page.goto("/split/new")
    await page.get_by_label("这笔是什么" if zh else "What is it for?").fill(
        "周五的火锅" if zh else "Friday’s hotpot"
    )
    await page.get_by_label("总金额" if zh else "The whole bill").fill("100")
    await page.get_by_label("一共几个人分" if zh else "Shared by how many").fill("3")
    await shot(page, "split-new")

    await shot(theirs, "packet-closed")
    await asked(live, noor, f"/red-packets/{packet['id']}/grabs", wallet=str(noor.wallet))
    await asked(live, anna, f"/red-packets/{packet['id']}/grabs", wallet=str(anna.wallet))
    await theirs.get_by_role("button", name="打开红包" if zh else "Open the red packet").click()
    await theirs.get_by_text("手气最佳" if zh else "Luckiest").wait_for()
    await shot(theirs, "packet-opened")
