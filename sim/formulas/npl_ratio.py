"""Share of non-performing loans of a book, and how growth flatters it."""

import numpy as np
from numpy.typing import ArrayLike

from sim.formulas.checks import FloatArray, not_negative, positive, real


def npl_ratio(
    default_hazard: ArrayLike, workout_years: ArrayLike, growth: ArrayLike = 0.0
) -> FloatArray:
    """Non-performing share of a book that grows steadily, random workout times.

    Parameters
    ----------
    default_hazard : array_like
        Defaults per year and unit of performing loans, not negative.
    workout_years : array_like
        Mean time from default to resolution, exponentially distributed, above 0.
    growth : array_like
        Growth of the book per year, continuous; above ``-1 / workout_years``. Without
        growth the distribution of workout times does not matter.

    Returns
    -------
    ndarray of float, broadcast shape
        Non-performing loans over all loans, in [0, 1).

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Stable growth of a two-compartment flow; Little (1961), Operations Research 9(3), for
    the case without growth.

    Examples
    --------
    >>> round(float(npl_ratio(0.04, 1.5)), 9), round(float(npl_ratio(0.04, 1.5, 0.3)), 9)
    (0.056603774, 0.039735099)
    """
    workout = positive("workout_years", workout_years)
    speed = 1.0 / workout + real("growth", growth)
    stock = not_negative("default_hazard", default_hazard) / positive(
        "growth plus one over the workout time", speed
    )
    return np.asarray(stock / (1.0 + stock))


def npl_ratio_fixed_workout(
    default_hazard: ArrayLike, workout_years: ArrayLike, growth: ArrayLike = 0.0
) -> FloatArray:
    """Non-performing share of a book that grows steadily, all workouts equally long.

    Parameters
    ----------
    default_hazard : array_like
        Defaults per year and unit of performing loans, not negative.
    workout_years : array_like
        Time from default to resolution, above 0.
    growth : array_like
        Growth of the book per year, continuous; any finite number.

    Returns
    -------
    ndarray of float, broadcast shape
        Non-performing loans over all loans, in [0, 1).

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Stable growth of a two-compartment flow.

    Examples
    --------
    >>> round(float(npl_ratio_fixed_workout(0.04, 1.5, 0.3)), 9)
    0.046089381
    """
    workout = positive("workout_years", workout_years)
    speed = real("growth", growth)
    safe = np.where(speed == 0.0, 1.0, speed)
    held = np.where(speed == 0.0, workout, -np.expm1(-safe * workout) / safe)
    stock = not_negative("default_hazard", default_hazard) * held
    return np.asarray(stock / (1.0 + stock))


def implied_default_hazard(
    ratio: ArrayLike, workout_years: ArrayLike, growth: ArrayLike = 0.0
) -> FloatArray:
    """Default hazard that explains a published non-performing share.

    Parameters
    ----------
    ratio : array_like
        Non-performing over all loans, in [0, 1).
    workout_years : array_like
        Mean time from default to resolution, exponentially distributed, above 0.
    growth : array_like
        Growth of the book per year, continuous.

    Returns
    -------
    ndarray of float, broadcast shape
        Defaults per year and unit of performing loans.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Inverse of `npl_ratio`.

    Examples
    --------
    >>> round(float(implied_default_hazard(0.0218, 1.5, 0.238)), 4)
    0.0202
    """
    observed = not_negative("ratio", ratio)
    speed = 1.0 / positive("workout_years", workout_years) + real("growth", growth)
    return np.asarray(observed / positive("one minus ratio", 1.0 - observed) * speed)
