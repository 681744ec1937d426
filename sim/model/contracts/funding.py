"""Whose money, at what cost?

Neutral: the bank's own funds. Relending refinances a share of the principal at the central
bank's rate, up to a quota. The bank keeps all credit risk. Source: MK18 to MK21, JS02.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, NonNegative, Share, param, stated_amount


class OwnFunds(Frozen):
    """Deposits and market funding."""

    kind: Literal["own_funds"] = "own_funds"


class Relending(Frozen):
    """Part of the principal is refinanced by the central bank."""

    kind: Literal["relending"]
    refinanced_share: Share = param(unit="share", meaning="part of the principal refinanced")
    rate: NonNegative = param(unit="per year", meaning="rate of the central bank", high=0.2)
    quota: NonNegative = stated_amount(
        unit="CNY million per 1,000 firms", meaning="most that may be outstanding"
    )


Funding = Annotated[OwnFunds | Relending, Field(discriminator="kind")]


CONDITIONS = (
    Column("refinanced_share", "share", "part of the principal refinanced while a quota is left"),
    Column("quota", "CNY million", "most that may be outstanding"),
)
"""What rules of banks read of this clause, beside the terms of the contract."""


def conditions(clause: OwnFunds | Relending, thousands: float) -> dict[str, float]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`.

    Parameters
    ----------
    clause : a kind of funding
    thousands : float
        Firms of the population, in thousands.

    Examples
    --------
    >>> conditions(OwnFunds(), 2.0)
    {'refinanced_share': 0.0, 'relending_rate': 0.0, 'quota': 0.0}
    """
    if isinstance(clause, OwnFunds):
        return {"refinanced_share": 0.0, "relending_rate": 0.0, "quota": 0.0}
    return {
        "refinanced_share": clause.refinanced_share, "relending_rate": clause.rate,
        "quota": clause.quota * thousands,
    }  # fmt: skip
