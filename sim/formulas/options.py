"""Values of rights to subscribe equity under lognormal (risk-neutral) valuations.

Every function takes and returns plain floats and uses only ``math``, so that the compiled
kernel and ordinary Python give the same bits. Nothing raises: degenerate inputs give the
limit of the formula. Spot, strike and trigger are valuations of the whole firm in CNY
million (multiply the result by the stake), times in years, rates and volatility per year.
"""

import math

from sim.base.special import normal_cdf, weighted_normal_cdf


def black_scholes_call(
    spot: float, strike: float, years: float, rate: float, volatility: float
) -> float:
    """Value of the right to buy at `strike` on one date.

    Parameters
    ----------
    spot : float
        Value today, CNY million; 0 or less gives 0.
    strike : float
        Price paid, CNY million; 0 or less gives a forward.
    years : float
        Time to the date; 0 or less gives the intrinsic value.
    rate : float
        Riskless rate per year, continuous compounding.
    volatility : float
        Per square root of a year; 0 or less gives the discounted intrinsic value.

    Returns
    -------
    float
        CNY million, between the discounted intrinsic value and `spot`.

    References
    ----------
    Black and Scholes (1973), Journal of Political Economy 81(3).

    Examples
    --------
    >>> round(black_scholes_call(1.0, 1.0, 7.0, 0.03, 0.8), 9)
    0.739676661
    """
    return gap_call(spot, strike, strike, years, rate, volatility)


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
        Per year, as in `black_scholes_call`.

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


def digital(spot: float, trigger: float, years: float, rate: float, volatility: float) -> float:
    """Value of 1 paid on one date if the firm's value then tops `trigger`.

    Parameters
    ----------
    spot, trigger : float
        CNY million.
    years : float
        Time to the date; 0 or less means now.
    rate, volatility : float
        Per year, as in `black_scholes_call`.

    Returns
    -------
    float
        Between 0 and the discount factor, per unit paid.

    References
    ----------
    Rubinstein and Reiner (1991), Unscrambling the binary code, Risk 4.

    Examples
    --------
    >>> round(digital(10.0, 40.0, 5.0, 0.03, 0.6), 9)
    0.047905869
    """
    if spot <= 0.0 or trigger == math.inf:
        return 0.0
    term = max(years, 0.0)
    discount = math.exp(-rate * term)
    deviation = max(volatility, 0.0) * math.sqrt(term)
    bar = trigger * discount
    if deviation <= 0.0 or bar <= 0.0:
        return discount if spot > bar else 0.0
    return discount * normal_cdf(math.log(spot / bar) / deviation - 0.5 * deviation)


def swap_out_capped(
    spot: float,
    terms: tuple[float, float, float],
    years: float,
    rate: float,
    volatility: float,
) -> float:
    """Value of a triggered right that the firm may discharge by a fixed amount of business.

    Above the trigger the holder gets the smaller of intrinsic value and cap: the firm
    chooses. The swap cuts the right tail off.

    Parameters
    ----------
    spot : float
        CNY million.
    terms : tuple of float
        ``(strike, trigger, cap)`` in CNY million of whole-firm value: with a stake `a`,
        the cap is the value of the business divided by `a`; infinity is no cap.
    years : float
        Time to the date on which the trigger is tested; 0 or less means now.
    rate, volatility : float
        Per year, as in `black_scholes_call`.

    Returns
    -------
    float
        CNY million for the whole firm, at most the `gap_call`.

    References
    ----------
    A difference of two gap calls, after Rubinstein and Reiner (1991).

    Examples
    --------
    >>> round(0.25 * swap_out_capped(10.0, (8.0, 40.0, 48.0), 5.0, 0.03, 0.6), 9)
    0.530241923
    """
    strike, trigger, cap = terms
    ceiling = strike + cap
    whole = gap_call(spot, strike, trigger, years, rate, volatility)
    beyond = max(trigger, ceiling)
    return whole - gap_call(spot, ceiling, beyond, years, rate, volatility)


def one_touch(spot: float, trigger: float, years: float, rate: float, volatility: float) -> float:
    """Value of 1 paid when the firm's value first reaches `trigger`, if before `years`.

    Parameters
    ----------
    spot, trigger : float
        CNY million; a spot at or above the trigger pays 1 at once.
    years : float
        Length of the window; infinity is allowed.
    rate, volatility : float
        Per year, as in `black_scholes_call`.

    Returns
    -------
    float
        E[exp(-rate * tau); tau < years], in [0, 1] for rates of 0 or more.

    References
    ----------
    Rubinstein and Reiner (1991), Breaking down the barriers, Risk 4.

    Examples
    --------
    >>> round(8.0 * one_touch(10.0, 40.0, 5.0, 0.03, 0.6), 9)
    1.151754727
    """
    return one_touch_with_killing(spot, trigger, years, rate, volatility, 0.0)


def one_touch_with_killing(
    spot: float,
    trigger: float,
    years: float,
    rate: float,
    volatility: float,
    killing: float,
) -> float:
    """Value of 1 paid at first touch of `trigger`, void if the firm defaults before.

    Parameters
    ----------
    spot, trigger : float
        CNY million; a spot at or above the trigger pays 1 at once.
    years : float
        Length of the window; infinity is allowed.
    rate, volatility : float
        Per year, as in `black_scholes_call`. Needs ``rate + killing`` not negative.
    killing : float
        Default hazard per year, not negative; the drift stays `rate`.

    Returns
    -------
    float
        E[exp(-(rate + killing) * tau); tau < years].

    References
    ----------
    Borodin and Salminen (2002), Handbook of Brownian Motion, part II, first hitting time of
    Brownian motion with drift.

    Examples
    --------
    >>> round(8.0 * one_touch_with_killing(10.0, 40.0, 5.0, 0.03, 0.6, 0.08), 6)
    0.940142
    """
    if spot >= trigger:
        return 1.0
    if spot <= 0.0 or years <= 0.0 or trigger == math.inf:
        return 0.0
    if years == math.inf:
        return perpetual_touch(spot, trigger, rate, volatility, killing)
    if volatility <= 0.0:
        late = rate * years < math.log(trigger / spot)
        return 0.0 if late else perpetual_touch(spot, trigger, rate, 0.0, killing)
    away = math.log(trigger / spot) / volatility
    drift = rate / volatility - 0.5 * volatility
    tilt = math.sqrt(drift * drift + 2.0 * (rate + killing))
    near = away / math.sqrt(years)
    far = tilt * math.sqrt(years)
    direct = weighted_normal_cdf(away * (drift - tilt), far - near)
    return direct + weighted_normal_cdf(away * (drift + tilt), -far - near)


def perpetual_touch(
    spot: float, trigger: float, rate: float, volatility: float, killing: float
) -> float:
    """Value of 1 paid when the firm's value first reaches `trigger`, without a last date.

    Parameters
    ----------
    spot, trigger, rate, volatility, killing : float
        As in `one_touch_with_killing`.

    Returns
    -------
    float
        ``(spot / trigger) ** beta``, beta the positive root of
        ``0.5 s^2 b (b - 1) + r b - (r + killing) = 0``.

    References
    ----------
    Dixit and Pindyck (1994), Investment under Uncertainty, chapter 5.

    Examples
    --------
    >>> round(8.0 * perpetual_touch(10.0, 40.0, 0.03, 0.6, 0.08), 9)
    1.31492061
    """
    if spot >= trigger:
        return 1.0
    if spot <= 0.0 or trigger == math.inf:
        return 0.0
    away = math.log(trigger / spot)
    if volatility <= 0.0:
        return math.exp(-(rate + killing) * away / rate) if rate > 0.0 else 0.0
    drift = rate / volatility - 0.5 * volatility
    tilt = math.sqrt(drift * drift + 2.0 * (rate + killing))
    return math.exp(away / volatility * (drift - tilt))
