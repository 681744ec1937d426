"""Figures as SVG that can stand inside a page, with no request to anywhere."""

import re

from sim.show.style import BETTER_SIDE, COLOURS, GRID, INK, MUTED, PAPER, Drawing

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
_FONTS = (
    "'DejaVu Sans', Verdana, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', system-ui,"
    " sans-serif"
)
"""The font of the measure, its likeness, and those of Chinese readers."""


def inline_svg(drawing: Drawing, key: str) -> str:
    """Give a figure as SVG that can stand inside a page with others.

    Ids are made unique, the parts that point outside are taken out, and ink, grid and
    series colours become variables of the page, so that a dark page stays readable.

    Parameters
    ----------
    drawing : Drawing
    key : str
        Lower-case letters, digits and hyphens, unique on the page.

    Returns
    -------
    str
        An ``svg`` element named by the element ``<key>-caption`` of the page.

    Raises
    ------
    ValueError
        If the key has other characters.

    Examples
    --------
    >>> from sim.show.style import Drawing
    >>> import pandas as pd
    >>> empty = Drawing(2.0, 1.0).finish("Nothing", "No replications.", pd.DataFrame())
    >>> inline_svg(empty, "nothing")[:44]
    '<svg role="img" aria-labelledby="nothing-cap'
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        raise ValueError(f"key must be lower-case letters, digits, hyphens; got {key!r}")
    text = drawing.svg()
    text = _FILE_ONLY.sub("", text[text.index("<svg") :])
    root, rest = text.split(">", 1)
    root = re.sub(r'\s(xmlns(:\w+)?|width|height|version)="[^"]*"', "", root)
    text = (root + ">" + rest).replace("xlink:href", "href")
    text = _slim(text)
    text = re.sub(r'\bid="', f'id="{key}-', text)
    text = re.sub(r"url\(#", f"url(#{key}-", text).replace('href="#', f'href="#{key}-')
    for name, colour in _page_colours().items():
        text = text.replace(colour, f"var(--{name})")
    # One scale for all figures of a page, so that letters have one size.
    width = round(drawing.get_figwidth() * _PIXELS_PER_INCH)
    look = f"max-width: {width}px; font-family: {_FONTS}"
    head = f'<svg role="img" aria-labelledby="{key}-caption" style="{look}" '
    return text.replace("<svg ", head, 1)


def _slim(text: str) -> str:
    """Take out what a page can do without; nothing that is seen changes."""
    text = _GEOMETRY.sub(lambda found: _LONG.sub(r"\1", found[0]), text)
    text = _PATH.sub(lambda found: 'd="' + _SPACED.sub(r"\1", found[0][3:]), text)
    used = set(_USED.findall(text))
    text = _ID.sub(lambda found: found[0] if found[1] in used else "", text)
    return _ALIKE.sub(_once, _NEEDLESS.sub("", text))


def _once(marks: re.Match[str]) -> str:
    look = f' style="{marks[1]}"'
    return f"<g{look}>{marks[0].replace(look, '')}</g>"


def _page_colours() -> dict[str, str]:
    """Give the variables of the page that stand for the colours of a figure."""
    series = {f"series-{place}": colour for place, colour in enumerate(COLOURS)}
    plain = {"ink": INK, "muted": MUTED, "grid": GRID, "paper": PAPER}
    return {**plain, "better-side": BETTER_SIDE, **series}
