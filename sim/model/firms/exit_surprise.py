"""What chance did to lenders' gains at the exits of a quarter, less what was to be expected.

When a firm leaves, one draw decides by which factor the price differs from its centre. All
else about the exit is known before it. So the gain that the draw brings less its expected
value, in closed form, has mean zero; subtracting it puts the conditional expectation in the
place of the draw. Terms of the right are those of the quarter's opening.

The factor is lognormal, with a Pareto tail at times. With standard deviation s of the log, a
tail in a share q of exits and tail index a, it is ``exp(s Z)`` and, in the tail, that times a
Pareto number of at least one. Its chance of exceeding x is
``N(-y) + q x**-a exp((a s)**2 / 2) N(y - a s)``, y = log(x) / s.

References
----------
Law (2015), Simulation Modeling and Analysis, section 11.6, and Owen (2013), Monte Carlo theory,
methods and examples, section 8.7, for conditioning; Reed and Jorgensen (2004), The double
Pareto-lognormal distribution, for a lognormal times a Pareto number.
"""

import math
from typing import Any

from sim.base.columns import Column, Table
from sim.base.special import normal_cdf
from sim.model.firms import record as r
from sim.model.firms.equity import exit_multiple
from sim.model.firms.right import sleeps

CLAIM = Table(
    (
        Column("held", "share", "share of an exit value that lenders would get; 0 for nothing"),
        Column("cost", "CNY million", "what has to be paid for that"),
        Column("least", "CNY million", "exit value from which on they get anything"),
    )
)
"""What lenders would get at a firm's exit: ``held * value - cost`` from a least value on."""

NEAR_ONE, LEAST_SD, LEAST_FACTOR = 1e-6, 1e-9, 1e-12


def exit_surprise(
    firms: Any, params: Any, market_conditions: Any, date: float, opening: Any
) -> float:
    """Close a quarter and open the next: gains at exits beyond what was to be expected.

    Parameters
    ----------
    firms, params : record arrays
        Firms must have reached the date.
    market_conditions : record array, shape (1,)
    date : float, years
    opening : record array, shape (n_firms,), see `CLAIM`
        Read, then written anew.

    Returns
    -------
    float, CNY million
    """
    total = 0.0
    for i in range(firms.shape[0]):
        f, o = firms[i], opening[i]
        if o.held > 0.0 and (f.status == r.LISTED or f.status == r.ACQUIRED):
            total += gain_surprise(f, params[f.sector], market_conditions[0], o)
        open_claim(o, f)
    return total


def open_claim(o: Any, f: Any) -> None:
    """Write what lenders would get if the firm left now; nothing once it has ended."""
    o.held = 0.0
    if f.status != r.ALIVE or (f.holder <= 0.0 and f.right == r.NO_RIGHT):
        return
    share, cost, least = f.holder, f.cum_exercise_amount, 0.0
    is_option = f.right == r.WARRANT or (f.right == r.SWAP and not sleeps(f))
    if is_option and f.stake > 0.0:
        share = f.holder * (1.0 - f.stake) + f.stake
        # New shares are paid into the firm before its value is shared out.
        cost += f.exercise_amount - share * f.exercise_amount
        least = max(f.trigger, f.exercise_amount * (1.0 - f.stake) / f.stake)
    if share > 0.0:
        o.held = f.lender_gain_share * share
        o.cost = f.lender_gain_share * cost
        o.least = max(least, cost / share)


def gain_surprise(f: Any, p: Any, c: Any, o: Any) -> float:
    """Lenders' gain at the exit of a firm less its mean over the factor, CNY million."""
    centre = f.value * (p.listing_premium if f.status == r.LISTED else p.acquisition_factor)
    value = min(centre * exit_multiple(f, p, c), p.exit_cap)
    gain = o.held * value - o.cost if value >= o.least else 0.0
    return gain - expected_gain(o, p, centre)


def expected_gain(o: Any, p: Any, centre: float) -> float:
    """Mean of the gain over the factor, the value capped, CNY million."""
    if o.least > p.exit_cap or centre <= 0.0:
        return 0.0
    sd = max(p.exit_log_sd, LEAST_SD)
    low = max(o.least / centre, LEAST_FACTOR)
    high = max(p.exit_cap / centre, low)
    chance = exceedance(low, sd, p.exit_tail_share, p.exit_tail_index)
    beyond = mean_between(low, high, sd, p.exit_tail_share, p.exit_tail_index)
    return o.held * centre * (low * chance + beyond) - o.cost * chance


def exceedance(x: float, log_sd: float, share: float, index: float) -> float:
    """Chance that the factor is at least x, which is positive.

    The standard deviation of the log and the Pareto index of the tail are positive; the share of
    exits in the tail lies in [0, 1].

    >>> exceedance(1.0, 0.6, 0.0, 1.8)
    0.5
    """
    y, shift = math.log(x) / log_sd, index * log_sd
    return normal_cdf(-y) + share * x**-index * math.exp(shift**2 / 2) * normal_cdf(y - shift)


def mean_between(low: float, high: float, log_sd: float, share: float, index: float) -> float:
    """Integral of the chance of exceeding x, for x from `low` to `high`, both positive.

    It is the mean of the factor's part between the two, which exists for every index. The law is
    that of `exceedance`. The mean of a lognormal number:

    >>> round(mean_between(1e-12, 1e9, 0.6, 0.0, 1.8), 4)
    1.1972
    """
    upper = _antiderivative(high, log_sd, share, index)
    return upper - _antiderivative(low, log_sd, share, index)


def _antiderivative(x: float, log_sd: float, share: float, index: float) -> float:
    a = 1.0 + NEAR_ONE if abs(index - 1.0) < NEAR_ONE else index
    y, shift = math.log(x) / log_sd, a * log_sd
    body = math.exp(log_sd**2 / 2) * normal_cdf(y - log_sd)
    grown = math.exp(shift**2 / 2) * x ** (1.0 - a) * normal_cdf(y - shift)
    return x * normal_cdf(-y) + body + share * (grown - body) / (1.0 - a)
