"""What the `sources` table of a scenario says, and what is missing from it."""

from pathlib import Path

import pytest

from sim.base.errors import ScenarioError
from sim.scenario.sources import (
    Source,
    idle_sources,
    outside_range,
    parse_source,
    unknown_facts,
    unreadable_sources,
    unsourced_numbers,
)

BASE = """
title = "Base"

[macro]
mean_years = 3.5
opening = "boom"
stated = true

[lifecycle]
hazard = [0.1, 0.2]

[sources]
"macro.mean_years" = "assumption 2 to 5: length of a cycle, LB83"
"lifecycle.hazard" = "MK37"
"""

PATH = """
[[macro.path]]
from_years = 0.0
regime = "boom"

[[macro.path]]
from_years = 4.5
regime = "bust"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.toml").write_text(BASE)
    return tmp_path


def child(folder: Path, text: str) -> Path:
    file = folder / "child.toml"
    file.write_text('extends = "base.toml"\n' + text)
    return file


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
    assert Source("fact").allows(1e9)


def test_a_list_lies_in_a_range_if_every_number_does():
    source = parse_source("assumption 0 to 0.2: why")
    assert source.allows([0.0, 0.2])
    assert not source.allows([0.1, 0.3])


def test_a_file_with_a_source_for_every_number_lacks_none(folder):
    assert unsourced_numbers(folder / "base.toml") == []


def test_text_and_truth_values_need_no_source(folder):
    file = child(folder, '[macro]\nopening = "bust"\nstated = false\n')
    assert unsourced_numbers(file) == []


def test_a_number_without_a_source_is_named_by_its_dotted_key(folder):
    file = child(folder, "[bank.one]\nshare = 1\nequity = [1.0]\n")
    assert unsourced_numbers(file) == ["bank.one.share", "bank.one.equity"]


def test_numbers_in_inline_tables_need_sources_too(folder):
    file = child(folder, '[arrangement.swap]\nright = { kind = "swap", stake = 0.1 }\n')
    assert unsourced_numbers(file) == ["arrangement.swap.right.stake"]


def test_a_list_of_tables_counts_as_one_number(folder):
    assert unsourced_numbers(child(folder, PATH)) == ["macro.path"]
    source = '[sources]\n"macro.path" = "assumption 0 to 5: cold years, MK32"\n'
    file = child(folder, PATH + source)
    assert unsourced_numbers(file) == []
    assert outside_range(file) == []


def test_a_value_that_replaces_one_does_not_inherit_its_source(folder):
    file = child(folder, "[macro]\nmean_years = 4.0\n")
    assert unsourced_numbers(file) == ["macro.mean_years"]


def test_an_extended_file_is_looked_at_too(folder):
    (folder / "base.toml").write_text(BASE.replace('"lifecycle.hazard" = "MK37"', ""))
    assert unsourced_numbers(child(folder, "")) == ["lifecycle.hazard"]


def test_facts_that_do_not_exist_are_named_with_their_key(folder):
    file = folder / "base.toml"
    assert unknown_facts(file, {"MK37"}) == [("macro.mean_years", "LB83")]
    assert unknown_facts(file, {"MK37", "LB83"}) == []


def test_a_source_in_no_known_form_is_told_with_its_key(folder):
    file = child(folder, '[sources]\n"macro.mean_years" = "a guess"\n')
    (told,) = unreadable_sources(file)
    assert told.startswith("macro.mean_years: must be")
    assert unknown_facts(file, {"MK37"}) == []


def test_a_source_of_no_number_is_idle_in_its_own_file_only(folder):
    file = child(folder, '[sources]\n"macro.mean_year" = "LB83"\n')
    assert idle_sources(file) == ["macro.mean_year"]
    assert idle_sources(folder / "base.toml") == []


def test_a_value_beyond_its_own_range_is_named(folder):
    source = '"macro.mean_years" = "assumption 1 to 2: short cycles"\n'
    file = child(folder, f"[macro]\nmean_years = 3.0\n[sources]\n{source}")
    assert outside_range(file) == ["macro.mean_years"]
    assert outside_range(folder / "base.toml") == []


def test_a_file_that_cannot_be_read_is_an_error_of_the_scenario(folder):
    with pytest.raises(ScenarioError):
        unsourced_numbers(folder / "missing.toml")
