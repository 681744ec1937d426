"""An option on the value of a firm: Black and Scholes (1973), Journal of Political Economy 81(3).

Spot and strike are valuations in CNY million, times in years; rate and volatility are per year,
and all but the rate are above 0.
"""

import math

from scipy.special import ndtr


def black_scholes_call(spot: float, strike: float, years: float, rate: float, vol: float) -> float:
    """Value in CNY million of the right to buy at the strike on one date."""
    spread = vol * math.sqrt(years)
    upper = (math.log(spot / strike) + (rate + 0.5 * vol * vol) * years) / spread
    paid = strike * math.exp(-rate * years)
    return float(spot * ndtr(upper) - paid * ndtr(upper - spread))
