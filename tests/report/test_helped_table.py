"""The table of additionality says its numbers with units, or why there is none."""

import pandas as pd

from sim.analysis.additionality import COLUMNS, EMPTY, FREE, INTERVAL, MEASURES, UNBOUNDED
from sim.base.language import language
from sim.report.helped_table import FIRST, helped_table

ARMS = ("guarantor", "bank_alone")


def frame() -> pd.DataFrame:
    """A guarantor who adds credit at a price without bounds, and a bank that costs nothing."""
    rows = []
    for arm in ARMS:
        for key, one in MEASURES.items():
            told, value = INTERVAL, 0.25
            if one.is_price:
                told = UNBOUNDED if arm == "guarantor" else FREE
            rows.append((arm, key, value, 0.20, 0.30, one.unit, told, 12.5, 1.25))
    return pd.DataFrame(rows, columns=[column.name for column in COLUMNS])


def test_rows_have_a_cell_for_each_arrangement_in_their_order() -> None:
    table = helped_table(frame())
    assert table is not None
    assert table["arrangements"] == list(ARMS)
    assert table["columns"] == ["Guarantor", "Bank alone"]
    assert [row["label"] for row in table["rows"]] == [one.label for one in MEASURES.values()]
    money = table["rows"][list(MEASURES).index("money")]
    assert money["unit"] == "%"
    assert money["cells"]["guarantor"].text == "25.0 % (20.0 to 30.0)"


def test_a_price_without_bounds_is_told_as_two_totals_and_no_money_as_such() -> None:
    table = helped_table(frame(), FIRST)
    assert table is not None
    price = table["rows"][1]["cells"]
    # 12.5 CNY million for 1.25 survivors a history: no quotient is printed.
    assert "12.5 CNY million" in price["guarantor"].text
    assert price["guarantor"].text.endswith(UNBOUNDED)
    assert "10" not in price["guarantor"].text
    assert price["bank_alone"].text == FREE


def test_cells_name_the_numbers_that_they_show() -> None:
    table = helped_table(frame())
    assert table is not None
    for row in table["rows"][:3]:
        assert row["cells"]["guarantor"].cell.startswith("additionality/guarantor/")


def test_nothing_is_laid_out_of_nothing() -> None:
    assert helped_table(frame()[:0]) is None


def test_nobody_supported_is_said_in_either_language() -> None:
    rows = frame().assign(told=EMPTY)
    with language("zh"):
        table = helped_table(rows)
    assert table is not None
    texts = {cell.text for row in table["rows"] for cell in row["cells"].values()}
    assert len(texts) == 1
    assert not texts & {EMPTY}
