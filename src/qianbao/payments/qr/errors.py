"""What is wrong with a QR code."""

from __future__ import annotations

from qianbao.errors import Invalid, Refused


class QrTorn(Invalid):
    """The QR code is torn, or its text was changed: its check value does not fit."""

    code = "qr_torn"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, field="text", expected="the whole text of a QR code")


class QrForged(Refused):
    """The QR code says something else than the code that it stands for. Nothing was paid."""

    code = "qr_forged"


class QrUnknown(Invalid):
    """This is no code of this network."""

    code = "qr_unknown"


class QrOfAnotherNetwork(Invalid):
    """The QR code is of another payment network."""

    code = "qr_of_another_network"

    def __init__(self, network: str) -> None:
        super().__init__(
            f"QR of another network: {network}.", field="text", expected="a code of this network"
        )
        self.network = network
