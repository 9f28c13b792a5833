"""The merchant's fee, pure. Rates are basis points; amounts are minor units.

The rule: whatever has been refunded, the merchant has paid exactly the fee of what is left. A refund gives
back the difference between the fee before and the fee after it, so rounding never adds up.
"""

from __future__ import annotations

from qianbao.money import share


def fee(amount: int, rate_bp: int) -> int:
    """The fee of `amount`, rounded half up to a minor unit."""
    return share(amount, rate_bp)


def fee_returned(amount: int, rate_bp: int, *, refunded: int) -> int:
    """What has come back of the fee of `amount` once `refunded` of it was given back, in all."""
    return share(amount, rate_bp) - share(amount - refunded, rate_bp)
