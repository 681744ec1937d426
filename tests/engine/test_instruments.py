"""Sums over debts beside the line: what is lent, owed, brought back and covered, and when."""

import numpy as np
import pytest

from sim.engine.instruments import (
    CHARGED,
    CLAIMED,
    COVERED,
    FIRST_OWED,
    FUND,
    FUND_PROCEEDS,
    LENT,
    N_SUMS,
    RECOVERED,
    RETURNED,
    UNDERWRITING,
    add_firm,
)
from sim.model.firms.debts import BOND, DEBTS
from sim.model.firms.record import ALIVE, FAILED_CASH
from tests.model.firms.hand import three

OWED, RECOVERY = (8.0, 3.0, 2.0), (2.0, 1.0, 0.5)
FIELDS = {
    "owed": OWED, "owed_recovery": RECOVERY, "bond_cover": 0.25, "recovery_date": 1.0,
    "cum_lent": (10.0, 4.0, 3.0), "cum_returned": (2.0, 1.0, 1.0),
    "cum_charged": (0.3, 0.2, 0.1), "cum_underwriting": 0.05, "cum_fund": 1.5,
    "fund_proceeds": 2.5, "term": 6.0, "now": 0.5, "end": 0.5,
}  # fmt: skip


def summed(status: int, date: float) -> np.ndarray:
    """Sums over one firm at a date."""
    f = three(status=status, **FIELDS)[0]
    f.owed_rate[:] = 0.1
    sums = np.zeros(N_SUMS)
    add_firm(f, sums, date)
    return sums


@pytest.mark.parametrize("status", [ALIVE, FAILED_CASH])
def test_what_was_lent_and_paid_is_summed_for_the_living_and_the_closed(status: int) -> None:
    sums = summed(status, 0.5)
    debts = np.arange(len(DEBTS))
    assert sums[0] == 6.0
    assert sums[CLAIMED + debts].tolist() == list(OWED)
    assert sums[LENT + debts].tolist() == [10.0, 4.0, 3.0]
    assert sums[RETURNED + debts].tolist() == [2.0, 1.0, 1.0]
    assert sums[CHARGED + debts].tolist() == [0.3, 0.2, 0.1]
    assert sums[[UNDERWRITING, FUND, FUND_PROCEEDS]].tolist() == [0.05, 1.5, 2.5]
    assert sums[FIRST_OWED + debts].tolist() == (list(OWED) if status == ALIVE else [0.0] * 3)


def test_a_living_firm_is_charged_up_to_the_date_and_a_closed_one_no_more() -> None:
    debts = CHARGED + np.arange(len(DEBTS))
    more = summed(ALIVE, 1.5)[debts] - summed(ALIVE, 0.5)[debts]
    assert more == pytest.approx([0.1 * owed for owed in OWED])
    assert summed(FAILED_CASH, 1.5)[debts].tolist() == [0.3, 0.2, 0.1]


@pytest.mark.parametrize(("date", "is_over"), [(0.99, 0.0), (1.0, 1.0), (7.0, 1.0)])
def test_what_a_workout_brings_and_a_tool_covers_counts_once_it_is_over(
    date: float, is_over: float
) -> None:
    sums = summed(FAILED_CASH, date)
    assert sums[RECOVERED + np.arange(len(DEBTS))].tolist() == [is_over * x for x in RECOVERY]
    assert sums[COVERED] == is_over * 0.25 * (OWED[BOND] - RECOVERY[BOND])


def test_the_debts_of_the_living_recover_nothing() -> None:
    sums = summed(ALIVE, 7.0)
    assert sums[COVERED] == 0.0
    assert not np.any(sums[RECOVERED + np.arange(len(DEBTS))])
