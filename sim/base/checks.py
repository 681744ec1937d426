"""Refuse bad inputs of array functions, with the first value that is wrong.

Each function takes the name of an argument, for the message, and numbers of any shape, and
returns them as an array of floats of that shape; an array of floats is not copied.

Raises
------
ValueError
    If a value lies outside the range; nan lies in none.

Examples
--------
>>> share("recovery", [0.2, 1.2])
Traceback (most recent call last):
ValueError: recovery must lie in [0, 1]; got 1.2
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def real(name: str, values: ArrayLike) -> FloatArray:
    """Finite numbers."""
    array = np.asarray(values, dtype=np.float64)
    return _checked(name, "must be finite", array, np.isfinite(array))


def share(name: str, values: ArrayLike) -> FloatArray:
    """Numbers in [0, 1]."""
    array = np.asarray(values, dtype=np.float64)
    return _checked(name, "must lie in [0, 1]", array, (array >= 0.0) & (array <= 1.0))


def inside(name: str, values: ArrayLike) -> FloatArray:
    """Numbers in (0, 1)."""
    array = np.asarray(values, dtype=np.float64)
    rule = "must lie strictly between 0 and 1"
    return _checked(name, rule, array, (array > 0.0) & (array < 1.0))


def below_one(name: str, values: ArrayLike) -> FloatArray:
    """Numbers in [0, 1)."""
    array = np.asarray(values, dtype=np.float64)
    return _checked(name, "must lie in [0, 1)", array, (array >= 0.0) & (array < 1.0))


def not_negative(name: str, values: ArrayLike) -> FloatArray:
    """Numbers of 0 or more, infinity among them."""
    array = np.asarray(values, dtype=np.float64)
    return _checked(name, "must not be negative", array, array >= 0.0)


def positive(name: str, values: ArrayLike) -> FloatArray:
    """Numbers above 0, infinity among them."""
    array = np.asarray(values, dtype=np.float64)
    return _checked(name, "must be above 0", array, array > 0.0)


def _checked(name: str, rule: str, array: FloatArray, good: NDArray[np.bool_]) -> FloatArray:
    """The array, unless a value breaks the rule."""
    if not good.all():
        raise ValueError(f"{name} {rule}; got {float(array[~good].flat[0])!r}")
    return array
