"""At what rate, and when?

Neutral: the lender's own rate. A concession lowers it; a step is low first and higher
later; a fixed rate is written in the contract. Source: AH11 (10 bp saved at first), AH21
(3.0 percent), A8 of the closed forms for the rate that makes a step neutral.
"""

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.base.parameter import Frozen, NonNegative, param
from sim.model.firms.record import NEVER


class RiskBased(Frozen):
    """The lender's own rate."""

    kind: Literal["risk_based"] = "risk_based"


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


Pricing = Annotated[RiskBased | Concession | Step | FixedRate, Field(discriminator="kind")]
Rates = tuple[NDArray[np.float64], NDArray[np.float64], float]


def rates(clause: RiskBased | Concession | Step | FixedRate, own: NDArray[np.float64]) -> Rates:
    """First rate, later rate and years to the step.

    Parameters
    ----------
    clause : a kind of pricing
    own : array, shape (n_firms,), per year
        The lender's own rate.

    Returns
    -------
    tuple of array, array, float
        Per year, per year, years (infinite where there is no step).

    Examples
    --------
    >>> first, later, after = rates(
    ...     Step(kind="step", concession_rate=0.001, surcharge_rate=0.004, after_years=1.5),
    ...     np.array([0.03]),
    ... )
    >>> first.round(4).tolist(), later.round(4).tolist(), after
    ([0.029], [0.034], 1.5)
    """
    if isinstance(clause, Concession):
        return own - clause.concession_rate, own - clause.concession_rate, np.inf
    if isinstance(clause, Step):
        first = own - clause.concession_rate
        # A step of nothing is no date in the firm's life.
        steps = clause.concession_rate + clause.surcharge_rate != 0.0
        return first, own + clause.surcharge_rate, clause.after_years if steps else np.inf
    if isinstance(clause, FixedRate):
        flat = np.full_like(own, clause.rate)
        return flat, flat, np.inf
    return own, own, np.inf


def contract_terms(found: Rates, date: float) -> dict[str, Any]:
    """Terms of a contract signed at `date`, by name, as in `sim.model.firms.record.TERMS`.

    Parameters
    ----------
    found : Rates
        Of those who sign, as `rates` gives them.
    date : float, years
    """
    first, later, after = found
    step = date + after if np.isfinite(after) else NEVER
    return {"rate": first, "later_rate": later, "step": step}


def mean_rate(clause: RiskBased | Concession | Step | FixedRate, own: NDArray[np.float64],
              horizon: float) -> NDArray[np.float64]:  # fmt: skip
    """Average rate over the contract's length, per year; what a bank and a firm compare.

    Examples
    --------
    >>> step = Step(kind="step", concession_rate=0.001, surcharge_rate=0.003, after_years=1.5)
    >>> mean_rate(step, np.array([0.03]), 3.0).round(6).tolist()
    [0.031]
    """
    first, later, after = rates(clause, own)
    early = min(after, horizon) / horizon
    return early * first + (1.0 - early) * later
