"""Letters in figures: where a line breaks, how wide it is, and which fonts have it.

The plot font has no Chinese letters. Text in an SVG is drawn by the reader's own fonts, so
there a letter needs no font here, only its width; a PNG needs a font of this machine.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from matplotlib import font_manager

from sim.base.language import Language

PLOT_FONT = "DejaVu Sans"
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "PingFang SC", "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    # One file holds all of this font; the plot library knows it by its first name.
    "Noto Sans CJK JP",
)  # fmt: skip

_LIKELY = re.compile(r"Noto ?Sans(CJK|SC)|SourceHanSans|PingFang|msyh|simhei|wqy", re.IGNORECASE)

# Letters on a square: each may end a line, but for signs that close what stands before.
_WIDE = re.compile("[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
                   "\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]")  # fmt: skip
_CLOSING = frozenset("，。、；：！？）》」』】％,.;:!?)%")
_OPENING = frozenset("（《「『【(")
# Only a plain space ends a line; one that does not break, or has a width of its own, stays.
_PIECES = re.compile(f"[ \n]+|{_WIDE.pattern}|(?:(?!{_WIDE.pattern})[^ \n])+")


def fonts(name: Language) -> list[str]:
    """Give the fonts that a figure in a language is drawn with, those of this machine only."""
    if name == "en":
        return [PLOT_FONT]
    found = _chinese_font(CHINESE_FONTS)
    return [PLOT_FONT, *([found] if found else [])]


@cache
def _chinese_font(wanted: tuple[str, ...]) -> str:
    """Find the first of some fonts; empty where there is none."""
    known = font_manager.fontManager
    for _ in range(2):
        there = {one.name for one in known.ttflist}
        for name in wanted:
            if name in there:
                return name
        # The plot library lists fonts once and keeps the list; one may have come since.
        for file in font_manager.findSystemFonts():
            if _LIKELY.search(Path(file).name):
                known.addfont(file)
    return ""


def has_glyphs(name: Language) -> bool:
    """Say whether this machine has a font with the glyphs of a language."""
    return name == "en" or len(fonts(name)) > 1


def width(text: str) -> int:
    """Count the places of a text: a letter on a square takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def fill(text: str, places: int) -> str:
    r"""Break a text into lines, at spaces and between letters on squares.

    A word longer than a line keeps a line of its own.

    >>> fill("one two three", 8)
    'one two\nthree'
    >>> fill("收益互换，认股权", 8)
    '收益互\n换，认股\n权'
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip()) > places:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
    return "\n".join([*lines, line.rstrip()])


def _pieces(text: str) -> Iterator[str]:
    """Split a text where a line may end: before no sign that closes, after none that opens."""
    held = ""
    for piece in _PIECES.findall(text):
        if held and piece[0] not in _CLOSING and held[-1] not in _OPENING:
            yield held
            held = ""
        held += piece
    if held:
        yield held


@contextmanager
def measured(renderer: Any) -> Iterator[Any]:
    """Let a renderer measure letters on squares without a font that has them.

    The widest letter of the plot font stands for each, as wide as a square within one per
    cent, so that a figure is laid out the same whichever fonts a machine has.
    """
    plain = renderer.get_text_width_height_descent

    def sizes(text: str, *rest: Any, **named: Any) -> Any:
        return plain(_WIDE.sub("W", text), *rest, **named)

    renderer.get_text_width_height_descent = sizes
    try:
        yield renderer
    finally:
        renderer.get_text_width_height_descent = plain
