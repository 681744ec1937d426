"""The parameters that rules of banks read, and the mean quality of those whom investors back."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sim.model.banks.bank import bank_rules, common_rules, venture_means
from sim.model.banks.capital import Capital
from tests.model.banks.three import CAPITAL, OF_EACH_BANK, bank, rules
from tests.model.firms.hand import base

N = 400_000


def test_rules_common_to_all_banks_are_those_of_the_scenario() -> None:
    scenario = base()
    u = common_rules(scenario)[0]
    # Also a guard for the rules set by hand: they name what a scenario names.
    assert set(u.dtype.names) == set(rules().dtype.names)
    for group in (
        scenario.underwriting,
        scenario.capital,
        scenario.taxation,
        scenario.choice,
    ):
        for name, value in group.model_dump(exclude=OF_EACH_BANK).items():
            assert np.array_equal(u[name], value), name
    assert u.quality_slope == scenario.belief.quality_slope
    assert u.delivery_cost == scenario.relationship.delivery_cost
    assert u.right_volatility == scenario.right.right_volatility
    odds = scenario.equity.venture_logit, scenario.equity.venture_quality_slope
    assert (u.prior_backed, u.prior_other) == venture_means(*odds)


def test_rules_of_each_bank_are_in_the_order_of_the_file() -> None:
    scenario = SimpleNamespace(
        population=SimpleNamespace(stock=500.0),
        capital=Capital(**CAPITAL | {"conservation_buffer": 0.025, "own_buffer": 0.01}),
        relationship=SimpleNamespace(outside_share=0.4),
        bank={
            "large": bank(cap_factor=2.0),
            "small": bank(appetite=0.5, parent_capital=60.0, surcharge=0.015),
        },
    )  # fmt: skip
    found, corporate = np.split(bank_rules(scenario), [2])
    assert found.cap_factor.tolist() == [2.0, 1.0]
    assert found.appetite.tolist() == [1.0, 0.5]
    # Of six tenths of all moves that end at a bank of the scenario, by size.
    assert found.account_share == pytest.approx([0.3, 0.3])
    # A tenth of the parent's capital, whatever the number of firms; flows go with it.
    assert found.single_name.tolist() == [100.0, 6.0]
    assert found.parent_income.tolist() == [25.0, 25.0]
    assert found.parent_risk_assets.tolist() == [2500.0, 2500.0]
    # A tenth and two and a half points of buffer; a surcharge; one point that is its own.
    assert found.required_ratio == pytest.approx([0.135, 0.15], rel=1e-14)
    # After them the department for large firms: no cap binds it, no account moves to it.
    assert corporate.account_share.tolist() == [0.0]
    assert corporate.cap_factor[0] * 150.0 > 1e9 < corporate.single_name[0]
    assert corporate.required_ratio == pytest.approx([0.135], rel=1e-14)


# --- Venture backing ---------------------------------------------------------------------


@pytest.mark.parametrize(("logit", "slope"), [(-1.1, 0.5), (1.0, 0.5), (-0.7, 1.5), (0.0, -1.0)])
def test_the_prior_is_the_mean_quality_of_those_whom_investors_back(
    logit: float, slope: float
) -> None:
    luck = np.random.default_rng(17)
    quality = luck.standard_normal(N)
    venture = luck.random(N) < expit(logit + slope * quality)
    for group, mean in zip(
        (quality[venture], quality[~venture]), venture_means(logit, slope), strict=True
    ):
        # Four standard errors: one false alarm in sixteen thousand.
        assert abs(group.mean() - mean) < 4.0 * group.std() / np.sqrt(group.size)


@given(st.floats(-3.0, 3.0), st.floats(0.01, 2.0))
def test_backing_is_good_news_and_both_kinds_together_are_no_news(
    logit: float, slope: float
) -> None:
    backed, other = venture_means(logit, slope)
    assert other < 0.0 < backed
    nodes = np.linspace(-9.0, 9.0, 4001)
    density = np.exp(-0.5 * nodes**2)
    share = float((density * expit(logit + slope * nodes)).sum() / density.sum())
    # Forty nodes of quadrature leave some 1e-8 at the steepest slope.
    assert share * backed + (1.0 - share) * other == pytest.approx(0.0, abs=1e-7)


def test_backing_that_does_not_depend_on_quality_says_nothing() -> None:
    assert venture_means(-1.1, 0.0) == pytest.approx((0.0, 0.0), abs=1e-15)
