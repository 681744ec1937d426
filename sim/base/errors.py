"""The closed tree of errors, and the three lines in which each one speaks.

::

    SimError
    ├── ScenarioError      a file, a key, a value, what a study is asked (all problems at once)
    ├── AccountingError    money appeared or vanished (our fault)
    ├── StorageError       a folder or file of a run or a study that cannot be used as it is
    ├── WorkersError       processes that simulate have died
    └── OutcomeError       an outcome cannot be computed from these results

Every message has three parts: where, what (the rule and the value), and the cure.
Pure functions raise plain ``ValueError`` instead; these classes are for what a user meets.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in a scenario, with all that is needed to put it right.

    The file, or ``"--set"``, its line from 1 (None where there is none) and the dotted key say
    where; the rule, such as ``"must be at most 1"``, and the value as it was written (empty for a
    missing key) say what; then the cure.

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
        got = f"; got {_cut(self.value)}" if self.value else ""
        where = place(self.file, self.line, _cut(self.key))
        return three_lines(where, self.rule + got, self.cure)


def place(file: str, line: int | None, key: str = "") -> str:
    """Say where something stands, as a reader would look it up.

    >>> place("a.toml", 7, "experiment.seed")
    'a.toml, line 7: experiment.seed'
    >>> place("--set", None)
    '--set'
    """
    where = file if line is None else f"{file}, line {line}"
    return f"{where}: {key}" if key else where


def three_lines(where: str, what: str, cure: str) -> str:
    """Lay a message out as where, what and cure, the last two indented.

    >>> print(three_lines("here", "is wrong", "do that"))
    here
      is wrong
      do that
    """
    return "\n  ".join(visible(part) for part in (where, what, cure) if part)


MOST_SHOWN = 200
"""Letters of a key, or of a value, that a message shows."""
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def visible(text: str) -> str:
    r"""Write signs that steer a terminal, a reader of XML or the direction of text as escapes.

    >>> visible("a\x1b[2J")
    'a\\x1b[2J'
    """
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def is_plain_text(text: str) -> bool:
    r"""Whether a text has none of those signs, line ends and tabs apart.

    >>> is_plain_text("two\nlines"), is_plain_text("bell\a")
    (True, False)
    """
    return not _HIDDEN.search(text.replace("\n", "").replace("\t", ""))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


class SimError(Exception):
    """Anything that goes wrong in words a user can act on.

    It says where (file, run or function), what (the rule that is broken, and the value that breaks
    it) and the cure.
    """

    def __init__(self, where: str, what: str, cure: str) -> None:
        # All arguments go to Exception: workers send errors home by pickle.
        super().__init__(where, what, cure)
        self.where, self.what, self.cure = where, what, cure

    def __str__(self) -> str:
        """Give the three lines: where, what, cure."""
        return three_lines(self.where, self.what, self.cure)


class ScenarioError(SimError):
    """A scenario that cannot be accepted, with all of its problems, at least one, at once.

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
    """Money appeared or vanished; the run stops, because no result could be trusted."""


class StorageError(SimError):
    """A folder or file of a run or a study that cannot be used as it is."""


class WorkersError(SimError):
    """Processes that simulate side by side have died, or had no memory left."""


class OutcomeError(SimError):
    """An outcome cannot be computed from these results."""
