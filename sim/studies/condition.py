"""A condition on an outcome, as a user writes it: ``bank.capital_ratio_low < 8%``.

A limit is a number in the unit of the outcome, or, where a study compares, ``baseline``: the same
outcome under the baseline, in the same histories.
"""

import math
import re
from dataclasses import dataclass

from sim.analysis.estimates import FloatArray, Interval
from sim.base.wording import amount_text, inside, spoken, unit_style
from sim.outcomes.mark import Mark
from sim.studies.comparison import limit_of, number_of, without_size
from sim.studies.findings import interval_of
from sim.studies.request import marks_of, refused

BREAK = "--break"
BASELINE = "baseline"
"""The word that stands for the outcome under the baseline."""
_FORM = re.compile(r"\s*([\w.]+)\s*(<=|>=|<|>)\s*(\S.*?)\s*")


@dataclass(frozen=True)
class Condition:
    """An outcome's mean over replications lies below, or above, a number.

    Parameters
    ----------
    is_below
        Whether the condition asks for values below the limit.
    limit
        In the unit of the outcome; where relative, of its difference from the baseline.
    is_relative
        Whether it speaks of the difference from the baseline.
    """

    outcome: str
    is_below: bool
    limit: float
    is_relative: bool = False

    def __str__(self) -> str:
        """Write it as it was written."""
        limit = BASELINE if self.is_relative else f"{self.limit:g}"
        return f"{self.outcome} {'<' if self.is_below else '>'} {limit}"

    @property
    def words(self) -> str:
        """Write it for readers.

        >>> condition_of("bank.capital_ratio_low < 8%").words
        'Lowest capital ratio < 8 %'
        """
        sign = "<" if self.is_below else ">"
        return f"{self.mark.label} {sign} {self._limit_text()}"

    def bound_words(self, baseline: str) -> str:
        """Write it as a bound that may be reached, inside a sentence.

        >>> condition_of("bank.net_margin >= baseline", "--subject-to", True).bound_words("plain")
        'net margin at least that under plain lending'
        """
        limit = f"that under {spoken(baseline)}" if self.is_relative else self._limit_text()
        return f"{inside(self.mark.label)} at {'most' if self.is_below else 'least'} {limit}"

    def _limit_text(self) -> str:
        return amount_text(self.limit, unit_style(self.mark.unit, abs(self.limit)))

    @property
    def mark(self) -> Mark:
        """The outcome's mark."""
        return marks_of(self.outcome)[self.outcome]

    def holds(self, value: float) -> bool:
        """Say whether a value fulfils it; nan never does.

        >>> Condition("bank.raroc", True, 0.08).holds(0.07)
        True
        """
        return value < self.limit if self.is_below else value > self.limit

    def slack(self, values: FloatArray) -> FloatArray:
        """Give how far values lie on the side that is asked for, same shape; below zero beyond.

        >>> import numpy as np
        >>> Condition("bank.raroc", True, 0.08).slack(np.array([0.05, 0.09])).round(2).tolist()
        [0.03, -0.01]
        """
        return self.limit - values if self.is_below else values - self.limit

    def estimate(self, values: FloatArray, confidence: float = 0.95) -> Interval:
        """Give the mean over replications with its interval."""
        return interval_of(self.mark, values, confidence)


def condition_of(text: str, option: str = BREAK, may_be_relative: bool = False) -> Condition:
    """Read a condition.

    Parameters
    ----------
    text
        ``OUTCOME < NUMBER`` or ``OUTCOME > NUMBER``; a number may end with ``%``, or of money
        with ``million``.
    option
        What stands for the file in messages.
    may_be_relative
        Whether ``baseline`` may stand in place of the number.

    Raises
    ------
    ScenarioError
        If it is not of this form, or names no outcome.

    Examples
    --------
    >>> condition_of("bank.raroc < 8%")
    Condition(outcome='bank.raroc', is_below=True, limit=0.08, is_relative=False)
    >>> condition_of("system.public_cost <= 10 million").limit
    10.0
    """
    found = _FORM.fullmatch(text)
    cure = 'for example "bank.raroc < 0"'
    if found is None:
        raise refused(option, "must be written OUTCOME < NUMBER or OUTCOME > NUMBER", text, cure)
    name, sign, number = found.groups()
    is_relative = may_be_relative and number == BASELINE
    if not is_relative and math.isnan(number_of(without_size(number))):
        words = f"a number or {BASELINE}" if may_be_relative else "a number"
        raise refused(option, f"must end with {words}", text, cure)
    ((outcome, mark),) = marks_of(name, 1, option).items()
    limit = 0.0 if is_relative else limit_of(option, number, mark.unit)
    return Condition(outcome, sign.startswith("<"), limit, is_relative)
