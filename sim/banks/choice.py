"""The firm's side of a decision: take the arrangement, take the plain loan, or move bank.

A firm compares what it gets (usable money now, a longer tenor) with what it gives up
(rate, right or business). It knows more about its prospects than the bank does, so good
firms give up a right less willingly.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

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


def right_cost(
    stake: Floats,
    strike: Floats,
    trigger: Floats,
    a: Any,
    years: Floats | float,
    rule: tuple[float, float],
) -> Floats:
    """What a right on equity is expected to cost the owners, CNY million, shape (n,).

    Parameters
    ----------
    stake, strike, trigger : arrays, shape (n,)
        Share bought, subscription amount and trigger valuation.
    a : record array, shape (n,)
        Applicants; pre-money values are read.
    years : array, shape (n,), or float
        Life of the right.
    rule : tuple of float
        Volatility per root year and discount rate per year.

    References
    ----------
    Gap option: Rubinstein and Reiner (1991). Strike valuation pre-money, as in
    `sim.firms.right`.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> stake, strike, trigger = np.array([0.05]), np.array([2.0]), np.array([0.0])
    >>> firms = SimpleNamespace(value=np.array([50.0]))
    >>> right_cost(stake, strike, trigger, firms, 3.0, (0.6, 0.03)).round(4).tolist()
    [1.2681]
    """
    volatility, discount = rule
    spot = np.maximum(a.value, 1e-9)
    strike_value = strike / np.maximum(stake, 1e-12) - strike
    barrier = np.maximum(np.maximum(trigger, strike_value), 1e-9)
    sd = volatility * np.sqrt(np.maximum(years, 1e-9))
    d2 = (np.log(spot / barrier) + discount * years) / sd - 0.5 * sd
    paid = strike_value * np.exp(-discount * years) * ndtr(d2)
    return np.asarray(np.where(stake > 0.0, stake * (spot * ndtr(d2 + sd) - paid), 0.0))
