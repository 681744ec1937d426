"""Defaults in a pool of finitely many equal loans, and what sharing it does to banks.

One normal factor drives all loans. Losses are counted in units of one loan.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, log_ndtr, ndtri

from sim.formulas.checks import (
    FloatArray,
    below_one,
    inside,
    not_negative,
    positive,
    share,
)
from sim.formulas.vasicek import default_covariance


def default_count_probabilities(
    loans: int, default_prob: float, asset_correlation: float
) -> FloatArray:
    """Distribution of the number of defaults among finitely many equal loans.

    Parameters
    ----------
    loans : int
        Number of loans, at least 1.
    default_prob : float
        Strictly between 0 and 1.
    asset_correlation : float
        In [0, 1); 0 gives the binomial distribution.

    Returns
    -------
    ndarray of float, shape (loans + 1,)
        Probability of 0, 1, ..., `loans` defaults; sums to 1 up to 1e-12.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Vasicek (1987), Probability of loss on loan portfolio, KMV Corporation. The factor is
    integrated by the trapezoidal rule, which converges exponentially for such integrands
    (Trefethen and Weideman 2014, SIAM Review 56(3)).

    Examples
    --------
    >>> default_count_probabilities(3, 0.05, 0.0).round(6).tolist()
    [0.857375, 0.135375, 0.007125, 0.000125]
    """
    log_pmf, weights = conditional_counts(loans, default_prob, asset_correlation)
    return np.asarray(weights @ np.exp(log_pmf))


def conditional_counts(
    loans: int, default_prob: float, asset_correlation: float
) -> tuple[FloatArray, FloatArray]:
    """Log binomial probabilities of default counts, one row per value of the factor.

    Parameters
    ----------
    loans : int
        Number of loans, at least 1.
    default_prob : float
        Strictly between 0 and 1.
    asset_correlation : float
        In [0, 1).

    Returns
    -------
    log_pmf : ndarray of float, shape (n_nodes, loans + 1)
    weights : ndarray of float, shape (n_nodes,)
        Probabilities of the factor nodes, summing to 1.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Vasicek (1987), Probability of loss on loan portfolio, KMV Corporation.

    Examples
    --------
    >>> log_pmf, weights = conditional_counts(2, 0.1, 0.0)
    >>> np.exp(log_pmf).round(6).tolist()
    [[0.81, 0.18, 0.01]]
    """
    if loans < 1:
        raise ValueError(f"loans must be at least 1; got {loans}")
    rho = float(below_one("asset_correlation", asset_correlation))
    bound = float(ndtri(inside("default_prob", default_prob)))
    factor, weights = _factor_nodes(loans, rho)
    scaled = ((bound - np.sqrt(rho) * factor) / np.sqrt(1.0 - rho))[:, None]
    count = np.arange(loans + 1.0)
    ways = gammaln(loans + 1.0) - gammaln(count + 1.0) - gammaln(loans - count + 1.0)
    log_pmf = ways + count * log_ndtr(scaled) + (loans - count) * log_ndtr(-scaled)
    return log_pmf, weights


def _factor_nodes(loans: int, rho: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and probabilities of the factor; finer where the counts are more peaked."""
    if rho == 0.0:
        return np.zeros(1), np.ones(1)
    peak = np.sqrt(loans * rho / (1.0 - rho))
    factor = np.linspace(-10.0, 10.0, 401 + 80 * int(np.ceil(peak)))
    weights = np.exp(-0.5 * factor * factor)
    return factor, weights / weights.sum()


def shared_loss_variance(
    loans_per_bank: ArrayLike,
    default_prob: ArrayLike,
    asset_correlation: ArrayLike,
    loss_given_default: ArrayLike,
    banks: ArrayLike,
) -> FloatArray:
    """Variance of one bank's loss when `banks` banks share all loans equally.

    Each bank originates `loans_per_bank` unit loans. The idiosyncratic part falls as one
    over the number of banks, the systematic part stays.

    Parameters
    ----------
    loans_per_bank, banks : array_like
        At least 1; infinitely many banks leave the systematic part.
    default_prob : array_like
        Strictly between 0 and 1.
    asset_correlation, loss_given_default : array_like
        In [0, 1) and [0, 1].

    Returns
    -------
    ndarray of float, broadcast shape
        In squared units of one loan.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Variance of a sum of exchangeable indicators; Vasicek (1987) for their covariance.

    Examples
    --------
    >>> round(float(shared_loss_variance(20, 0.05, 0.1, 0.6, 4)), 9)
    0.257958613
    """
    loans = not_negative("loans_per_bank", loans_per_bank)
    prob = inside("default_prob", default_prob)
    together = default_covariance(prob, asset_correlation)
    alone = prob * (1.0 - prob) - together
    scale = share("loss_given_default", loss_given_default) ** 2
    return np.asarray(scale * loans * (alone / positive("banks", banks) + loans * together))


class JointFailure(NamedTuple):
    """Probabilities that two equal banks fail, without and with shared loans."""

    single: float
    """A given bank fails on its own loans."""
    both: float
    """Both fail, each on its own loans."""
    shared: float
    """Both fail together, when all loans are shared half and half."""


def joint_failure(
    loans_per_bank: int,
    default_prob: float,
    asset_correlation: float,
    loss_given_default: float,
    capital: float,
) -> JointFailure:
    """Probability that two banks fail, each alone and with all loans shared.

    A bank fails when its loss exceeds its capital (strictly). Sharing makes the failure of
    one bank rarer and the failure of both together more frequent.

    Parameters
    ----------
    loans_per_bank : int
        Unit loans that each bank originates, at least 1.
    default_prob, asset_correlation : float
        Strictly between 0 and 1, and in [0, 1).
    loss_given_default : float
        In [0, 1].
    capital : float
        In units of one loan, not negative.

    Returns
    -------
    JointFailure

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Wagner (2010), Diversification at financial institutions and systemic crises, Journal
    of Financial Intermediation 19(3).

    Examples
    --------
    >>> risk = joint_failure(20, 0.05, 0.1, 0.6, 3.0)
    >>> round(risk.single, 9), round(risk.both, 9), round(risk.shared, 9)
    (0.005462209, 0.00066687, 0.002733615)
    """
    loss = float(share("loss_given_default", loss_given_default))
    room = float(not_negative("capital", capital)) + 1e-12
    log_pmf, weights = conditional_counts(loans_per_bank, default_prob, asset_correlation)
    failing = np.arange(loans_per_bank + 1) * loss > room
    given = np.exp(log_pmf) @ failing
    pooled = default_count_probabilities(2 * loans_per_bank, default_prob, asset_correlation)
    sunk = np.arange(2 * loans_per_bank + 1) * 0.5 * loss > room
    return JointFailure(float(weights @ given), float(weights @ given**2), float(pooled @ sunk))
