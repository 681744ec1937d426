"""Internal rate of return of dated flows."""

import numpy as np
from numpy.typing import ArrayLike

from sim.base.checks import FloatArray, positive, real

# logs of one plus the rate between which roots are looked for: -99.9 % to 14,700 % a year
_LOWEST, _HIGHEST, _STEPS = -6.9, 5.0, 477


def internal_rate_of_return(flows: ArrayLike, times: ArrayLike, near: float = 0.0) -> float:
    """Rate at which dated flows are worth nothing.

    Pool the flows of a group before calling this: the mean of single rates is not the rate
    of the group.

    Parameters
    ----------
    flows : array_like, shape (n,)
        CNY million, payments out negative.
    times : array_like, shape (n,)
        Years, any order, repeats allowed.
    near : float
        Where flows change sign more than once there can be several roots; the one nearest
        to this rate (in logs of one plus the rate) is returned. Give the funding rate.

    Returns
    -------
    float
        Effective rate per year between -0.999 and 147; nan if no root lies there, as when
        all flows have one sign.

    Raises
    ------
    ValueError
        If shapes differ, an input is not finite, or `near` is -1 or less.

    References
    ----------
    Hazen (2003), A new perspective on multiple internal rates of return, Engineering
    Economist 48(1). All roots are bracketed, double ones too, and refined by Brent's method.

    Examples
    --------
    >>> round(internal_rate_of_return([-1.0, 0.6, 0.6], [0.0, 1.0, 2.0]), 6)
    0.130662
    >>> round(internal_rate_of_return([-1.0, 2.2, -1.21], [0.0, 1.0, 2.0]), 6)
    0.1
    >>> internal_rate_of_return([1.0, 1.0], [0.0, 1.0])
    nan
    """
    amounts, dates = _dated(flows, times)
    anchor = float(np.log(positive("one plus near", 1.0 + float(real("near", near)))))
    roots = _log_roots(*_pooled(amounts, dates))
    if not roots:
        return float("nan")
    return float(np.expm1(min(roots, key=lambda root: abs(root - anchor))))


def _log_roots(amounts: FloatArray, dates: FloatArray) -> list[float]:
    """List the logs of one plus each rate at which flows at rising dates are worth nothing.

    Between two roots the value, times any exponential of the rate, turns. With the time of a
    change of sign as its exponent, the turns are the roots of flows that change sign once
    less (Laguerre's proof of Descartes' rule), so they are found first, from the flows
    without a change up.
    """
    levels = [amounts]
    while (change := np.flatnonzero(levels[-1][:-1] * levels[-1][1:] < 0.0)).size:
        between = dates[change[0] : change[0] + 2].mean()
        slopes = levels[-1] * (between - dates)
        levels.append(slopes / np.abs(slopes).max())
    roots: list[float] = []
    for level in reversed(levels[:-1]):
        roots = _roots_between(level, dates, np.array(roots))
    return roots


def _roots_between(amounts: FloatArray, dates: FloatArray, turns: FloatArray) -> list[float]:
    """Logs of one plus each rate without value, where the value turns at given ones at most."""

    def weights(log_rate: float | FloatArray) -> FloatArray:
        # valued at the last date for negative rates, so that nothing overflows
        origin = np.where(np.less(log_rate, 0.0), dates[-1], 0.0)
        return np.asarray(np.exp(log_rate * (origin - dates)))

    def value(log_rate: float) -> float:
        return float(amounts @ weights(log_rate))

    from scipy.optimize import brentq  # half of what listing outcomes would load

    points = np.union1d(np.linspace(_LOWEST, _HIGHEST, _STEPS), turns)
    worth = weights(points[:, None])
    sign = np.sign(worth @ amounts)
    rounding = np.finfo(float).eps * (dates.size + 1.0 + np.abs(points) * dates[-1])
    for place in np.flatnonzero(np.abs(worth @ amounts) <= rounding * (worth @ np.abs(amounts))):
        # a turn that is zero up to rounding is a double root, or two that are one to the eye
        is_touch = points[place] in turns
        sign[place] = 0.0 if is_touch else np.sign(value(points[place]))
    roots = [float(point) for point in points[sign == 0.0]]
    for place in np.flatnonzero(sign[:-1] * sign[1:] < 0.0):
        ends = points[place], points[place + 1]
        roots.append(float(brentq(value, *ends, xtol=1e-14, rtol=1e-14)))
    return roots


def _pooled(amounts: FloatArray, dates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Net the flows of each date, and count time from the first that is not zero."""
    distinct, place = np.unique(dates, return_inverse=True)
    net = np.bincount(place, weights=amounts, minlength=distinct.size)
    some = net != 0.0
    return net[some], distinct[some] - (distinct[some][0] if some.any() else 0.0)


def _dated(flows: ArrayLike, times: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Flows and dates as equally long vectors, checked."""
    amounts, dates = real("flows", flows), real("times", times)
    if amounts.ndim != 1 or amounts.shape != dates.shape:
        shapes = f"{amounts.shape} and {dates.shape}"
        raise ValueError(f"flows and times must be equally long vectors; got {shapes}")
    return amounts, dates
