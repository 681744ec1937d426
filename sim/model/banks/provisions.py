"""Provisions in three stages: twelve months, lifetime, and default.

A loan starts in stage 1. A recognised worsening (a setback, a reduced line, arrears) moves it
to stage 2, where losses over its life are provided for. A defaulted loan is in stage 3 at its
loss given default.

References
----------
IFRS 9 Financial Instruments, 5.5; CNY accounting follows the same three stages.
"""

import math
from typing import Any

from sim.base.parameter import Frozen, PositiveFloat, param
from sim.model.banks.judgement import is_recognised


class Provisions(Frozen):
    """Parameters of provisioning."""

    stage_2_factor: PositiveFloat = param(
        unit="x", meaning="default of a stage 2 loan against its default at signing"
    )
    lifetime_years: PositiveFloat = param(unit="years", meaning="life of a stage 2 loan")


def is_stage_2(f: Any, c: Any, u: Any) -> bool:
    """Whether the loan of a living firm has visibly worsened.

    Parameters
    ----------
    f : firm
    c : market conditions
        For the key words of its draws.
    u : rules common to all banks
    """
    return f.arrears == 1 or f.called == 1 or is_recognised(f, c.k0, c.k1, u)


def allowance(balance: float, default: float, loss: float, stage_2: bool, u: Any) -> float:
    """What is set aside for a performing loan, CNY million, not above the balance.

    Parameters
    ----------
    balance : float, CNY million
    default : float, per year
        Believed at signing.
    loss : float, share
        Believed loss given default, net of what protection providers bear.
    stage_2 : bool
    u : record of parameters, `Provisions` among them

    Examples
    --------
    >>> u = Provisions(stage_2_factor=3.0, lifetime_years=2.0)
    >>> [round(allowance(10.0, 0.02, 0.5, worse, u), 4) for worse in (False, True)]
    [0.099, 0.5654]
    """
    lifetime = default * u.stage_2_factor * u.lifetime_years if stage_2 else default
    return balance * (1.0 - math.exp(-lifetime)) * loss
