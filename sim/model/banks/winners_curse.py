"""What a bank believes of a firm that it wins from others: the winner's curse.

Several banks judge one firm, each by a signal of its own. The bank that offers most is the one
that judged best, so winning is bad news: the others saw something worse. A bank that bids with
sense therefore asks what default it would expect if it were the only one to lend, or if its
best rival judged as it does.

All signals are of the same apparent quality, which is quality and an error that all banks share;
a bank may also have a private file, which that error does not touch. Means of quality, apparent
quality and quality are then jointly normal, and given apparent quality the means of different
banks are independent. An exponential of quality as weight only shifts the means of a normal
distribution, so that what a bank believes is a ratio of two probabilities that all rivals judge
no better: in closed form for one rival, one integral over apparent quality for several, which
for two that are little correlated is that of a joint density.

References
----------
Milgrom and Weber (1982), A theory of auctions and competitive bidding, Econometrica 50(5), for
belief tied with the best rival; Broecker (1990), Credit-worthiness tests and interbank
competition, Econometrica 58(2); Trefethen and Weideman (2014), The exponentially convergent
trapezoidal rule, SIAM Review 56(3).
"""

import math
from typing import Any

from sim.base.special import MOST_CORRELATED, both_below, normal_cdf

STEP, LOWEST, HIGHEST = 1.2, -7.5, 5.0
"""The trapezoidal rule, in standard deviations of the integrand's narrowest part and of
apparent quality: a relative error below 1e-6 for up to eight banks of any precision."""
ROOT_OF_TWO_PI = 2.5066282746310002
NOBODY = -1


def weigh(b: Any, a: Any) -> None:
    """Write what a bank's mean is worth: its variance, and how it goes with apparent quality.

    Parameters
    ----------
    b : bidder, see `sim.model.banks.bidding.BIDDER`
    a : auction, see `sim.model.banks.bidding.AUCTION`
    """
    own = 1.0 / (1.0 + a.common_variance * b.signal_precision)
    b.signal = b.signal_precision * own
    b.variance = 1.0 / (a.prior_precision + b.file_precision + b.signal)
    private = b.file_precision + b.signal
    of_signal = b.signal / private if private > 0.0 else 1.0
    hidden = a.common_variance * a.prior_precision
    b.pull = 1.0 + hidden * of_signal
    b.covariance = b.variance * own
    of_file = b.file_precision + hidden * b.signal * (1.0 - of_signal)
    noise = own * (1.0 + hidden) + a.common_variance * of_file
    b.apparent_sd = math.sqrt(b.variance * noise)
    share = 1.0 / (1.0 + hidden)
    b.loading = b.variance * (b.file_precision * share + b.signal)
    behind = b.file_precision * (1.0 + b.file_precision * a.common_variance * share)
    b.own_sd = b.variance * math.sqrt(behind + b.signal * own)


def see_rivals(j: int, bidders: Any, rivals: Any, a: Any) -> int:
    """Write how the rivals of bank `j` look to it; returns of how many kinds they are.

    Rivals that look alike share a row. One that knows nothing, or may not lend, is left out:
    what it does tells nothing.

    Parameters
    ----------
    j : int
    bidders : record array, shape (n,), weighed
    rivals : record array, shape (at least n - 1,), see `sim.model.banks.bidding.RIVAL`
        Written.
    a : auction
    """
    b = bidders[j]
    better = b.quality - a.prior
    kinds = 0
    for i in range(a.bidders):
        r = bidders[i]
        if i != j and r.most > 0.0 and r.own_sd > 0.0:
            margin = better * (1.0 - r.loading * b.pull) / r.own_sd
            sharpness = r.loading * b.apparent_sd / r.own_sd
            shared = r.variance * (r.file_precision * b.variance + r.signal * b.covariance)
            kinds = add_rival(rivals, kinds, margin, sharpness, a.slope * shared / r.own_sd, r)
    return kinds


def add_rival(
    rivals: Any, kinds: int, margin: float, sharpness: float, shift: float, r: Any
) -> int:
    """Count a rival with those of its kind, or as the first of a new one."""
    for n in range(kinds):
        k = rivals[n]
        if k.margin == margin and k.sharpness == sharpness and k.own_sd == r.own_sd:
            k.count += 1
            return kinds
    k = rivals[kinds]
    k.margin, k.sharpness, k.shift, k.own_sd, k.count = margin, sharpness, shift, r.own_sd, 1
    return kinds + 1


def own_default(b: Any, a: Any) -> float:
    """Default that a bank expects by its own judgement alone, per year; it may be above 1."""
    return a.average_default * math.exp(
        -a.slope * b.quality + 0.5 * a.slope * a.slope * b.variance
    )


def default_if_alone(b: Any, rivals: Any, kinds: int, a: Any) -> float:
    """Default that a bank expects if all rivals judge no better than itself, per year.

    Parameters
    ----------
    b : bidder
    rivals : record array, as `see_rivals` writes them
    kinds : int
    a : auction

    Returns
    -------
    float
        It may be above 1, and is infinite where no rival could judge so badly.
    """
    chance = all_below(rivals, kinds, NOBODY, 0.0, 0.0, 1.0)
    if chance <= 0.0:
        return math.inf
    return own_default(b, a) * all_below(rivals, kinds, NOBODY, 1.0, 0.0, 1.0) / chance


def default_if_tied(b: Any, rivals: Any, kinds: int, a: Any) -> float:
    """Default that a bank expects if its best rival judges as itself does, per year.

    Parameters as in `default_if_alone`. A bank without rivals that know anything has its own.
    """
    if kinds == 0:
        return own_default(b, a)
    usual, tilted = least_exponent(rivals, kinds, 0.0), least_exponent(rivals, kinds, 1.0)
    weight = best_at_own(rivals, kinds, 0.0, usual)
    if weight <= 0.0:
        return math.inf
    ratio = best_at_own(rivals, kinds, 1.0, tilted) / weight
    return own_default(b, a) * math.exp(usual - tilted) * ratio


def least_exponent(rivals: Any, kinds: int, tilt: float) -> float:
    """Exponent of the likeliest tie; taken out of all, so that none need vanish."""
    least = math.inf
    for i in range(kinds):
        k = rivals[i]
        at = k.margin + tilt * k.shift
        least = min(least, 0.5 * at * at / (1.0 + k.sharpness * k.sharpness))
    return least


def best_at_own(rivals: Any, kinds: int, tilt: float, exponent: float) -> float:
    """Density, but for a factor, of the best rival's mean at the bank's own."""
    total = 0.0
    for i in range(kinds):
        k = rivals[i]
        at = k.margin + tilt * k.shift
        wide = 1.0 + k.sharpness * k.sharpness
        density = math.exp(exponent - 0.5 * at * at / wide) / (k.own_sd * math.sqrt(wide))
        centre = k.sharpness * at / wide
        others = all_below(rivals, kinds, i, tilt, centre, 1.0 / math.sqrt(wide))
        total += k.count * density * others
    return total


def all_below(
    rivals: Any, kinds: int, tied: int, tilt: float, centre: float, spread: float
) -> float:
    """Chance that all rivals but one of the kind `tied` judge no better than the bank.

    Parameters
    ----------
    rivals : record array
    kinds : int
    tied : int
        `NOBODY` for all rivals.
    tilt : float
        0 for the chance itself, 1 for the chance where firms count by their default.
    centre, spread : float
        Mean and spread of apparent quality, in what the bank itself expects.
    """
    count, square, first, last = 0, 1.0, NOBODY, 0
    for i in range(kinds):
        left = rivals[i].count - (1 if i == tied else 0)
        if left > 0:
            count += left
            square += left * (rivals[i].sharpness * spread) ** 2
            last = i
            first = i if first == NOBODY else first
    if count == 0:
        return 1.0
    if count == 1:
        return normal_cdf(height(rivals[last], tilt, centre) / math.sqrt(square))
    if count == 2:
        k, other = rivals[first], rivals[last]
        one, two = k.sharpness * spread, other.sharpness * spread
        wide, wider = math.sqrt(1.0 + one * one), math.sqrt(1.0 + two * two)
        correlation = one * two / (wide * wider)
        if correlation <= MOST_CORRELATED:
            x, y = height(k, tilt, centre) / wide, height(other, tilt, centre) / wider
            return both_below(x, y, correlation)
    step = STEP / math.sqrt(square)
    total = 0.0
    for n in range(int((HIGHEST - LOWEST) / step) + 1):
        z = LOWEST + n * step
        below = all_below_at(rivals, kinds, tied, tilt, centre + spread * z)
        total += math.exp(-0.5 * z * z) * below
    return total * step / ROOT_OF_TWO_PI


def height(k: Any, tilt: float, apparent: float) -> float:
    """Own mean over what is expected of a rival's given apparent quality, in its spreads."""
    return k.margin + tilt * k.shift - k.sharpness * apparent


def all_below_at(rivals: Any, kinds: int, tied: int, tilt: float, apparent: float) -> float:
    """As `all_below`, given apparent quality."""
    product = 1.0
    for i in range(kinds):
        k = rivals[i]
        left = k.count - (1 if i == tied else 0)
        if left > 0:
            below = normal_cdf(height(k, tilt, apparent))
            for _ in range(left):
                product *= below
    return product
