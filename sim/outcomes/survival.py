"""Survival estimated from data."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sim.base.checks import FloatArray, IntArray, inside, not_negative, real


class KaplanMeier(NamedTuple):
    """Survival estimated from durations, one entry per distinct age of an event."""

    years: FloatArray
    """Ages at which events were seen, rising."""
    at_risk: IntArray
    """Number under observation just before each age."""
    events: IntArray
    """Number of events at each age."""
    survival: FloatArray
    """Probability of surviving beyond each age."""
    variance: FloatArray
    """Greenwood's variance of the survival probability; nan once nobody survives."""
    low: FloatArray
    """Lower end of the log-log interval; nan once nobody survives."""
    high: FloatArray
    """Upper end of the log-log interval; nan once nobody survives."""


def kaplan_meier(
    durations: ArrayLike, observed: ArrayLike, confidence: float = 0.95, entry: ArrayLike = 0.0
) -> KaplanMeier:
    """Survival probability from durations of which some are cut off.

    Parameters
    ----------
    durations : array_like, shape (n,)
        Age in years at the event or when observation stopped.
    observed : array_like of bool, shape (n,)
        True for an event, False for a life cut off by the horizon; 1 and 0 stand for these.
        A life cut off at the age of an event counts as at risk then. Codes of several
        events are refused: say which of them counts, as in ``code == 2``.
    confidence : float
        Of the pointwise interval, strictly between 0 and 1.
    entry : array_like, shape (n,) or scalar
        Age at which observation began, below the duration; 0 unless firms were met late.

    Returns
    -------
    KaplanMeier
        Empty arrays if there is no event; survival is 1 before the first.

    Raises
    ------
    ValueError
        If shapes do not fit, an age is negative, an entry is not before its end, or
        `observed` holds anything but True and False.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association 53; Greenwood
    (1926); the log(-log) interval is in Kalbfleisch and Prentice (2002), section 1.4.

    Examples
    --------
    >>> curve = kaplan_meier([1.0, 2.0, 2.0, 3.0], [True, True, False, True])
    >>> curve.survival.tolist()
    [0.75, 0.5, 0.0]
    """
    ends, seen, begins = _lives(durations, observed, entry)
    years, events = np.unique(ends[seen], return_counts=True)
    entered = np.searchsorted(np.sort(begins), years, side="left")
    left = np.searchsorted(np.sort(ends), years, side="left")
    at_risk = entered - left
    survival = np.cumprod(1.0 - events / at_risk, dtype=np.float64)
    alive = np.where(at_risk > events, at_risk - events, 1)
    some = survival > 0.0
    # Greenwood's sum is the variance of the log of the survival probability
    log_variance = np.where(some, np.cumsum(events / (at_risk * alive)), np.nan)
    low, high = _log_log_interval(survival, log_variance, confidence)
    variance = survival * survival * log_variance
    return KaplanMeier(years, at_risk, events, survival, variance, low, high)


def survival_at(curve: KaplanMeier, years: ArrayLike) -> FloatArray:
    """Read an estimated survival curve at given ages, whose shape the result has.

    Steps are right-continuous; beyond the last event stands the last value. Raises ValueError if
    an age is negative or nan.

    >>> curve = kaplan_meier([1.0, 2.0], [True, True])
    >>> survival_at(curve, [0.5, 1.0, 5.0])
    array([1. , 0.5, 0. ])
    """
    steps = np.concatenate([[1.0], curve.survival])
    place = np.searchsorted(curve.years, not_negative("years", years), side="right")
    return np.asarray(steps[place])


def _log_log_interval(
    survival: FloatArray, log_variance: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Interval that is symmetric for log(-log(survival)) and stays in [0, 1]."""
    width = ndtri(0.5 + 0.5 * float(inside("confidence", confidence)))
    some = (survival > 0.0) & (survival < 1.0)
    log_survival = np.log(np.where(some, survival, 0.5))
    shift = np.exp(width * np.sqrt(np.where(some, log_variance, 0.0)) / -log_survival)
    low = np.where(some, np.exp(log_survival * shift), np.nan)
    high = np.where(some, np.exp(log_survival / shift), np.nan)
    return low, high


def _lives(
    durations: ArrayLike, observed: ArrayLike, entry: ArrayLike
) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
    """Check lives and give ends, event flags and starts of equal length."""
    ends = not_negative("durations", real("durations", durations))
    seen = _flags(observed)
    if ends.ndim != 1 or seen.shape != ends.shape:
        shapes = f"{ends.shape} and {seen.shape}"
        raise ValueError(f"durations and observed must be equally long; got {shapes}")
    begins = not_negative("entry", real("entry", entry))
    begins = np.broadcast_to(begins, ends.shape)
    late = (begins >= ends) & (begins > 0.0)
    if late.any():
        raise ValueError(f"entry must be before the end; got {begins[late][0]!r}")
    # a life observed from birth is at risk even for an event at age 0
    return ends, seen, np.where(begins > 0.0, begins, -1.0)


def _flags(observed: ArrayLike) -> NDArray[np.bool_]:
    """Event flags, checked: a code of 2, a text or nan is no flag, though it counts as true."""
    given = np.asarray(observed)
    is_flag = np.isin(given, (0, 1)) if given.dtype.kind in "biuf" else np.zeros(given.shape, bool)
    if not is_flag.all():
        raise ValueError(f"observed must hold True or False; got {given[~is_flag].tolist()[0]!r}")
    return given.astype(bool)
