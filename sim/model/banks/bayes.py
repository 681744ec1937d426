"""What lenders learn about normal quality from noisy signals, alone and pooled.

Signals and quality are dimensionless; precision is one over variance.
"""

import numpy as np
from numpy.typing import ArrayLike

from sim.base.checks import FloatArray, not_negative, positive, real, share


def pooled_precision(
    precision: ArrayLike, signals: ArrayLike, correlation: ArrayLike = 0.0
) -> FloatArray:
    """Precision (one over variance) of the mean of equally precise signals.

    Parameters
    ----------
    precision : array_like
        Of one signal, not negative; infinity is a perfect signal.
    signals : array_like
        Number of signals, above 0.
    correlation : array_like
        Between the errors of any two signals, in [0, 1].

    Returns
    -------
    ndarray of float, broadcast shape
        Without correlation, precisions add.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Clemen and Winkler (1985), Operations Research 33(2).

    Examples
    --------
    >>> float(pooled_precision(0.5, 4))
    2.0
    """
    count = positive("signals", real("signals", signals))
    common = share("correlation", correlation)
    worth = count / (1.0 + (count - 1.0) * common)
    return np.asarray(not_negative("precision", precision) * worth)


def posterior(
    prior_mean: ArrayLike,
    prior_precision: ArrayLike,
    signal: ArrayLike,
    signal_precision: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Belief about normal quality after one (pooled) signal.

    Parameters
    ----------
    prior_mean, prior_precision : array_like
        Belief before; precision above 0 and finite.
    signal, signal_precision : array_like
        Mean of the pooled signals and its precision, finite and not negative.

    Returns
    -------
    mean, precision : ndarray of float, broadcast shape

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    DeGroot (1970), Optimal Statistical Decisions.

    Examples
    --------
    >>> mean, precision = posterior(0.0, 1.0, 1.5, 0.5)
    >>> float(mean), float(precision)
    (0.5, 1.5)
    """
    before = positive("prior_precision", real("prior_precision", prior_precision))
    news = not_negative("signal_precision", real("signal_precision", signal_precision))
    total = before + news
    weighed = before * real("prior_mean", prior_mean) + news * real("signal", signal)
    return np.asarray(weighed / total), np.asarray(total + 0.0 * weighed)
