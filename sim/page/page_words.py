"""Words on a page: those of the program in the reader's language, all others as given."""

import re
from collections.abc import Sequence
from functools import cache

from markupsafe import Markup, escape

from sim.base.language import Language, current, gap, tr, words

HTML_LANG: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}
"""What a page says of its language, in the tags of the web."""

_LATIN = re.compile(r"[A-Za-z]{2}")
_HAN = re.compile("[\u4e00-\u9fff]")


def put(text: str, /, **values: object) -> Markup:
    """Give a text of the program in the language of the page; what is put in is escaped.

    Parameters
    ----------
    text : str
        In English, with the names of values in braces.
    **values : object
        Markup stays markup; all else is escaped.

    Examples
    --------
    >>> str(put("{count} of {total}", count="<b>", total=Markup("<i>2</i>")))
    '&lt;b&gt; of <i>2</i>'
    """
    found = escape(tr(text))
    return found.format(**values) if values else found


def given(text: object) -> Markup:
    """Give a text that was not written for this page, marked where it is in English.

    Names that the table of words holds are translated.

    Examples
    --------
    >>> from sim.base.language import language
    >>> str(given("A title"))
    'A title'
    >>> with language("zh"):
    ...     str(given("A title")), str(given("一个标题")), str(given("Plain"))
    ('<span lang="en">A title</span>', '一个标题', '普通贷款')
    """
    own = str(text)
    found = tr(own)
    is_foreign = (
        current() != "en"
        and own not in _spoken(current())
        and _LATIN.search(own)
        and not _HAN.search(own)
    )
    return Markup('<span lang="en">{}</span>').format(found) if is_foreign else escape(found)


@cache
def _spoken(name: Language) -> frozenset[str]:
    """Texts that need no mark: those that a table translates, and what it gives for them."""
    table = words(name)
    return frozenset({*table, *table.values()})


def told(sentences: Sequence[str]) -> Markup:
    """Join sentences that tell what something is; a number keeps its per cent sign.

    Examples
    --------
    >>> str(told(["One is 5 %.", "So is two."])) == "One is 5\u00a0%. So is two."
    True
    """
    found = [given(one.replace(" %", "\u00a0%")) for one in sentences]
    return in_a_row(found)


def in_a_row(sentences: Sequence[Markup]) -> Markup:
    """Put sentences one behind the other."""
    return Markup(gap()).join(sentences)


def listed(names: Sequence[str]) -> str:
    """List names in a sentence of its own.

    Examples
    --------
    >>> listed(["one", "two"])
    'one; two.'
    """
    return tr("{names}.", names=tr("; ").join(names))


def strong(text: object) -> Markup:
    """Give words that stand out."""
    return Markup("<strong>{}</strong>").format(text)


def code(text: object) -> Markup:
    """Give what is typed as it stands."""
    return Markup("<code>{}</code>").format(text)
