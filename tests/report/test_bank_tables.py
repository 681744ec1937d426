"""Tables of banks: a step is told only where it is clear, and of many banks the largest stand."""

import pandas as pd

from sim.analysis.outcomes_table import MEASURES, by_bank
from sim.base.language import language
from sim.report.tables import MOST_BANKS, bank_tables
from tests.analysis.test_by_bank import results


def test_a_clear_difference_is_told_with_its_side() -> None:
    tables = bank_tables(by_bank(results(), "plain"), "plain")
    assert (tables["shown"], tables["total"]) == (2, 2)
    assert [table["label"] for table in tables["tables"]] == [m.label for m in MEASURES]
    profit = next(table for table in tables["tables"] if table["label"] == "Profit")
    plain, joint = profit["rows"][0]["cells"]
    assert (plain["step"], plain["tone"]) == ("", "")
    assert (joint["step"], joint["tone"]) == ("+12.0", "good")
    assert joint["at"] == "by_bank/profit/a/joint"


def test_a_difference_that_covers_zero_is_not_told() -> None:
    frame = by_bank(results(), "plain")
    frame["difference_low"], frame["difference_high"] = -1.0, 1.0
    cells = [
        cell
        for table in bank_tables(frame, "plain")["tables"]
        for row in table["rows"]
        for cell in row["cells"]
    ]
    assert {(cell["step"], cell["tone"]) for cell in cells} == {("", "")}


def test_of_many_banks_the_largest_are_shown_in_their_order() -> None:
    one = by_bank(results(), "plain")
    one = one[one["bank"] == "a"]
    many = pd.concat([one.assign(bank=f"bank_{n:02d}") for n in range(20)])
    many.loc[many["measure"] == "loans", "mean"] *= [float(n) for n in range(20) for _ in "xy"]
    tables = bank_tables(many, "plain")
    assert (tables["shown"], tables["total"]) == (MOST_BANKS, 20)
    shown = [row["bank"] for row in tables["tables"][0]["rows"]]
    assert shown == [f"bank_{n:02d}" for n in range(20 - MOST_BANKS, 20)]


def test_labels_are_in_the_language_of_the_page() -> None:
    with language("zh"):
        tables = bank_tables(by_bank(results(), "plain"), "plain")
    assert tables["tables"][1]["label"] == "利润"
