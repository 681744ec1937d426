"""Does the firm issue a bond?

Neutral: no. An issuer large enough sells a bond to buyers in the bond market at signing, unless
the market is shut, as it is in a bust. An underwriter takes a fee of the issue, and again where
the bond is refinanced at its end. The risk-sharing tool of the central bank may bear a share of
its buyers' loss. Source: AH31, ZJ16.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import (
    Frozen,
    NonNegative,
    PositiveFloat,
    Share,
    param,
    stated_amount,
)


class NoBond(Frozen):
    """No bond."""

    kind: Literal["none"] = "none"


class Bond(Frozen):
    """A bond of a technology firm, repaid at its end."""

    kind: Literal["issued"]
    least_sales: NonNegative = stated_amount(
        unit="CNY million", meaning="sales a year that an issuer must have"
    )
    least_amount: NonNegative = stated_amount(unit="CNY million", meaning="smallest issue")
    sales_share: PositiveFloat = param(unit="years of sales", meaning="largest issue over sales")
    rate: NonNegative = param(unit="per year", meaning="coupon", high=1)
    years: PositiveFloat = param(unit="years", meaning="length of the bond", high=30)
    underwriting_fee_share: Share = param(
        0.0, unit="share of the issue", meaning="underwriter's fee"
    )
    covered_share: Share = param(
        0.0, unit="share of loss", meaning="borne by the risk-sharing tool"
    )
    claim_rank: int = param(1, unit="-", meaning="rank of the claim; 1 is first", low=1, high=7)
    cross_default: bool = param(
        True, unit="", meaning="whether not paying it is a default on all debts"
    )


Bonds = Annotated[NoBond | Bond, Field(discriminator="kind")]


CONDITIONS = (
    Column("bond_least_sales", "CNY million", "sales that an issuer must have"),
    Column("bond_least", "CNY million", "smallest issue"),
    Column("bond_sales_share", "years of sales", "largest issue over sales"),
    Column("bond_rate", "per year", "coupon"),
    Column("bond_years", "years", "length of the bond"),
    Column("bond_fee", "share of the issue", "underwriter's fee"),
    Column("bond_cover", "share of loss", "borne by the risk-sharing tool"),
    Column("bond_rank", "-", "rank of the claim", "i1", neutral=1),
    Column("bond_crosses", "flag", "not paying it is a default on all debts", "i1"),
)
"""What rules read of this clause."""


def conditions(clause: NoBond | Bond) -> dict[str, Any]:
    """Conditions by name."""
    if isinstance(clause, NoBond):
        return {}
    return {
        "bond_least_sales": clause.least_sales, "bond_least": clause.least_amount,
        "bond_sales_share": clause.sales_share, "bond_rate": clause.rate,
        "bond_years": clause.years, "bond_fee": clause.underwriting_fee_share,
        "bond_cover": clause.covered_share, "bond_rank": clause.claim_rank,
        "bond_crosses": int(clause.cross_default),
    }  # fmt: skip
