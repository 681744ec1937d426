"""Does a lessor finance equipment?

Neutral: no. In a finance lease the lessor pays a part of what the firm spends on equipment while
the contract runs, owns it, and is paid by instalments. After a default it takes the equipment and
sells it, outside the estate; what is then missing is a claim like others. Source: article of the
three provinces; sizes are not published.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param


class NoLease(Frozen):
    """The firm buys its equipment."""

    kind: Literal["none"] = "none"


class FinanceLease(Frozen):
    """A lessor pays a part of the firm's equipment and owns it."""

    kind: Literal["finance"]
    equipment_share: Share = param(
        unit="share of spending on equipment", meaning="part that the lessor pays"
    )
    rate: NonNegative = param(unit="per year", meaning="rate in the rent", high=1)
    years: PositiveFloat = param(unit="years", meaning="time over which it is paid", high=30)
    equipment_years: PositiveFloat = param(
        unit="years", meaning="time in which equipment loses its worth", high=50
    )
    claim_rank: int = param(
        1,
        unit="-",
        meaning="rank of the claim beyond what the equipment brings; 1 is first",
        low=1,
        high=7,
    )
    cross_default: bool = param(
        True, unit="", meaning="whether not paying it is a default on all debts"
    )


Lease = Annotated[NoLease | FinanceLease, Field(discriminator="kind")]


CONDITIONS = (
    Column("lease_share", "share", "part of spending on equipment that the lessor pays"),
    Column("lease_rate", "per year", "rate in the rent"),
    Column("lease_years", "years", "time over which it is paid"),
    Column("equipment_years", "years", "time in which equipment loses its worth"),
    Column("lease_rank", "-", "rank of the claim", "i1", neutral=1),
    Column("lease_crosses", "flag", "not paying it is a default on all debts", "i1"),
)
"""What rules read of this clause."""


def conditions(clause: NoLease | FinanceLease) -> dict[str, Any]:
    """Conditions by name."""
    if isinstance(clause, NoLease):
        return {}
    return {
        "lease_share": clause.equipment_share, "lease_rate": clause.rate,
        "lease_years": clause.years, "equipment_years": clause.equipment_years,
        "lease_rank": clause.claim_rank, "lease_crosses": int(clause.cross_default),
    }  # fmt: skip
