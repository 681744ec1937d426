"""What a lender recovers later from the firms it keeps: a two-period reduced form.

Loan 1 goes to good and bad firms alike, at a rate that is capped because good firms would
turn to risky projects above it; bad firms default. Survivors borrow again, and the lender
keeps part of the rent of that second loan. After Petersen and Rajan (1995), The effect of
credit market competition on lending relationships, Quarterly Journal of Economics 110(2);
the reduced form is this project's.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RelationshipTerms:
    """Terms of the two loans, per period.

    Parameters
    ----------
    funding_rate : cost of funds
    first_rate_cap : highest rate of loan 1 that good firms accept
    first_loss : loss given default of loan 1
    growth : size of loan 2 per unit of loan 1
    second_rate : rate of loan 2 under full lock-in
    second_repay_prob : probability that loan 2 is repaid
    second_loss : loss given default of loan 2
    """

    funding_rate: float
    first_rate_cap: float
    first_loss: float
    growth: float
    second_rate: float
    second_repay_prob: float
    second_loss: float


def least_retention(terms: RelationshipTerms, good_share: float) -> float:
    """Smallest part of the second rent at which loan 1 is made at its capped rate.

    At most 0 if no retention is needed; above 1 if none is enough.
    """
    missing = 1.0 + terms.funding_rate - (1.0 - good_share) * (1.0 - terms.first_loss)
    return (missing / good_share - 1.0 - terms.first_rate_cap) / _later_value(terms)


def _later_value(terms: RelationshipTerms) -> float:
    """Rent of loan 2 per unit of loan 1, at the end of the first period."""
    repaid = (1.0 + terms.second_rate) * terms.second_repay_prob
    salvaged = (1.0 - terms.second_repay_prob) * (1.0 - terms.second_loss)
    rent = repaid + salvaged - (1.0 + terms.funding_rate)
    return terms.growth * rent / (1.0 + terms.funding_rate)
