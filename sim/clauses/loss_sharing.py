"""Who bears credit losses, and who earns the interest?

Neutral: the firm's own bank (or its bilateral lenders, each for its own line). In a
consortium parties share income and losses in fixed proportions, lead first. A guarantor
bears part of the loss for a fee and earns no interest. Source: ZJ06, ZJ08, ZJ12, MK22,
AH27.
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.base.frozen import Frozen, NonNegative, Share, param

MOST_LENDERS = 8


class Sole(Frozen):
    """The lead bank alone, or with a guarantor."""

    kind: Literal["sole"] = "sole"
    guaranteed_share: Share = param(0.0, unit="share of loss", meaning="borne by a guarantor")
    guarantee_fee_rate: NonNegative = param(0.0, unit="per year", meaning="fee on the balance")


class Proportional(Frozen):
    """Several banks share income and losses in fixed proportions, lead bank first."""

    kind: Literal["proportional"]
    shares: tuple[Share, ...] = param(unit="share", meaning="share of each bank, lead first")
    delay_years: NonNegative = param(0.0, unit="years", meaning="time that coordination takes")
    coordination_cost: NonNegative = param(
        0.0, unit="CNY million", meaning="cost of each further bank at signing and renewal"
    )
    guaranteed_share: Share = param(0.0, unit="share of loss", meaning="borne by a guarantor")
    guarantee_fee_rate: NonNegative = param(0.0, unit="per year", meaning="fee on the balance")

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> "Proportional":
        total = float(np.sum(self.shares))
        if not 1 <= len(self.shares) <= MOST_LENDERS:
            raise ValueError(
                f"shares|must name 1 to {MOST_LENDERS} banks, names {len(self.shares)}"
                "|give one share for each bank, lead bank first"
            )
        if abs(total - 1.0) > 1e-9:
            parts = " + ".join(f"{share:g}" for share in self.shares)
            raise ValueError(
                f"shares|must sum to 1; {parts} = {total:g}"
                "|give one share for each bank, lead bank first"
            )
        return self


LossSharing = Annotated[Sole | Proportional, Field(discriminator="kind")]


def shares_of(clause: Sole | Proportional) -> NDArray[np.float64]:
    """Shares of the lenders, lead first, shape (n_lenders,), summing to one.

    Examples
    --------
    >>> shares_of(Sole()).tolist()
    [1.0]
    """
    if isinstance(clause, Proportional):
        return np.asarray(clause.shares, dtype=float)
    return np.ones(1)


def is_joint(clause: Sole | Proportional) -> bool:
    """Whether more than one bank lends under one agreement.

    Examples
    --------
    >>> is_joint(Proportional(kind="proportional", shares=(0.6, 0.4)))
    True
    """
    return isinstance(clause, Proportional) and len(clause.shares) > 1


def delay(clause: Sole | Proportional) -> float:
    """Time that coordination takes, years; none for a single bank.

    Examples
    --------
    >>> delay(Proportional(kind="proportional", shares=(1.0,), delay_years=0.1))
    0.0
    """
    if isinstance(clause, Proportional) and is_joint(clause):
        return clause.delay_years
    return 0.0


def coordination_cost(clause: Sole | Proportional) -> float:
    """Cost of coordination at each signing, CNY million; none for a single bank.

    Examples
    --------
    >>> shares = (0.5, 0.3, 0.2)
    >>> three = Proportional(kind="proportional", shares=shares, coordination_cost=0.004)
    >>> coordination_cost(three)
    0.008
    """
    if isinstance(clause, Proportional):
        return clause.coordination_cost * (len(clause.shares) - 1)
    return 0.0


def split_losses(loss: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Split the loss of each contract between its lenders.

    Parameters
    ----------
    loss : array, shape (n_contracts,), CNY million, not negative
    shares : array, shape (n_contracts, n_lenders), rows sum to one

    Returns
    -------
    array, shape (n_contracts, n_lenders), CNY million
        Rows sum to `loss`.

    Raises
    ------
    ValueError
        If the first dimensions differ.

    Examples
    --------
    >>> split_losses(np.array([10.0]), np.array([[0.6, 0.4]])).tolist()
    [[6.0, 4.0]]
    """
    if loss.shape[0] != shares.shape[0]:
        raise ValueError(f"loss has {loss.shape[0]} contracts, shares has {shares.shape[0]}")
    return loss[:, None] * shares
