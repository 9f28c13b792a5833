"""A line of the log of reading in words, pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qianbao.insight.purposes import Purpose, Words
from qianbao.insight.rights.reads.models import Data, Seen
from qianbao.insight.rights.reads.store import MYSELF

READERS: Final[Mapping[str, Words]] = {
    MYSELF: Words("你", "You"),
    "worker": Words("网络的后台程序", "The network's own worker"),
    "api": Words("网络的服务程序", "The network's server"),
    "cli": Words("网络的维护人员（命令行）", "Somebody who runs the network, at the command line"),
    "notebook": Words("网络的数据分析人员（笔记本）", "A data scientist of the network, in a notebook"),
}
OTHERS: Final = Words("网络的程序", "A program of the network")
WHAT: Final[Mapping[str, Words]] = {
    Data.RECORDS: Words("消费记录", "records of what was paid"),
    Data.SCORES: Words("模型评分", "scores"),
    Data.FEATURES: Words("由记录算出的特征", "figures that are kept up to date"),
    Data.BEHAVIOUR: Words("别处的订单、浏览搜索和关系", "orders, searches and contacts elsewhere"),
    Data.EVERYTHING: Words("所存的全部数据", "all that is kept"),
}
FOR: Final[Mapping[str, Words]] = {
    Purpose.PICTURE: Words("消费画像", "the picture of what you spend"),
    Purpose.STATISTICS: Words("人群数字和模型", "figures of groups and the models"),
    Purpose.OFFERS: Words("你去过的店的优惠", "offers of shops where you have paid"),
    Purpose.RIGHTS: Words("行使你的权利", "your rights"),
}


def told(seen: Seen) -> Words:
    """Who read what, for what."""
    reader = READERS.get(seen.reader, OTHERS)
    what, purpose = WHAT[seen.data], FOR[seen.purpose]
    if seen.own:
        return Words(
            f"{reader.zh}为「{purpose.zh}」读了你的{what.zh} {seen.rows} 条。",
            f"{reader.en} read {seen.rows} of your {what.en}, for {purpose.en}."
            if seen.data != Data.EVERYTHING
            else f"{reader.en} took along {what.en} of you: {seen.rows} lines, for {purpose.en}.",
        )
    return Words(
        f"{reader.zh}为「{purpose.zh}」读了 {seen.people} 人的{what.zh}，其中有你的。",
        f"{reader.en} read the {what.en} of {seen.people} people, for {purpose.en}. Yours were among them.",
    )
