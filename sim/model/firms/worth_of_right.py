"""What a right on equity is worth, and at which terms a swap is fair.

Valuations are of the whole firm, before new money: subscribing K for a stake a at value V gains
a (V + K) - K, since the subscription itself raises the value. Values are lognormal and grow at the
discount rate. A warrant, which has no trigger, is a call on the date at which it expires. A right
with a trigger is exercised at the first quarterly test that finds the firm worth the trigger.

Plain floats and only ``math``, so that the compiled kernel and ordinary Python give the same bits.
Nothing raises: degenerate inputs give the limit of the formula.

References
----------
Black and Scholes (1973), Journal of Political Economy 81(3). Rubinstein and Reiner (1991),
Breaking down the barriers, Risk 4(8), for what is paid at the touch of a barrier. Broadie,
Glasserman and Kou (1997), A continuity correction for discrete barrier options, Mathematical
Finance 7(4), for the shift of a barrier that is tested on dates.
"""

import math

from sim.base.special import annuity, normal_cdf

SHIFT = 0.5825971579390107
"""Standard deviations between two tests by which a value first found beyond a barrier exceeds it,
on average: minus the zeta function at one half, over the root of two pi."""
TEST_YEARS = 0.25
"""Years between two tests of a trigger."""
LEAST_DEVIATION = -37.0
"""Standard deviations below which the normal distribution has no mass in double precision."""
LEAST_STRIKE = 1e-9


def gain(terms: tuple[float, float, float], value: float) -> float:
    """Gain of subscribing at `value`, CNY million; `terms` as of `cost_of_right`."""
    stake, exercise_amount, _ = terms
    return stake * (value + exercise_amount) - exercise_amount


def call(spot: float, strike: float, years: float, rate: float, volatility: float) -> float:
    """Value of paying `strike` for the firm on one date, if it is then worth more, CNY million.

    Without time or volatility the forward value decides, and so it does where discounting leaves
    nothing of the strike.
    """
    if spot <= 0.0:
        return 0.0
    term = max(years, 0.0)
    paid = max(strike, LEAST_STRIKE) * math.exp(-rate * term)
    deviation = max(volatility, 0.0) * math.sqrt(term)
    if deviation <= 0.0 or paid <= 0.0:
        return max(spot - paid, 0.0)
    upper = math.log(spot / paid) / deviation + 0.5 * deviation
    return spot * normal_cdf(upper) - paid * normal_cdf(upper - deviation)


def touch(value: float, barrier: float, years: float, rate: float, volatility: float) -> float:
    """Value of 1 paid when `value` first reaches a barrier above it, within `years`.

    Watched without a break. With b the logarithm of the barrier over the value, m = rate +
    volatility^2 / 2 and s the deviation over the years:
    e^-b N((m years - b) / s) + e^(2 rate b / volatility^2) N(-(m years + b) / s).

    >>> round(touch(20.0, 60.0, 3.0, 0.03, 0.6), 6)
    0.166464
    >>> touch(70.0, 60.0, 3.0, 0.03, 0.6), touch(50.0, 60.0, 0.0, 0.03, 0.6)
    (1.0, 0.0)
    """
    if value >= barrier:
        return 1.0
    if value <= 0.0 or years <= 0.0 or barrier == math.inf:
        return 0.0
    above = math.log(barrier / value)
    variance = volatility * volatility
    deviation = volatility * math.sqrt(years)
    moved = (rate + 0.5 * variance) * years
    if deviation <= 0.0:
        return math.exp(-above) if moved >= above else 0.0
    worth = math.exp(-above) * normal_cdf((moved - above) / deviation)
    lower = -(moved + above) / deviation
    if lower > LEAST_DEVIATION:
        worth += math.exp(2.0 * rate * above / variance) * normal_cdf(lower)
    return worth


def bar(terms: tuple[float, float, float]) -> float:
    """Value from which on a right is exercised: the trigger, and no loss."""
    stake, exercise_amount, trigger = terms
    return max(trigger, exercise_amount / stake - exercise_amount) if stake > 0.0 else math.inf


def first_beyond(value: float, barrier: float, volatility: float) -> float:
    """Value at the first test that finds the firm beyond a barrier, on average, CNY million."""
    if value >= barrier:
        return value
    return barrier * math.exp(SHIFT * volatility * math.sqrt(TEST_YEARS))


def gain_when_tested(
    terms: tuple[float, float, float], value: float, volatility: float
) -> tuple[float, float]:
    """Gain at the test that first finds the trigger reached, and the firm's value then."""
    level = first_beyond(value, bar(terms), volatility)
    return max(gain(terms, level), 0.0), level


def cost_of_right(
    terms: tuple[float, float, float],
    value: float,
    years: float,
    volatility: float,
    discount: float,
) -> float:
    """What a right on equity is expected to cost the owners of a firm, CNY million.

    Parameters
    ----------
    terms : tuple of three float
        Stake (share, post-money), subscription amount and trigger valuation, CNY million; a
        trigger of 0 for none.
    value : float, CNY million
        Pre-money equity value now.
    years : float
        Life of the right from now on.
    volatility, discount : float
        Per root year and per year.

    Examples
    --------
    >>> round(cost_of_right((0.05, 2.0, 0.0), 50.0, 3.0, 0.6, 0.03), 4)
    1.2681
    >>> round(cost_of_right((0.05, 2.0, 60.0), 20.0, 3.0, 0.6, 0.03), 6)
    0.194764
    """
    stake, exercise_amount, trigger = terms
    if stake <= 0.0:
        return 0.0
    if trigger <= 0.0:
        strike = exercise_amount / stake - exercise_amount
        return stake * call(value, strike, years, discount, volatility)
    paid, level = gain_when_tested(terms, value, volatility)
    chance = touch(value, level, years, discount, volatility)
    return paid * chance if chance > 0.0 else 0.0


def most_worth_paying(
    terms: tuple[float, float, float],
    value: float,
    years: float,
    volatility: float,
    discount: float,
) -> float:
    """Yearly cost of business up to which bringing it for a year beats the risk of dilution.

    Business brought this year costs c A(1). Without it the right may be exercised within the year,
    with the present worth B of one paid then: a loss of the gain X, and a saving of what later
    years of the right would have cost, the business or the gain, whichever is less. So it pays to
    bring it where c A(1) < B (X - min(X, c A(years - 1))); solved for c. A firm that looks a year
    ahead so brings its business from a value on that is a few percent above the one at which it
    would if it saw to the end.

    Parameters and unit as of `cost_of_right`; CNY million a year.

    >>> round(most_worth_paying((0.05, 2.0, 60.0), 28.49316336, 3.0, 0.6, 0.03), 6)
    0.12
    """
    if years <= 0.0:
        return 0.0
    paid, level = gain_when_tested(terms, value, volatility)
    this_year = min(years, 1.0)
    chance = touch(value, level, this_year, discount, volatility)
    if chance <= 0.0:
        return 0.0
    later = annuity(discount, years - this_year)
    return chance * paid / (annuity(discount, this_year) + chance * later)


def stake_at_parity(
    worth: float,
    terms: tuple[float, float, float],
    value: float,
    years: float,
    volatility: float,
    discount: float,
) -> float:
    """Stake at which a right with a trigger is worth so much, at the strike of `terms`; a share.

    The gain at the test is a (V + a S) - a S, with S the post-money strike valuation, and not
    above the trigger: a quadratic equation. A right that can never be exercised has no such
    stake, and the result is infinite.

    Parameters
    ----------
    worth : float, CNY million
    terms, value, years, volatility, discount
        As of `cost_of_right`; the stake is above 0.

    >>> round(stake_at_parity(0.12 / 0.7, (0.05, 2.0, 60.0), 20.0, 3.0, 0.6, 0.03), 7)
    0.0443106
    """
    stake, exercise_amount, trigger = terms
    strike_valuation = exercise_amount / stake
    level = first_beyond(value, max(trigger, strike_valuation), volatility)
    chance = touch(value, level, years, discount, volatility)
    if chance <= 0.0 or strike_valuation <= 0.0:
        return math.inf
    over = level - strike_valuation
    root = math.sqrt(over * over + 4.0 * strike_valuation * worth / chance)
    return (root - over) / (2.0 * strike_valuation)
