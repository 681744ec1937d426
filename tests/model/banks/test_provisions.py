"""What is set aside: twelve months, or the life of a loan that has worsened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.model.banks.judgement import SEEN
from sim.model.banks.provisions import Provisions, allowance, is_stage_2
from tests.model.banks.three import rules
from tests.model.firms.hand import borrower, market

RULE = Provisions(stage_2_factor=3.0, lifetime_years=2.0)
AMOUNT, RATE = st.floats(0.0, 1e4), st.floats(0.0, 1.0)


def set_aside(balance: float, default: float, loss: float, stage_2: bool) -> float:
    return allowance(balance, default, loss, stage_2, RULE)


def test_three_loans_by_hand() -> None:
    # 100 * (1 - exp(-0.05)) * 0.4; the same loan, worsened: 1 - exp(-0.05 * 3 * 2).
    loans = (100.0, False), (100.0, True), (0.0, True)
    found = [set_aside(balance, 0.05, 0.4, stage_2) for balance, stage_2 in loans]
    assert found == pytest.approx([1.9508230, 10.3672712, 0.0], abs=1e-7)


@pytest.mark.parametrize(
    ("state", "drawn", "expected"),
    [
        ({}, 0.0, False),
        ({"setback": 1}, 0.4, True),
        ({"setback": 1}, 0.6, False),  # nobody has seen it
        ({"arrears": 1}, 0.6, True),
        ({"called": 1}, 0.6, True),
    ],
)
def test_loans_on_watch_are_those_of_firms_seen_in_trouble(
    state: dict[str, int], drawn: float, expected: bool, luck: dict[int, float]
) -> None:
    luck[SEEN] = drawn
    assert is_stage_2(borrower(**state), market(), rules(setback_seen_share=0.5)) == expected


@given(AMOUNT, RATE, RATE)
def test_a_stage_2_loan_needs_more_and_never_more_than_its_loss(
    balance: float, default: float, loss: float
) -> None:
    good, bad = (set_aside(balance, default, loss, worse) for worse in (False, True))
    assert 0.0 <= good <= bad <= balance * loss


@pytest.mark.parametrize(("default", "loss"), [(0.0, 0.5), (0.3, 0.0)])
def test_without_default_or_loss_nothing_is_set_aside(default: float, loss: float) -> None:
    assert set_aside(50.0, default, loss, True) == 0.0


def test_a_small_default_rate_is_about_a_probability() -> None:
    assert set_aside(1.0, 1e-6, 1.0, False) == pytest.approx(1e-6, rel=1e-6)
    assert set_aside(1.0, 1e-6, 1.0, True) == pytest.approx(6e-6, rel=1e-5)


@pytest.mark.parametrize("field", ["stage_2_factor", "lifetime_years"])
def test_factors_must_be_above_zero(field: str) -> None:
    with pytest.raises(ValidationError, match="above 0"):
        Provisions(**{"stage_2_factor": 3.0, "lifetime_years": 2.0, field: 0.0})
