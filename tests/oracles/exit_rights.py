"""What a right on shares is expected to gain when the firm is sold."""

import math

from scipy.special import ndtr


def lognormal_call_on_multiple(log_mean: float, log_sd: float, strike: float) -> float:
    """Mean of a lognormal exit multiple above a strike, per unit of entry value.

    Reference: Cochrane (2005), The risk and return of venture capital, Journal of Financial
    Economics 75(1), for the lognormal multiple.
    """
    lower = (log_mean - math.log(strike)) / log_sd
    mean = math.exp(log_mean + 0.5 * log_sd * log_sd)
    return float(mean * ndtr(lower + log_sd) - strike * ndtr(lower))
