"""The closed tree of errors, and the three lines in which each one speaks.

::

    SimError
    ├── ScenarioError      a file, a key, a value, what a study is asked (all problems at once)
    ├── AccountingError    money appeared or vanished (our fault)
    └── OutcomeError       an outcome cannot be computed from these results

Every message has three parts: where, what (the rule and the value), and the cure.
Pure functions raise plain ``ValueError`` instead; these classes are for what a user meets.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in a scenario, with all that is needed to put it right.

    Parameters
    ----------
    file : str
        The file in which the bad value stands, or ``"--set"`` for the command line.
    line : int or None
        Line in that file, counted from 1; None where there is no line.
    key : str
        Dotted key, for example ``"arrangement.consortium.loss_sharing.shares"``.
    rule : str
        What the value must satisfy, for example ``"must be at most 1"``.
    value : str
        The value as it was written; empty where there is none (a missing key).
    cure : str
        How to put it right.

    Examples
    --------
    >>> print(Problem("a.toml", 7, "bank.lead.share", "must be at most 1", "1.2", "give 1"))
    a.toml, line 7: bank.lead.share
      must be at most 1; got 1.2
      give 1
    """

    file: str
    line: int | None
    key: str
    rule: str
    value: str
    cure: str

    def __str__(self) -> str:
        """Give the three lines: where, what, cure."""
        got = f"; got {self.value}" if self.value else ""
        where = place(self.file, self.line, self.key)
        return three_lines(where, self.rule + got, self.cure)


def place(file: str, line: int | None, key: str = "") -> str:
    """Say where something stands, as a reader would look it up.

    Examples
    --------
    >>> place("a.toml", 7, "experiment.seed")
    'a.toml, line 7: experiment.seed'
    >>> place("--set", None)
    '--set'
    """
    where = file if line is None else f"{file}, line {line}"
    return f"{where}: {key}" if key else where


def three_lines(where: str, what: str, cure: str) -> str:
    """Lay a message out as where, what and cure, the last two indented.

    Examples
    --------
    >>> print(three_lines("here", "is wrong", "do that"))
    here
      is wrong
      do that
    """
    return "\n  ".join(part for part in (where, what, cure) if part)


class SimError(Exception):
    """Anything that goes wrong in words a user can act on.

    Parameters
    ----------
    where : str
        The file, the run or the function.
    what : str
        The rule that is broken, and the value that breaks it.
    cure : str
        How to put it right.
    """

    def __init__(self, where: str, what: str, cure: str) -> None:
        # All arguments go to Exception: workers send errors home by pickle.
        super().__init__(where, what, cure)
        self.where, self.what, self.cure = where, what, cure

    def __str__(self) -> str:
        """Give the three lines: where, what, cure."""
        return three_lines(self.where, self.what, self.cure)


class ScenarioError(SimError):
    """A scenario that cannot be accepted, with all of its problems at once.

    Parameters
    ----------
    problems : iterable of Problem
        At least one; kept as the tuple ``problems``.

    Examples
    --------
    >>> two = [Problem("a.toml", n, "k", "must be 0", "1", "give 0") for n in (3, 8)]
    >>> ScenarioError(two).where
    'a.toml: 2 problems'
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("a ScenarioError needs at least one problem")
        first = self.problems[0]
        count = len(self.problems)
        where = f"{first.file}: {count} problem{'s' if count > 1 else ''}"
        super().__init__(where, first.rule, first.cure)
        self.args = (self.problems,)

    def __str__(self) -> str:
        """Give every problem in its three lines, with an empty line between."""
        return "\n\n".join(str(problem) for problem in self.problems)


class AccountingError(SimError):
    """Money appeared or vanished; the run stops, because no result could be trusted.

    Examples
    --------
    >>> print(AccountingError("year 2.25, plain, replication 3",
    ...                       "account deposits is off by 0.5 CNY million",
    ...                       "this is a fault of the program; please report it"))
    year 2.25, plain, replication 3
      account deposits is off by 0.5 CNY million
      this is a fault of the program; please report it
    """


class OutcomeError(SimError):
    """An outcome cannot be computed from these results.

    Examples
    --------
    >>> print(OutcomeError("bank.raro", "is not an outcome", 'did you mean "bank.raroc"?'))
    bank.raro
      is not an outcome
      did you mean "bank.raroc"?
    """
