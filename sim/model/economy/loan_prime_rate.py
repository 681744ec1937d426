"""The loan prime rate (LPR), the benchmark of every loan that is not written at a fixed rate."""

from sim.base.parameter import Frozen, NonNegative, param


class LoanPrimeRate(Frozen):
    """The published benchmark; offers add a spread by stage (`sim.model.banks.offer_rate`)."""

    one_year_rate: NonNegative = param(unit="per year", meaning="loan prime rate")
