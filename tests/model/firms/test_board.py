"""A firm may be listed where it meets a standard that is open."""

import pytest

from sim.model.firms.board import MOST_BOARDS, Board, may_be_listed, packed_boards
from tests.model.firms.hand import firm, rules

BOARDS = {
    "profit": Board(age=3.0, value=100.0, profit=5.0),
    "sales": Board(age=3.0, value=300.0, sales=30.0),
    "milestone": Board(age=2.0, value=900.0, is_open=False),
}


@pytest.mark.parametrize(
    ("state", "listed"),
    [
        ({}, True),
        ({"cost": 16.0}, False),  # sells 20 and earns 4
        ({"rate": 0.1, "balance": 20.0}, False),  # interest takes 2 of 6
        ({"cost": 25.0, "sales": 30.0, "value": 300.0}, True),
        ({"cost": 40.0, "sales": 30.0, "value": 300.0}, True),  # no profit is asked here
        ({"cost": 40.0, "sales": 29.0, "value": 300.0}, False),
        ({"value": 99.0}, False),
        ({"birth": 2.5}, False),
        ({"birth": 2.5, "value": 900.0}, False),  # the board for it is closed
    ],
)
def test_one_standard_is_enough(state, listed):
    usual = {"value": 100.0, "sales": 20.0, "cost": 14.0, "now": 5.0, "birth": 1.0}
    assert may_be_listed(firm(**(usual | state)), rules(**packed_boards(BOARDS))) == listed


def test_without_boards_nobody_is_listed():
    assert not may_be_listed(firm(value=1e6, sales=1e6, now=99.0), rules(**packed_boards({})))


def test_a_board_that_opens_counts():
    opened = BOARDS | {"milestone": Board(age=2.0, value=900.0)}
    p = rules(**packed_boards(opened))
    assert may_be_listed(firm(value=900.0, cost=9.0, now=5.0, birth=2.5), p)
    assert all(len(values) == MOST_BOARDS for values in packed_boards(opened).values())
