"""Tables of studies fit a terminal, and say nothing twice."""

from io import StringIO

import pandas as pd
import pytest
from rich.console import Console

from sim.cli.options import fitting
from sim.cli.study_table import study_table

PARTS = pd.DataFrame(
    {
        "outcome": ["bank.raroc", "bank.raroc", "bank.profit"],
        "clause": ["limit", "all together", "limit"],
        "part": [-0.012, 0.004, 12.0],
        "low": [-0.02, -0.004, 8.0],
        "high": [-0.004, 0.012, 16.0],
        "unit": ["per year", "per year", "CNY million"],
        "verdict": ["worse (lower)", "no ranking: interval covers zero", "better (higher)"],
    }
)


def printed(frame: pd.DataFrame, units: dict[str, str], width: int = 100) -> list[str]:
    layout, _ = study_table(frame, units, width)
    screen = Console(width=width, file=StringIO())
    screen.print(layout)
    return screen.file.getvalue().rstrip("\n").split("\n")  # type: ignore[attr-defined]


def test_a_unit_stands_with_its_outcome_and_nothing_is_repeated() -> None:
    head, first, second, third = printed(PARTS, {})
    assert head.split() == ["outcome", "clause", "part", "interval", "verdict"]
    assert first.startswith("RAROC, % per year    limit")
    assert second.split()[:2] == ["all", "together"]
    assert third.startswith("Profit, CNY million  limit")
    assert [line.rpartition("  ")[2] for line in (first, second, third)] == [
        "worse", "not ranked", "better"
    ]  # fmt: skip


def test_a_unit_that_all_rows_share_is_given_for_the_caption() -> None:
    frame = pd.DataFrame({"year": [1.0, 2.0], "value": [3.0, 4.0], "unit": "CNY million"})
    _, unit = study_table(frame, {}, 100)
    assert unit == "CNY million"
    assert "CNY" not in "".join(printed(frame, {}))


@pytest.mark.parametrize("width", [60, 100])
def test_no_line_is_wider_than_the_screen_and_no_word_is_broken(width: int) -> None:
    frame = PARTS.assign(clause="a rather long name of what is split over many clauses")
    lines = printed(frame, {}, width)
    assert max(map(len, lines)) <= width
    assert {"rather", "clauses", "interval", "verdict"} <= {
        w for one in lines for w in one.split()
    }


def test_values_of_a_key_stand_in_its_own_unit() -> None:
    frame = pd.DataFrame(
        {"key": ["arrangement.swap.pricing.concession_rate"], "from": [0.001], "to": [0.0125]}
    )
    (line,) = printed(frame, {})[1:]
    assert line.split("  ")[0] == "Swap: pricing concession rate"
    assert line.split("  ")[1:] == ["10 bp", "125 bp"]


def test_where_not_all_words_fit_the_longest_ones_break() -> None:
    rows = [["an id", "a meaning", "unbreakable-and-long"], ["b", "of a thing", "short"]]
    widths = fitting(rows, 24)
    assert sum(widths) + 2 == 24
    assert widths[0] >= 2


def test_what_is_true_or_not_is_told_in_words_and_an_interval_stands_behind_its_number() -> None:
    frame = pd.DataFrame(
        {"share": [0.5], "share_low": [0.4], "share_high": [0.6], "is_reached": [True]}
    )
    head, line = printed(frame, {"share": "share"})
    assert head.split() == ["share", "(%)", "interval", "is", "reached"]
    assert line.split()[-1] == "yes"
