"""Equity, default and spread of a firm with one maturity of debt, as scalar functions.

Only ``math`` is used, so that compiled and interpreted results have the same bits.
"""

import math

from sim.base.special import normal_cdf
from sim.formulas.options import black_scholes_call


def merton_equity(
    firm_value: float, debt: float, years: float, rate: float, volatility: float
) -> float:
    """Value of the equity of a firm whose debt falls due on one date.

    Parameters
    ----------
    firm_value, debt : float
        Value of the assets and face value of the debt, CNY million.
    years : float
        Time to maturity; 0 or less means now.
    rate, volatility : float
        Riskless rate and volatility of the assets, per year.

    Returns
    -------
    float
        CNY million; the debt is worth the rest.

    References
    ----------
    Merton (1974), On the pricing of corporate debt, Journal of Finance 29(2).

    Examples
    --------
    >>> round(merton_equity(100.0, 70.0, 1.0, 0.03, 0.35), 9)
    34.010049076
    """
    return black_scholes_call(firm_value, debt, years, rate, volatility)


def merton_default_prob(
    firm_value: float, debt: float, years: float, drift: float, volatility: float
) -> float:
    """Probability that the assets end below the debt.

    Parameters
    ----------
    firm_value, debt : float
        CNY million.
    years : float
        Time to maturity; 0 or less means now.
    drift : float
        Growth of the assets per year: the riskless rate for the pricing probability, the
        expected return for the physical one.
    volatility : float
        Of the assets, per square root of a year.

    Returns
    -------
    float
        Probability in [0, 1].

    References
    ----------
    Merton (1974), On the pricing of corporate debt, Journal of Finance 29(2).

    Examples
    --------
    >>> round(merton_default_prob(100.0, 70.0, 1.0, 0.03, 0.35), 9)
    0.176241064
    """
    if debt <= 0.0:
        return 0.0
    if firm_value <= 0.0:
        return 1.0
    term = max(years, 0.0)
    deviation = max(volatility, 0.0) * math.sqrt(term)
    cushion = math.log(firm_value / debt) + drift * term
    if deviation <= 0.0:
        return 1.0 if cushion < 0.0 else 0.0
    return normal_cdf(0.5 * deviation - cushion / deviation)


def merton_spread(
    firm_value: float, debt: float, years: float, rate: float, volatility: float
) -> float:
    """Extra yield that pays lenders for the risk of default.

    Parameters
    ----------
    firm_value, debt : float
        CNY million, both above 0 (otherwise the spread is infinite or 0).
    years : float
        Time to maturity; 0 or less gives 0.
    rate, volatility : float
        Riskless rate and volatility of the assets, per year.

    Returns
    -------
    float
        Per year, continuous compounding, not negative but for rounding.

    References
    ----------
    Merton (1974), On the pricing of corporate debt, Journal of Finance 29(2).

    Examples
    --------
    >>> round(merton_spread(100.0, 70.0, 1.0, 0.03, 0.35), 9)
    0.02899277
    """
    if debt <= 0.0 or years <= 0.0:
        return 0.0
    lent = firm_value - merton_equity(firm_value, debt, years, rate, volatility)
    if lent <= 0.0:
        return math.inf
    return -math.log(lent / debt) / years - rate
