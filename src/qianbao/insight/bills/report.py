"""The picture as one HTML file: no script, no request to anywhere, readable on paper. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from qianbao.insight.bills import words
from qianbao.insight.bills.drawing import Picture
from qianbao.insight.bills.models import Check, Statement
from qianbao.insight.bills.service import Reading
from qianbao.insight.bills.words import Language, yuan

WIDTH, ROW, CHART = 720, 26, 180
RECURRING_HEADS: Final = ("merchant", "each", "days", "next", "a year")
STYLE: Final = """
:root{color-scheme:light dark;--ink:#22201c;--soft:#6d675e;--paper:#fbfaf7;--line:#ddd8cf;--bar:#2f7d6b}
@media(prefers-color-scheme:dark){:root{--ink:#ece8e1;--soft:#a39c91;--paper:#1b1a18;--line:#3a3733;--bar:#5fb8a2}}
body{margin:0 auto;padding:24px;max-width:760px;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px}p{margin:6px 0}.soft{color:var(--soft)}
.sum{font-size:40px;font-weight:600;font-variant-numeric:tabular-nums;margin:12px 0 0}
table{border-collapse:collapse;width:100%;font-size:14px}
td,th{padding:5px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font-size:13px}svg .soft{fill:var(--soft)}
svg rect{fill:var(--bar)}summary{cursor:pointer;color:var(--soft)}
"""


def report(reading: Reading, language: Language) -> str:
    """The whole page."""

    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    title = say("我的账单", "My bills")
    parts = [f"<h1>{title}</h1>", *_files(reading, language)]
    if reading.picture is not None:
        parts[1:1] = _picture(reading.picture, language)
    if reading.aside:
        rows = [
            (escape(one.file), str(one.line or ""), escape(words.pick(words.REASONS[one.reason], language)),
             escape(one.row[:120]))
            for one in reading.aside
        ]  # fmt: skip
        parts.append(f"<h2>{say('没有读懂的行', 'Set aside')}</h2>")
        heads = (say("文件", "file"), say("行", "line"), say("原因", "why"), say("内容", "row"))
        parts.append(_table(heads, rows))
    lang = "zh-CN" if language == "zh" else "en"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _picture(picture: Picture, language: Language) -> Iterable[str]:
    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    yield f'<p class="soft">{picture.since} – {picture.until}</p><p class="sum">{yuan(picture.spent)}</p>'
    told = (
        (say("收入", "came in"), picture.income),
        (say("自己的钱挪动（不算花费）", "own money moved (no spending)"), picture.moved),
        (say("退款（已扣）", "refunded (taken off)"), picture.refunded),
        (say("文件之外的购买退回（未扣）", "came back for purchases outside these files"), picture.returned),
        (say("手续费", "fees"), picture.fees),
    )
    yield f'<p class="soft">{" · ".join(f"{name} {yuan(amount)}" for name, amount in told if amount)}</p>'
    months = [(f"{one.month:%Y-%m}", one.spent) for one in picture.months]
    yield f"<h2>{say('每个月', 'By month')}</h2>{_columns(months)}"
    yield _behind(say("月份", "month"), months, language)
    kinds = [(words.category(one.name, language), one.spent) for one in picture.categories]
    yield f"<h2>{say('花在哪里', 'By category')}</h2>{_bars(kinds)}"
    names = [(one.name or "–", one.spent) for one in picture.merchants]
    yield f"<h2>{say('去得最多的商户', 'Top merchants')}</h2>{_bars(names)}"
    if picture.next_month is not None:
        low, point, high = (
            yuan(one) for one in (picture.next_month.low, picture.next_month.point, picture.next_month.high)
        )
        yield f"<h2>{say('下个月', 'Next month')}</h2>"
        yield say(
            f"<p>大约 {point}；五个月里有四个月在 {low} 到 {high} 之间。</p>",
            f"<p>About {point}; four months of five are between {low} and {high}.</p>",
        )
    if picture.recurring:
        heads = ("商户", "每次", "天", "下次", "一年") if language == "zh" else RECURRING_HEADS
        rows = [
            (escape(one.merchant), yuan(one.amount), str(one.period_days), str(one.next), yuan(one.a_year))
            for one in picture.recurring
        ]
        yield f"<h2>{say('按期的付款', 'Comes again')}</h2>{_table(heads, rows)}"


def _files(reading: Reading, language: Language) -> Iterable[str]:
    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    yield f"<h2>{say('文件', 'Files')}</h2>"
    aside = sum(bool(one.line) for one in reading.aside)
    parts = (len(reading.bills), len(reading.doubles), aside, reading.foot)
    yield say(
        "<p>{0:,} 行 = {1:,} 笔 + {2:,} 笔重复 + {3:,} 行未读懂 + {4:,} 行文件尾</p>",
        "<p>{0:,} rows = {1:,} bills + {2:,} counted already + {3:,} set aside + {4:,} of the feet</p>",
    ).format(reading.rows, *parts)
    heads = (say("文件", "file"), say("自述", "it says"), say("行里", "its rows"), "")
    yield _table(heads, [row for one in reading.statements for row in _stated(one, language)])


def _stated(one: Statement, language: Language) -> Iterable[tuple[str, ...]]:
    source = words.pick(words.SOURCES[one.source], language)
    yield f"<b>{escape(one.file)}</b> {source}", "", f"{len(one.bills):,}", ""
    for check in one.checks:
        stated = f"{check.told.count:,} {'' if check.told.amount is None else yuan(check.told.amount)}"
        why = "✓" if check.agrees else escape(words.why(check.why, language))
        yield escape(check.told.name), stated, _held(check), why


def _held(check: Check) -> str:
    return f"{check.count:,} {'' if check.told.amount is None else yuan(check.amount)}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; its cells are HTML already, and all but the first stand to the right."""

    def line(cells: Sequence[str], tag: str) -> str:
        first = f"<{tag}>{cells[0]}</{tag}>"
        return f"<tr>{first}{''.join(f'<{tag} class=n>{cell}</{tag}>' for cell in cells[1:])}</tr>"

    return f"<table>{line(heads, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _behind(head: str, pairs: Sequence[tuple[str, int]], language: Language) -> str:
    name = "数字" if language == "zh" else "Numbers"
    rows = [(escape(one), yuan(amount)) for one, amount in pairs]
    return f"<details><summary>{name}</summary>{_table((head, '¥'), rows)}</details>"


def _bars(pairs: Sequence[tuple[str, int]]) -> str:
    """Bars from the left, each with its name and amount."""
    most = max((amount for _, amount in pairs), default=0) or 1
    room = WIDTH - 300
    long = [max(amount, 0) * room // most for _, amount in pairs]
    drawn = "".join(
        f'<text x="0" y="{place * ROW + 17}">{escape(name[:14])}</text>'
        f'<rect x="170" y="{place * ROW + 5}" width="{long[place]}" height="16" rx="3"/>'
        f'<text class="soft" x="{178 + long[place]}" y="{place * ROW + 18}">{yuan(amount)}</text>'
        for place, (name, amount) in enumerate(pairs)
    )
    return f'<svg viewBox="0 0 {WIDTH} {len(pairs) * ROW + 6}" role="img">{drawn}</svg>'


def _columns(pairs: Sequence[tuple[str, int]]) -> str:
    """Columns over time; names under as many as have room."""
    most = max((amount for _, amount in pairs), default=0) or 1
    step = WIDTH / max(len(pairs), 1)
    every = -(-len(pairs) * 62 // WIDTH)
    drawn = ""
    for place, (name, amount) in enumerate(pairs):
        tall = max(amount, 0) * (CHART - 40) // most
        left = place * step
        box = f'x="{left + step * 0.15:.1f}" y="{CHART - 22 - tall}" width="{step * 0.7:.1f}" height="{tall}"'
        drawn += f'<rect {box} rx="3"/>'
        if place % max(every, 1) == 0:
            drawn += f'<text class="soft" x="{left + 2:.1f}" y="{CHART - 4}">{escape(name)}</text>'
    return f'<svg viewBox="0 0 {WIDTH} {CHART}" role="img">{drawn}</svg>'
