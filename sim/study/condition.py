"""A condition on an outcome, as a user writes it: ``bank.capital_ratio_low < 0.08``."""

import math
import re
from dataclasses import dataclass

from sim.outcomes.mark import Mark
from sim.outcomes.statistics import FloatArray, Interval
from sim.study.aims import marks_of, refused
from sim.study.intervals import interval_of
from sim.study.target import number_of

BREAK = "--break"
_FORM = re.compile(r"\s*([\w.]+)\s*(<=|>=|<|>)\s*(\S+)\s*")


@dataclass(frozen=True)
class Condition:
    """An outcome's mean over replications lies below, or above, a number.

    Parameters
    ----------
    outcome : str
    is_below : bool
        Whether the condition asks for values below the limit.
    limit : float, in the unit of the outcome
    """

    outcome: str
    is_below: bool
    limit: float

    def __str__(self) -> str:
        """Write it as it was written."""
        return f"{self.outcome} {'<' if self.is_below else '>'} {self.limit:g}"

    @property
    def mark(self) -> Mark:
        """The outcome's mark."""
        return marks_of(self.outcome)[self.outcome]

    def holds(self, value: float) -> bool:
        """Say whether a value fulfils it; nan never does.

        Examples
        --------
        >>> Condition("bank.raroc", True, 0.08).holds(0.07)
        True
        """
        return value < self.limit if self.is_below else value > self.limit

    def estimate(self, values: FloatArray, confidence: float = 0.95) -> Interval:
        """Give the mean over replications with its interval."""
        return interval_of(self.mark, values, confidence)


def condition_of(text: str) -> Condition:
    """Read a condition.

    Parameters
    ----------
    text : str
        ``OUTCOME < NUMBER`` or ``OUTCOME > NUMBER``; a number may end with ``%``.

    Raises
    ------
    ScenarioError
        If it is not of this form, or names no outcome.

    Examples
    --------
    >>> condition_of("bank.raroc < 8%")
    Condition(outcome='bank.raroc', is_below=True, limit=0.08)
    """
    found = _FORM.fullmatch(text)
    cure = 'for example "bank.raroc < 0"'
    if found is None:
        raise refused(BREAK, "must be written OUTCOME < NUMBER or OUTCOME > NUMBER", text, cure)
    name, sign, number = found.groups()
    limit = number_of(number)
    if math.isnan(limit):
        raise refused(BREAK, "must end with a number", text, cure)
    (outcome,) = marks_of(name, 1, BREAK)
    return Condition(outcome, sign.startswith("<"), limit)
