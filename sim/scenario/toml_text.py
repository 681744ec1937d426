"""Read TOML text, and say every mistake of its grammar in one go.

The standard parser stops at the first mistake. Here the offending line is put aside and
the rest is read again, as long as what follows can still be trusted.
"""

import hashlib
import itertools
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.base.errors import Problem
from sim.scenario.limits import MOST_VALUES, TOO_MUCH, over_limit

if TYPE_CHECKING:
    from pydantic import BaseModel

# --- In which line of a TOML file every key stands -----------------------------------------------
# The standard parser gives values without places. This scanner reads text that the parser has
# accepted again, without a second check of its grammar.


KeyPath = tuple[str | int, ...]
"""A place in a scenario: keys of tables and indices of arrays, from the outside in."""

_BLANK = re.compile(r"[ \t\r]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_INDEX = re.compile(r"\[(\d+)\]")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_STRINGS = (
    re.compile(r'"""(?:\\[\s\S]|[^\\])*?"""(?:"{1,2})?'),
    re.compile(r"'''[\s\S]*?'''(?:'{1,2})?"),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)


def find_positions(text: str) -> dict[KeyPath, int]:
    r"""Find the line, from 1, of every table, key and array element of a good TOML text.

    A table that is written in several places has the line where it is met first.

    Examples
    --------
    >>> find_positions("[a]\nb = [1,\n 2]")
    {('a',): 1, ('a', 'b'): 2, ('a', 'b', 0): 2, ('a', 'b', 1): 3}
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


@lru_cache(maxsize=1024)
def split_key(key: str) -> KeyPath:
    """Split a dotted key as TOML does; ``[n]`` picks an element of an array.

    Raises ValueError if the text is not a dotted key.

    Examples
    --------
    >>> split_key('lifecycle.hazard[2]')
    ('lifecycle', 'hazard', 2)
    >>> split_key('sources."macro.mean_years"')
    ('sources', 'macro.mean_years')
    """
    scanner = _Scanner(key.strip())
    path = scanner.key(with_indices=True)
    if scanner.at < len(scanner.text):
        raise ValueError(f"not a dotted key: {key!r}")
    return path


def join_key(path: KeyPath) -> str:
    """Write a path as a dotted key; the inverse of :func:`split_key`.

    Examples
    --------
    >>> join_key(('sources', 'macro.mean_years', 2))
    'sources."macro.mean_years"[2]'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{quoted_key(part)}" if text else quoted_key(part)
    return text


def quoted_key(part: str) -> str:
    """Write one key, in quotes where TOML needs them."""
    return part if _BARE_KEY.fullmatch(part) else quoted_text(part)


def quoted_text(text: str) -> str:
    r"""Write text as a TOML string in one line.

    Examples
    --------
    >>> print(quoted_text('a "b"'))
    "a \"b\""
    """
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(short.get(c) or _visible(c) for c in text) + '"'


def _visible(character: str) -> str:
    control = ord(character) < 0x20 or ord(character) == 0x7F
    return f"\\u{ord(character):04x}" if control else character


class _Scanner:
    """Walks through the text once; ``at`` is the offset that is read next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._line_ends = [m.start() for m in re.finditer("\n", text)]
        self._last_element: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Read all headers and key-value pairs."""
        table: KeyPath = ()
        self._skip(_BLANK_LINES)
        while self.at < len(self.text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK_LINES)

    def key(self, with_indices: bool = False) -> KeyPath:
        """Read a dotted key, and the blanks after it."""
        parts: list[str | int] = []
        while True:
            self._skip(_BLANK)
            parts.append(self._key_part())
            while with_indices and (match := _INDEX.match(self.text, self.at)):
                parts.append(int(match[1]))
                self.at = match.end()
            self._skip(_BLANK)
            if not self._take("."):
                return tuple(parts)

    def _header(self) -> KeyPath:
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        written = self.key()
        self.at += 2 if is_array else 1
        table: KeyPath = ()
        for n, part in enumerate(written, start=1):
            table = (*table, part)
            self._note(table, start)
            if is_array and n == len(written):
                self._last_element[table] = self._last_element.get(table, -1) + 1
            if table in self._last_element:
                # A header passes through the last element of an array of tables.
                table = (*table, self._last_element[table])
                self._note(table, start)
        return table

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path = table + self.key()
        for depth in range(len(table) + 1, len(path) + 1):
            self._note(path[:depth], start)
        self._take("=")
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._take("["):
            for index in self._items("]"):
                self._note((*path, index), self.at)
                self._value((*path, index))
        elif self._take("{"):
            for _ in self._items("}"):
                self._pair(path)
        else:
            matches = (pattern.match(self.text, self.at) for pattern in (*_STRINGS, _SCALAR))
            match = next(found for found in matches if found)
            self.at = match.end()

    def _items(self, end: str) -> Iterator[int]:
        """Count the items of a list or an inline table; each is read before the next."""
        for index in itertools.count():
            self._skip(_BLANK_LINES)
            self._take(",")
            self._skip(_BLANK_LINES)
            if self._take(end):
                return
            yield index

    def _key_part(self) -> str:
        for pattern in (_BARE_KEY, *_STRINGS[2:]):
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                written = match[0]
                if pattern is _BARE_KEY:
                    return written
                # The standard parser knows all escapes.
                return str(tomllib.loads(f"key = {written}")["key"])
        raise ValueError(f"no key at offset {self.at} of {self.text!r}")

    def _note(self, path: KeyPath, offset: int) -> None:
        self.lines.setdefault(path, bisect_right(self._line_ends, offset - 1) + 1)

    def _peek(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def _take(self, sign: str) -> bool:
        found = self._peek(sign)
        self.at += len(sign) if found else 0
        return found

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at


# --- Read TOML text, and say every mistake of its grammar in one go ------------------------------


MAX_MISTAKES = 50
"""Give up on a file that is no scenario at all."""
_MOST_READ = 2**23
"""Letters that are read in all while mistakes are looked for, each of which begins anew."""

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
    """What a TOML text gives: its tables and the line of every key, and mistakes of grammar.

    Lines that could not be read are left out; it is not whole if they may have changed the
    meaning of the others.
    """

    values: dict[str, Any]
    lines: dict[KeyPath, int]
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True


_TOP = re.compile(r"""^[ \t]*\[{0,2}[ \t]*["']?([A-Za-z0-9_-]+)""")


def top_keys(text: str) -> frozenset[str]:
    r"""Give the keys at the top of a TOML text, also where the rest cannot be read.

    >>> sorted(top_keys("title = 1\n[macro.regime]\nx = yes"))
    ['macro', 'title']
    """
    found, is_top = set(), True
    for line in text.splitlines():
        is_header = line.lstrip().startswith("[")
        is_top = is_top and not is_header
        if (is_top or is_header) and (match := _TOP.match(line)):
            found.add(match[1])
    return frozenset(found)


@dataclass
class _Reader:
    """Puts offending lines aside until the rest can be read."""

    file: str
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> Parsed:
        text = "\n".join(self.lines)
        if found := over_limit(text):
            line, rule, cure = found
            return Parsed({}, {}, (Problem(self.file, line, "", rule, "", cure),), False)
        while len(self.problems) < min(MAX_MISTAKES, 1 + _MOST_READ // (len(text) + 1)):
            text = "\n".join(self.lines)
            try:
                values = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                if not self._put_aside(str(error)):
                    break
            else:
                lines = find_positions(text)
                if len(lines) > MOST_VALUES:
                    rule = f"must have at most {MOST_VALUES:,} values; {len(lines):,} are given"
                    self.problems = [Problem(self.file, None, "", rule, "", TOO_MUCH)]
                    break
                return Parsed(values, lines, tuple(self.problems))
        return Parsed({}, {}, tuple(self.problems), is_whole=False)

    def _put_aside(self, message: str) -> bool:
        """Note a mistake and blank its line; say whether reading on makes sense."""
        match = _WHERE.search(message)
        line = int(match[1]) if match and match[1] else self._last_line()
        if self._follows_from_the_last(line):
            return False
        written = self.lines[line - 1].strip()
        rule = "is not TOML: " + _WHERE.sub("", message)
        cures = (cure for start, cure in _CURES.items() if message.startswith(start))
        cure = next(cures, "correct this line: key = value, lists in [ ], tables under [name]")
        self.problems.append(Problem(self.file, line, "", rule, written, cure))
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
    r"""Read TOML text, perhaps with mistakes, in a file of this name.

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


# --- Write a scenario back as a TOML file --------------------------------------------------------
# The file holds every value, those that were inherited and the defaults too, so that it
# repeats the run without the files it came from.


def dump_model(model: "BaseModel") -> str:
    """Write a scenario, or any group of it, as TOML that reads back to the same values.

    Fields that are None are left out, since TOML has no such value.
    """
    return dump_values(model.model_dump(mode="python"))


def fingerprint(model: "BaseModel") -> str:
    """Name all values of a scenario together: the SHA-256 of its TOML, 64 hexadecimal digits."""
    return hashlib.sha256(dump_model(model).encode()).hexdigest()


def dump_values(values: Mapping[str, Any]) -> str:
    """Write nested tables with lists, text, numbers, booleans and dates as TOML.

    Examples
    --------
    >>> print(dump_values({"title": "x", "macro": {"mean_years": (4.0, 1.5)}}), end="")
    title = "x"
    <BLANKLINE>
    [macro]
    mean_years = [4.0, 1.5]
    """
    return "\n".join(_table(values, ())).lstrip("\n") + "\n"


def value_text(value: Any) -> str:
    """Write one value as it would stand in a TOML file; TypeError if TOML has no such value.

    Examples
    --------
    >>> value_text({"kind": "step", "first": -0.015, "on": True})
    '{ kind = "step", first = -0.015, on = true }'
    """
    if isinstance(value, Mapping):
        pairs = [f"{quoted_key(k)} = {value_text(v)}" for k, v in _present(value)]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    if isinstance(value, str):
        return quoted_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(f"TOML has no value like {value!r}")


def _table(values: Mapping[str, Any], path: KeyPath) -> list[str]:
    """Write plain values first and sub-tables after them, as TOML demands."""
    tables = [(k, v) for k, v in _present(values) if isinstance(v, Mapping)]
    others = [(k, v) for k, v in _present(values) if not isinstance(v, Mapping)]
    lines = [f"{quoted_key(key)} = {value_text(value)}" for key, value in others]
    if path and (lines or not tables):
        lines = ["", f"[{join_key(path)}]", *lines]
    for key, value in tables:
        lines += _table(value, (*path, key))
    return lines


def _present(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in values.items() if value is not None]
