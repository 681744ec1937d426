"""What the author of a scenario may call things, and which signs texts may have.

A name becomes the name of a column, a word of a page, a figure, a spreadsheet and a terminal.
Letters of any script, digits and a few signs mean nothing to any of them.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from sim.base.errors import is_plain_text
from sim.base.parameter import Broken
from sim.scenario.toml_text import KeyPath, join_key

MOST_LETTERS = 60
SIGNS = "_-. "
"""What may stand inside a name beside letters and digits."""
MOST = {"arrangement": 200, "bank": 1000, "sector": 1000, "policy": 1000}
"""How many of each a scenario may have."""
RULE = f"must be a name of 1 to {MOST_LETTERS} letters and digits, with blanks and _ - . inside"


def is_name(text: str) -> bool:
    """Whether a text may be a name.

    >>> is_name("徽商 bank-2"), is_name("=1+1"), is_name("[bold]x"), is_name(" a"), is_name("")
    (True, False, False, False, False)
    """
    if not 1 <= len(text) <= MOST_LETTERS:
        return False
    fits = [unicodedata.category(sign)[0] in "LM" or sign.isdecimal() for sign in text]
    is_whole = all(fit or sign in SIGNS for fit, sign in zip(fits, text, strict=True))
    return is_whole and fits[0] and fits[-1]


def is_made(text: str) -> bool:
    """Whether a name is made of others: some joined by a plus, one told apart in brackets.

    >>> is_made("plain+limit+tenor"), is_made("consortium (other)"), is_made("+plain")
    (True, True, False)
    """
    first, _, rest = text.partition(" (")
    apart = not rest or (rest.endswith(")") and is_name(rest[:-1]))
    return apart and all(is_name(part) for part in first.split("+"))


def same_name(text: str) -> str:
    r"""Give what two names have in common that a reader could take for one another.

    >>> same_name("Bank\u00a0A") == same_name("bank a")
    True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def misnamed(scenario: Any) -> Iterator[Broken]:
    """Give names that are none or look alike, too many of them, and texts with odd signs."""
    programmes: dict[str, KeyPath] = {}
    for n, policy in enumerate(scenario.policy):
        programmes.setdefault(policy.programme, ("policy", n, "programme"))
    groups = {table: _keys(scenario, table) for table in ("bank", "sector", "board")}
    groups["arrangement"] = _keys(scenario, "arrangement") | programmes
    groups["regime"] = {name: ("macro", "regime", name) for name in scenario.macro.regime}
    for names in groups.values():
        yield from _unfit(names)
    for table, most in MOST.items():
        if len(getattr(scenario, table)) > most:
            yield table, f"must have at most {most}", "take some out"
    texts: dict[KeyPath, str] = {("title",): scenario.title, ("question",): scenario.question}
    texts |= {("sources", key): key + text for key, text in scenario.sources.items()}
    for path, text in texts.items():
        if not is_plain_text(text):
            rule = "must have no control characters and none that turn its direction"
            yield join_key(path), rule, "leave them out"


def _keys(scenario: Any, table: str) -> dict[str, KeyPath]:
    return {name: (table, name) for name in getattr(scenario, table)}


def _unfit(names: Mapping[str, KeyPath]) -> Iterator[Broken]:
    known: dict[str, str] = {}
    for name, path in names.items():
        if not is_made(name):
            yield join_key(path), RULE, "choose another name"
        other = known.setdefault(same_name(name), name)
        if other != name:
            rule = f'must not be taken for the name "{other}"'
            yield join_key(path), rule, "choose a name that differs in more than how it is written"
