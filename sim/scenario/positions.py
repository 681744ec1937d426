"""In which line of a TOML file every key stands.

The standard parser gives values without places. This scanner reads the same text again
and gives the line of every table, key and array element. It is written for text that
the standard parser has accepted, and does not check the grammar a second time.
"""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
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


def find_positions(text: str) -> dict[Path, int]:
    r"""Find the line of every table, key and array element of a TOML text.

    Parameters
    ----------
    text : str
        TOML that the standard parser accepts.

    Returns
    -------
    dict of path to int
        Lines counted from 1. A table that is written in several places has the line
        where it is met first.

    Examples
    --------
    >>> find_positions("[a]\nb = [1,\n 2]")
    {('a',): 1, ('a', 'b'): 2, ('a', 'b', 0): 2, ('a', 'b', 1): 3}
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def split_key(key: str) -> Path:
    """Split a dotted key as TOML does; ``[n]`` picks an element of an array.

    Raises
    ------
    ValueError
        If the text is not a dotted key.

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


def join_key(path: Path) -> str:
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
    """Write one key, in quotes where TOML needs them.

    Examples
    --------
    >>> quoted_key("seed"), quoted_key("macro.seed")
    ('seed', '"macro.seed"')
    """
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
        self.lines: dict[Path, int] = {}
        self._line_ends = [m.start() for m in re.finditer("\n", text)]
        self._last_element: dict[Path, int] = {}

    def document(self) -> None:
        """Read all headers and key-value pairs."""
        table: Path = ()
        self._skip(_BLANK_LINES)
        while self.at < len(self.text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK_LINES)

    def key(self, with_indices: bool = False) -> Path:
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

    def _header(self) -> Path:
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        written = self.key()
        self.at += 2 if is_array else 1
        table = self._resolved(written[:-1])
        for depth in range(1, len(table) + 1):
            self._note(table[:depth], start)
        table = (*table, written[-1])
        self._note(table, start)
        if is_array:
            self._last_element[table] = self._last_element.get(table, -1) + 1
        table = self._into_array(table)
        self._note(table, start)
        return table

    def _resolved(self, written: Path) -> Path:
        """Insert the indices of arrays of tables that a header passes through."""
        path: Path = ()
        for part in written:
            path = self._into_array((*path, part))
        return path

    def _into_array(self, path: Path) -> Path:
        return (*path, self._last_element[path]) if path in self._last_element else path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table + self.key()
        for depth in range(len(table) + 1, len(path) + 1):
            self._note(path[:depth], start)
        self._take("=")
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            self._inline_table(path)
        else:
            self._scalar()

    def _array(self, path: Path) -> None:
        index = 0
        self._skip(_BLANK_LINES)
        while not self._take("]"):
            self._note((*path, index), self.at)
            self._value((*path, index))
            index += 1
            self._skip(_BLANK_LINES)
            self._take(",")
            self._skip(_BLANK_LINES)

    def _inline_table(self, path: Path) -> None:
        self._skip(_BLANK_LINES)
        while not self._take("}"):
            self._pair(path)
            self._skip(_BLANK_LINES)
            self._take(",")
            self._skip(_BLANK_LINES)

    def _scalar(self) -> None:
        for pattern in (*_STRINGS, _SCALAR):
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return
        raise ValueError(f"no value at offset {self.at}")

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

    def _note(self, path: Path, offset: int) -> None:
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
