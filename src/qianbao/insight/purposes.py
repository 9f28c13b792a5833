"""What records may be read for: the register of purposes, and what holds while a person has said nothing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class Purpose(StrEnum):
    """One purpose; a person's yes or no is for one purpose at a time."""

    PICTURE = "picture"
    """The person's own picture of what they spend, shown to nobody else."""
    STATISTICS = "statistics"
    """Figures of groups for those who run the network, and the models that are fitted on everybody."""
    OFFERS = "offers"
    """Offers of shops to groups of their own customers, of whom the shop sees nobody."""
    RIGHTS = "rights"
    """What the law gives the person: to see, take along, correct and erase what is kept of them."""


class Basis(StrEnum):
    """Why records may be read for a purpose at all."""

    CONSENT = "consent"
    """The person has said yes (PIPL art. 13 (1); GDPR art. 6 (1) a)."""
    OBJECTION = "objection"
    """Until the person says no (GDPR art. 6 (1) f, with art. 21). Where the law has no such basis, ask."""
    LAW = "law"
    """The law gives it to the person (PIPL art. 44 to 47; GDPR art. 15 to 20)."""


class Words(msgspec.Struct, frozen=True):
    """The same said twice."""

    zh: str
    en: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of a purpose."""

    about: Words
    """What for."""
    basis: Basis
    processor: Words
    retention_days: int
    """Records that happened earlier are not read for it; `[insight]` of `config.toml` may say otherwise."""
    models: tuple[str, ...] = ()
    """The models whose scores are read for it, or that are fitted for it."""

    @property
    def unsaid(self) -> bool:
        """Whether records are read while the person has said nothing: no means that they are asked first."""
        return self.basis is not Basis.CONSENT


REGISTER: Final[Mapping[Purpose, Rule]] = {
    Purpose.PICTURE: Rule(
        about=Words(
            "你自己的消费画像：按月、按类、按天，以及模型对你的判断。只有你看得到。",
            "Your own picture of what you spend, by month, kind and day, with what the models say of you. "
            "Nobody else sees it.",
        ),
        basis=Basis.CONSENT,
        processor=Words("本网络，为你本人", "the house, for the person"),
        retention_days=800,
        models=("capacity", "bgnbd", "needs"),
    ),
    Purpose.STATISTICS: Rule(
        about=Words(
            "给网络运营方看的人群数字（人少的不公布），以及用全体记录拟合的模型。",
            "Figures of groups for those who run the network, none of a few people, and the models that are "
            "fitted on everybody.",
        ),
        basis=Basis.OBJECTION,
        processor=Words("本网络", "the house"),
        retention_days=800,
        models=("capacity", "bgnbd", "needs", "demand"),
    ),
    Purpose.OFFERS: Rule(
        about=Words(
            "你去过的店可以向一类顾客发优惠（例如午餐常客），你在其中；店家只知道大概多少人，看不到是谁。",
            "A shop where you have paid may address an offer to a kind of its customers, lunch regulars for "
            "one, and you are among them. It learns about how many there are, and never who.",
        ),
        basis=Basis.CONSENT,
        processor=Words("本网络，为你去过的店", "the house, for the shops where you have paid"),
        retention_days=400,
        models=("segments",),
    ),
    Purpose.RIGHTS: Rule(
        about=Words(
            "你的法定权利：查看、带走、更正、删除我们所存的你的数据。",
            "Your rights: to see, take along, correct and erase what is kept of you.",
        ),
        basis=Basis.LAW,
        processor=Words("本网络，为你本人", "the house, for the person"),
        retention_days=1_095,
    ),
}
ASKED: Final = tuple(purpose for purpose, rule in REGISTER.items() if rule.basis is not Basis.LAW)
"""The purposes that a person says yes or no to."""
