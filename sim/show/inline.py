"""Figures as SVG that can stand inside a page, with no request to anywhere."""

import re

from sim.show.style import BETTER_SIDE, COLOURS, GRID, INK, MUTED, PAPER, Drawing


def inline_svg(drawing: Drawing, key: str) -> str:
    """Give a figure as SVG that can stand inside a page with others.

    Ids are made unique, the parts that point outside are taken out, and ink, grid and
    series colours become variables of the page, so that a dark page stays readable.

    Parameters
    ----------
    drawing : Drawing
    key : str
        Letters, digits and hyphens, unique on the page.

    Returns
    -------
    str
        An ``svg`` element with title and description for screen readers.

    Raises
    ------
    ValueError
        If the key has other characters.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
        raise ValueError(f"key must be lower-case letters, digits and hyphens, got {key!r}")
    text = drawing.svg()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\bid="', f'id="{key}-', text)
    text = re.sub(r"url\(#", f"url(#{key}-", text).replace('href="#', f'href="#{key}-')
    for name, colour in _page_colours().items():
        text = text.replace(colour, f"var(--{name}, {colour})")
    head = f'<svg role="img" aria-labelledby="{key}-caption" '
    return text.replace("<svg ", head, 1)


def _page_colours() -> dict[str, str]:
    """Give the variables of the page that stand for the colours of a figure."""
    series = {f"series-{place}": colour for place, colour in enumerate(COLOURS)}
    plain = {"ink": INK, "muted": MUTED, "grid": GRID, "paper": PAPER}
    return {**plain, "better-side": BETTER_SIDE, **series}
