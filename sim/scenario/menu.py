"""The menu of one world: the arrangements on offer beside plain lending, with their dates.

An arrangement that is run by its own name is on offer to all from the first day on; a
programme puts its arrangements on offer by policy. Time is in years from the start date of
the experiment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from zlib import crc32

from sim.clauses.arrangement import PLAIN, Arrangement, is_plain
from sim.clauses.eligibility import Eligibility, Everyone
from sim.clauses.policy import Policy, reach, years_between
from sim.scenario.model import Scenario

EDGE = 1e-9
"""Calendar dates are twelfths of a year; two of them are never closer than this."""


@dataclass(frozen=True)
class Item:
    """One arrangement on a menu.

    Parameters
    ----------
    name : str
        Name of the arrangement, also for the beliefs that banks hold about it.
    arrangement : Arrangement
    start, end : float, years
        First day on offer, and first day no longer on offer.
    policy : Policy, optional
        None for an arrangement that is on offer to all.
    """

    name: str
    arrangement: Arrangement
    start: float = -float("inf")
    end: float = float("inf")
    policy: Policy | None = None

    def is_open(self, date: float) -> bool:
        """Whether it is on offer to anybody at a date."""
        return self.start <= date + EDGE and date + EDGE < self.end

    def reach(self, date: float) -> float:
        """Share of firms reached at a date."""
        if self.policy is None:
            return 1.0
        return reach(self.policy, max(date - self.start, 0.0)) if self.is_open(date) else 0.0

    @property
    def address(self) -> int:
        """Address of the draws that say whom it reaches; depends on its name alone."""
        return crc32(self.name.encode()) & 0x7FFFFFFF

    @property
    def admission(self) -> tuple[Eligibility, Eligibility]:
        """The two conditions that an applicant must meet: the arrangement's, the policy's."""
        other = Everyone() if self.policy is None else self.policy.eligibility
        return self.arrangement.eligibility, other


Menu = tuple[Item, ...]


def menu_of(scenario: Scenario, name: str) -> Menu:
    """The menu of an arrangement or a programme, in the order of the file.

    Parameters
    ----------
    scenario : Scenario
    name : str
        One of ``experiment.arrangements``.

    Returns
    -------
    tuple of Item
        Empty for plain lending, and for arrangements that are plain.
    """
    if name in scenario.arrangement:
        arrangement = scenario.arrangement[name]
        return () if is_plain(arrangement) else (Item(name, arrangement),)
    first = scenario.experiment.start_date
    return tuple(
        _under(policy, scenario.arrangement[policy.arrangement], first)
        for policy in scenario.policy
        if policy.programme == name
    )


def _under(policy: Policy, arrangement: Arrangement, first: Date) -> Item:
    end = float("inf") if policy.end is None else years_between(first, policy.end)
    start = years_between(first, policy.start)
    return Item(policy.arrangement, arrangement, start, end, policy)


def terms_of(menu: Sequence[Item], code: int) -> tuple[str, Arrangement]:
    """Name and clauses behind the code of a contract: 0 is plain lending.

    Examples
    --------
    >>> terms_of((), 0)[0]
    'plain'
    """
    if code == 0:
        return "plain", PLAIN
    return menu[code - 1].name, menu[code - 1].arrangement
