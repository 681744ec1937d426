"""What cheaper interest costs a lender, and what pays for it: a later rate or a right.

All functions work element by element on arrays that broadcast together. Rates and hazards
are per year; `discount_rate` is continuous.
"""

import numpy as np
from numpy.typing import ArrayLike

from sim.formulas.annuity import continuous_annuity
from sim.formulas.checks import FloatArray, not_negative, positive, real, share


def concession_value(
    concession: ArrayLike, years: ArrayLike, discount_rate: ArrayLike, hazard: ArrayLike
) -> FloatArray:
    """Present value of interest given up on a constant balance.

    Parameters
    ----------
    concession : array_like
        Rate given up, per year.
    years : array_like
        How long, not negative.
    discount_rate, hazard : array_like
        Discount rate, and hazard of default or prepayment, per year; sum not negative.

    Returns
    -------
    ndarray of float, broadcast shape
        Per unit of balance.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Annuity with a survival-weighted discount factor.

    Examples
    --------
    >>> round(float(concession_value(0.015, 3.0, 0.03, 0.04)), 9)
    0.04058909
    """
    speed = real("discount_rate", discount_rate) + not_negative("hazard", hazard)
    return np.asarray(real("concession", concession) * continuous_annuity(0.0, years, speed))


def step_up_rate(
    flat_rate: ArrayLike,
    first_rate: ArrayLike,
    first_years: ArrayLike,
    years: ArrayLike,
    discount_rate: ArrayLike,
    hazard: ArrayLike,
) -> FloatArray:
    """Later rate that makes up for a cheap start ("low first, higher later").

    Parameters
    ----------
    flat_rate, first_rate : array_like
        Rate to match, and rate of the first period, per year.
    first_years, years : array_like
        Length of the first period and of the loan, ``0 <= first_years < years``.
    discount_rate, hazard : array_like
        Discount rate, and default hazard, per year; sum not negative.

    Returns
    -------
    ndarray of float, broadcast shape
        Per year, from `first_years` to `years`.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Equality of two survival-weighted annuities.

    Examples
    --------
    >>> round(float(step_up_rate(0.06, 0.04, 1.0, 3.0, 0.03, 0.05)), 9)
    0.071265955
    """
    speed = real("discount_rate", discount_rate) + not_negative("hazard", hazard)
    early = continuous_annuity(0.0, first_years, speed)
    late = positive("annuity after the step", continuous_annuity(first_years, years, speed))
    flat = real("flat_rate", flat_rate)
    gap = flat - real("first_rate", first_rate)
    return np.asarray(flat + gap * early / late)


def step_up_value(
    flat_rate: ArrayLike,
    first_rate: ArrayLike,
    first_years: ArrayLike,
    stay_share: ArrayLike,
    discount_rate: ArrayLike,
    hazard: ArrayLike,
) -> FloatArray:
    """Value of a fair step-up loan when some borrowers prepay at par before the step.

    Parameters
    ----------
    flat_rate, first_rate : array_like
        Rate that the step-up was set to match, and rate of the first period, per year.
    first_years : array_like
        Length of the first period.
    stay_share : array_like
        Share of living borrowers who stay for the dearer period, in [0, 1].
    discount_rate, hazard : array_like
        Discount rate, and default hazard, per year; sum not negative.

    Returns
    -------
    ndarray of float, broadcast shape
        Per unit lent, relative to par: negative for a cheap start unless all stay.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Equality of two survival-weighted annuities.

    Examples
    --------
    >>> round(float(step_up_value(0.06, 0.04, 1.0, 0.5, 0.03, 0.05)), 9)
    -0.009610457
    """
    given_up = real("first_rate", first_rate) - real("flat_rate", flat_rate)
    early = concession_value(given_up, first_years, discount_rate, hazard)
    return np.asarray((1.0 - share("stay_share", stay_share)) * early)


def fair_coverage(conceded: ArrayLike, right_per_strike: ArrayLike) -> FloatArray:
    """Coverage at which a right pays for an interest concession.

    Parameters
    ----------
    conceded : array_like
        Present value of the concession per unit lent (`concession_value`), not negative.
    right_per_strike : array_like
        Value of the right per unit of strike notional, above 0.

    Returns
    -------
    ndarray of float, broadcast shape
        Strike notional per unit lent.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Equality of the two present values.

    Examples
    --------
    >>> round(float(fair_coverage(0.04058909014924562, 0.14859479202018736)), 9)
    0.273152845
    """
    value = positive("right_per_strike", right_per_strike)
    return np.asarray(not_negative("conceded", conceded) / value)
