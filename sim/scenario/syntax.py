"""Read TOML text, and say every mistake of its grammar in one go.

The standard parser stops at the first mistake. Here the offending line is put aside and
the rest is read again, as long as what follows can still be trusted.
"""

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from sim.base.errors import Problem
from sim.scenario.positions import Path, find_positions

MAX_MISTAKES = 50
"""Give up on a file that is no scenario at all."""

_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

_CURES = {
    "Cannot overwrite": "the same key stands twice; keep one of them",
    "Cannot declare": "the same table stands twice; put its keys under one header",
    "Cannot mutate": "an inline table is complete; put the key between its { }",
    "Duplicate inline": "the same key stands twice; keep one of them",
    "Invalid date": "write a day of the calendar, such as 2025-12-01",
    "Invalid value": "put text in quotes; write numbers like 0.5, and true or false",
    "Expected '='": "write key = value; put a key with blanks in quotes",
    "Expected newline": "write one key = value in each line; put text in quotes",
    "Unclosed array": "close the list with ]",
    "Unclosed inline": "close the inline table with }",
    "Unterminated": "close the quotes",
    "Illegal character": "remove the character, or write it as an escape",
}


@dataclass(frozen=True)
class Parsed:
    """What a TOML text gives.

    Parameters
    ----------
    values : dict
        The tables, without the lines that could not be read.
    lines : dict of path to int
        The line of every key.
    problems : tuple of Problem
        One for each mistake of grammar.
    is_whole : bool
        False if the lines put aside may have changed the meaning of the others.
    """

    values: dict[str, Any]
    lines: dict[Path, int]
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True


@dataclass
class _Reader:
    """Puts offending lines aside until the rest can be read."""

    file: str
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> Parsed:
        while len(self.problems) < MAX_MISTAKES:
            text = "\n".join(self.lines)
            try:
                values = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                if not self._put_aside(str(error)):
                    break
            else:
                return Parsed(values, find_positions(text), tuple(self.problems))
        return Parsed({}, {}, tuple(self.problems), is_whole=False)

    def _put_aside(self, message: str) -> bool:
        """Note a mistake and blank its line; say whether reading on makes sense."""
        match = _WHERE.search(message)
        line = int(match[1]) if match and match[1] else self._last_line()
        if self._follows_from_the_last(line):
            return False
        written = self.lines[line - 1].strip()
        rule = "is not TOML: " + _WHERE.sub("", message)
        self.problems.append(Problem(self.file, line, "", rule, written, _cure(message)))
        self.lines[line - 1] = ""
        # Without its header a table would be read into the one before it.
        return not written.startswith("[") and bool(match and match[1])

    def _follows_from_the_last(self, line: int) -> bool:
        """Whether a mistake is only the echo of the one before it."""
        if not self.problems:
            return False
        last = self.problems[-1].line or 0
        between = [text.strip() for text in self.lines[last : line - 1]]
        return line <= last or all(not t or t.startswith("#") for t in between)

    def _last_line(self) -> int:
        filled = [k for k, text in enumerate(self.lines, start=1) if text.strip()]
        return filled[-1] if filled else 1


def parse(text: str, file: str) -> Parsed:
    r"""Read TOML text with the line of every key and all mistakes of its grammar.

    Parameters
    ----------
    text : str
        TOML, perhaps with mistakes.
    file : str
        Name for the messages.

    Examples
    --------
    >>> for problem in parse("a = 1\nb = yes\nc = 2\nc = 3", "x.toml").problems:
    ...     print(problem)
    x.toml, line 2
      is not TOML: Invalid value; got b = yes
      put text in quotes; write numbers like 0.5, and true or false
    x.toml, line 4
      is not TOML: Cannot overwrite a value; got c = 3
      the same key stands twice; keep one of them
    """
    return _Reader(file, text.replace("\r\n", "\n").split("\n")).read()


def _cure(message: str) -> str:
    for start, cure in _CURES.items():
        if message.startswith(start):
            return cure
    return "correct this line: key = value, lists in [ ], tables under [name]"
