"""How long?

Neutral: one year, after which the lender decides anew. A term line runs for years; where
it is reviewed, lenders may still withdraw at an anniversary. Source: AH07 (under one year
before, 3.1 years after joining), W01.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, PositiveFloat, param


class Annual(Frozen):
    """One year, decided anew each year."""

    kind: Literal["annual"] = "annual"


class Term(Frozen):
    """A line for several years."""

    kind: Literal["term"]
    years: PositiveFloat = param(unit="years", meaning="length of the contract", high=30)
    reviewed: bool = param(
        False, unit="", meaning="whether lenders review it each year and may withdraw"
    )


Tenor = Annotated[Annual | Term, Field(discriminator="kind")]


CONDITIONS = (
    Column("years", "years", "length of the contract"),
    Column("reviewed", "flag", "lenders review it each year and may withdraw", "i1"),
)
"""What rules of banks read of this clause."""


def conditions(clause: Annual | Term) -> dict[str, float]:
    """Conditions by name, as in `CONDITIONS`.

    Examples
    --------
    >>> conditions(Term(kind="term", years=3.0, reviewed=True))
    {'years': 3.0, 'reviewed': 1}
    """
    if isinstance(clause, Annual):
        return {"years": 1.0, "reviewed": 0}
    return {"years": clause.years, "reviewed": int(clause.reviewed)}
