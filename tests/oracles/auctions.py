"""Default of firms by how others judged them, and the limits of an auction among banks.

Reference: Engelbrecht-Wiggans, Milgrom and Weber (1983), Competitive bidding and proprietary
information, Journal of Mathematical Economics 11(2): against one informed bidder, others bid as
if they held its pool.
"""

import math

from scipy.special import ndtr


def default_of_those_judged_no_better(
    file_mean: float, prior: float, spread: float, left: float, base: float, slope: float
) -> float:
    """Mean default of firms whose mean in a bank's file is `file_mean` or lower: files' means
    are normal about `prior` with `spread`, and quality about them with the variance `left`."""
    judged = (file_mean - prior) / spread
    mean = base * math.exp(-slope * prior + 0.5 * slope**2 * (spread**2 + left))
    return mean * float(ndtr(judged + slope * spread) / ndtr(judged))
