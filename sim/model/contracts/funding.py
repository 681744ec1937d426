"""Whose money, at what cost?

Neutral: the bank's own funds. Relending refinances a share of the principal at the central
bank's rate, up to a quota. The bank keeps all credit risk. Source: MK18 to MK21, JS02.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.parameter import Frozen, NonNegative, Share, param


class OwnFunds(Frozen):
    """Deposits and market funding."""

    kind: Literal["own_funds"] = "own_funds"


class Relending(Frozen):
    """Part of the principal is refinanced by the central bank."""

    kind: Literal["relending"]
    refinanced_share: Share = param(unit="share", meaning="part of the principal refinanced")
    rate: NonNegative = param(unit="per year", meaning="rate of the central bank", high=0.2)
    quota: NonNegative = param(
        unit="CNY million per 1,000 firms", meaning="most that may be outstanding"
    )


Funding = Annotated[OwnFunds | Relending, Field(discriminator="kind")]


def marginal_cost(clause: OwnFunds | Relending, own: float, quota_left: bool) -> float:
    """Cost of funds of one more unit lent, per year.

    Parameters
    ----------
    clause : a kind of funding
    own : float, per year
        Cost of the bank's own funds.
    quota_left : bool
        Whether the facility has room.

    Examples
    --------
    >>> facility = Relending(kind="relending", refinanced_share=0.6, rate=0.015, quota=100.0)
    >>> round(marginal_cost(facility, 0.02, True), 6), marginal_cost(facility, 0.02, False)
    (0.017, 0.02)
    """
    if isinstance(clause, Relending) and quota_left:
        return own + clause.refinanced_share * (clause.rate - own)
    return own


def contract_terms(clause: OwnFunds | Relending, quota_left: bool) -> dict[str, float]:
    """Terms of the contract by name, as in `sim.model.firms.record.TERMS`.

    Examples
    --------
    >>> contract_terms(OwnFunds(), True)
    {'refinanced': 0.0, 'relending_rate': 0.0}
    """
    if not isinstance(clause, Relending):
        return {"refinanced": 0.0, "relending_rate": 0.0}
    refinanced = clause.refinanced_share if quota_left else 0.0
    return {"refinanced": refinanced, "relending_rate": clause.rate}
