"""What social payments refuse, whichever of them; each sub-room adds its own."""

from __future__ import annotations

from qianbao.errors import Refused, Unavailable


class PayeeFrozen(Refused):
    """The payee's wallet is frozen or closed, so it cannot be paid."""

    code = "payee_frozen"


class PaysOwnWallet(Refused):
    """A wallet cannot pay itself."""

    code = "pays_own_wallet"


class SocialBusy(Unavailable):
    """Others kept changing this. Nothing was done; the same request may be sent again."""

    code = "social_busy"
