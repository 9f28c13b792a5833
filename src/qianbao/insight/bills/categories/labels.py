"""Labels that exports carry (Alipay's and JD's 交易分类), as kinds of spending."""

from __future__ import annotations

from typing import Final

from qianbao.insight.bills.words import CATEGORIES

LABELS: Final[dict[str, str]] = {
    "餐饮美食": "dining",
    "服饰装扮": "shopping",
    "服饰内衣": "shopping",
    "鞋靴箱包": "shopping",
    "日用百货": "groceries",
    "食品酒饮": "groceries",
    "生鲜": "groceries",
    "清洁纸品": "groceries",
    "家居家装": "home",
    "家居用品": "home",
    "家用电器": "home",
    "住房物业": "home",
    "数码电器": "shopping",
    "手机通讯": "shopping",
    "电脑办公": "shopping",
    "美妆护肤": "shopping",
    "个护美妆": "shopping",
    "母婴亲子": "shopping",
    "母婴用品": "shopping",
    "宠物": "shopping",
    "网购": "shopping",
    "运动户外": "leisure",
    "文化休闲": "leisure",
    "图书文娱": "leisure",
    "美容美发": "services",
    "生活服务": "services",
    "公共服务": "services",
    "商业服务": "services",
    "互助保障": "services",
    "保险": "services",
    "交通出行": "transport",
    "爱车养车": "transport",
    "酒店旅游": "travel",
    "教育培训": "education",
    "医疗健康": "health",
    "医疗保健": "health",
    "充值缴费": "bills",
    "转账红包": "people",
    "亲友代付": "people",
    "公益捐赠": "people",
}
"""其他, 退款, 投资理财 and the like say nothing of what was bought."""


def of_label(label: str) -> str | None:
    """The kind of a label, or None where it says nothing."""
    return LABELS.get(label.strip())


def of_name(written: str) -> str | None:
    """A category as a person writes it: our own name in either language, or an export's label."""
    wanted = written.strip().casefold()
    for name, (chinese, english) in CATEGORIES.items():
        if wanted in {name, chinese, english.casefold()}:
            return name
    return of_label(written)
