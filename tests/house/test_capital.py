"""What capital does to lending: nothing where there is enough of it, and rationing where not."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.outcomes.mark import registry
from tests.house.paired import Floats, Size, lived, small

SIZE = Size(firms=500, replications=2, warm_up_years=2.0, horizon_years=5.0, initial_share=0.4)
ARMS = ("plain", "consortium", "revenue_swap")
ENOUGH, SHORT = 3.0, 1.0 / 3.0
"""Multiples of the requirement at which no desk is short, and at which desks are."""
OF_FREE_CAPITAL = {
    "bank.capital_ratio_low", "bank.buffer_breach", "bank.failure", "system.joint_bank_failure",
    "bank.capital_shortfall", "bank.free_capital_income", "bank.taken_back",
}  # fmt: skip
"""Outcomes that capital moves even where it binds nobody."""


@cache
def endowed(multiple: float) -> dict[str, dict[str, Floats]]:
    """Every outcome of desks that are given a multiple of what their loans require."""
    return lived(small(SIZE, {"capital.endowment_multiple": multiple}, ARMS))


def moved(one: float, other: float) -> set[str]:
    """Outcomes that differ in any bit under any arrangement."""
    return {
        name for arm in ARMS for name, values in endowed(one)[arm].items()
        if values.tobytes() != endowed(other)[arm][name].tobytes()
    }  # fmt: skip


@pytest.mark.parametrize("multiple", [9.0, 27.0])
def test_capital_beyond_need_moves_no_bit_of_what_is_lent_and_earned(multiple: float) -> None:
    assert all(not endowed(ENOUGH)[arm]["bank.rationed"].any() for arm in ARMS)
    found = moved(ENOUGH, multiple)
    assert found <= OF_FREE_CAPITAL
    # It earns, for the parent, and lies in the ratio.
    assert {"bank.capital_ratio_low", "bank.free_capital_income"} <= found


def test_too_little_capital_rations() -> None:
    short = endowed(SHORT)
    for arm in ARMS:
        assert np.all(short[arm]["bank.rationed"] > 0.0), arm
        lent = "system.credit_outstanding"
        assert np.all(short[arm][lent] < endowed(ENOUGH)[arm][lent]), arm
    assert moved(ENOUGH, SHORT) >= {"firm.access_share", "bank.profit", "bank.raroc"}


def test_the_outcomes_of_free_capital_are_outcomes() -> None:
    assert set(registry()) >= OF_FREE_CAPITAL


# --- Each rule of capital and tax by itself ----------------------------------------------

OPEN = {"capital.endowment_multiple": 30.0, "underwriting.policy_subsidy_rate": 0.3}
"""Everybody who asks is lent to, so that a rule moves the account of the same loans."""
COVERED = {
    "arrangement.consortium.loss_sharing.guaranteed_share": 0.4,
    "arrangement.consortium.loss_sharing.guarantee_fee_rate": 0.005,
}
COMMITTED = {
    "arrangement.consortium.tenor": {
        "kind": "term", "years": 3.0, "drawing": "committed", "commitment_fee_rate": 0.004,
    }
}  # fmt: skip
CANCELLABLE = {"arrangement.consortium.tenor": {"kind": "term", "years": 3.0,
                                                "drawing": "cancellable"}}  # fmt: skip
RULES: dict[str, tuple[Any, Any, str, str]] = {
    "small loans weigh more": (
        {"capital.small_weight": 0.75}, {"capital.small_weight": 0.85}, "plain",
        "bank.capital_used",
    ),
    "loans to medium-sized firms weigh more": (
        {}, {"capital.medium_weight": 0.95}, "plain", "bank.capital_used",
    ),
    "loans to large firms weigh more": (
        {"capital.medium_sales": 60.0},
        {"capital.medium_sales": 60.0, "capital.large_weight": 1.3}, "plain",
        "bank.capital_used",
    ),
    "fewer loans are small": ({}, {"capital.small_line": 2.0}, "plain", "bank.capital_used"),
    "fewer firms are small": ({}, {"capital.small_sales": 8.0}, "plain", "bank.capital_used"),
    "fewer firms are medium-sized": (
        {}, {"capital.medium_sales": 60.0}, "plain", "bank.capital_used",
    ),
    "lines that may be cancelled count more": (
        {}, {"capital.cancellable_conversion": 0.2}, "plain", "bank.capital_used",
    ),
    "committed lines count more": (
        {}, {"capital.committed_conversion": 0.5}, "consortium", "bank.capital_used",
    ),
    "lines are committed": (CANCELLABLE, COMMITTED, "consortium", "bank.capital_used"),
    "less cover is recognised": (
        COVERED | {"capital.recognised_cover_share": 1.0},
        COVERED | {"capital.recognised_cover_share": 0.0}, "consortium", "bank.capital_used",
    ),
    "who protects weighs more": (
        COVERED | {"capital.recognised_cover_share": 1.0},
        COVERED | {"capital.recognised_cover_share": 1.0, "capital.protector_weight": 0.5},
        "consortium", "bank.capital_used",
    ),
    "provided loans in default weigh more": (
        {}, {"capital.provided_weight": 1.5}, "plain", "bank.capital_used",
    ),
    "unprovided loans in default weigh more": (
        {"capital.large_provision_share": 1.0},
        {"capital.large_provision_share": 1.0, "capital.unprovided_weight": 2.0}, "plain",
        "bank.capital_used",
    ),
    "more must be provided": (
        {}, {"capital.large_provision_share": 1.0}, "plain", "bank.capital_used",
    ),
    "the supervisor demands more": (
        {}, {"capital.conservation_buffer": 0.05}, "plain", "bank.capital_used",
    ),
    "the minimum is higher": ({}, {"capital.minimum_ratio": 0.08}, "plain", "bank.capital_used"),
    "banks keep more": ({}, {"capital.own_buffer": 0.04}, "plain", "bank.capital_used"),
    "value-added tax is higher": (
        {}, {"taxation.vat_rate": 0.09}, "plain", "bank.value_added_tax",
    ),
    "fewer loans are exempt": (
        {}, {"taxation.exempt_line": 0.5}, "plain", "bank.value_added_tax",
    ),
    "lower rates are exempt": (
        {}, {"taxation.exempt_rate_multiple": 0.5}, "plain", "bank.value_added_tax",
    ),
    "a fee is paid on what is not drawn": (
        CANCELLABLE, COMMITTED, "consortium", "bank.commitment_fees",
    ),
}  # fmt: skip
"""Values, others, and what is higher with these under which arrangement."""


@cache
def lived_under(values: str) -> dict[str, dict[str, Floats]]:
    """Outcomes under some rules, written as JSON."""
    return lived(small(SIZE, OPEN | json.loads(values), ARMS[:2]))


def under(values: dict[str, Any]) -> dict[str, dict[str, Floats]]:
    """Outcomes where everybody is lent to, under some rules."""
    return lived_under(json.dumps(values))


@pytest.mark.parametrize("words", RULES)
def test_a_rule_moves_what_it_should(words: str) -> None:
    one, other, arm, outcome = RULES[words]
    assert np.all(under(other)[arm][outcome] > under(one)[arm][outcome])


def test_a_tax_on_profit_takes_its_part() -> None:
    taxed, free = under({}), under({"taxation.income_tax_rate": 0.0})
    for arm in ARMS[:2]:
        before = taxed[arm]["bank.profit_before_tax"]
        assert taxed[arm]["bank.income_tax"] == pytest.approx(0.25 * before, rel=1e-12)
        assert not free[arm]["bank.income_tax"].any()


def test_the_rate_of_exchange_moves_economic_capital_alone() -> None:
    """Sales in euros say how small a firm is: the smaller, the less capital."""
    usual, dear = under({}), under({"capital.eur_per_cny": 0.3})
    names = {
        name for name in usual["plain"]
        if usual["plain"][name].tobytes() != dear["plain"][name].tobytes()
    }  # fmt: skip
    assert names == {"bank.economic_return"}
