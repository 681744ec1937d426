"""Beliefs that meet outcomes: each round closes part of the gap."""

import numpy as np
import pandas as pd
import pytest

from sim.experiment import beliefs
from sim.experiment.beliefs import (
    BUSINESS_GAP,
    DAMPING,
    DEFAULT_GAPS,
    LOSS_GAPS,
    PILOT_REPLICATIONS,
    ROUNDS,
    realised_over_believed,
    solve,
    updated_beliefs,
)  # fmt: skip
from sim.experiment.simulate import simulate
from sim.model.banks.conditions import belief_of
from sim.outcomes.mark import evaluate
from tests.experiment.small import tiny

REALISED = {"plain": (0.08, 0.03, 0.008, 0.013), "revenue_swap": (0.02, 0.05, 0.016, 0.011)}
LOSS = {
    "plain": {"secured": 0.6, "unsecured": 0.8},
    "revenue_swap": {"secured": 0.3, "unsecured": 0.5},
}
BUSINESS = {"plain": 0.8, "revenue_swap": 1.6}
SECURED = LOSS_GAPS["secured"]


class MadeUp:
    """Results of a world in which realised figures are what they are, whatever is believed."""

    def __init__(self, scenario, workers=1, progress=None, executor=None):
        rows = []
        for name in scenario.experiment.arrangements:
            level = belief_of(scenario.belief, name)
            for key, real, held in zip(
                DEFAULT_GAPS, REALISED[name], level.default_probability, strict=True
            ):
                rows.append((name, 0, key, real / held))
            for part, key in LOSS_GAPS.items():
                rows.append((name, 0, key, LOSS[name][part] / getattr(level, f"loss_{part}")))
            rows.append((name, 0, BUSINESS_GAP, BUSINESS[name] / level.business))
            rows.append((name, 0, "bank.raroc", 99.0))
        self.outcomes = pd.DataFrame(
            rows, columns=["arrangement", "replication", "outcome", "value"]
        )


def gaps(scenario, name):
    """Log of realised over believed default, by stage."""
    return np.log(np.array(REALISED[name]) / belief_of(scenario.belief, name).default_probability)


@pytest.mark.parametrize("name", REALISED)
def test_a_gap_shrinks_to_next_to_nothing(monkeypatch, name):
    monkeypatch.setattr(beliefs, "simulate", MadeUp)
    before = tiny()
    after = solve(before)
    left = (1.0 - DAMPING) ** ROUNDS
    assert np.max(np.abs(gaps(before, name))) > 0.4
    assert gaps(after, name) == pytest.approx(left * gaps(before, name), abs=1e-12)
    held, was = belief_of(after.belief, name), before.belief.default
    for key, real in (
        ("loss_secured", LOSS[name]["secured"]), ("loss_unsecured", LOSS[name]["unsecured"]),
        ("business", BUSINESS[name]),
    ):  # fmt: skip
        gap = np.log(real / getattr(was, key))
        assert np.log(real / getattr(held, key)) == pytest.approx(left * gap, abs=1e-12)


def test_each_arrangement_gets_beliefs_of_its_own_and_the_common_ones_stay(monkeypatch):
    monkeypatch.setattr(beliefs, "simulate", MadeUp)
    before = tiny(experiment__replications=17)
    after = solve(before)
    assert set(after.belief.by_arrangement) == {"plain", "revenue_swap"}
    assert after.belief.default == before.belief.default
    assert after.experiment == before.experiment


@pytest.mark.parametrize(("replications", "pilot"), [(17, PILOT_REPLICATIONS), (2, 2)])
def test_pilots_are_short(monkeypatch, replications, pilot):
    runs = []

    def simulate_pilot(scenario, workers, progress, executor):
        runs.append((scenario.experiment.replications, workers))
        return MadeUp(scenario)

    monkeypatch.setattr(beliefs, "simulate", simulate_pilot)
    solve(tiny(experiment__replications=replications), workers=2)
    assert runs == [(pilot, 2)] * ROUNDS


def test_ratios_are_averaged_over_replications_and_nothing_else_is_read():
    frame = pd.DataFrame(
        [
            ("plain", 0, SECURED, 1.0), ("plain", 1, SECURED, 2.0),
            ("plain", 0, DEFAULT_GAPS[1], 3.0), ("plain", 1, DEFAULT_GAPS[1], np.nan),
            ("plain", 0, "bank.raroc", 99.0), ("revenue_swap", 0, SECURED, 4.0),
        ],
        columns=["arrangement", "replication", "outcome", "value"],
    )  # fmt: skip
    table = realised_over_believed(frame)
    assert table.loc["plain", SECURED] == 1.5
    assert table.loc["plain", DEFAULT_GAPS[1]] == 3.0
    assert table.loc["revenue_swap", SECURED] == 4.0
    assert "bank.raroc" not in table


@pytest.mark.parametrize(
    ("ratio", "factor"),
    [
        (1.0, 1.0), (2.0, 2.0**DAMPING), (0.5, 0.5**DAMPING),
        (1000.0, 4.0**DAMPING), (1e-6, 0.25**DAMPING),  # an odd pilot moves nothing far
        (0.0, 1.0), (-1.0, 1.0), (np.nan, 1.0), (np.inf, 1.0),  # and one without defaults nothing
    ],
)  # fmt: skip
def test_beliefs_move_part_of_the_way(ratio, factor):
    scenario = tiny()
    level = updated_beliefs(scenario, "plain", pd.Series({DEFAULT_GAPS[1]: ratio}))
    was = scenario.belief.default
    expected = list(was.default_probability)
    expected[1] *= factor
    assert level["default_probability"] == pytest.approx(tuple(expected))
    for key in ("loss_secured", "loss_unsecured", "business"):
        assert level[key] == getattr(was, key)
    assert level["right_worth"] == was.right_worth


@pytest.mark.parametrize("part", LOSS_GAPS)
def test_the_loss_of_one_part_moves_no_other_belief(part):
    was = tiny().belief.default.model_dump()
    level = updated_beliefs(tiny(), "plain", pd.Series({LOSS_GAPS[part]: 0.5}))
    assert level == was | {f"loss_{part}": pytest.approx(0.5**DAMPING * was[f"loss_{part}"])}


def test_a_loss_is_never_more_than_what_is_owed():
    level = updated_beliefs(tiny(), "plain", pd.Series(dict.fromkeys(LOSS_GAPS.values(), 4.0)))
    assert (level["loss_secured"], level["loss_unsecured"]) == (1.0, 1.0)


def test_default_is_never_certain():
    level = updated_beliefs(
        tiny(belief__default__default_probability=[0.5] * 4),
        "plain",
        pd.Series({DEFAULT_GAPS[0]: 4.0}),
    )
    assert level["default_probability"][0] == 0.9


def test_the_gaps_are_outcomes_that_a_run_has():
    outcomes = simulate(tiny(population__firms=5, experiment__replications=1)).outcomes
    assert {*DEFAULT_GAPS, *LOSS_GAPS.values(), BUSINESS_GAP} <= set(outcomes["outcome"])
    assert callable(evaluate)
