"""Text on pages stands out from what it stands on, on a light screen, a dark one and paper."""

import re
from pathlib import Path

import pytest

import sim.report

CSS = (Path(sim.report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
PAIRS = [
    *((text, back) for text in ("ink", "muted", "link") for back in ("paper", "panel")),
    *((f"{tone}", back) for tone in ("good", "bad", "moved") for back in ("paper", "panel")),
    *((tone, f"{tone}-back") for tone in ("good", "bad", "moved")),
    *((text, f"{tone}-back") for text in ("ink", "muted") for tone in ("good", "bad", "moved")),
]
LEAST = 4.5
"""Least contrast of text, Web Content Accessibility Guidelines 2.2, 1.4.3."""


def colours() -> dict[str, dict[str, str]]:
    """The variables of the page in each of its three looks."""
    blocks = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", one)) for one in CSS.split(":root")]
    _, light, dark, paper = blocks
    return {"light": light, "dark": light | dark, "paper": light | paper}


def luminance(colour: str) -> float:
    """Relative luminance, Web Content Accessibility Guidelines 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", ["light", "dark", "paper"])
def test_all_text_is_legible(look: str) -> None:
    of = colours()[look]
    faint = {pair: contrast(of[pair[0]], of[pair[1]]) for pair in PAIRS}
    assert {pair: round(c, 2) for pair, c in faint.items() if c < LEAST} == {}


def test_paper_shows_what_a_screen_folds_only_where_an_appendix_is_asked_for() -> None:
    printed = CSS[CSS.index("@media print") :]
    assert "body:has(#appendix:checked) details::details-content { content-visibility" in printed
    assert "details:not([open]) { display: none; }" in printed
    assert "@page { size: A4;" in CSS
