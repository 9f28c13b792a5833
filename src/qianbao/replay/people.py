"""Names to draw people and shops from: common Chinese surnames and given names. Nobody real is meant."""

from __future__ import annotations

import re
from random import Random
from typing import Final

_SURNAMES: Final = (
    "王wang李li张zhang刘liu陈chen杨yang黄huang赵zhao吴wu周zhou徐xu孙sun马ma朱zhu胡hu郭guo何he林lin高gao罗luo"
    "郑zheng梁liang谢xie宋song唐tang许xu韩han邓deng冯feng曹cao彭peng曾zeng肖xiao田tian董dong潘pan袁yuan蔡cai"
    "蒋jiang余yu于yu杜du叶ye程cheng魏wei苏su吕lv丁ding任ren卢lu姚yao沈shen钟zhong姜jiang崔cui谭tan陆lu范fan"
    "汪wang廖liao石shi金jin韦wei贾jia夏xia付fu方fang"
)
_SURNAME: Final = re.findall(r"([^a-z])([a-z]+)", _SURNAMES)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志红文辉鹏斌玲燕飞雪梅云帆晨宇欣怡子涵浩然梓萱"
    "思琪嘉豪雨桐佳慧俊凯婷婷晓东春梅海燕小龙丹阳博文天佑一鸣若曦诗涵心怡"
)
_CHAIN_FIRST: Final = "丰禾百稻禾家惠邻福畦永稔新苗隆穗美稻乐蔬康穗金垄绿井甜井四畦长垄东畦和穗鲜渡广禾晨垄"

CHAINS: Final = len(_CHAIN_FIRST) // 2
SHOP_KINDS: Final = (("便利", "5499"), ("超市", "5411"), ("会员店", "5300"))
"""Small, middling and large baskets → the kind of shop and its category (ISO 18245)."""


def person_name(random: Random) -> tuple[str, str]:
    """A person's name, and the surname in Latin letters."""
    surname, latin = random.choice(_SURNAME)
    given = "".join(random.choice(_GIVEN) for _ in range(random.choice((1, 2, 2))))
    return surname + given, latin


def chain_name(number: int) -> str:
    """The name of the shop chain of that number, below `CHAINS`: invented, two signs each."""
    return _CHAIN_FIRST[2 * number :][:2]
