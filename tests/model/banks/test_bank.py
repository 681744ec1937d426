"""What a bank and its capital rules must say, and what they may not."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.model.banks.bank import Bank, Capital
from tests.model.banks.three import BANK, CAPITAL, bank


def test_a_bank_is_as_it_is_described() -> None:
    assert bank(appetite=0.9).model_dump() == BANK | {"appetite": 0.9}
    with pytest.raises(ValidationError, match="frozen"):
        bank().appetite = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("desk_capital", -1.0),
        ("parent_capital", 0.0),
        ("parent_risk_assets", -1.0),
        ("parent_equity", -1.0),
        ("appetite", -0.1),
        ("signal_precision", -0.1),
        ("market_share", 1.01),
        ("market_share", -0.01),
        ("cap_factor", 0.0),
    ],
)
def test_a_bank_out_of_range_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValidationError, match=field):
        bank(**{field: value})


def test_a_parent_may_lose_money_and_a_desk_may_start_without_capital() -> None:
    assert bank(parent_income=-20.0, desk_capital=0.0).parent_income == -20.0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("risk_weight", -0.1),
        ("defaulted_risk_weight", -0.1),
        ("required_ratio", 0.0),
        ("required_ratio", 1.01),
        ("hurdle_rate", -0.01),
        ("replenish_share", 1.01),
        ("single_name_share", 1.01),
        ("failure_ratio", -0.01),
    ],
)
def test_a_capital_rule_out_of_range_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValidationError, match=field):
        Capital(**CAPITAL | {field: value})


@pytest.mark.parametrize(("group", "values"), [(Bank, BANK), (Capital, CAPITAL)])
def test_every_number_must_be_given(group: Any, values: dict[str, float]) -> None:
    for field in values:
        with pytest.raises(ValidationError, match=field):
            group(**{name: value for name, value in values.items() if name != field})
    assert set(group.model_fields) == set(values)
