"""What a bill was for, and who said so."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from qianbao.insight.bills.categories import corrections, rules, templates
from qianbao.insight.bills.categories.deciding import decided
from qianbao.insight.bills.categories.labels import LABELS, of_name
from qianbao.insight.bills.categories.model import SURE, fit
from qianbao.insight.bills.errors import BillsCorrectionsMalformed
from qianbao.insight.bills.merchants import merchant
from qianbao.insight.bills.models import Bill, By
from qianbao.insight.bills.reading import statement
from qianbao.insight.bills.words import CATEGORIES
from tests.insight.bills import exports, lives

UNSEEN = {
    "dining": "老刘家羊肉粉 津味鲜包 阿婆豆花 川香冒菜 渔歌烤鱼 晨光早点铺 南门涮肉 椰子鸡 柠檬茶 手工酸奶",
    "groceries": "每日鲜果 农家土鸡蛋 惠民生鲜 海味干货行 社区菜店 鲜花饼零食",
    "shopping": "云裳女装 步行者运动鞋 极光数码配件 小熊童装 雅致饰品",
    "transport": "平安停车 市民公交卡 快电充电 路路通洗车 长途客运",
    "travel": "云水间民宿 青山景区门票 星程酒店 南航机票",
    "home": "安居物业 木语家具 亮堂灯饰 好管家五金",
    "bills": "浙江电信 城北供水 华能供热 宽带续费",
    "health": "瑞康齿科 仁心药房 市第三医院 康民诊所",
    "education": "启明培训 小天使幼儿园 金榜教育 安全驾校",
    "leisure": "星光影城 力量健身房 海浪游泳馆 大玩家电玩",
    "services": "速达快递 雅丝美发 洁净洗衣 顺发搬家",
}
"""Names of shops that are in no list here, as people would sort them."""


def bill(name: str, *, description: str = "", label: str = "", kind: str = "商户消费") -> Bill:
    """A purchase there."""
    row = (
        "2024-03-09 10:00:00",
        kind,
        name,
        description,
        "支出",
        "¥10.00",
        "零钱",
        "支付成功",
        "1",
        "2",
        "/",
    )
    [one] = statement("w.csv", exports.wechat([row])).bills
    return msgspec.structs.replace(one, label=label)


def sorted_as(one: Bill, **said: str) -> tuple[str, By]:
    """Its category, and what named it."""
    [found] = decided([one], said)
    return found.category, found.category_by


def test_an_exports_own_label_goes_before_words() -> None:
    assert sorted_as(bill("海底捞火锅", label="日用百货")) == ("groceries", By.LABEL)
    assert sorted_as(bill("海底捞火锅", label="其他")) == ("dining", By.RULE)
    assert set(LABELS.values()) <= set(CATEGORIES)


def test_a_correction_goes_before_everything_and_holds_for_every_branch() -> None:
    said = corrections.said(["老街牛肉面馆(三店)=购物"])
    assert sorted_as(bill("老街牛肉面馆(西湖店)", label="餐饮美食"), **said) == ("shopping", By.CORRECTION)


def test_a_correction_is_learned_from_for_merchants_with_a_like_name() -> None:
    odd = [bill(f"栖迟{one}") for one in ("甲", "乙")]
    before = [one.category for one in decided(odd, {})]
    after = decided(odd, {merchant("栖迟丙"): "education", merchant("栖迟丁"): "education"})
    assert [one.category for one in after] == ["education"] * 2 != before
    assert {one.category_by for one in after} == {By.MODEL}


def test_the_persons_own_labelled_rows_are_learned_from() -> None:
    labelled = [bill(f"拾光里{one}", label="教育培训") for one in "甲乙丙丁戊"]
    found = decided([*labelled, bill("拾光里己")], {})
    assert (found[-1].category, found[-1].category_by) == ("education", By.MODEL)


def test_a_transfer_is_to_people_whatever_they_write_beside_it() -> None:
    assert sorted_as(bill("小李", description="火锅钱", kind="转账"))[0] == "people"
    assert sorted_as(bill("牛肉面", kind="扫二维码付款"))[0] == "dining"


def test_income_and_own_money_have_no_category() -> None:
    bills = decided(statement("a.csv", exports.alipay(lives.ALIPAY_ROWS)).bills, {})
    assert {one.category for one in bills if one.flow in ("income", "internal")} == {""}
    assert "" not in {one.category for one in bills if one.flow == "spending"}


def test_names_that_were_never_seen_are_mostly_sorted_as_people_would() -> None:
    pairs = [(name, kind) for kind, names in UNSEEN.items() for name in names.split()]
    listed = {
        word
        for name in ("shops.txt", "brands.txt")
        for some in templates.listed(name).values()
        for word in some
    }
    assert not listed & {name for name, _ in pairs}
    told = fit().kinds([name for name, _ in pairs])
    right = sum(kind == said for (_, kind), (said, _) in zip(pairs, told, strict=True))
    assert right / len(pairs) >= 0.85, f"{right} of {len(pairs)}"
    sure = [kind == said for (_, kind), (said, likely) in zip(pairs, told, strict=True) if likely >= SURE]
    assert sum(sure) / len(sure) >= 0.88
    assert (
        sum(
            (rules.of_words(name) or said) == kind
            for (name, kind), (said, _) in zip(pairs, told, strict=True)
        )
        >= right
    )


def test_a_file_of_corrections_is_read_as_a_person_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "merchant,category\n老街牛肉面馆,餐饮\n\n橙子家居,Home\n小城便利店,日用百货\n", encoding="gb18030"
    )
    said = corrections.read(path)
    assert said == {"老街牛肉面馆": "dining", "橙子家居": "home", "小城便利店": "groceries"}
    path.write_text(corrections.written(said))
    assert corrections.read(path) == said
    assert corrections.read(tmp_path / "none.csv") == {}


@pytest.mark.parametrize("text", ["no equals sign", "=餐饮", "老街=宇宙"])
def test_a_malformed_correction_is_refused(text: str) -> None:
    with pytest.raises(BillsCorrectionsMalformed):
        corrections.said([text])


def test_a_category_is_named_in_both_languages() -> None:
    for name, (chinese, english) in CATEGORIES.items():
        assert of_name(chinese) == of_name(english) == of_name(name.upper()) == name
