"""Gains at exits less their mean before the price is known; the exit factor in closed form."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from sim.engine.kernel import kernel
from sim.model.firms import record as r
from sim.model.firms.equity import exit_multiple
from sim.model.firms.exit_surprise import (
    CLAIM,
    exceedance,
    exit_surprise,
    expected_gain,
    mean_between,
    open_claim,
)
from tests.engine.hand import economy, world
from tests.model.firms.hand import firm, market, rules, three

# --- Claims --------------------------------------------------------------------------------


def claim(**fields: Any) -> Any:
    """What lenders would get at the exit of a firm."""
    found = CLAIM.empty(1)[0]
    open_claim(found, firm(lender_gain_share=0.5, **fields))
    return found


def test_a_warrant_pays_once_its_stake_of_value_and_strike_is_worth_more_than_the_strike() -> None:
    o = claim(right=r.WARRANT, stake=0.02, exercise_amount=1.0)
    assert o.least == pytest.approx(49.0)
    assert o.held * 100.0 - o.cost == pytest.approx(0.5 * (0.02 * 101.0 - 1.0))


def test_shares_already_held_pay_what_they_bring_beyond_what_was_paid_for_them() -> None:
    o = claim(holder=0.1, cum_exercise_amount=3.0)
    assert o.least == pytest.approx(30.0)
    assert o.held * 40.0 - o.cost == pytest.approx(0.5 * 1.0)


def test_a_swap_needs_its_trigger_as_well_and_sleeps_while_the_firm_complies() -> None:
    swap = {"right": r.SWAP, "stake": 0.02, "exercise_amount": 1.0, "trigger": 80.0}
    assert claim(**swap).least == 80.0
    assert claim(**swap, compliant=4).held == 0.0


@pytest.mark.parametrize("status", [r.UNBORN, r.LISTED, r.FAILED_CASH])
def test_who_does_not_live_owes_nothing_at_an_exit(status: int) -> None:
    assert claim(status=status, holder=0.1).held == 0.0


# --- Surprises -----------------------------------------------------------------------------


def test_gains_are_held_against_their_mean_at_the_exit_alone() -> None:
    firms, p, c = three(holder=0.1, lender_gain_share=0.5, value=60.0), rules(), market()
    opening = CLAIM.empty(3)
    for date in (0.25, 0.5):
        assert exit_surprise(firms, [p], [c], date, opening) == 0.0
    firms.status[1] = r.LISTED
    f, o, centre = firms[1], opening[1], 60.0 * p.listing_premium
    gain = 0.05 * min(centre * exit_multiple(f, p, c), p.exit_cap)
    expected = gain - expected_gain(o, p, centre)
    assert exit_surprise(firms, [p], [c], 0.75, opening) == pytest.approx(expected)
    assert expected != 0.0
    # Once the exit has been counted, nothing more is to be expected of the firm.
    assert exit_surprise(firms, [p], [c], 1.0, opening) == 0.0


def test_compiled_and_interpreted_rules_give_the_same_bits() -> None:
    found = []
    for rule in (kernel().exit_surprise, exit_surprise):
        w = world(
            economy(), holder=[0.1, 0.0, 0.2], right=[0, r.WARRANT, r.SWAP], stake=0.02,
            exercise_amount=1.0, trigger=[0.0, 0.0, 5.0], lender_gain_share=0.5,
        )  # fmt: skip
        w.firms.value, opening = (60.0, 90.0, 20.0), CLAIM.empty(3)
        rule(w.firms, w.params, w.market_conditions, 0.0, opening)
        w.firms.status = r.LISTED, r.ACQUIRED, r.ACQUIRED
        total = rule(w.firms, w.params, w.market_conditions, 0.25, opening)
        assert total != 0.0
        found.append((total, opening.tobytes()))
    assert found[0] == found[1]


def test_the_mean_of_a_share_of_a_lognormal_value() -> None:
    p, o = rules(exit_log_sd=0.6, exit_tail_share=0.0), CLAIM.empty(1)[0]
    o.held = 0.05
    assert expected_gain(o, p, 60.0) == pytest.approx(3.0 * math.exp(0.18), rel=1e-3)


def test_the_expected_gain_is_the_mean_of_gains_over_draws() -> None:
    p, o = rules(), SimpleNamespace(held=0.01, cost=0.49, least=49.0)
    generator = np.random.default_rng(1)
    u, tail = generator.uniform(size=(2, 400_000))
    part = np.where(tail < p.exit_tail_share, tail / p.exit_tail_share, 1.0)
    factor = np.exp(p.exit_log_sd * ndtri(u)) * part ** (-1.0 / p.exit_tail_index)
    value = np.minimum(60.0 * factor, p.exit_cap)
    gain = np.where(value >= 49.0, 0.01 * value - 0.49, 0.0)
    error = gain.std() / np.sqrt(gain.size)
    assert abs(gain.mean() - expected_gain(o, p, 60.0)) <= 4.0 * error


def test_nothing_is_expected_where_even_the_largest_value_is_too_small() -> None:
    p = rules()
    o = SimpleNamespace(held=0.01, cost=0.49, least=1.1 * p.exit_cap)
    assert expected_gain(o, p, 60.0) == 0.0
    assert expected_gain(SimpleNamespace(held=0.01, cost=0.0, least=0.0), p, 0.0) == 0.0


# --- The exit factor -----------------------------------------------------------------------

LAW = (0.6, 0.1, 1.8)


def drawn(count: int = 400_000, seed: int = 4) -> np.ndarray:
    """Factors drawn as the engine draws them."""
    generator = np.random.default_rng(seed)
    sd, share, index = LAW
    u, tail = generator.uniform(size=(2, count))
    part = np.where(tail < share, tail / share, 1.0)
    return np.exp(sd * ndtri(u)) * part ** (-1.0 / index)


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5, 8.0])
def test_the_chance_of_exceeding_is_that_of_draws(x: float) -> None:
    draws = drawn() >= x
    error = draws.std() / np.sqrt(draws.size)
    assert abs(draws.mean() - exceedance(x, *LAW)) <= 4.0 * error


@pytest.mark.parametrize(("low", "high"), [(0.2, 1.0), (1.0, 4.0), (2.0, 50.0)])
def test_the_mean_between_two_levels_is_that_of_draws(low: float, high: float) -> None:
    parts = np.clip(drawn(), low, high) - low
    error = parts.std() / np.sqrt(parts.size)
    assert abs(parts.mean() - mean_between(low, high, *LAW)) <= 4.0 * error


def test_without_a_tail_the_mean_is_that_of_a_lognormal_number() -> None:
    whole = mean_between(1e-12, 1e12, 0.6, 0.0, 1.8)
    assert whole == pytest.approx(np.exp(0.18), rel=1e-9)


def test_an_index_of_one_is_the_limit_of_its_neighbours() -> None:
    at = mean_between(0.5, 5.0, 0.6, 0.1, 1.0)
    near = mean_between(0.5, 5.0, 0.6, 0.1, 1.0 + 1e-4)
    assert at == pytest.approx(near, rel=1e-3)
