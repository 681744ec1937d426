"""At what rate, and when?

Neutral: the lender's own rate, which banks bid for (`sim.model.banks.tender`). A concession
lowers it; a step is low first and higher later; a fixed rate is written in the contract. Banks
know the clause when they bid: a concession lowers the most that they may charge, and where they
compete below that it is in what they bid. Source: AH11 (10 bp saved at first), AH21 (3.0
percent), A8 of the closed forms for the rate that makes a step neutral.
"""

import math
from typing import Annotated, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, NonNegative, param


class StandardRate(Frozen):
    """The lender's own rate."""

    kind: Literal["standard"] = "standard"


class Concession(Frozen):
    """The lender's own rate less a concession."""

    kind: Literal["concession"]
    concession_rate: float = param(
        unit="per year",
        meaning="taken off the rate; negative for a surcharge",
        low=-0.1,
        high=0.1,
    )


class Step(Frozen):
    """Low first, higher later."""

    kind: Literal["step"]
    concession_rate: float = param(
        unit="per year", meaning="taken off the rate at first", low=-0.1, high=0.1
    )
    surcharge_rate: float = param(
        unit="per year", meaning="added to the rate afterwards", low=-0.1, high=0.1
    )
    after_years: NonNegative = param(unit="years", meaning="time to the step")


class FixedRate(Frozen):
    """A rate written in the contract."""

    kind: Literal["fixed"]
    rate: NonNegative = param(unit="per year", meaning="rate on the balance", high=1)


Pricing = Annotated[StandardRate | Concession | Step | FixedRate, Field(discriminator="kind")]
CONDITIONS = (
    Column("own_weight", "-", "1 where the lender's own rate counts, else 0"),
    Column("first_add", "per year", "added to it at first"),
    Column("later_add", "per year", "added to it after the step"),
    Column("step_years", "years", "time to the step; infinite where there is none"),
)
"""What rules of banks read of this clause, see `sim.model.banks.offer_rate`."""


def conditions(clause: StandardRate | Concession | Step | FixedRate) -> dict[str, float]:
    """Conditions by name, as in `CONDITIONS`.

    Examples
    --------
    >>> conditions(FixedRate(kind="fixed", rate=0.03))
    {'own_weight': 0.0, 'first_add': 0.03, 'later_add': 0.03, 'step_years': inf}
    """
    weight, first, later, after = 1.0, 0.0, 0.0, math.inf
    if isinstance(clause, Concession):
        first = later = -clause.concession_rate
    elif isinstance(clause, Step):
        first, later = -clause.concession_rate, clause.surcharge_rate
        # A step of zero in the rate needs no date of its own.
        if clause.concession_rate + clause.surcharge_rate != 0.0:
            after = clause.after_years
    elif isinstance(clause, FixedRate):
        weight, first, later = 0.0, clause.rate, clause.rate
    names = (column.name for column in CONDITIONS)
    return dict(zip(names, (weight, first, later, after), strict=True))
