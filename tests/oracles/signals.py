"""Errors of a lender who judges normal quality by noisy signals.

References: Clemen and Winkler (1985), Operations Research 33(2), for correlated errors;
DeGroot (1970), Optimal Statistical Decisions, for normal updating.
"""

import math
from typing import NamedTuple

from scipy.special import ndtr
from scipy.stats import multivariate_normal


def pooled_error_sd(error_sd: float, signals: int, correlation: float) -> float:
    """Spread of the error of the mean of equally noisy signals."""
    return error_sd * math.sqrt((1.0 + (signals - 1.0) * correlation) / signals)


class Approval(NamedTuple):
    """Outcome of a threshold on the posterior mean of quality."""

    approve: float
    """Probability that an applicant is approved."""
    bad_given_approve: float
    """Share below the threshold among those approved."""
    reject_given_good: float
    """Share rejected among those at or above the threshold."""


def approval(
    prior_mean: float, prior_precision: float, signal_precision: float, threshold: float
) -> Approval:
    """Approve when the posterior mean of quality tops the threshold: quality and posterior
    mean are bivariate normal, with a correlation that the signal's precision sets."""
    known = math.sqrt(signal_precision / (prior_precision + signal_precision))
    quality = (threshold - prior_mean) * math.sqrt(prior_precision)
    judged = quality / known
    both_low = multivariate_normal.cdf(
        [quality, judged], cov=[[1.0, known], [known, 1.0]], abseps=1e-13, releps=1e-13
    )
    wrongly_in, wrongly_out = ndtr(quality) - both_low, ndtr(judged) - both_low
    return Approval(
        float(ndtr(-judged)),
        float(wrongly_in / ndtr(-judged)),
        float(wrongly_out / ndtr(-quality)),
    )
