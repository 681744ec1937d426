"""Scalar functions of the normal distribution, and an annuity; the same bits compiled or not.

Only ``math`` and plain arithmetic appear here, so that the compiled kernel and ordinary
Python give identical results. No function raises: an input outside the domain gives nan.
"""

import math

_SQRT_HALF = 0.7071067811865476


def normal_cdf(x: float) -> float:
    """Probability that a standard normal variable is at most `x`, any real number or infinity.

    The complementary error function keeps full relative precision in the lower tail. Source:
    Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.2.29.

    >>> normal_cdf(0.0)
    0.5
    >>> round(normal_cdf(-1.96), 12)
    0.024997895148
    """
    return 0.5 * math.erfc(-x * _SQRT_HALF)


def annuity(rate: float, years: float) -> float:
    """Present worth of one a year for `years` at a continuous rate, of any sign.

    Examples
    --------
    >>> round(annuity(0.05, 3.0), 7), annuity(0.0, 3.0)
    (2.7858405, 3.0)
    """
    exponent = rate * years
    return years if exponent == 0.0 else years * (-math.expm1(-exponent) / exponent)


_NODES = (0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363)
_WEIGHTS = (0.36268378337836166, 0.3137066458778873, 0.22238103445337448, 0.10122853629037626)
"""Of the Gauss-Legendre rule with eight nodes, by pairs."""
_TWO_PI = 6.283185307179586
MOST_CORRELATED = 0.5
"""Up to here `both_below` has a relative error below 1e-9 down to six standard deviations."""


def both_below(x: float, y: float, correlation: float) -> float:
    """Probability that two standard normal variables are at most `x` and `y`.

    Their correlation is from 0 to `MOST_CORRELATED`. What it adds to the product is an integral
    of their density over the correlation: Plackett (1954), A reduction formula for normal
    multivariate integrals, Biometrika 41(3/4); by the rule of Drezner and Wesolowsky (1990), On
    the computation of the bivariate normal integral, J. Stat. Comput. Simul. 35(1-2).

    >>> both_below(0.0, 0.0, 0.0)
    0.25
    >>> round(both_below(0.0, 0.0, 0.5), 12)
    0.333333333333
    """
    half = 0.5 * correlation
    added = 0.0
    for n in range(4):
        low = joint_density(x, y, half * (1.0 - _NODES[n]))
        added += _WEIGHTS[n] * (low + joint_density(x, y, half * (1.0 + _NODES[n])))
    return normal_cdf(x) * normal_cdf(y) + half * added


def joint_density(x: float, y: float, correlation: float) -> float:
    """Density of two standard normal variables of a correlation between -1 and 1."""
    if not -1.0 < correlation < 1.0:
        return math.nan
    rest = 1.0 - correlation * correlation
    square = x * x + y * y - 2.0 * correlation * x * y
    return math.exp(-0.5 * square / rest) / (_TWO_PI * math.sqrt(rest))


def normal_quantile(p: float) -> float:
    """Inverse of the standard normal distribution function, to about 1 part in 10**16.

    A probability of 0 gives minus infinity, 1 plus infinity, anything outside [0, 1] nan. Source:
    Wichura, M. J. (1988), Algorithm AS 241: the percentage points of the normal distribution,
    Applied Statistics 37(3), 477-484 (routine PPND16).

    >>> normal_quantile(0.5)
    0.0
    >>> round(normal_quantile(0.999), 12)
    3.090232306168
    """
    if not 0.0 < p < 1.0:
        if p == 0.0:
            return -math.inf
        return math.inf if p == 1.0 else math.nan
    q = p - 0.5
    if abs(q) <= 0.425:
        return q * _central_ratio(0.180625 - q * q)
    tail = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-math.log(tail))
    size = _middle_ratio(r - 1.6) if r <= 5.0 else _far_ratio(r - 5.0)
    return -size if q < 0.0 else size


def _central_ratio(r: float) -> float:
    """Wichura's A/B ratio, for probabilities from 0.075 to 0.925."""
    top = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    top = top * r + 6.7265770927008700853e4
    top = top * r + 4.5921953931549871457e4
    top = top * r + 1.3731693765509461125e4
    top = top * r + 1.9715909503065514427e3
    top = top * r + 1.3314166789178437745e2
    top = top * r + 3.3871328727963666080e0
    low = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    low = low * r + 3.9307895800092710610e4
    low = low * r + 2.1213794301586595867e4
    low = low * r + 5.3941960214247511077e3
    low = low * r + 6.8718700749205790830e2
    low = low * r + 4.2313330701600911252e1
    return top / (low * r + 1.0)


def _middle_ratio(r: float) -> float:
    """Wichura's C/D ratio, for tail probabilities down to exp(-25)."""
    top = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258e0
    top = top * r + 3.64784832476320460504e0
    top = top * r + 5.76949722146069140550e0
    top = top * r + 4.63033784615654529590e0
    top = top * r + 1.42343711074968357734e0
    low = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
    low = low * r + 1.51986665636164571966e-2
    low = low * r + 1.48103976427480074590e-1
    low = low * r + 6.89767334985100004550e-1
    low = low * r + 1.67638483018380384940e0
    low = low * r + 2.05319162663775882187e0
    return top / (low * r + 1.0)


def _far_ratio(r: float) -> float:
    """Wichura's E/F ratio, for tail probabilities below exp(-25)."""
    top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    top = top * r + 1.24266094738807843860e-3
    top = top * r + 2.65321895265761230930e-2
    top = top * r + 2.96560571828504891230e-1
    top = top * r + 1.78482653991729133580e0
    top = top * r + 5.46378491116411436990e0
    top = top * r + 6.65790464350110377720e0
    low = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
    low = low * r + 1.84631831751005468180e-5
    low = low * r + 7.86869131145613259100e-4
    low = low * r + 1.48753612908506148525e-2
    low = low * r + 1.36929880922735805310e-1
    low = low * r + 5.99832206555887937690e-1
    return top / (low * r + 1.0)


def gamma_quarter(u: float, v: float, w: float) -> float:
    """A gamma number of shape 1/4 and scale one from three uniform numbers in (0, 1).

    Half the square of a normal number is a gamma number of shape 1/2, and a symmetric beta
    number of parameters 1/4 times it one of shape 1/4. Source: Devroye, L. (1996), Random variate
    generation in one line of code, Proceedings of the Winter Simulation Conference, 265-272
    (symmetric beta numbers).

    >>> round(gamma_quarter(0.5, 0.75, 0.9), 6)
    0.410594
    """
    cosine = math.cos(2.0 * math.pi * v)
    ratio = (1.0 / (u * u * u * u) - 1.0) * cosine * cosine
    root = math.sqrt(ratio / (1.0 + ratio))
    beta = 0.5 * (1.0 + root) if v >= 0.5 else 0.5 / ((1.0 + ratio) * (1.0 + root))
    z = normal_quantile(w)
    return 0.5 * z * z * beta
