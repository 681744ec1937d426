"""Warrants: rights whose exercise creates new shares and so dilutes everyone.

Scalar functions with nothing but ``math``, so that compiled and interpreted results have
the same bits.
"""

from sim.formulas.options import black_scholes_call, digital


def diluted_warrant(
    spot: float,
    strike: float,
    years: float,
    rate: float,
    volatility: float,
    warrants_per_share: float,
) -> float:
    """Value of one warrant when the share price already reflects the issue.

    Parameters
    ----------
    spot, strike : float
        Share price and price of one new share, any one currency.
    years : float
        Time to expiry.
    rate, volatility : float
        Per year; volatility of the share.
    warrants_per_share : float
        New shares on full exercise per old share, not negative.

    Returns
    -------
    float
        Value of one warrant. An old share bears `warrants_per_share` times that.

    References
    ----------
    Hull, Options, Futures, and Other Derivatives, chapter on employee stock options and
    warrants (a company with 1 million shares at 40 issues 200,000 warrants).

    Examples
    --------
    >>> round(diluted_warrant(40.0, 60.0, 5.0, 0.03, 0.3, 0.2), 6)
    5.866866
    """
    call = black_scholes_call(spot, strike, years, rate, volatility)
    return call / (1.0 + max(warrants_per_share, 0.0))


def galai_schneller_warrant(
    spot: float,
    strike: float,
    years: float,
    rate: float,
    volatility: float,
    warrants_per_share: float,
) -> float:
    """Value of one warrant when equity is worth the shares plus the warrants.

    The value `w` solves ``w (1 + q) = C(spot + q w)``, q warrants per share. The call is
    convex with a slope of at most 1, so Newton's method started below the root climbs to it
    and settles in a few steps.

    Parameters
    ----------
    spot, strike : float
        Share price and price of one new share, any one currency.
    years : float
        Time to expiry.
    rate, volatility : float
        Per year; volatility of the whole equity (shares and warrants).
    warrants_per_share : float
        New shares on full exercise per old share, not negative.

    Returns
    -------
    float
        Value of one warrant.

    References
    ----------
    Galai and Schneller (1978), Journal of Finance 33(5); Lauterbach and Schultz (1990),
    Journal of Finance 45(4).

    Examples
    --------
    >>> round(galai_schneller_warrant(1.0, 1.0, 7.0, 0.03, 0.8, 0.05), 9)
    0.735199633
    """
    ratio = max(warrants_per_share, 0.0)
    value = black_scholes_call(spot, strike, years, rate, volatility) / (1.0 + ratio)
    for _ in range(60):
        total = spot + ratio * value
        call = black_scholes_call(total, strike, years, rate, volatility)
        slope = _call_delta(total, strike, years, rate, volatility)
        step = (call - value * (1.0 + ratio)) / (1.0 + ratio - ratio * slope)
        value = value + step
        if abs(step) <= 1e-15 * value:
            return value
    return value


def _call_delta(spot: float, strike: float, years: float, rate: float, volatility: float) -> float:
    """Slope of the call in the spot: the share of the stock in the hedge."""
    cash = strike * digital(spot, strike, years, rate, volatility)
    call = black_scholes_call(spot, strike, years, rate, volatility)
    return (call + cash) / spot if spot > 0.0 else 0.0


def coverage_value(coverage: float, option_per_strike: float) -> float:
    """Value of warrant coverage as a share of the loan.

    The number of warrants is coverage times loan divided by strike.

    Parameters
    ----------
    coverage : float
        Strike notional as a share of the loan, not negative.
    option_per_strike : float
        Value of one right divided by its strike.

    Returns
    -------
    float
        Share of the loan.

    References
    ----------
    Ibrahim (2010), Debt as venture capital, University of Illinois Law Review.

    Examples
    --------
    >>> at_the_money = black_scholes_call(1.0, 1.0, 5.0, 0.03, 0.6)
    >>> round(coverage_value(0.10, at_the_money), 9)
    0.053512746
    """
    return coverage * option_per_strike
