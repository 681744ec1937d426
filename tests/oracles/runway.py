"""How long cash lasts."""

import math


def runway(cash: float, burn: float, growth: float) -> float:
    """Time until cash runs out when the burn grows at a constant rate other than 0."""
    return math.log1p(growth * cash / burn) / growth
