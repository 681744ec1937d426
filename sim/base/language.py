"""Words in the reader's language: English in the code, others from one table.

Whatever a reader sees is written in English where it is made and passed through `tr`. The
table `chinese.toml` holds what stands for it; a text that it does not hold stays English.
The language belongs to a context, as the style of figures does, so nothing outside a
`with language(...)` changes.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_TABLES: dict[Language, str] = {"zh": "chinese.toml"}
_CURRENT: ContextVar[Language] = ContextVar("language", default="en")


def current() -> Language:
    """Give the language in which words are written now."""
    return _CURRENT.get()


@contextmanager
def language(name: Language) -> Iterator[None]:
    """Write words in a language, as a context; ValueError if there are no words in it.

    >>> with language("zh"):
    ...     tr("Plain")
    '普通贷款'
    """
    if name not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}; got {name!r}")
    token = _CURRENT.set(name)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def tr(text: str, /, **values: object) -> str:
    """Give a text in the language of the context.

    The text is English, with names in braces for values that are put in after translation.

    >>> tr("{count} of {total} replications", count=3, total=40)
    '3 of 40 replications'
    """
    found = words(current()).get(text, text)
    return found.format(**values) if values else found


def gap() -> str:
    """Give what stands between two sentences: nothing in Chinese."""
    return "" if current() == "zh" else " "


@cache
def words(name: Language) -> dict[str, str]:
    """Give the table of a language: English text to its own; empty for English.

    Raises ValueError if a text stands twice in the table.
    """
    if name not in _TABLES:
        return {}
    table = tomllib.loads((Path(__file__).parent / _TABLES[name]).read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for section, entries in table.items():
        for text, other in entries.items():
            if text in found:
                raise ValueError(f"{_TABLES[name]}: {text!r} stands twice; see [{section}]")
            found[text] = other
    return found
