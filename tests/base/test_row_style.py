"""One formatter for a row: one unit, one number of decimals, money in the words of its size."""

import math

import pytest

from sim.base.language import language
from sim.base.wording import MINUS, row_style, unit_style


@pytest.mark.parametrize(
    ("words", "size", "axis", "text"),
    [
        ("en", 5_659.0, "CNY million", "5,659"),
        ("en", 70_000.0, "CNY billion", "70.0"),
        ("zh", 5_659.0, "亿元", "56.6"),
        ("zh", 8.0, "万元", "800"),
        ("zh", 0.002, "万元", "0.200"),
    ],
)
def test_money_is_read_in_the_words_of_its_size(words, size, axis, text) -> None:
    with language(words):
        row = row_style("CNY million", [size])
        assert row.style.axis == axis
        assert row.number(size) == text


def test_money_keeps_what_it_is_per() -> None:
    with language("zh"):
        assert unit_style("CNY million per year", 500.0).axis == "亿元 / 年"
        per = unit_style("CNY million per 1,000 firms and year", 3.0)
        assert per.axis == "万元 / 千家企业 / 年"
    assert unit_style("CNY million per year", 20_000.0).axis == "CNY billion per year"


def test_money_of_unknown_size_stays_as_it_is_stored() -> None:
    for words, name in (("en", "CNY million"), ("zh", "人民币百万元")):
        with language(words):
            assert unit_style("CNY million").axis == name
            assert unit_style("CNY million").scale == 1.0


def test_all_numbers_of_a_row_have_the_decimals_of_its_largest_error() -> None:
    row = row_style("share", [0.1627, 0.01], [0.002, 0.0004, math.nan])
    texts = [row.level(0.1627), row.step(0.00997), row.step(-0.0119), row.range(-0.001, 0.02)]
    assert texts == ["16.27 %", "+1.00 pp", f"{MINUS}1.19 pp", f"{MINUS}0.10 to 2.00"]


def test_what_is_clear_of_zero_is_never_written_as_zero() -> None:
    values = [0.5, 0.0000123]
    assert row_style("share", values, [0.03]).step(values[1]) == "0.0 pp"
    assert row_style("share", values, [0.03], clear=[values[1]]).step(values[1]) == "+0.001 pp"


def test_a_row_without_any_number_is_written_all_the_same() -> None:
    row = row_style("CNY million", [math.nan], [math.nan])
    assert (row.level(math.nan), row.range(math.nan, math.nan)) == ("–", "–")
