"""What a bank and its capital rules must say, and what they may not."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.model.banks.bank import Bank, endowment
from sim.model.banks.capital import Capital
from sim.model.banks.taxation import Taxation
from tests.model.banks.three import BANK, CAPITAL, TAXATION, bank


def test_a_bank_is_as_it_is_described() -> None:
    assert bank(appetite=0.9).model_dump() == BANK | {"appetite": 0.9}
    with pytest.raises(ValidationError, match="frozen"):
        bank().appetite = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("desk_risk_assets", -1.0),
        ("surcharge", -0.01),
        ("surcharge", 1.01),
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
    assert bank(parent_income=-20.0, desk_risk_assets=0.0).parent_income == -20.0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("small_weight", -0.1),
        ("medium_weight", 12.6),
        ("large_weight", -0.1),
        ("small_line", -1.0),
        ("small_sales", -1.0),
        ("medium_sales", -1.0),
        ("cancellable_conversion", 1.01),
        ("committed_conversion", -0.01),
        ("recognised_cover_share", 1.01),
        ("protector_weight", -0.1),
        ("provided_weight", -0.1),
        ("unprovided_weight", 12.6),
        ("large_provision_share", 1.01),
        ("minimum_ratio", 0.0),
        ("minimum_ratio", 1.01),
        ("conservation_buffer", -0.01),
        ("own_buffer", 1.01),
        ("eur_per_cny", 0.0),
        ("endowment_multiple", -0.1),
        ("hurdle_rate", -0.01),
        ("replenish_share", 1.01),
        ("single_name_share", 1.01),
    ],
)
def test_a_capital_rule_out_of_range_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValidationError, match=field):
        Capital(**CAPITAL | {field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("income_tax_rate", -0.01),
        ("income_tax_rate", 1.01),
        ("vat_rate", -0.01),
        ("vat_rate", 1.01),
        ("exempt_line", -1.0),
        ("exempt_rate_multiple", -0.1),
    ],
)
def test_a_tax_out_of_range_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValidationError, match=field):
        Taxation(**TAXATION | {field: value})


@pytest.mark.parametrize(
    ("group", "values"), [(Bank, BANK), (Capital, CAPITAL), (Taxation, TAXATION)]
)
def test_every_number_must_be_given(group: Any, values: dict[str, float]) -> None:
    # Most banks are not on the list of systemically important ones.
    for field in values.keys() - {"surcharge"}:
        with pytest.raises(ValidationError, match=field):
            group(**{name: value for name, value in values.items() if name != field})
    assert set(group.model_fields) == set(values)


def test_a_desk_is_endowed_with_a_multiple_of_what_its_loans_require() -> None:
    rules = {"minimum_ratio": 0.05, "conservation_buffer": 0.025, "own_buffer": 0.01}
    capital = Capital(**CAPITAL | rules | {"endowment_multiple": 3.0})
    # Three times 8.5 percent of a thousand; a systemic bank needs a percentage point more.
    assert endowment(bank(), capital) == pytest.approx(255.0, rel=1e-14)
    assert endowment(bank(surcharge=0.01), capital) == pytest.approx(285.0, rel=1e-14)
