"""What cheaper interest costs a lender, and what pays for it: a later rate or a right.

Rates and hazards are per year; discount rates are continuous. Values follow from the
equality of survival-weighted annuities.
"""

from tests.oracles.annuity import continuous_annuity


def concession_value(
    concession: float, years: float, discount_rate: float, hazard: float
) -> float:
    """Present value, per unit of balance, of a rate given up until the loan or the time ends."""
    return concession * continuous_annuity(0.0, years, discount_rate + hazard)


def step_up_rate(
    flat_rate: float, first_rate: float, first_years: float, years: float, speed: float
) -> float:
    """Rate from `first_years` to `years` that makes up for a cheap start.

    `speed` is the sum of discount rate and default hazard.
    """
    early = continuous_annuity(0.0, first_years, speed)
    late = continuous_annuity(first_years, years, speed)
    return flat_rate + (flat_rate - first_rate) * early / late
