"""How large the parts of a scenario's text may be, found before the text is read.

A reader of nested text calls itself for every level, and works on a number for as long as it
has digits; so what goes beyond these limits is told, and nothing of it is read.
"""

import re

MOST_DEPTH = 20
"""Lists and inline tables within one another, and parts of a dotted key."""
MOST_DIGITS = 100
"""Letters of a word without quotes: a number, or a part of a key."""
MOST_LETTERS = 10_000
"""Letters of a text in quotes."""
MOST_VALUES = 50_000
"""Tables, keys and elements of a file."""

TOO_MUCH = "leave out what is not needed"
"""The cure of all that is too large."""

_KEY = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_PARTS = re.compile(rf"""
    (?P<text> \"{{3}}(?:\\[\s\S]?|[^\\"]|"(?!""))*+(?:\"{{3}}|\Z)
            | '{{3}}(?:[^']|'(?!''))*+(?:'{{3}}|\Z)
            | "(?:\\.|[^"\\\n])*+"? | '[^'\n]*+'? )
    | (?P<remark> \#[^\n]*+ )
    | (?P<word> [\w-]{{{MOST_DIGITS + 1},}}+ )
    | (?P<chain> \.(?:[ \t]*+{_KEY}[ \t]*+\.){{{MOST_DEPTH - 1}}} )
    | (?P<opens> [\[{{] ) | (?P<closes> [\]}}] )
""", re.VERBOSE | re.ASCII)  # fmt: skip


_RULES = {
    "opens": f"must have lists and tables at most {MOST_DEPTH} deep",
    "word": f"must have numbers and keys of at most {MOST_DIGITS} letters",
    "chain": f"must have keys of at most {MOST_DEPTH} parts",
    "text": f"must have texts of at most {MOST_LETTERS:,} letters",
}


def over_limit(text: str) -> tuple[int, str, str] | None:
    r"""Give line, rule and cure of the first part of a TOML text that is too large, if one is.

    >>> over_limit("a = 1\nb = " + 200 * "7")[:2]
    (2, 'must have numbers and keys of at most 100 letters')
    >>> over_limit("a = " + 21 * "[" + 21 * "]")[1]
    'must have lists and tables at most 20 deep'
    """
    depth = 0
    for part in _PARTS.finditer(text):
        kind = str(part.lastgroup)
        depth = max(depth + {"opens": 1, "closes": -1}.get(kind, 0), 0)
        is_long = kind == "text" and part.end() - part.start() > MOST_LETTERS
        if is_long or depth > MOST_DEPTH or kind in ("word", "chain"):
            return text.count("\n", 0, part.start()) + 1, _RULES[kind], TOO_MUCH
    return None
