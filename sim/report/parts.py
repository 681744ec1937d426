"""Words on a page: those of the program in the reader's language, all others as given."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from sim.base.language import Language, current, gap, tr, words
from sim.report.figures.style import (
    BETTER_SIDE,
    COLOURS,
    GRID,
    INK,
    MUTED,
    PAPER,
    Drawing,
    Picture,
)
from sim.scenario.parameters import NAME, matches
from sim.scenario.sources import ID, SOURCES, read_whole, source_texts
from sim.scenario.toml_text import KeyPath as Key
from sim.scenario.toml_text import join_key, value_text

HTML_LANG: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}
"""What a page says of its language, in the tags of the web."""

_LATIN = re.compile(r"[A-Za-z]{2}")
_HAN = re.compile("[\u4e00-\u9fff]")


def put(text: str, /, **values: object) -> Markup:
    """Give a text of the program in the language of the page; what is put in is escaped.

    The text is English, with names of values in braces; of these markup stays markup.

    >>> str(put("{count} of {total}", count="<b>", total=Markup("<i>2</i>")))
    '&lt;b&gt; of <i>2</i>'
    """
    found = escape(tr(text))
    return found.format(**values) if values else found


def given(text: object) -> Markup:
    """Give a text that was not written for this page, marked where it is in English.

    Names that the table of words holds are translated.

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


def as_paragraph(sentences: Sequence[str]) -> Markup:
    """Join sentences that tell what something is; a number keeps its per cent sign.

    >>> str(as_paragraph(["One is 5 %.", "So is two."])) == "One is 5\u00a0%. So is two."
    True
    """
    return in_a_row([given(one.replace(" %", "\u00a0%")) for one in sentences])


def in_a_row(sentences: Sequence[Markup]) -> Markup:
    """Put sentences one behind the other."""
    return Markup(gap()).join(sentences)


def listed(names: Sequence[str]) -> str:
    """List names in a sentence of its own.

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


# --- Figures as SVG that can stand inside a page, with no request to anywhere --------------------

# Cut from the file: what only a file needs, and a rule that would reach the whole page.
_FILE_ONLY = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", flags=re.DOTALL)

# A hundredth of a point is finer than any screen; more digits only make the page heavy.
_GEOMETRY = re.compile(r'\b(?:d|x|y|transform)="[^"]*"')
_LONG = re.compile(r"(\.\d\d)\d+")
_PIXELS_PER_INCH = 100

# What a page can do without: space between elements and in paths, turns by nothing, and the
# plot font of every text, for which the reader's fonts stand once.
_PATH = re.compile(r'\bd="[^"]*"')
_SPACED = re.compile(r"\s*([A-Za-z])\s*")
_NEEDLESS = re.compile(
    r"(?<=>)\s+(?=<)| transform=\"rotate\(-?0 [^\"]*\"|font-family: 'DejaVu Sans'; "
)
# Marks of one series say their look once; opacity would then count for all of them together.
_ALIKE = re.compile(
    r'<use [^>]* style="(?!opacity|[^"]* opacity)([^"]*)"/>(?:<use [^>]* style="\1"/>)+'
)
_ID = re.compile(r' id="([^"]*)"')
_USED = re.compile(r'(?:url\(|href=")#([^)"]*)')
_COLOURS = {
    "ink": INK, "muted": MUTED, "grid": GRID, "paper": PAPER, "better-side": BETTER_SIDE,
}  # fmt: skip
"""Variables of a page that stand for colours of a figure, with those of its series."""
_FONTS = (
    "'DejaVu Sans', Verdana, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', system-ui,"
    " sans-serif"
)
"""The font of the measure, its likeness, and those of Chinese readers."""


def inline_svg(figure: Drawing | Picture, key: str) -> str:
    """Give a figure as SVG that can stand inside a page with others.

    Ids are made unique, the parts that point outside are taken out, and ink, grid and series
    colours become variables of the page, so that a dark page stays readable. The ``svg``
    element is named by the element ``<key>-caption`` of the page. Raises ValueError if the key,
    unique on the page, has other letters than a-z, digits and hyphens.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        raise ValueError(f"key must be lower-case letters, digits, hyphens; got {key!r}")
    picture = figure.picture() if isinstance(figure, Drawing) else figure
    text = picture.svg
    text = _FILE_ONLY.sub("", text[text.index("<svg") :])
    root, rest = text.split(">", 1)
    root = re.sub(r'\s(xmlns(:\w+)?|width|height|version)="[^"]*"', "", root)
    text = (root + ">" + rest).replace("xlink:href", "href")
    text = _slim(text)
    text = re.sub(r'\bid="', f'id="{key}-', text)
    text = re.sub(r"url\(#", f"url(#{key}-", text).replace('href="#', f'href="#{key}-')
    series = {f"series-{place}": colour for place, colour in enumerate(COLOURS)}
    for name, colour in {**_COLOURS, **series}.items():
        text = text.replace(colour, f"var(--{name})")
    # One scale for all figures of a page, so that letters have one size.
    width = round(picture.width * _PIXELS_PER_INCH)
    look = f"max-width: {width}px; font-family: {_FONTS}"
    head = f'<svg role="img" aria-labelledby="{key}-caption" style="{look}" '
    return text.replace("<svg ", head, 1)


def _slim(text: str) -> str:
    """Take out what a page can do without; nothing that is seen changes."""
    text = _GEOMETRY.sub(lambda found: _LONG.sub(r"\1", found[0]), text)
    text = _PATH.sub(lambda found: 'd="' + _SPACED.sub(r"\1", found[0][3:]), text)
    used = set(_USED.findall(text))
    text = _ID.sub(lambda found: found[0] if found[1] in used else "", text)
    look = ' style="{}"'.format
    return _ALIKE.sub(
        lambda marks: f"<g{look(marks[1])}>{marks[0].replace(look(marks[1]), '')}</g>",
        _NEEDLESS.sub("", text),
    )


# --- Values that a scenario states and where they come from, by the path of a parameter ----------

ECONOMY = "shipped:base/china_technology"
"""The default economy."""

MOST_NAMED = 4
"""How many named values are told one by one."""


@dataclass(frozen=True)
class Stated:
    """Values of a scenario by path, every table also as a whole, and sources by dotted key."""

    values: dict[Key, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def of(self, path: Key) -> tuple[str, str]:
        """Give value and source of a parameter, as text; empty where there is none.

        >>> file = Stated({("macro", "regime", "boom", "mean_years"): 3.5}, {})
        >>> file.of(("macro", "regime", "NAME", "mean_years"))
        ('boom 3.5', '')
        """
        found = {at: value for at, value in self.values.items() if matches(path, at)}
        if NAME not in path:
            at = next(iter(found), None)
            return (value_text(found[at]), self._source(at)) if at is not None else ("", "")
        names = {at[path.index(NAME)]: at for at in found}
        words = [f"{name} {value_text(found[at])}" for name, at in names.items()]
        return _joined(words), "; ".join(self._by_source(path, found))

    def _source(self, at: Key) -> str:
        """Give the source of a value, or of the list or table in which it stands."""
        places = (join_key(at[:depth]) for depth in range(len(at), 0, -1))
        return next((self.sources[key] for key in places if key in self.sources), "")

    def _by_source(self, path: Key, found: dict[Key, Any]) -> Iterator[str]:
        """Give each source once, with the names that share it where there are several."""
        names = defaultdict(list)
        for at in found:
            names[self._source(at)].append(str(at[path.index(NAME)]))
        names.pop("", None)
        for source, own in names.items():
            yield source if len(names) == 1 else f"{_joined(own)}: {source}"


def of_file(file: Path) -> Stated:
    """Read what a scenario file and those that it extends state.

    Raises ScenarioError if it cannot be read.
    """
    raw = read_whole(file)
    return of_values(raw.values, source_texts(raw))


def of_values(values: Mapping[str, Any], sources: Mapping[str, str]) -> Stated:
    """Give what a scenario states, from its values by table."""
    own = {key: value for key, value in values.items() if key != SOURCES}
    return Stated(dict(_leaves(own, ())), dict(sources))


def _leaves(values: dict[str, Any], above: Key) -> Iterator[tuple[Key, Any]]:
    """Give every value with its path; a table is also given whole, for fields of tables."""
    for key, value in values.items():
        if value is None:
            continue
        yield (*above, key), value
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key))


def _joined(parts: list[str]) -> str:
    more = f" … ({len(parts)})" if len(parts) > MOST_NAMED else ""
    return "; ".join(parts[:MOST_NAMED]) + more


# --- Ids of numbers: every number on a page names the cell of the run's files that it shows ------
# An id is the file without its ending, then the way to the cell, parted by ``/``; letters that
# have a meaning in an id are written as in addresses of the web, as ``encodeURIComponent`` of
# a browser writes them. Columns joined by ``+`` are shown together, as the two ends of an
# interval are; a ``+`` within a name is written ``%2B``.
#
# ``comparison/OUTCOME/ARRANGEMENT/COLUMN``       of ``comparison.csv``
# ``summary/OUTCOME/ARRANGEMENT/COLUMN``          of ``summary.csv``
# ``committee/OUTCOME/ARRANGEMENT/VERSUS/COLUMN`` of ``committee.csv``
# ``explore/OUTCOME/ARRANGEMENT/COLUMN``          of ``explore.csv``
# ``over_parameters/OUTCOME/ARRANGEMENT/COLUMN``  of ``over_parameters.csv``
# ``turns/OUTCOME/ARRANGEMENT/COLUMN``            of ``turns.csv``
# ``by_bank/MEASURE/BANK/ARRANGEMENT/COLUMN``     of ``by_bank.csv``
# ``loss_parts/ARRANGEMENT/PART/COLUMN``          of ``loss_parts.csv``
# ``additionality/ARRANGEMENT/MEASURE/COLUMN``    of ``additionality.csv``
# ``bank_tails/MEASURE/LEVEL/BANK/ARRANGEMENT/COLUMN``  of ``bank_tails.csv``
# ``figures/KEY/ROW/COLUMN``                      of ``figures/KEY.csv``; rows count from 0
# ``studies/KEY/TABLE/ROW/COLUMN``                of ``studies/KEY/TABLE.csv``
# ``scenario/TABLE/.../KEY``                      a value of ``scenario.toml``, or a table
# ``manifest/KEY/...``                            a value of ``manifest.json``

_PLAIN = "-_.!~*'()"


def cell_id(*way: object) -> str:
    """Give the id of a cell.

    Columns that are shown together are one part, a tuple.

    >>> cell_id("comparison", "bank.raroc", "revenue_swap", ("low", "high"))
    'comparison/bank.raroc/revenue_swap/low+high'
    >>> cell_id("figures", "survival", 3, "a/b")
    'figures/survival/3/a%2Fb'
    """
    return "/".join(
        "+".join(map(_quoted, part)) if isinstance(part, tuple) else _quoted(part) for part in way
    )


def _quoted(part: object) -> str:
    """Write one name as ``encodeURIComponent`` does, so that script and program agree."""
    return quote(str(part), safe=_PLAIN)


def cited(text: object, *way: object) -> Markup:
    """Write a number with the id of its cell, for the middle of a sentence.

    >>> str(cited("4,000", "scenario", "population", "firms"))
    '<span data-cell="scenario/population/firms">4,000</span>'
    """
    return Markup('<span data-cell="{}">{}</span>').format(cell_id(*way), text)


# --- Texts with marks in them: escaped first, so that no text brings marks of its own ------------


def coded(text: str) -> Markup:
    """Set what stands between back quotes as code.

    >>> str(coded("`cash` < 0"))
    '<code>cash</code> &lt; 0'
    """
    return Markup(re.sub(r"`+([^`]+)`+", r"<code>\1</code>", str(escape(text))))


def breakable(name: str) -> Markup:
    """Let a long name break after its dots and underscores.

    >>> str(breakable("bank.npl_ratio"))
    'bank.<wbr>npl_<wbr>ratio'
    """
    return Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(name))))


def linked(text: str, links: Mapping[str, str]) -> Markup:
    """Turn the ids of facts in a source into links, where there is a place to lead to.

    >>> str(linked("see MK12", {"MK12": "#fact-MK12"}))
    'see <a href="#fact-MK12">MK12</a>'
    """

    def link(found: re.Match[str]) -> str:
        target = links.get(found[0])
        return f'<a href="{escape(target)}">{found[0]}</a>' if target else found[0]

    return Markup(re.sub(rf"\b{ID}\b", link, str(escape(text))))
