"""Options on the value of a firm under Black and Scholes (1973), Journal of Political
Economy 81(3), and Rubinstein and Reiner (1991), Unscrambling the binary code, Risk 4.

Spot, strike and trigger are valuations in CNY million, times in years; rate and volatility
are per year, and all but the rate are above 0.
"""

import math

from scipy.special import ndtr


def black_scholes_call(spot: float, strike: float, years: float, rate: float, vol: float) -> float:
    """Value in CNY million of the right to buy at the strike on one date."""
    upper = _upper(spot, strike, years, rate, vol)
    paid = strike * math.exp(-rate * years)
    return float(spot * ndtr(upper) - paid * ndtr(upper - vol * math.sqrt(years)))


def digital(spot: float, trigger: float, years: float, rate: float, vol: float) -> float:
    """Value of 1 paid on one date if the firm's value then tops the trigger."""
    lower = _upper(spot, trigger, years, rate, vol) - vol * math.sqrt(years)
    return float(math.exp(-rate * years) * ndtr(lower))


def _upper(spot: float, bar: float, years: float, rate: float, vol: float) -> float:
    """Distance of the bar in standard deviations under the measure of the firm itself."""
    return (math.log(spot / bar) + (rate + 0.5 * vol * vol) * years) / (vol * math.sqrt(years))
