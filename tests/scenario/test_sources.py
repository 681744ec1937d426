"""What the `sources` table of a scenario says, and what is missing from it."""

import pytest

from sim.scenario.sources import Source, parse_source


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MK12", "fact"),
        ("MK12; LB07", "fact"),
        ("W02: the middle of the range", "fact"),
        ("reference: Cochrane 2005, venture returns", "reference"),
        ("assumption 0.02 to 0.05: no data", "assumption"),
        ("fitted x0.5 to x1.6 each: exit hazard by age, MK37", "fitted"),
        ("design choice: enough for a narrow interval", "design choice"),
    ],
)
def test_a_source_says_of_what_kind_it_is(text, kind):
    assert parse_source(text).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "", "assumption", "assumption: no range", "assumption 0.1 to 0.2",
        "assumption 0.1 to 0.2:", "assumption x0.5 to 1.6: one of two is a factor",
        "reference: a book without a year", "fitted 1: one end only", "mk12", "MK12, LB07",
        "my own guess", "design choice",
    ],
)  # fmt: skip
def test_a_text_in_no_known_form_is_refused_with_the_forms(text):
    with pytest.raises(ValueError, match="assumption LOW to HIGH"):
        parse_source(text)


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match="from low to high"):
        parse_source("assumption 0.5 to 0.2: why")


def test_ends_of_a_range_may_be_negative_or_in_powers_of_ten():
    source = parse_source("assumption -0.15 to 1e-3: why")
    assert (source.low, source.high) == (-0.15, 0.001)


def test_fact_ids_are_found_once_each_wherever_they_stand():
    source = parse_source("fitted 0 to 1: MK37 and ST04, not CET1; MK37 again")
    assert source.facts == ("MK37", "ST04")


def test_a_relative_range_moves_with_the_value_and_keeps_its_order():
    source = parse_source("assumption x0.5 to x1.6 each: why")
    assert source.relative
    assert source.ends(2.0) == (1.0, 3.2)
    assert source.ends(-2.0) == (-3.2, -1.0)


def test_a_published_figure_has_no_range():
    assert Source("fact").ends(1.0) is None
    assert Source("fact").allows(1e9, 1.0)


def test_a_published_figure_may_have_a_range_of_what_is_tried():
    source = parse_source("MK12; LB07 0.02 to 0.05: the rate of 2025")
    assert (source.kind, source.facts, source.words) == (
        "fact", ("MK12", "LB07"), "the rate of 2025",
    )  # fmt: skip
    assert source.allows(0.03, 0.03)
    assert not source.allows(3.0, 3.0)


def test_a_list_lies_in_a_range_if_every_number_does():
    source = parse_source("assumption 0 to 0.2: why")
    assert source.allows([0.0, 0.2], [0.0, 0.2])
    assert not source.allows([0.1, 0.3], [0.1, 0.3])


def test_factors_refer_to_what_the_file_states():
    source = parse_source("assumption x0.5 to x2 each: why")
    assert source.allows([0.5, 4.0], [1.0, 2.0])
    assert not source.allows([0.5, 4.1], [1.0, 2.0])
    assert not source.allows({"boom": 4e8}, {"boom": 400.0})
    # Nothing is stated of a third one.
    assert source.allows([0.5, 4.0, 9.0], [1.0, 2.0])
    assert source.allows("text", 1.0)
