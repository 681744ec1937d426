"""How long?

Neutral: one year, after which the lender decides anew. A term line runs for years; where
it is reviewed, lenders may still withdraw at an anniversary. Source: AH07 (under one year
before, 3.1 years after joining), W01.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.parameter import Frozen, PositiveFloat, param
from sim.model.firms.record import NEVER


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


def years(clause: Annual | Term) -> float:
    """Length of the contract, years.

    Examples
    --------
    >>> years(Annual()), years(Term(kind="term", years=3.0))
    (1.0, 3.0)
    """
    return clause.years if isinstance(clause, Term) else 1.0


def contract_terms(clause: Annual | Term, date: float) -> dict[str, float]:
    """Terms of a contract signed at `date`, by name, as in `sim.model.firms.record.TERMS`.

    Examples
    --------
    >>> contract_terms(Term(kind="term", years=3.0, reviewed=True), 0.5)
    {'maturity': 3.5, 'review': 1.5}
    """
    reviewed = isinstance(clause, Term) and clause.reviewed
    return {"maturity": date + years(clause), "review": date + 1.0 if reviewed else NEVER}
