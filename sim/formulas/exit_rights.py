"""Values of rights that live until the firm exits, and of payoffs at an exit.

A right is exercised only when the firm exits and is void when it defaults. Scalar
functions on plain floats with nothing but ``math``: compiled and interpreted results have
the same bits. The first two use the pricing (risk-neutral) drift, the last two take the
physical distribution of the exit multiple; do not mix the measures.
"""

import math

from sim.base.special import normal_cdf, weighted_normal_cdf


def right_at_exit_value(
    spot: float,
    strike: float,
    exit_hazard: float,
    default_hazard: float,
    rate: float,
    volatility: float,
) -> float:
    """Value of a right exercised at the exit of the firm, without a last date.

    Parameters
    ----------
    spot, strike : float
        Valuation today and strike valuation, CNY million; multiply by the stake.
    exit_hazard, default_hazard : float
        Per year, constant; an exit pays ``max(value - strike, 0)``, a default nothing.
    rate, volatility : float
        Per year; ``exit_hazard + default_hazard + rate`` must be above 0, otherwise the
        result is nan.

    Returns
    -------
    float
        CNY million, the integral of ``x exp(-(x + d) t) C(spot, strike, t)`` over t.

    Notes
    -----
    A plain Monte Carlo estimate has a finite variance only if ``volatility ** 2`` is below
    the sum of the two hazards.

    References
    ----------
    Carr (1998), Randomization and the American put, Review of Financial Studies 11(3).

    Examples
    --------
    >>> round(right_at_exit_value(1.0, 1.0, 0.2, 0.1, 0.03, 0.4), 12)
    0.187907787968
    """
    end = exit_hazard + default_hazard
    if spot <= 0.0 or exit_hazard <= 0.0:
        return 0.0
    if end + rate <= 0.0:
        return math.nan
    if strike <= 0.0:
        return exit_hazard * (spot / end - strike / (end + rate))
    if volatility <= 0.0:
        start = _first_in_the_money(spot, strike, rate)
        return exit_hazard * _sure_gain(spot, strike, end, rate, start)
    theta = end + rate
    drift = rate / volatility - 0.5 * volatility
    tilt = math.sqrt(drift * drift + 2.0 * theta)
    up = (tilt - drift) / volatility
    down = (tilt + drift) / volatility
    bend = strike / end - strike / theta
    distance = math.log(spot / strike)
    if spot <= strike:
        tail = (strike / end + down * bend) * math.exp(up * distance)
        return exit_hazard * tail / (up + down)
    tail = (strike / end - up * bend) * math.exp(-down * distance)
    return exit_hazard * (spot / end - strike / theta + tail / (up + down))


def right_at_exit_before(
    spot: float,
    strike: float,
    hazards: tuple[float, float],
    years: float,
    rate: float,
    volatility: float,
) -> float:
    """Value of a right exercised at the exit of the firm, if that comes before `years`.

    Parameters
    ----------
    spot, strike : float
        Valuation today and strike valuation, CNY million; multiply by the stake.
    hazards : tuple of float
        ``(exit, default)`` per year, constant.
    years : float
        Life of the right; infinity gives `right_at_exit_value`.
    rate, volatility : float
        Per year; ``exit + default + rate`` must be above 0, otherwise the result is nan.

    Returns
    -------
    float
        CNY million. Absolute accuracy falls as ``1e-16 / (exit + default)``.

    References
    ----------
    Integration by parts of the call value leaves first-passage probabilities of Brownian
    motion with drift (Borodin and Salminen 2002, Handbook of Brownian Motion, part II).

    Examples
    --------
    >>> round(right_at_exit_before(1.0, 1.0, (0.1, 0.08), 7.0, 0.03, 0.6), 12)
    0.14859479202
    """
    exit_hazard, default_hazard = hazards
    end = exit_hazard + default_hazard
    if years == math.inf or strike <= 0.0 or volatility <= 0.0:
        return _plain_exit_right(spot, strike, hazards, years, rate, volatility)
    if spot <= 0.0 or exit_hazard <= 0.0 or years <= 0.0:
        return 0.0
    if end + rate <= 0.0:
        return math.nan
    away = math.log(spot / strike) / volatility
    slope = rate / volatility + 0.5 * volatility
    gain = _discounted_cdf(end, away, slope, years)
    cost = _discounted_cdf(end + rate, away, slope - volatility, years)
    return exit_hazard * (spot * gain - strike * cost)


def _plain_exit_right(
    spot: float,
    strike: float,
    hazards: tuple[float, float],
    years: float,
    rate: float,
    volatility: float,
) -> float:
    """Limits of the expiring right that need no normal distribution."""
    exit_hazard, default_hazard = hazards
    if years == math.inf:
        return right_at_exit_value(spot, strike, exit_hazard, default_hazard, rate, volatility)
    if spot <= 0.0 or exit_hazard <= 0.0 or years <= 0.0:
        return 0.0
    end = exit_hazard + default_hazard
    if end + rate <= 0.0:
        return math.nan
    start = 0.0 if strike <= 0.0 else _first_in_the_money(spot, strike, rate)
    if start >= years:
        return 0.0
    whole = _sure_gain(spot, strike, end, rate, start)
    return exit_hazard * (whole - _sure_gain(spot, strike, end, rate, years))


def _first_in_the_money(spot: float, strike: float, rate: float) -> float:
    """Date on which a sure value reaches the strike, years; infinity if it never does."""
    if spot >= strike:
        return 0.0
    return math.log(strike / spot) / rate if rate > 0.0 else math.inf


def _sure_gain(spot: float, strike: float, end: float, rate: float, start: float) -> float:
    """Integral from `start` of exp(-end t) (spot - strike exp(-rate t))."""
    if start == math.inf:
        return 0.0
    paid = strike * math.exp(-rate * start) / (end + rate)
    return math.exp(-end * start) * (spot / end - paid)


def _discounted_cdf(rate: float, away: float, slope: float, years: float) -> float:
    """Integral over (0, years) of exp(-rate t) normal_cdf(away / sqrt t + slope sqrt t)."""
    root = math.sqrt(years)
    tilt = math.sqrt(slope * slope + 2.0 * rate)
    level = away / root
    if away > 0.0:
        begin = 1.0
        plus = -weighted_normal_cdf(away * (tilt - slope), -level - tilt * root)
        minus = -weighted_normal_cdf(-away * (tilt + slope), tilt * root - level)
    elif away < 0.0:
        begin = 0.0
        plus = weighted_normal_cdf(away * (tilt - slope), level + tilt * root)
        minus = weighted_normal_cdf(-away * (tilt + slope), level - tilt * root)
    else:
        begin = 0.5
        plus = normal_cdf(tilt * root) - 0.5
        minus = -plus
    final = math.exp(-rate * years) * normal_cdf(level + slope * root)
    ratio = slope / tilt
    moved = 0.5 * (plus * (1.0 + ratio) + minus * (1.0 - ratio))
    return (begin - final + moved) / rate


def lognormal_call_on_multiple(log_mean: float, log_sd: float, strike: float) -> float:
    """Mean of the exit multiple above a strike, for a lognormal multiple.

    Parameters
    ----------
    log_mean, log_sd : float
        Mean and standard deviation of the log multiple.
    strike : float
        Multiple above which the right pays; 0 or less gives a forward.

    Returns
    -------
    float
        E[max(M - strike, 0)], undiscounted, per unit of entry value; infinity if it
        exceeds the largest float.

    References
    ----------
    Cochrane (2005), The risk and return of venture capital, Journal of Financial Economics
    75(1), for the lognormal multiple.

    Examples
    --------
    >>> round(lognormal_call_on_multiple(0.0, 1.2, 1.0), 9)
    1.318030259
    """
    deviation = max(log_sd, 0.0)
    log_size = log_mean + 0.5 * deviation * deviation
    if log_size >= 709.0:
        return math.inf
    mean = math.exp(log_size)
    if strike <= 0.0 or deviation <= 0.0:
        return mean - strike if mean > strike else 0.0
    lower = (log_mean - math.log(strike)) / deviation
    return mean * normal_cdf(lower + deviation) - strike * normal_cdf(lower)


def pareto_call(tail: float, scale: float, strike: float) -> float:
    """Mean of the exit multiple above a strike, for a Pareto multiple.

    Parameters
    ----------
    tail : float
        Tail exponent. At 1 or less the mean is infinite; at 2 or less the variance is, and
        intervals around a simulated mean mean nothing.
    scale : float
        Smallest multiple, above 0.
    strike : float
        Multiple above which the right pays.

    Returns
    -------
    float
        E[max(M - strike, 0)], undiscounted, per unit of entry value.

    References
    ----------
    Othman (2019), Startup growth and venture returns; Johnson, Kotz and Balakrishnan
    (1994), Continuous Univariate Distributions, chapter 20.

    Examples
    --------
    >>> round(pareto_call(2.5, 0.5, 2.0), 9)
    0.041666667
    """
    if tail <= 1.0:
        return math.inf
    if scale <= 0.0:
        return max(-strike, 0.0)
    if strike <= scale:
        return tail * scale / (tail - 1.0) - strike
    return strike * math.exp(tail * math.log(scale / strike)) / (tail - 1.0)
