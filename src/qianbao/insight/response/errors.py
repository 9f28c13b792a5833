"""What the response room refuses."""

from __future__ import annotations

from qianbao.errors import Invalid


class TreatmentUnclear(Invalid):
    """It cannot be told who was treated: the column has not two values, or names that say nothing."""

    code = "insight_treatment_unclear"


class ArmsTooSmall(Invalid):
    """Too few people were treated, or were not, with either outcome: an effect cannot be measured."""

    code = "insight_arms_too_small"
