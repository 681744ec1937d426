"""Tables of records: what is declared is what a row holds."""

from typing import Any

import numpy as np
import pytest

from sim.base.columns import Column, Table, pack, unrolled
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.record import FIRM, LOG, MARKET_CONDITIONS

SMALL = Table(
    (
        Column("alive", "flag", "whether it lives", "i1"),
        Column("cash", "CNY million", "money held"),
        Column("rounds", "-", "rounds closed", "i4"),
        Column("left", "-", "thresholds by cause", length=3),
        Column("firm", "-", "row", "i8"),
    )
)


def test_rows_start_at_zero_and_are_read_by_name() -> None:
    rows = SMALL.empty(3)
    assert rows.shape == (3,)
    assert rows.cash.tolist() == [0.0, 0.0, 0.0]
    assert rows.left.shape == (3, 3)
    rows[1].cash = 2.5
    rows.left[2] = (1.0, 2.0, 3.0)
    assert rows.cash.tolist() == [0.0, 2.5, 0.0]
    assert rows.left.sum(axis=1).tolist() == [0.0, 0.0, 6.0]


def test_wide_fields_stand_first_so_that_a_flag_costs_one_byte() -> None:
    # 8 for cash, 24 for the vector, 8 for the row, 4 for the count, 1 for the flag: 45,
    # and three empty bytes, so that the next row starts on a multiple of eight.
    dtype = SMALL.dtype
    assert dtype.itemsize == 48
    assert dtype.names == ("cash", "left", "firm", "rounds", "alive")
    assert [dtype.fields[name][1] for name in dtype.names] == [0, 8, 32, 40, 44]
    assert dtype["rounds"] == np.int32
    assert dtype["alive"] == np.int8


def test_no_rows_are_rows_too() -> None:
    assert SMALL.empty(0).cash.shape == (0,)
    assert len(SMALL.frame(SMALL.empty(0)).columns) == len(unrolled(SMALL.columns))
    with pytest.raises(ValueError, match="negative"):
        SMALL.empty(-1)


def test_two_columns_of_one_name_are_refused() -> None:
    twice = Table((Column("cash", "", ""), Column("cash", "", "")))
    with pytest.raises(ValueError, match="cash"):
        twice.empty(1)


def test_a_frame_has_the_columns_in_the_order_in_which_they_are_declared() -> None:
    rows = SMALL.empty(2)
    rows.firm, rows.cash, rows.left[1] = (7, 8), (0.5, 1.5), (1.0, 2.0, 3.0)
    frame = SMALL.frame(rows)
    assert list(frame.columns) == [column.name for column in unrolled(SMALL.columns)]
    assert set(frame.columns) == {"alive", "cash", "left_1", "left_2", "left_3", "rounds", "firm"}
    assert frame["firm"].tolist() == [7, 8]
    assert frame["left_3"].tolist() == [0.0, 3.0]
    assert list(SMALL.frame(rows, iter(["firm", "cash"])).columns) == ["cash", "firm"]


def test_a_frame_can_be_turned_into_the_records_again() -> None:
    rows = SMALL.empty(2)
    rows.firm, rows.cash, rows.left[1] = (7, 8), (0.5, 1.5), (1.0, 2.0, 3.0)
    again = SMALL.rows(SMALL.frame(rows))
    assert again.dtype == rows.dtype
    assert again.tobytes() == rows.tobytes()


def test_a_frame_goes_its_own_way() -> None:
    rows = SMALL.empty(1)
    frame = SMALL.frame(rows)
    rows.cash = 9.0
    assert frame["cash"].tolist() == [0.0]


@pytest.mark.parametrize("table", [FIRM, MARKET_CONDITIONS, LOG, CONTRACT])
def test_every_column_of_the_model_has_unit_and_meaning(table: Table) -> None:
    assert [c.name for c in table.columns if not (c.unit and c.meaning)] == []
    assert {c.kind for c in table.columns} <= {"f8", "i8", "i4", "i1"}
    assert len(table.dtype.names) == len(table.columns)


def test_groups_are_packed_into_one_record() -> None:
    groups: list[dict[str, Any]] = [
        {"margin": (0.1, 0.2, 0.3, 0.4), "reviewed": True},
        {"years": 3, "weights": [1, 2]},
    ]
    rows = pack(groups)
    assert rows.shape == (1,)
    assert rows[0].margin.tolist() == [0.1, 0.2, 0.3, 0.4]
    assert (rows[0].reviewed, rows[0].years) == (1.0, 3.0)
    assert rows.dtype["years"] == np.float64
    assert rows.weights.tolist() == [[1.0, 2.0]]


def test_two_groups_may_not_use_one_name() -> None:
    with pytest.raises(ValueError, match="two parameter groups use the name 'years'"):
        pack([{"years": 1.0}, {"rate": 0.1}, {"years": 1.0}])


def test_the_range_of_a_column_is_declared_or_follows_from_its_unit() -> None:
    assert Column("a", "flag", "a", "i1").legal == "0 or 1"
    assert Column("a", "share", "a").legal == "[0, 1]"
    assert Column("a", "share", "a", high=0.5).legal == "[0, 0.5]"
    assert Column("a", "years", "a").legal == "any number"
    assert Column("a", "text", "a", "text").legal == "text"
    coded = Column("a", "code", "a", "i1", codes=((1, "one"), (7, "seven")))
    assert (coded.legal, coded.bounds.low, coded.bounds.high) == ("1 one, 7 seven", 1, 7)
