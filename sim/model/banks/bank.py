"""A bank: the technology desk inside a parent bank.

The parent has capital and exposures of its own; the desk has a capital budget, an appetite
and its own caps. Money is for 1,000 firms of the population, so that a scenario can change
the number of firms without changing how tight capital is.
"""

import numpy as np
from numpy.typing import NDArray

from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param

# --- A bank: the technology desk inside a parent bank --------------------------------------------


class Bank(Frozen):
    """One bank of the scenario."""

    desk_capital: NonNegative = param(
        unit="CNY million per 1,000 firms", meaning="opening capital budget of the desk"
    )
    parent_capital: PositiveFloat = param(
        unit="CNY million", meaning="net capital of the parent, for the single-name limit"
    )
    parent_income: float = param(
        unit="CNY million a year per 1,000 firms",
        meaning="the parent's other income, from which the budget is replenished",
    )
    parent_risk_assets: NonNegative = param(
        unit="CNY million per 1,000 firms",
        meaning="the parent's other risk-weighted assets",
    )
    parent_equity: NonNegative = param(
        unit="CNY million per 1,000 firms", meaning="the parent's capital outside the desk"
    )
    appetite: NonNegative = param(
        unit="x", meaning="factor on the policy tolerance, 1 is the common level"
    )
    signal_precision: NonNegative = param(
        unit="x", meaning="precision of the bank's own signals, 1 is the common level"
    )
    market_share: Share = param(unit="share", meaning="firms that turn to this bank first")
    cap_factor: PositiveFloat = param(unit="x", meaning="factor on the caps on one line")


class Capital(Frozen):
    """What a bank must hold and what the desk is given."""

    risk_weight: NonNegative = param(
        unit="share", meaning="risk weight of a technology loan", high=12.5
    )
    defaulted_risk_weight: NonNegative = param(
        unit="share", meaning="risk weight of the part in default that is not provided for"
    )
    required_ratio: PositiveFloat = param(
        unit="share", meaning="capital over risk-weighted assets", high=1
    )
    hurdle_rate: NonNegative = param(unit="per year", meaning="return that capital must earn")
    replenish_share: Share = param(
        unit="share", meaning="part of the gap to the opening budget refilled each year"
    )
    single_name_share: Share = param(
        unit="share of parent capital", meaning="most lent to one firm by one bank"
    )
    failure_ratio: NonNegative = param(
        unit="share", meaning="capital ratio below which a bank counts as failed"
    )


# --- Provisions in three stages: twelve months, lifetime, and default ----------------------------
# A loan starts in stage one. A recognised worsening (a setback, a cut line, arrears) moves it
# to stage two, where losses over its life are provided for. A defaulted loan is in stage
# three at its loss given default.
# References
# ----------
# IFRS 9 Financial Instruments, 5.5; CNY accounting follows the same three stages.


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
