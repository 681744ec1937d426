"""What a firm had in its window and where it stood at signing, in a history made by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.history import Lent, Page
from sim.model.firms.record import EXPANSION, GROWTH, STARTUP
from sim.outcomes.groups import of_some_firms
from sim.outcomes.helped import first_signed, loans_in, standing, windows, years_in_debt
from tests.outcomes import tiny

# Firm 1 has one contract of the programme, firm 2 two, firm 0 one from before the start date.
BOOK: dict[str, Any] = {"signed": (1, 1, 1, 1), "maturity": (0.5, 0.75, 0.9, 5.0)}


def small(**changes: Any) -> Any:
    return tiny.history(book=BOOK, **changes)


def page(date: float, state: tuple[int, ...], sales: tuple[float, ...]) -> Page:
    """A year end: states count from unborn, so that stages stand one higher."""
    n, (_, *labels) = len(state), tiny.sizes(len(state))
    return Page(
        date, np.array(state, np.int8), {}, np.full(n, -1), np.zeros(n), np.array(sales), *labels
    )


def test_the_first_contract_of_the_programme_counts_and_none_from_before_it() -> None:
    assert first_signed(small()).tolist() == [-1, 1, 2]
    signs, start, stop = windows(small())
    assert signs.tolist() == [False, True, True]
    assert start.tolist() == [0.0, 0.25, 0.5]
    assert stop.tolist() == [1.0, 0.75, 0.9]


def test_a_window_ends_with_the_horizon() -> None:
    _, _, stop = windows(tiny.history(book=BOOK | {"maturity": (0.5, 0.75, 3.0, 5.0)}))
    assert stop.tolist() == [1.0, 0.75, 1.0]


def test_contracts_signed_in_a_window_and_those_that_run_on_into_it_count() -> None:
    ends = np.full(3, 1.0)
    # The line of firm 0 was signed half a year before the start date.
    assert loans_in(small(), np.zeros(3), ends).tolist() == [1, 1, 2]
    assert loans_in(small(), np.full(3, 0.6), ends).tolist() == [1, 1, 2]
    assert loans_in(small(), np.full(3, 0.8), ends).tolist() == [1, 0, 1]


QUARTERS = (
    Lent(0.25, 0.25, np.array([0], np.int32), np.array([2.0])),
    Lent(0.50, 0.25, np.array([0, 2], np.int32), np.array([4.0, 1.0])),
    Lent(0.75, 0.25, np.array([2], np.int32), np.array([3.0])),
)


def test_debt_of_a_quarter_that_a_window_cuts_counts_by_the_part_within_it() -> None:
    history = small(lent=QUARTERS)
    whole = years_in_debt(history, np.zeros(3), np.ones(3))
    assert whole.tolist() == [6.0, 0.0, 4.0]
    cut = years_in_debt(history, np.full(3, 0.375), np.full(3, 0.70))
    assert cut.tolist() == pytest.approx([4.0 / 2, 0.0, 1.0 / 2 + 3.0 * 0.2 / 0.25])
    assert years_in_debt(history, np.full(3, 0.8), np.ones(3)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("chosen", [(True, False, True), (False, True, True)])
def test_firms_of_a_group_owe_what_they_owe_among_all(chosen: tuple[bool, ...]) -> None:
    """Rows are renamed, debts are not; the groups together owe what all owe."""
    history, mask = small(lent=QUARTERS), np.array(chosen)
    parts = [of_some_firms(history, one) for one in (mask, ~mask)]
    debts = [
        years_in_debt(one, np.zeros(one.firms.size), np.ones(one.firms.size)) for one in parts
    ]
    whole = years_in_debt(history, np.zeros(3), np.ones(3))
    assert debts[0].tolist() == whole[mask].tolist()
    assert sum(float(one.sum()) for one in debts) == whole.sum()


def test_a_firm_stands_where_the_last_year_end_before_its_date_saw_it() -> None:
    pages = (
        page(0.0, (1 + GROWTH, 0, 1 + STARTUP), (30.0, 0.0, 1.0)),
        page(1.0, (1 + EXPANSION, 1 + STARTUP, 1 + GROWTH), (500.0, 2.0, 25.0)),
    )
    history = replace(tiny.history(horizon=2.0, end=2.0), pages=pages)
    stood = standing(history, np.array([0.5, 0.5, 1.0]))
    # Firm 1 was not there yet on the first date, and is read at the first that saw it.
    assert stood.stage.tolist() == [GROWTH, STARTUP, GROWTH]
    assert stood.sales.tolist() == [30.0, 2.0, 25.0]
    assert stood.size.tolist() == [2, 0, 2]


def test_a_firm_that_no_year_end_saw_stands_as_it_ended() -> None:
    history = tiny.history(firms={"sales": (9.0, 4.0, 8.0)})
    stood = standing(replace(history, pages=()), np.zeros(3))
    assert stood.stage.tolist() == history.firms["stage"].tolist()
    assert stood.sales.tolist() == [9.0, 4.0, 8.0]
