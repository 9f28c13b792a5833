"""One name for one merchant: without branch, company form, number and the wallet's own prefix. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

ALIASES: Final[tuple[tuple[str, str], ...]] = (
    (r"金拱门|麦当劳|mcdonald", "麦当劳"),
    (r"肯德基|\bkfc\b", "肯德基"),
    (r"瑞幸|luckin", "瑞幸咖啡"),
    (r"星巴克|starbucks", "星巴克"),
    (r"拉扎斯|饿了么", "饿了么"),
    (r"三快|美团|大众点评", "美团"),
    (r"滴滴|嘀嘀", "滴滴出行"),
    (r"京东|\bjd\.com\b", "京东"),
    (r"淘宝|天猫", "淘宝"),
    (r"拼多多", "拼多多"),
    (r"12306|中国铁路", "铁路12306"),
    (r"中国移动|移动通信|^10086", "中国移动"),
    (r"中国联通|^10010", "中国联通"),
    (r"中国电信|^10000$", "中国电信"),
    (r"国家电网|国网|供电", "国家电网"),
    (r"盒马", "盒马"),
    (r"全家|familymart", "全家"),
    (r"罗森|lawson", "罗森"),
    (r"7-?eleven|7-11|柒一拾壹", "7-ELEVEN"),
    (r"山姆会员", "山姆会员商店"),
    (r"沃尔玛|walmart", "沃尔玛"),
    (r"中国石化|中石化|sinopec", "中国石化"),
    (r"中国石油|中石油", "中国石油"),
    (r"apple|苹果|itunes", "Apple"),
    (r"哈啰|哈罗", "哈啰"),
    (r"叮咚买菜|壹佰米", "叮咚买菜"),
    (r"蜜雪冰城", "蜜雪冰城"),
    (r"爱奇艺", "爱奇艺"),
    (r"腾讯视频", "腾讯视频"),
    (r"哔哩哔哩|bilibili", "哔哩哔哩"),
    (r"网易云音乐", "网易云音乐"),
    (r"顺丰", "顺丰速运"),
)
"""Names that one merchant goes by."""
_ALIASES: Final = tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name in ALIASES)

_BRANCH: Final = re.compile(r"[(\[【].*?[)\]】]")
_PREFIX: Final = re.compile(r"^(?:微信支付|支付宝|财付通|商户)[-_:]\s*")
_RECIPIENT: Final = re.compile(r"^(?:发给|来自|转账给|转账-)\s*")
_FORM: Final = re.compile(
    r"(?:股份|集团|控股|网络|信息|电子)?(?:科技|技术|商贸|贸易|餐饮管理|餐饮|企业管理|商业管理|管理|服务|商业|百货|实业|食品)?"
    r"(?:集团)?(?:股份)?(?:有限责任|有限)公司.*$"
)
_SHOP: Final = re.compile(
    r"(?<=..)(?:[第]?[一二三四五六七八九十\d]+(?:号|分)?店|.{1,6}路店|分店|旗舰店|专卖店|专营店|官方旗舰店)$"
)
_CITY: Final = re.compile(r"^(?:北京|上海|天津|重庆|广州|深圳|杭州|南京|成都|武汉|西安|苏州)市?(?=..)")
_NUMBER: Final = re.compile(r"[-_#\s]*(?:No\.?)?\d{4,}$", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def merchant(counterparty: str) -> str:
    """The name under which a counterparty is counted; the name as it is where nothing is left of it."""
    name = unicodedata.normalize("NFKC", counterparty).strip()
    for pattern, alias in _ALIASES:
        if pattern.search(name):
            return alias
    short = _RECIPIENT.sub("", _PREFIX.sub("", name))
    for pattern in (_BRANCH, _FORM, _SHOP, _NUMBER):
        short = pattern.sub("", short).strip(" -_·")
    if short != name:
        short = _CITY.sub("", short) if _FORM.search(name) else short
    return short or name
