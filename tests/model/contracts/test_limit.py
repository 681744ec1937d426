"""How much: what collateral, cash flow or the contract itself allows."""

import numpy as np
import pytest

from sim.model.contracts.limit import (
    CashFlow,
    Collateral,
    FixedAmount,
    Limit,
    Path,
    cap_factor,
    is_stated,
    is_unsecured,
    line,
)
from tests.model.contracts.three import NOW, SECURED, three_firms

COLLATERAL = Collateral()
CASH_FLOW = CashFlow(kind="cash_flow", sales_share=0.5, round_share=0.1, cap_factor=1.5)
FIXED = FixedAmount(kind="fixed", amount=30.0)
# The published path: 5, 15 and 30 million at years 0, 4 and 5.5.
PATH = Path(kind="path", amounts=(5.0, 15.0, 30.0), from_years=(0.0, 4.0, 5.5))


@pytest.mark.parametrize(
    ("clause", "lines"),
    [
        (COLLATERAL, [1.0, 12.0, 60.0]),
        # Half of sales and a tenth of the round: 1 + 0, 20 + 2, 50 + 3. The last firm has
        # collateral for more, and a line on cash flow is never smaller than a secured one.
        (CASH_FLOW, [1.0, 22.0, 60.0]),
        (FIXED, [30.0, 30.0, 30.0]),
        (PATH, [5.0, 5.0, 30.0]),
    ],
)
def test_the_line_is_what_the_clause_allows(clause: Limit, lines: list[float]) -> None:
    assert line(clause, three_firms(), SECURED, NOW).tolist() == lines


@pytest.mark.parametrize(
    ("age", "amount"),
    [(-0.1, 0.0), (0.0, 5.0), (3.999, 5.0), (4.0, 15.0), (5.5, 30.0), (80.0, 30.0)],
)
def test_a_path_steps_up_on_its_dates(age: float, amount: float) -> None:
    born = three_firms(birth=(NOW - age,) * 3)
    assert line(PATH, born, SECURED, NOW).tolist() == [amount] * 3


def test_before_its_first_date_a_path_allows_nothing() -> None:
    late = Path(kind="path", amounts=(5.0,), from_years=(2.0,))
    assert line(late, three_firms(), SECURED, NOW).tolist() == [0.0, 5.0, 5.0]


@pytest.mark.parametrize(
    ("clause", "unsecured", "stated", "factor"),
    [
        (COLLATERAL, False, False, 1.0),
        (CASH_FLOW, True, False, 1.5),
        (FIXED, True, True, np.inf),
        (PATH, True, True, np.inf),
    ],
)
def test_a_stated_amount_goes_beyond_any_cap(
    clause: Limit, unsecured: bool, stated: bool, factor: float
) -> None:
    assert (is_unsecured(clause), is_stated(clause)) == (unsecured, stated)
    assert cap_factor(clause) == factor


@pytest.mark.parametrize(
    ("amounts", "from_years", "words"),
    [
        ((5.0, 15.0), (0.0,), "one entry for each of amounts; give 2 ages"),
        ((), (), "one entry for each of amounts"),
        ((5.0, 15.0), (4.0, 4.0), "must increase"),
        ((5.0, 15.0), (4.0, 0.0), "must increase"),
    ],
)
def test_a_path_needs_one_rising_date_for_each_amount(
    amounts: tuple[float, ...], from_years: tuple[float, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Path(kind="path", amounts=amounts, from_years=from_years)
