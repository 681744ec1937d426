"""From when to when is an arrangement on offer, and to whom?

A programme is a name and the policies under it. Each puts one arrangement on offer from a
date on, perhaps to a share of firms that grows, perhaps to some firms only. A policy that
ends binds nobody anew; contracts in force go on as signed. Source: AH06 (version 1.0 of the
common growth plan), AH20 (version 2.0), MK18 to MK21 (path of the relending facility).
"""

from collections.abc import Iterator
from datetime import date as Date  # noqa: N812 -- a type among dates in years

from sim.base.parameter import Broken, Frozen, NonNegative, Share, param
from sim.model.contracts.eligibility import Eligibility, Everyone


class Policy(Frozen):
    """One arrangement of a programme, with its dates."""

    programme: str = param(unit="", meaning="programme that it belongs to")
    arrangement: str = param(unit="", meaning="arrangement put on offer")
    start: Date = param(unit="", meaning="first day on offer")
    end: Date | None = param(None, unit="", meaning="first day no longer on offer")
    phase_in_years: NonNegative = param(
        0.0, unit="years", meaning="time over which its reach grows from nothing", high=100
    )
    reach_share: Share = param(1.0, unit="share of firms", meaning="reached once phased in")
    eligibility: Eligibility = param(Everyone(), unit="", meaning="who may apply under it")

    def broken_rules(self) -> Iterator[Broken]:
        """It ends after it starts."""
        if self.end is not None and self.end <= self.start:
            rule = f"must be later than start ({self.start}); got {self.end}"
            yield "end", rule, "give a later date, or leave it out"


def reach(policy: Policy, years: float) -> float:
    """Share of firms reached when the policy has been in force for some years.

    Examples
    --------
    >>> slow = Policy(programme="plan", arrangement="loan", start=Date(2025, 1, 1),
    ...               phase_in_years=2.0, reach_share=0.8)
    >>> reach(slow, -0.1), reach(slow, 1.0), reach(slow, 9.0)
    (0.0, 0.4, 0.8)
    """
    if years < 0.0:
        return 0.0
    if policy.phase_in_years <= 0.0:
        return policy.reach_share
    return policy.reach_share * min(years / policy.phase_in_years, 1.0)
