"""The firm's side of a decision: take the arrangement, take the plain loan, or move bank.

A firm compares what it gets (usable money now, a longer tenor) with what it gives up
(rate, right or business). It knows more about its prospects than the bank does, so good
firms give up a right less willingly.
"""

import numpy as np
from numpy.typing import NDArray

from sim.base.frozen import Frozen, NonNegative, param

Floats = NDArray[np.float64]


class Choice(Frozen):
    """How firms compare offers."""

    shadow_value: NonNegative = param(
        unit="per year", meaning="worth of one more unit of usable money"
    )
    tenor_value: NonNegative = param(
        unit="per year of tenor", meaning="worth of one more year of tenor per unit of line"
    )
    private_information_slope: float = param(
        unit="-",
        meaning="log effect of own quality on the firm's worth of a right",
        low=-10,
        high=10,
    )
    switching_cost: NonNegative = param(
        unit="share of line", meaning="cost of moving to another bank"
    )
    offer_horizon_years: NonNegative = param(
        unit="years", meaning="time over which a lower rate is counted"
    )


def usable(line: Floats, need: Floats, drawn_share: float) -> Floats:
    """Part of a line that the firm would use: its need, at least the part drawn at once.

    Examples
    --------
    >>> usable(np.array([10.0, 10.0]), np.array([7.0, -2.0]), 0.4).tolist()
    [7.0, 4.0]
    """
    return np.minimum(line, np.maximum(need, drawn_share * line))
