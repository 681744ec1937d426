"""Is a part of what the bank grants lent at once?

Neutral: no, the whole is a line. A term loan is a part of it: lent at signing, repaid by
instalments or at the end of the contract, and not drawn again. It is in the bank's books as the
line is, and is called with it. Source: article of the three provinces; sizes are not published.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, Share, param


class NoTermLoan(Frozen):
    """The whole is a line."""

    kind: Literal["none"] = "none"


class TermLoan(Frozen):
    """A part of what the bank grants is lent at once."""

    kind: Literal["tranche"]
    line_share: Share = param(unit="share of line", meaning="part that is lent at once")
    surcharge_rate: float = param(
        0.0, unit="per year", meaning="its rate over that of the line", low=-1, high=1
    )
    by_instalments: bool = param(
        True, unit="", meaning="whether it is repaid each quarter rather than at the end"
    )
    claim_rank: int = param(1, unit="-", meaning="rank of the claim; 1 is first", low=1, high=7)


Term = Annotated[NoTermLoan | TermLoan, Field(discriminator="kind")]


CONDITIONS = (
    Column("term_share", "share", "part of the line that is lent at once"),
    Column("term_surcharge", "per year", "its rate over that of the line"),
    Column("term_repays", "flag", "repaid by instalments", "i1"),
    Column("term_rank", "-", "rank of the claim", "i1", neutral=1),
)
"""What rules read of this clause."""


def conditions(clause: NoTermLoan | TermLoan) -> dict[str, Any]:
    """Conditions by name.

    Examples
    --------
    >>> conditions(TermLoan(kind="tranche", line_share=0.4))["term_share"]
    0.4
    """
    if isinstance(clause, NoTermLoan):
        return {}
    return {
        "term_share": clause.line_share, "term_surcharge": clause.surcharge_rate,
        "term_repays": int(clause.by_instalments), "term_rank": clause.claim_rank,
    }  # fmt: skip
