"""Provisions in three stages: twelve months, lifetime, and default.

A loan starts in stage one. A recognised worsening (a setback, a cut line, arrears) moves it
to stage two, where losses over its life are provided for. A defaulted loan is in stage
three at its loss given default.

References
----------
IFRS 9 Financial Instruments, 5.5; CNY accounting follows the same three stages.
"""

import numpy as np
from numpy.typing import NDArray

from sim.base.frozen import Frozen, PositiveFloat, param

Floats = NDArray[np.float64]


class Provisions(Frozen):
    """Parameters of provisioning."""

    worsened_factor: PositiveFloat = param(
        unit="x", meaning="default of a worsened loan against its default at signing"
    )
    lifetime_years: PositiveFloat = param(unit="years", meaning="life of a worsened loan")


def allowance(
    balance: Floats,
    default: Floats,
    loss: Floats,
    worsened: NDArray[np.bool_],
    p: Provisions,
) -> Floats:
    """What is set aside for each performing loan, CNY million.

    Parameters
    ----------
    balance : array, shape (n,), CNY million
    default : array, shape (n,), per year
        Believed at signing.
    loss : array, shape (n,)
        Believed loss given default, net of what others bear.
    worsened : bool array, shape (n,)
    p : Provisions

    Returns
    -------
    array, shape (n,), CNY million, not above the balance

    Examples
    --------
    >>> rule = Provisions(worsened_factor=3.0, lifetime_years=2.0)
    >>> allowance(np.array([10.0, 10.0]), np.array([0.02, 0.02]), np.array([0.5, 0.5]),
    ...           np.array([False, True]), rule).round(4).tolist()
    [0.099, 0.5654]
    """
    lifetime = np.where(worsened, default * p.worsened_factor * p.lifetime_years, default)
    return balance * (1.0 - np.exp(-lifetime)) * loss
