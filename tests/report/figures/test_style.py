"""One look: stable colours that most eyes tell apart, and no global state."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from sim import report
from sim.report.figures.style import COLOURS, PAPER, Drawing, looks, number_axis, style

# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB.
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
TEMPLATES = Path(report.__file__).parent / "templates"
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    ratio = (TO_XYZ @ np.clip(rgb, 0, 1)) / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def of_page(scheme: str) -> list[str]:
    """Give the series colours of the page: its first block is light, its second dark."""
    blocks = (TEMPLATES / "report.css").read_text(encoding="utf-8").split(":root {")
    block = blocks[{"light": 1, "dark": 2, "print": 3}[scheme]]
    return [re.search(rf"--series-{n}: (#\w+)", block).group(1) for n in range(8)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "eye", [np.eye(3), PROTANOPIA, DEUTERANOPIA], ids=["usual", "protan", "deutan"]
)
def test_the_colours_of_five_arrangements_are_told_apart_by_most_eyes(eye, scheme):
    """A CIE76 distance of 10 is seen at a glance; marks and line styles differ as well."""
    seen = [lab(eye @ linear(colour)) for colour in of_page(scheme)[:5]]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(apart) > 15.0


@pytest.mark.parametrize("scheme", ["light", "print"])
def test_figures_and_page_have_the_same_colours(scheme):
    assert tuple(of_page(scheme)) == COLOURS


def test_every_colour_stands_out_from_paper():
    """WCAG 2.1 asks for 3 to 1 for graphics; the palest ones keep 2.5 and have a mark."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    paper = weights @ linear(PAPER)
    contrasts = [(paper + 0.05) / (weights @ linear(one) + 0.05) for one in COLOURS]
    assert min(contrasts[:6]) > 2.9
    assert min(contrasts) > 2.5


def test_an_arrangement_keeps_its_look_whichever_others_are_drawn():
    every = looks(["plain", "common_growth", "consortium", "loan_with_warrant", "revenue_swap"])
    assert [look.colour for look in every.values()] == list(COLOURS[:5])
    pair = looks(["plain", "mine", "revenue_swap"])
    assert {name: pair[name] for name in ("plain", "revenue_swap")} == {
        name: every[name] for name in ("plain", "revenue_swap")
    }
    assert pair["mine"].colour not in (pair["plain"].colour, pair["revenue_swap"].colour)


def test_two_arrangements_differ_in_colour_and_in_mark():
    drawn = list(looks([f"a{n}" for n in range(8)]).values())
    assert len({look.colour for look in drawn}) == 8
    assert len({look.marker for look in drawn}) == 8


def test_many_arrangements_still_get_a_look():
    assert len(looks([f"a{n}" for n in range(20)])) == 20


def test_the_style_leaves_nothing_behind():
    before = dict(mpl.rcParams)
    with style():
        assert mpl.rcParams["svg.fonttype"] == "none"
    drawing = Drawing(3, 2)
    drawing.subplots()
    drawing.finish("Title", "Note.", pd.DataFrame()).svg()
    assert dict(mpl.rcParams) == before


def test_drawing_needs_no_pyplot_and_no_compiler():
    code = (
        "import sys; import sim.report.figures.figures, sim.report.report;"
        "print(sorted({'matplotlib.pyplot', 'numba', 'simpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_name_with_signs_is_text_and_not_a_formula():
    drawing = Drawing(3, 2)
    with style():
        axes = drawing.subplots()
        number_axis(axes, "x", "costs $a_b$ <b>")
    text = drawing.finish("$x^2$ & <script>", "Note $.", pd.DataFrame()).svg()
    assert "costs $a_b$ &lt;b&gt;" in text
    assert "$x^2$ &amp; &lt;script&gt;" in text
    assert "<script>" not in text


def test_ticks_have_separators_and_a_true_minus():
    drawing = Drawing(4, 2)
    with style():
        axes = drawing.subplots()
        axes.plot([-2_000, 4_000], [0.25, 0.5])
        number_axis(axes, "x", "CNY million")
        number_axis(axes, "y", "share")
    drawing.finish("Title", "Note.", pd.DataFrame()).svg()
    assert "−2,000" in [tick.get_text() for tick in axes.get_xticklabels()]
    assert "0.3" in [tick.get_text() for tick in axes.get_yticklabels()]


def test_the_same_figure_gives_the_same_bytes():
    def draw() -> str:
        drawing = Drawing(3, 2)
        with style():
            drawing.subplots().plot([0, 1], [0, 1], marker="o")
        return drawing.finish("Title", "Note.", pd.DataFrame()).svg()

    assert draw() == draw()


def test_a_notebook_gets_a_picture():
    drawing = Drawing(2, 1)
    drawing.subplots()
    assert drawing.finish("Title", "Note.", pd.DataFrame())._repr_png_()[:4] == b"\x89PNG"
