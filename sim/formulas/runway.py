"""How long cash lasts, as scalar functions that compile.

Time may be in years or months as long as burn, spread and rates use the same unit. Only
``math`` is used, so that compiled and interpreted results have the same bits.
"""

import math

from sim.base.special import normal_cdf, weighted_normal_cdf


def runway(cash: float, burn: float, growth: float) -> float:
    """Time until cash runs out when the burn grows at a constant rate.

    Parameters
    ----------
    cash : float
        CNY million; 0 or less gives 0.
    burn : float
        Net spending per unit of time today, CNY million; 0 or less never runs out.
    growth : float
        Growth of the burn per unit of time, continuous; 0 is a constant burn.

    Returns
    -------
    float
        Time; infinity if cash never runs out.

    References
    ----------
    Integral of an exponential burn.

    Examples
    --------
    >>> round(runway(12.0, 1.0, 0.05), 9)
    9.400072585
    >>> runway(12.0, 1.0, 0.0)
    12.0
    """
    if cash <= 0.0:
        return 0.0
    if burn <= 0.0:
        return math.inf
    if growth == 0.0:
        return cash / burn
    scaled = growth * cash / burn
    return math.log1p(scaled) / growth if scaled > -1.0 else math.inf


def exhaustion_prob(cash: float, burn: float, sd: float, time: float) -> float:
    """Probability that cash with a steady burn and random shocks runs out in time.

    Parameters
    ----------
    cash : float
        CNY million; 0 or less gives 1.
    burn : float
        Net spending per unit of time, CNY million; negative for a firm that earns.
    sd : float
        Standard deviation of cash per square root of a unit of time; 0 or less is sure.
    time : float
        Length of the window; infinity gives `ruin_prob`.

    Returns
    -------
    float
        Probability in [0, 1] (inverse Gaussian distribution).

    Notes
    -----
    A check of cash on a grid of dates misses crossings in between and understates this.

    References
    ----------
    Chhikara and Folks (1989), The Inverse Gaussian Distribution.

    Examples
    --------
    >>> round(exhaustion_prob(12.0, 1.0, 1.5, 12.0), 9)
    0.582792048
    """
    if cash <= 0.0:
        return 1.0
    if time <= 0.0:
        return 0.0
    if time == math.inf:
        return ruin_prob(cash, -burn, sd)
    if sd <= 0.0:
        return 1.0 if burn * time >= cash else 0.0
    spread = sd * math.sqrt(time)
    direct = normal_cdf((burn * time - cash) / spread)
    weight = 2.0 * burn * cash / (sd * sd)
    return direct + weighted_normal_cdf(weight, -(burn * time + cash) / spread)


def runway_sd(cash: float, burn: float, sd: float) -> float:
    """Spread of the time until cash with random shocks runs out.

    Parameters
    ----------
    cash, burn, sd : float
        As in `exhaustion_prob`; the mean of that time is ``cash / burn``.

    Returns
    -------
    float
        Standard deviation of the time; infinity without a burn.

    References
    ----------
    Chhikara and Folks (1989), The Inverse Gaussian Distribution.

    Examples
    --------
    >>> round(runway_sd(12.0, 1.0, 1.5), 8)
    5.19615242
    """
    if cash <= 0.0 or sd <= 0.0:
        return 0.0
    return sd / burn * math.sqrt(cash / burn) if burn > 0.0 else math.inf


def ruin_prob(cash: float, drift: float, sd: float) -> float:
    """Probability that cash with random shocks ever runs out.

    Parameters
    ----------
    cash : float
        CNY million; 0 or less gives 1.
    drift : float
        Mean gain per unit of time, CNY million; negative for a burn.
    sd : float
        Standard deviation of cash per square root of a unit of time.

    Returns
    -------
    float
        1 unless the drift is above 0 (without shocks: unless it is 0 or more).

    References
    ----------
    Karlin and Taylor (1975), A First Course in Stochastic Processes, chapter 7.

    Examples
    --------
    >>> round(ruin_prob(12.0, 0.1, 1.5), 9)
    0.344153787
    """
    if cash <= 0.0:
        return 1.0
    if sd <= 0.0:
        return 1.0 if drift < 0.0 else 0.0
    return math.exp(-2.0 * drift * cash / (sd * sd)) if drift > 0.0 else 1.0


def funded_in_time_prob(runway_left: float, mean_wait: float) -> float:
    """Probability that funding comes before cash runs out.

    Parameters
    ----------
    runway_left : float
        Time until cash runs out.
    mean_wait : float
        Mean of an exponential wait for funding, same unit; 0 or less is immediate.

    Returns
    -------
    float
        Probability in [0, 1]. Times `mean_wait` it is the mean time to the first of both.

    References
    ----------
    Exponential distribution.

    Examples
    --------
    >>> round(funded_in_time_prob(12.0, 18.0), 9)
    0.486582881
    """
    if runway_left <= 0.0:
        return 0.0
    return -math.expm1(-runway_left / mean_wait) if mean_wait > 0.0 else 1.0


def ruin_prob_with_raises(runway_left: float, raise_rate: float, mean_raise: float) -> float:
    """Probability that a firm that lives from random raises ever runs out of cash.

    Cash falls steadily and jumps up at random dates by exponential amounts (the dual risk
    model).

    Parameters
    ----------
    runway_left : float
        Cash in units of time at the current burn; 0 or less gives 1.
    raise_rate : float
        Raises per unit of time.
    mean_raise : float
        Mean raise, in units of time at the current burn.

    Returns
    -------
    float
        1 if raises do not cover the burn on average.

    References
    ----------
    Avanzi, Gerber and Shiu (2007), Optimal dividends in the dual model, Insurance:
    Mathematics and Economics 41(1).

    Examples
    --------
    >>> round(ruin_prob_with_raises(12.0, 0.08, 15.0), 9)
    0.852143789
    """
    if runway_left <= 0.0 or raise_rate * mean_raise <= 1.0:
        return 1.0
    return math.exp(-(raise_rate - 1.0 / mean_raise) * runway_left)
