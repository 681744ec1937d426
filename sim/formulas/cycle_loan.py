"""Value and par coupon of a loan whose default hazard moves with a macro regime."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve

from sim.formulas.checks import FloatArray, not_negative, real, share


def cycle_loan_value(
    generator: ArrayLike,
    hazards: ArrayLike,
    coupon: float,
    discount_rate: float,
    loss_given_default: float,
    prepayment: float,
) -> FloatArray:
    """Value of a perpetual loan at par across the cycle, by regime today.

    Parameters
    ----------
    generator : array_like, shape (n_regimes, n_regimes)
    hazards : array_like, shape (n_regimes,)
        Default hazard per year.
    coupon, discount_rate : float
        Per year, paid and compounded continuously; the discount rate above 0.
    loss_given_default : float
        Share of par, in [0, 1].
    prepayment : float
        Hazard of prepayment at par per year, not negative.

    Returns
    -------
    ndarray of float, shape (n_regimes,)
        Per unit of par.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Jarrow, Lando and Turnbull (1997), Review of Financial Studies 10(2), with a regime in
    place of a rating.

    Examples
    --------
    >>> from sim.formulas.regime_hazards import regime_generator
    >>> cycle = regime_generator([[0.0, 0.2], [2 / 3, 0.0]])
    >>> cycle_loan_value(cycle, [0.03, 0.12], 0.065, 0.04, 0.55, 0.25).round(9)
    array([1.00223117, 0.96330103])
    """
    annuity, repaid = _loan_legs(generator, hazards, discount_rate, loss_given_default, prepayment)
    return np.asarray(annuity * float(real("coupon", coupon)) + repaid)


def cycle_par_coupon(
    generator: ArrayLike,
    hazards: ArrayLike,
    discount_rate: float,
    loss_given_default: float,
    prepayment: float,
    start: ArrayLike,
) -> FloatArray:
    """Coupon at which a perpetual loan across the cycle is worth par.

    Parameters
    ----------
    generator, hazards, discount_rate, loss_given_default, prepayment
        As in `cycle_loan_value`.
    start : array_like, shape (..., n_regimes)
        Probabilities of the regime today.

    Returns
    -------
    ndarray of float, leading shape of `start`
        Per year.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    As in `cycle_loan_value`.

    Examples
    --------
    >>> from sim.formulas.regime_hazards import regime_generator
    >>> cycle = regime_generator([[0.0, 0.2], [2 / 3, 0.0]])
    >>> cycle_par_coupon(cycle, [0.03, 0.12], 0.04, 0.55, 0.25, np.eye(2)).round(9)
    array([0.06425457, 0.07819101])
    """
    begin = share("start", start)
    annuity, repaid = _loan_legs(generator, hazards, discount_rate, loss_given_default, prepayment)
    return np.asarray((1.0 - begin @ repaid) / (begin @ annuity))


def _loan_legs(
    generator: ArrayLike,
    hazards: ArrayLike,
    discount_rate: float,
    loss_given_default: float,
    prepayment: float,
) -> tuple[FloatArray, FloatArray]:
    """Value of a coupon of 1 a year, and of what is paid back, by regime."""
    hazard = not_negative("hazards", real("hazards", hazards))
    early = float(not_negative("prepayment", real("prepayment", prepayment)))
    kept = 1.0 - float(share("loss_given_default", loss_given_default))
    rate = float(not_negative("discount_rate", real("discount_rate", discount_rate)))
    system = np.diag(rate + hazard + early) - real("generator", generator)
    legs = np.column_stack([np.ones(hazard.size), hazard * kept + early])
    values = solve(system, legs)
    return np.asarray(values[:, 0]), np.asarray(values[:, 1])
