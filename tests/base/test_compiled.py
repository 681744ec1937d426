"""The scalar formulas give the same bits compiled and interpreted."""

import inspect
import math

import numpy as np
import pytest
from numba import njit
from numba.extending import register_jitable

from sim.base import special
from sim.model.firms.worth_of_right import call, touch

MODULES = (special,)
# typical values by the name of the argument; every formula is tried on random picks
VALUES = {
    "u": (1e-16, 1e-5, 0.3, 0.9, 1.0 - 1e-15),
    "v": (1e-9, 0.2, 0.25, 0.5, 0.75, 0.99),
    "w": (1e-9, 0.3, 0.5, 0.9),
    "p": (0.0, 1e-9, 0.01, 0.3, 0.5, 0.97, 1.0, 1.5),
    "x": (-math.inf, -45.0, -31.0, -3.0, 0.0, 0.4, 5.0, 40.0),
    "spot": (0.0, 1e-6, 0.5, 1.0, 9.0, 40.0, 1e5),
    "rate": (0.0, 0.02, 0.07),
    "volatility": (0.0, 0.05, 0.4, 0.9),
    "years": (0.0, 0.3, 5.0, 12.0),
}
OTHERS = (0.01, 0.4, 1.0, 2.5, 8.0, 40.0)


def functions():
    for module in MODULES:
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                yield function
    yield call
    yield touch


@pytest.fixture(scope="module", autouse=True)
def registered():
    for function in functions():
        register_jitable(function)


def picks(function, size=400):
    generator = np.random.default_rng(5)
    for _ in range(size):
        yield tuple(
            pool[generator.integers(len(pool))]
            for pool in (VALUES.get(name, OTHERS) for name in names(function))
        )


def names(function):
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    "function",
    [function for function in functions() if not function.__name__.startswith("_")],
    ids=lambda function: function.__name__,
)
def test_compiled_and_interpreted_bits_agree(function):
    compiled = njit(function)
    for arguments in picks(function):
        plain = np.float64(function(*arguments))
        assert np.float64(compiled(*arguments)).tobytes() == plain.tobytes(), arguments
