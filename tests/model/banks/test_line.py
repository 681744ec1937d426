"""How much is offered: caps, and who lends how much under one agreement."""

from typing import Any

import numpy as np
import pytest

from sim.model.banks.offer import bank_cap, share_line
from tests.model.banks.three import applicant, applicants, banks, conditions, offer, rules

ORDER = ([0, 1, 2], [1, 0, 2], [2, 0, 1])
"""Lenders of the three: their own bank first."""
CASH_FLOW = {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.1}
THREE = {"kind": "proportional", "shares": [0.5, 0.3, 0.2]}
TOGETHER = conditions(limit=CASH_FLOW, loss_sharing=THREE)
PLAIN = conditions()


def sized(n: int, accepts: Any, k: Any, **fields: Any) -> list[float]:
    """Lines of the lenders of one of the three, of whom some agree."""
    o = offer(lenders=3, lender=ORDER[n], accepts=accepts)
    share_line(o, applicant(n, **fields), k, rules(), banks())
    return o.part[:3].tolist()


# --- Caps --------------------------------------------------------------------------------


def caps(lenders: Any, k: Any = PLAIN) -> Any:
    return [
        [bank_cap(a, k, rules(), lenders[b]) for b in order]
        for a, order in zip(applicants(), ORDER, strict=True)
    ]


def test_a_cap_is_that_of_the_stage_and_of_the_bank() -> None:
    # 4, 8 and 20 by stage; banks lend the whole, a half and a quarter of it.
    assert caps(banks()) == [[4.0, 2.0, 1.0], [4.0, 8.0, 2.0], [5.0, 20.0, 10.0]]


def test_no_bank_lends_more_to_one_name_than_its_parent_may() -> None:
    small = banks(north={"single_name": 6.0})
    assert caps(small) == [[4.0, 2.0, 1.0], [4.0, 6.0, 2.0], [5.0, 6.0, 10.0]]


def test_a_cap_for_unsecured_lines_may_be_higher_and_a_stated_amount_has_none() -> None:
    wide = conditions(limit=CASH_FLOW | {"cap_factor": 2.0})
    assert caps(banks(), wide)[0] == [8.0, 4.0, 2.0]
    stated = conditions(limit={"kind": "fixed", "amount": 5.0})
    assert caps(banks(north={"single_name": 0.0}), stated) == [[np.inf] * 3] * 3


# --- Under one agreement -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "whole"),
    # Caps over shares: 4/.5 2/.3 1/.2, 4/.5 8/.3 2/.2, 5/.5 20/.3 10/.2; asked 5, 22, 53.
    [(0, 5.0), (1, 8.0), (2, 10.0)],
)
def test_under_one_agreement_the_tightest_cap_over_its_share_binds(n: int, whole: float) -> None:
    assert sized(n, [1, 1, 1], TOGETHER) == pytest.approx([0.5 * whole, 0.3 * whole, 0.2 * whole])


def test_a_partner_that_refuses_takes_its_own_line_with_it() -> None:
    # Of wholes of 5 and 8, a half and three tenths each; the others carry no more of it.
    assert sized(0, [1, 1, 0], TOGETHER) == pytest.approx([2.5, 1.5, 0.0])
    assert sized(1, [1, 1, 0], TOGETHER) == pytest.approx([4.0, 2.4, 0.0])


def test_the_cap_of_a_partner_that_refuses_does_not_bind() -> None:
    # With West the start-up would get 5 at most for West's cap of 1 over a fifth; without
    # it 6.67, for South's cap of 2 over three tenths. Asked are 8.
    assert sum(sized(0, [1, 1, 1], TOGETHER, sales=16.0)) == pytest.approx(5.0)
    without = sized(0, [1, 1, 0], TOGETHER, sales=16.0)
    assert without == pytest.approx([0.5 * 20.0 / 3.0, 2.0, 0.0])


def test_without_its_lead_there_is_no_agreement() -> None:
    assert sized(1, [0, 1, 1], TOGETHER) == [0.0, 0.0, 0.0]


def test_a_stated_amount_is_shared_beyond_every_cap() -> None:
    stated = conditions(limit={"kind": "fixed", "amount": 100.0}, loss_sharing=THREE)
    assert sized(0, [1, 1, 1], stated) == pytest.approx([50.0, 30.0, 20.0])
