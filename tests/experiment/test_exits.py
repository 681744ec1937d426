"""Gains at exits, less their mean before the price is known."""

import numpy as np
import pytest
from scipy.special import ndtri

from sim.engine.world import new_world
from sim.experiment.controls import claims, expected_gain
from sim.experiment.simulate import worlds
from sim.model.firms import record as r
from tests.house.small import study


def test_a_claim_pays_what_the_rules_of_an_exit_pay() -> None:
    w = new_world(study({"population.firms": 3}), 0)
    f = w.firms
    f.status = r.ALIVE
    f.right = (r.WARRANT, r.NO_RIGHT, r.SWAP)
    f.stake, f.exercise_amount, f.lender_gain_share = 0.02, 1.0, 0.5
    f.trigger = (0.0, 0.0, 80.0)
    f.holder = (0.0, 0.1, 0.0)
    f.cum_exercise_amount = (0.0, 3.0, 0.0)
    found = claims(w)
    # A warrant pays once its stake of value and strike is worth more than the strike.
    assert np.isclose(found.least[0], 49.0)
    assert np.isclose(found.share[0] * 100.0 - found.cost[0], 0.5 * (0.02 * 101.0 - 1.0))
    # Shares already held pay what they bring beyond what was paid for them.
    assert np.isclose(found.least[1], 30.0)
    assert np.isclose(found.share[1] * 40.0 - found.cost[1], 0.5 * 1.0)
    # A swap needs its trigger as well.
    assert np.isclose(found.least[2], 80.0)


def test_the_expected_gain_is_the_mean_of_gains_over_draws() -> None:
    p = new_world(study({"population.firms": 1}), 0).params[:1]
    centre, claim = np.array([60.0]), tuple(np.array([v]) for v in (0.01, 0.49, 49.0))
    generator = np.random.default_rng(1)
    u, tail = generator.uniform(size=(2, 400_000))
    share, index = p.exit_tail_share[0], p.exit_tail_index[0]
    part = np.where(tail < share, tail / share, 1.0) ** (-1.0 / index)
    value = np.minimum(60.0 * np.exp(p.exit_log_sd[0] * ndtri(u)) * part, p.exit_cap[0])
    gain = np.where(value >= 49.0, 0.01 * value - 0.49, 0.0)
    error = gain.std() / np.sqrt(gain.size)
    assert abs(gain.mean() - expected_gain(p, centre, claim)[0]) <= 4.0 * error


@pytest.mark.slow
def test_much_of_the_noise_of_gains_is_in_the_control() -> None:
    values = {
        "variance_reduction.controls": ["exits"], "population.firms": 600,
        "experiment.horizon_years": 8.0,
        "experiment.arrangements": ["plain", "loan_with_warrant"],
    }  # fmt: skip
    pairs = []
    for number in range(20):
        *_, w = worlds(study(values), number)
        pairs.append((w.firms.cum_gain.sum(), w.controls["control.exits"]))
    gain, control = np.array(pairs).T
    assert np.corrcoef(gain, control)[0, 1] > 0.5
