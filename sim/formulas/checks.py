"""Refuse bad inputs of array functions, with the first value that is wrong."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def real(name: str, values: ArrayLike) -> FloatArray:
    """Turn `values` into floats, refusing nan and infinity.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
        Numbers of any shape.

    Returns
    -------
    ndarray of float, shape of `values`

    Raises
    ------
    ValueError
        If a value is nan or infinite.

    Examples
    --------
    >>> real("rate", [0.03, 0.04])
    array([0.03, 0.04])
    """
    array = np.asarray(values, dtype=np.float64)
    _refuse(name, "must be finite", array, ~np.isfinite(array))
    return array


def share(name: str, values: ArrayLike) -> FloatArray:
    """Turn `values` into floats, refusing anything outside [0, 1].

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
        Numbers of any shape.

    Returns
    -------
    ndarray of float, shape of `values`

    Raises
    ------
    ValueError
        If a value is below 0, above 1 or nan.

    Examples
    --------
    >>> share("recovery", [0.2, 1.2])
    Traceback (most recent call last):
    ValueError: recovery must lie in [0, 1]; got 1.2
    """
    array = np.asarray(values, dtype=np.float64)
    _refuse(name, "must lie in [0, 1]", array, ~((array >= 0.0) & (array <= 1.0)))
    return array


def inside(name: str, values: ArrayLike) -> FloatArray:
    """Turn `values` into floats, refusing anything outside the open interval (0, 1).

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
        Numbers of any shape.

    Returns
    -------
    ndarray of float, shape of `values`

    Raises
    ------
    ValueError
        If a value is 0 or less, 1 or more, or nan.

    Examples
    --------
    >>> inside("confidence", 0.95)
    array(0.95)
    """
    array = np.asarray(values, dtype=np.float64)
    rule = "must lie strictly between 0 and 1"
    _refuse(name, rule, array, ~((array > 0.0) & (array < 1.0)))
    return array


def below_one(name: str, values: ArrayLike) -> FloatArray:
    """Turn `values` into floats, refusing anything outside [0, 1).

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
        Numbers of any shape.

    Returns
    -------
    ndarray of float, shape of `values`

    Raises
    ------
    ValueError
        If a value is below 0, 1 or more, or nan.

    Examples
    --------
    >>> below_one("correlation", 1.0)
    Traceback (most recent call last):
    ValueError: correlation must lie in [0, 1); got 1.0
    """
    array = np.asarray(values, dtype=np.float64)
    _refuse(name, "must lie in [0, 1)", array, ~((array >= 0.0) & (array < 1.0)))
    return array


def not_negative(name: str, values: ArrayLike) -> FloatArray:
    """Turn `values` into floats, refusing anything below 0; infinity is allowed.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
        Numbers of any shape.

    Returns
    -------
    ndarray of float, shape of `values`

    Raises
    ------
    ValueError
        If a value is below 0 or nan.

    Examples
    --------
    >>> not_negative("years", -1.0)
    Traceback (most recent call last):
    ValueError: years must not be negative; got -1.0
    """
    array = np.asarray(values, dtype=np.float64)
    _refuse(name, "must not be negative", array, ~(array >= 0.0))
    return array


def positive(name: str, values: ArrayLike) -> FloatArray:
    """Turn `values` into floats, refusing 0 and anything below; infinity is allowed.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
        Numbers of any shape.

    Returns
    -------
    ndarray of float, shape of `values`

    Raises
    ------
    ValueError
        If a value is 0, below 0 or nan.

    Examples
    --------
    >>> positive("strike", [8.0, 12.0])
    array([ 8., 12.])
    """
    array = np.asarray(values, dtype=np.float64)
    _refuse(name, "must be above 0", array, ~(array > 0.0))
    return array


def _refuse(name: str, rule: str, array: FloatArray, bad: NDArray[np.bool_]) -> None:
    """Raise with the first offending value, if there is one."""
    if bad.any():
        raise ValueError(f"{name} {rule}; got {float(array[bad].flat[0])!r}")
