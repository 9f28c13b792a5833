"""A reading of bills in the terminal: files and their sums, the picture, what was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from qianbao.insight.bills import words
from qianbao.insight.bills.words import Language, yuan

if TYPE_CHECKING:
    from qianbao.insight.bills.drawing import Named, Picture
    from qianbao.insight.bills.models import Check
    from qianbao.insight.bills.service import Reading

BAR: Final = 12
MONTH_WIDTH: Final = 12
REST_WIDTH: Final = 42
"""Columns of a terminal that a month takes, and what stands before the months."""
ASIDE_SHOWN: Final = 20


def show(out: Console, reading: Reading, language: Language) -> None:
    """Print all of it."""

    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    _files(out, reading, language)
    bills, doubles, feet = len(reading.bills), len(reading.doubles), reading.foot
    aside = sum(bool(one.line) for one in reading.aside)
    out.print(
        say(
            f"{reading.rows:,} 行 = {bills:,} 笔 + {doubles:,} 笔重复 + {aside:,} 行未读懂"
            f" + {feet:,} 行文件尾：一行不少。",
            f"{reading.rows:,} rows = {bills:,} bills + {doubles:,} counted already + {aside:,} set aside"
            f" + {feet:,} of the files' feet: nothing lost.",
        )
    )
    if reading.picture is not None:
        _picture(out, reading.picture, language)
    if reading.aside:
        table = Table(
            say("文件", "file"), say("行", "line"), say("原因", "why"), say("内容", "row"),
            title=say("未读懂的行", "Set aside"), title_justify="left",
        )  # fmt: skip
        for one in reading.aside[:ASIDE_SHOWN]:
            why = words.pick(words.REASONS[one.reason], language)
            table.add_row(
                escape(one.file), str(one.line or ""), f"{why}: {escape(one.detail)}", escape(one.row[:80])
            )
        out.print(table)
        if len(reading.aside) > ASIDE_SHOWN:
            out.print(say("其余见 --json", "The rest is in --json"))


def _files(out: Console, reading: Reading, language: Language) -> None:
    for one in reading.statements:
        source = words.pick(words.SOURCES[one.source], language)
        out.print(f"[bold]{escape(one.file)}[/bold]  {source}, {one.encoding}")
        for check in one.checks:
            out.print(f"  {_check(check, language)}")


def _check(check: Check, language: Language) -> str:
    stated = check.told
    amount = "" if stated.amount is None else f" {yuan(stated.amount)}"
    if check.agrees:
        agrees = "与文件自述一致" if language == "zh" else "as the file says"
        return f"[green]✓[/green] {stated.name} {stated.count}{amount} {agrees}"
    held = "" if stated.amount is None else f" {yuan(check.amount)}"
    rows = f"行里有 {check.count}{held}" if language == "zh" else f"the rows hold {check.count}{held}"
    return (
        f"[yellow]≠[/yellow] {stated.name} {stated.count}{amount}; {rows}: {words.why(check.why, language)}"
    )


def _picture(out: Console, picture: Picture, language: Language) -> None:
    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    out.print()
    out.print(
        say(
            f"[bold]{picture.since} 至 {picture.until}：花了 {yuan(picture.spent)}[/bold]，"
            f"收入 {yuan(picture.income)}，自己的钱挪动 {yuan(picture.moved)}（不算花费），"
            f"已退 {yuan(picture.refunded)}",
            f"[bold]{picture.since} to {picture.until}: spent {yuan(picture.spent)}[/bold], came in"
            f" {yuan(picture.income)}, own money moved {yuan(picture.moved)} (no spending), refunded"
            f" {yuan(picture.refunded)}",
        )
    )
    if picture.returned:
        out.print(
            say(
                f"另有 {yuan(picture.returned)} 是这些文件之外的购买退回的，没有从花费里扣。",
                f"{yuan(picture.returned)} came back for purchases outside these files: not taken off.",
            )
        )
    months = max((out.width - REST_WIDTH) // MONTH_WIDTH, 1)
    out.print(_categories(picture, language, months))
    out.print(_merchants(picture, language))
    latest, usual = picture.latest, picture.latest.usual
    if usual is not None:
        spent, so_far = yuan(latest.spent), yuan(usual.so_far)
        out.print(
            say(
                f"{latest.month:%Y-%m} 截至 {latest.until:%m-%d}：{spent}，往月同期 {so_far}",
                f"{latest.month:%Y-%m} up to {latest.until:%m-%d}: {spent}, usual by then {so_far}",
            )
        )
    if picture.next_month is not None:
        low, point, high = (
            yuan(one) for one in (picture.next_month.low, picture.next_month.point, picture.next_month.high)
        )
        out.print(
            say(
                f"下个月大约 {point}，五个月里有四个月在 {low} 到 {high} 之间",
                f"Next month about {point}; four months of five are between {low} and {high}",
            )
        )
    if picture.recurring:
        table = Table(
            say("按期的付款", "comes again"), say("每次", "each"), say("每隔", "every"), say("下次", "next"),
            say("一年", "a year"), box=None,
        )  # fmt: skip
        for one in picture.recurring:
            days = say(f"{one.period_days} 天", f"{one.period_days} days")
            table.add_row(escape(one.merchant), yuan(one.amount), days, str(one.next), yuan(one.a_year))
        out.print(table)


def _categories(picture: Picture, language: Language, shown: int) -> Table:
    months = picture.months[-shown:]
    table = Table("分类" if language == "zh" else "category", box=None)
    table.add_column("合计" if language == "zh" else "sum", justify="right")
    table.add_column("")
    for month in months:
        table.add_column(f"{month.month:%Y-%m}", justify="right")
    most = max((one.spent for one in picture.categories), default=0) or 1
    for one in picture.categories:
        _row(table, one, words.category(one.name, language), most, len(months))
    table.add_row(
        "合计" if language == "zh" else "sum",
        yuan(picture.spent),
        "",
        *(yuan(one.spent) for one in months),
        style="bold",
    )
    return table


def _row(table: Table, one: Named, name: str, most: int, months: int) -> None:
    bar = "█" * max(round(one.spent * BAR / most), 1 if one.spent > 0 else 0)
    table.add_row(
        name, yuan(one.spent), f"[cyan]{bar}[/cyan]", *(yuan(month) for month in one.by_month[-months:])
    )


def _merchants(picture: Picture, language: Language) -> Table:
    table = Table("商户" if language == "zh" else "merchant", box=None)
    table.add_column("花费" if language == "zh" else "spent", justify="right")
    table.add_column("笔" if language == "zh" else "times", justify="right")
    for one in picture.merchants:
        table.add_row(escape(one.name or "-"), yuan(one.spent), f"{one.records:,}")
    return table
