"""Does a trust company lend beside the bank?

Neutral: no. A trust company lends money of its clients at signing, a part of the bank's line as
far as the firm needs it, at a rate of its own. The claim ranks as written. At its end a loan
that is repaid at once is lent again to a firm in good health. Source: article of the three
provinces; sizes are not published.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, param


class NoTrustLoan(Frozen):
    """No trust company lends."""

    kind: Literal["none"] = "none"


class TrustLoan(Frozen):
    """A loan of a trust company."""

    kind: Literal["beside"]
    line_share: PositiveFloat = param(
        unit="share of line", meaning="largest loan over the bank's line", high=10
    )
    rate: NonNegative = param(unit="per year", meaning="rate", high=1)
    years: PositiveFloat = param(unit="years", meaning="length of the loan", high=30)
    by_instalments: bool = param(
        False, unit="", meaning="whether it is repaid each quarter rather than at the end"
    )
    claim_rank: int = param(1, unit="-", meaning="rank of the claim; 1 is first", low=1, high=7)
    cross_default: bool = param(
        True, unit="", meaning="whether not paying it is a default on all debts"
    )


Trust = Annotated[NoTrustLoan | TrustLoan, Field(discriminator="kind")]


CONDITIONS = (
    Column("trust_line_share", "share of line", "largest loan over the bank's line"),
    Column("trust_rate", "per year", "rate"),
    Column("trust_years", "years", "length of the loan"),
    Column("trust_repays", "flag", "repaid by instalments", "i1"),
    Column("trust_rank", "-", "rank of the claim", "i1", neutral=1),
    Column("trust_crosses", "flag", "not paying it is a default on all debts", "i1"),
)
"""What rules read of this clause."""


def conditions(clause: NoTrustLoan | TrustLoan) -> dict[str, Any]:
    """Conditions by name."""
    if isinstance(clause, NoTrustLoan):
        return {}
    return {
        "trust_line_share": clause.line_share, "trust_rate": clause.rate,
        "trust_years": clause.years, "trust_repays": int(clause.by_instalments),
        "trust_rank": clause.claim_rank, "trust_crosses": int(clause.cross_default),
    }  # fmt: skip
