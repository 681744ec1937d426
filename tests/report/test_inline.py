"""Figures inside a page: unique ids, no address, colours as variables."""

import re
from xml.etree import ElementTree

import pytest

from sim.report.figures import figures
from sim.report.parts import inline_svg


@pytest.fixture(scope="module")
def drawing(outcomes):
    return figures.distribution(outcomes, "bank.raroc")


def test_the_element_is_well_formed_and_has_a_name(drawing):
    root = ElementTree.fromstring(inline_svg(drawing, "one"))
    assert root.tag == "svg"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "one-caption"
    assert root.get("viewBox")


def test_nothing_points_outside(drawing):
    text = inline_svg(drawing, "one")
    assert "http" not in text
    assert all(target.startswith("#one-") for target in re.findall(r'href="([^"]*)"', text))


def test_every_reference_has_its_target(drawing):
    text = inline_svg(drawing, "one")
    ids = re.findall(r'\bid="([^"]*)"', text)
    wanted = set(re.findall(r"url\(#([^)]*)\)", text) + re.findall(r'href="#([^"]*)"', text))
    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)


def test_two_figures_share_no_id(drawing):
    one, two = (set(re.findall(r'\bid="([^"]*)"', inline_svg(drawing, key))) for key in ("a", "b"))
    assert one
    assert not one & two


def test_colours_are_variables_of_the_page(drawing):
    text = inline_svg(drawing, "one")
    for name in ("ink", "muted", "paper", "grid", "series-0", "series-4"):
        assert f"var(--{name})" in text


def test_every_colour_is_one_of_the_page(drawing):
    assert not re.findall(r"#[0-9a-f]{6}", inline_svg(drawing, "one"))


def test_an_inline_figure_is_much_lighter_than_its_file(drawing):
    assert len(inline_svg(drawing, "one")) < 0.65 * len(drawing.svg())


def test_text_stays_text(drawing):
    assert ">Revenue swap</text>" in inline_svg(drawing, "one")


@pytest.mark.parametrize("key", ["", "A", "1a", 'x" onload="', "a b"])
def test_a_key_that_could_break_out_is_refused(drawing, key):
    with pytest.raises(ValueError, match="key"):
        inline_svg(drawing, key)
