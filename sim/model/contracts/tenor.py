"""How long, and may lenders cancel what is not drawn?

Neutral: one year, after which the lender decides anew, and may cancel what is not drawn. A term
line runs for years and is committed; where it is reviewed, lenders may still withdraw at an
anniversary. How a line is drawn says what its undrawn part requires of capital; a committed
line may cost a fee. Source: AH07 (under one year before, 3.1 years after joining), W01.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, param

Drawing = Literal["re_approved", "cancellable", "committed"]
"""Each drawing is decided anew; lenders may cancel what is not drawn; they may not."""


class Annual(Frozen):
    """One year, decided anew each year."""

    kind: Literal["annual"] = "annual"
    drawing: Drawing = param("cancellable", unit="", meaning="how the line is drawn")


class Term(Frozen):
    """A line for several years."""

    kind: Literal["term"]
    years: PositiveFloat = param(unit="years", meaning="length of the contract", high=30)
    reviewed: bool = param(
        False, unit="", meaning="whether lenders review it each year and may withdraw"
    )
    drawing: Drawing = param("committed", unit="", meaning="how the line is drawn")
    commitment_fee_rate: NonNegative = param(
        0.0, unit="per year", meaning="fee of the firm on the undrawn part of the line", high=1
    )


Tenor = Annotated[Annual | Term, Field(discriminator="kind")]


CONDITIONS = (
    Column("years", "years", "length of the contract"),
    Column("reviewed", "flag", "lenders review it each year and may withdraw", "i1"),
)
"""What rules of banks read of this clause."""


def conditions(clause: Annual | Term, cancellable: float, committed: float) -> dict[str, Any]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`.

    Parameters
    ----------
    clause : a kind of tenor
    cancellable, committed : float, share
        Part of an undrawn line that counts as exposure, by how it is drawn.

    Examples
    --------
    >>> conditions(Term(kind="term", years=3.0, reviewed=True), 0.1, 0.4)
    {'conversion': 0.4, 'years': 3.0, 'reviewed': 1, 'commitment_fee_rate': 0.0}
    """
    counted = {"re_approved": 0.0, "cancellable": cancellable, "committed": committed}
    found: dict[str, Any] = {"conversion": counted[clause.drawing]}
    if isinstance(clause, Annual):
        return found | {"years": 1.0, "reviewed": 0, "commitment_fee_rate": 0.0}
    return found | {
        "years": clause.years, "reviewed": int(clause.reviewed),
        "commitment_fee_rate": clause.commitment_fee_rate,
    }  # fmt: skip
