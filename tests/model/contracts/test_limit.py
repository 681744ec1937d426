"""How much: what collateral, cash flow or the contract itself allows."""

import math

import pytest

from sim.model.contracts import limit
from sim.model.contracts.limit import (
    MOST_STEPS,
    CashFlow,
    Collateral,
    FixedAmount,
    Limit,
    Path,
    asked_line,
    goes_beyond_collateral,
)
from tests.model.contracts.three import NOW, SECURED, read, three_firms

HABIT = 0.6
"""Line per unit of sales that banks commit where a clause states none."""
COLLATERAL = Collateral()
CASH_FLOW = CashFlow(kind="cash_flow", sales_share=0.5, round_share=0.1, cap_factor=1.5)
FIXED = FixedAmount(kind="fixed", amount=30.0)
# The published path: 5, 15 and 30 million at years 0, 4 and 5.5.
PATH = Path(kind="path", amounts=(5.0, 15.0, 30.0), from_years=(0.0, 4.0, 5.5))


def lines(clause: Limit, **columns: tuple[float, float, float]) -> list[float]:
    k = read(limit, clause, HABIT)
    firms = three_firms(**columns)
    return [
        asked_line(a, k, secured, 2.0 * secured) for a, secured in zip(firms, SECURED, strict=True)
    ]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        # What is asked for, at most what the lender's own rule supports.
        (COLLATERAL, [2.0, 20.0, 70.0]),
        # Half of sales and a tenth of the round: 1 + 0, 20 + 2, 50 + 3. The last firm has
        # collateral for more, and a line on cash flow is never smaller than a secured one.
        (CASH_FLOW, [1.0, 22.0, 60.0]),
        (FIXED, [30.0, 30.0, 30.0]),
        (PATH, [5.0, 5.0, 30.0]),
    ],
)
def test_the_line_is_what_the_clause_allows(clause: Limit, expected: list[float]) -> None:
    assert lines(clause) == expected


@pytest.mark.parametrize(
    ("age", "amount"),
    [(-0.1, 0.0), (0.0, 5.0), (3.999, 5.0), (4.0, 15.0), (5.5, 30.0), (80.0, 30.0)],
)
def test_a_path_steps_up_on_its_dates(age: float, amount: float) -> None:
    born = NOW - age
    assert lines(PATH, birth=(born, born, born)) == [amount] * 3


def test_before_its_first_date_a_path_allows_nothing() -> None:
    late = Path(kind="path", amounts=(5.0,), from_years=(2.0,))
    assert lines(late) == [0.0, 5.0, 5.0]


@pytest.mark.parametrize(
    ("clause", "beyond", "factor"),
    [
        (COLLATERAL, False, 1.0), (CASH_FLOW, True, 1.5), (FIXED, True, math.inf),
        (PATH, True, math.inf),
    ],
)  # fmt: skip
def test_a_stated_amount_goes_beyond_any_cap(clause: Limit, beyond: bool, factor: float) -> None:
    assert (goes_beyond_collateral(clause), read(limit, clause, HABIT).cap_factor) == (
        beyond,
        factor,
    )


RISING = tuple(float(n) for n in range(1, MOST_STEPS + 2))


@pytest.mark.parametrize(
    ("amounts", "from_years", "words"),
    [
        ((5.0, 15.0), (0.0,), "one entry for each of amounts; give 2 ages"),
        ((), (), "one entry for each of amounts"),
        ((5.0, 15.0), (4.0, 4.0), "must increase"),
        ((5.0, 15.0), (4.0, 0.0), "must increase"),
        (RISING, RISING, "must name 16 lines at most, names 17"),
    ],
)
def test_a_path_needs_one_rising_date_for_each_amount(
    amounts: tuple[float, ...], from_years: tuple[float, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Path(kind="path", amounts=amounts, from_years=from_years)


def test_a_path_of_as_many_lines_as_there_may_be_is_read_to_its_end() -> None:
    longest = Path(kind="path", amounts=RISING[:-1], from_years=RISING[:-1])
    assert lines(longest, birth=(-95.0, NOW - 16.0, NOW - 15.5)) == [16.0, 16.0, 15.0]


def test_a_line_that_states_no_share_of_sales_is_what_banks_commit_by_habit() -> None:
    stated = CashFlow(kind="cash_flow", sales_share=HABIT, round_share=0.1)
    assert lines(CashFlow(kind="cash_flow", round_share=0.1)) == lines(stated)
