"""Value of a right to subscribe equity under lognormal (risk-neutral) valuations.

Plain floats and only ``math``, so that the compiled kernel and ordinary Python give the same
bits. Nothing raises: degenerate inputs give the limit of the formula. Spot, strike and
trigger are valuations of the whole firm: multiply the result by the stake.
"""

import math

from sim.base.special import normal_cdf


def gap_call(
    spot: float,
    strike: float,
    trigger: float,
    years: float,
    rate: float,
    volatility: float,
) -> float:
    """Value of paying `strike` for the firm on one date, if its value then tops `trigger`.

    Parameters
    ----------
    spot, strike, trigger : float
        CNY million. A trigger below the strike forces exercise at a loss, so the value can
        be negative; a trigger at infinity leaves no right.
    years : float
        Time to the date; 0 or less means now.
    rate, volatility : float
        Riskless rate (continuous compounding) and volatility, per year and root of a year; a
        volatility of 0 or less lets the forward value decide.

    Returns
    -------
    float
        CNY million.

    References
    ----------
    Rubinstein and Reiner (1991), Unscrambling the binary code, Risk 4.

    Examples
    --------
    >>> round(0.25 * gap_call(10.0, 8.0, 40.0, 5.0, 0.03, 0.6), 9)
    0.906785449
    """
    if spot <= 0.0 or trigger == math.inf:
        return 0.0
    term = max(years, 0.0)
    paid = strike * math.exp(-rate * term)
    deviation = max(volatility, 0.0) * math.sqrt(term)
    bar = trigger * math.exp(-rate * term)
    if deviation <= 0.0 or bar <= 0.0:
        return spot - paid if spot > bar else 0.0
    upper = math.log(spot / bar) / deviation + 0.5 * deviation
    return spot * normal_cdf(upper) - paid * normal_cdf(upper - deviation)
