"""Words that say what a bill was for, whoever the merchant is. The first line that fits decides."""

from __future__ import annotations

import re
from typing import Final

PEOPLE_KINDS: Final = re.compile(r"^(转账|微信红包|群收款|亲属卡交易|赞赏码|分分捐)")
"""WeChat's types by which people pay people, whatever they write beside it."""
STALL_KINDS: Final = re.compile(r"^(扫二维码付款|二维码收款)")
"""A QR that is scanned may be a stall's: its words go before it."""

RULES: Final[tuple[tuple[str, str], ...]] = (
    (
        r"话费|流量|宽带|水费|电费|燃气|供电|自来水|国家电网|中国移动|中国联通|中国电信|手机充值|有线电视",
        "bills",
    ),
    (r"物业|房租|租金|公寓|家具|家居|宜家|装修|五金|建材|灯具|床品", "home"),
    (r"医院|诊所|药店|药房|大药房|门诊|体检|口腔|牙科|眼科|医保|卫生院|处方", "health"),
    (r"学费|培训|课程|大学|中学|小学|幼儿园|教育|驾校|考试|网课|教材", "education"),
    (r"酒店|宾馆|民宿|机票|航空|旅行|旅游|景区|门票|火车票|铁路12306|携程|去哪儿|飞猪|客栈", "travel"),
    (
        r"地铁|公交|出行|打车|出租|滴滴|单车|哈啰|停车|加油|高速|通行费|ETC|充电桩|石化|石油|轮渡|乘车|洗车|汽修|代驾|顺风车",
        "transport",
    ),
    (
        r"咖啡|奶茶|餐|饭|面馆|拉面|牛肉面|火锅|烧烤|小吃|快餐|食堂|茶饮|酒楼|烤鱼|烤肉|麻辣|包子|饺子|粥|米线|米粉|披萨|汉堡|炸鸡|寿司|料理"
        r"|外卖|饿了么|蛋糕|甜品|面包|烘焙|小炒|串串|冒菜|沙县|麦当劳|肯德基|星巴克|蜜雪冰城|早点|豆浆|酒吧|酸菜鱼|小龙虾|煎饼|饮品",
        "dining",
    ),
    (
        r"超市|便利店|菜市场|生鲜|买菜|水果|蔬菜|粮油|罗森|全家|7-ELEVEN|盒马|山姆|沃尔玛|永辉|大润发|零食|肉铺|副食|杂货|农贸|鲜奶",
        "groceries",
    ),
    (
        r"电影|影城|影院|KTV|游戏|健身|游泳|视频会员|音乐|会员|网吧|剧本|密室|演出|书店|图书|体育|球馆|瑜伽|直播|爱奇艺|腾讯视频"
        r"|哔哩哔哩|优酷|Steam|桌游|博物馆|剧院|演唱会|滑雪|台球|羽毛球",
        "leisure",
    ),
    (
        r"快递|速运|理发|美发|美容|洗衣|干洗|家政|保洁|维修|保险|打印|证照|手续费|服务费|律师|搬家|开锁|摄影|美甲|宠物医院",
        "services",
    ),
    (
        r"服饰|服装|鞋|箱包|数码|手机|电脑|淘宝|天猫|京东|拼多多|唯品会|商城|旗舰店|化妆|护肤|美妆|母婴|玩具|家电|优衣库|百货|商场"
        r"|珠宝|眼镜|手表|文具|宠物用品|商店|购物",
        "shopping",
    ),
)
"""Pattern, kind."""
_RULES: Final = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in RULES)


def of_words(written: str) -> str | None:
    """The kind that the words name, or None."""
    return next((kind for pattern, kind in _RULES if pattern.search(written)), None)


def between_people(kind: str) -> bool:
    """Whether WeChat's type says that a person was paid."""
    return bool(PEOPLE_KINDS.search(kind))


def of_kind(kind: str) -> str | None:
    """The kind that WeChat's type leaves where no word says more, or None."""
    return "people" if STALL_KINDS.search(kind) else None
