"""Risk: what may not be paid although the books would allow it. In memory, so it costs a payment nothing."""

from qianbao.risk.models import Allow, MerchantTooFast, RiskBlocked, RiskRules, rules
from qianbao.risk.service import Gate

__all__ = ["Allow", "Gate", "MerchantTooFast", "RiskBlocked", "RiskRules", "rules"]
