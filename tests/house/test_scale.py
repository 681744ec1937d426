"""A small sample of firms has the levels of a large one: none of them is about how many there are.

Told of outcomes that are a mean per firm or per yuan of desks and of registered firms, under plain
lending, and of levels, where nothing cancels as it does between arrangements. Tails,
concentration, capital ratios and failure belong to a book and are left out.
"""

import math

import numpy as np
import pytest

from sim.analysis.estimates import mean_interval
from sim.experiment.simulate import simulate
from sim.scenario.scenario import load_scenario
from tests.house.small import SCENARIOS

pytestmark = pytest.mark.full

RATE, SHARE, PART = 0.001, 0.01, 0.05
"""How far a rate and a share may be off, and of others which part of the level."""
HISTORIES = 12
"""Economies in which the large sample and all its parts live."""
MARGINS = {
    "bank.net_margin": RATE, "bank.credit_loss_rate": RATE, "cycle.margin_boom": RATE,
    "cycle.margin_bust": RATE, "cycle.margin_gap": RATE, "firm.cost_of_finance": RATE,
    "bank.raroc": SHARE, "bank.vintage_default_3y": SHARE, "firm.access_share": SHARE,
    "firm.survival_5y": SHARE, "firm.survival_10y": SHARE, "firm.funding_gap": SHARE,
}  # fmt: skip
Levels = dict[str, np.ndarray]


def levels(firms: int, histories: int, first_place: int = 0) -> Levels:
    """Outcomes of plain lending, one value for each history."""
    values = {
        "population.firms": firms, "population.first_place": first_place,
        "experiment.replications": histories,
        "experiment.arrangements": ["plain"], "experiment.neighbours": [],
    }  # fmt: skip
    scenario = load_scenario(SCENARIOS / "three_arrangements.toml").with_values(values)
    found = simulate(scenario, workers=2).outcomes.set_index("outcome")
    return {
        name: found.loc[name].sort_values("replication")["value"].to_numpy() for name in MARGINS
    }


def of_parts(firms: int, parts: int, histories: int) -> Levels:
    """The same of small samples in the same economies, the mean over them.

    Together they are the firms of the large sample, but for those that a whole number of entries
    a year leaves over, so that hardly any luck of firms stays in the difference.
    """
    entries = load_scenario(SCENARIOS / "three_arrangements.toml").population.entry_rate * firms
    places = [n * math.ceil(entries) for n in range(parts)]
    found = [levels(firms, histories, place) for place in places]
    return {name: np.mean([one[name] for one in found], axis=0) for name in MARGINS}


def differences(small: Levels, large: Levels, confidence: float) -> dict[str, tuple[float, ...]]:
    """Joint intervals of small less large, paired by history, and the margin of each."""
    joint = 1.0 - (1.0 - confidence) / len(MARGINS)
    told = {}
    for name, margin in MARGINS.items():
        interval = mean_interval(small[name] - large[name], joint)
        widest = max(margin, PART * abs(float(large[name].mean())))
        told[name] = interval.low, interval.high, widest
        print(f"{name}: {told[name][0]:+.5f} to {told[name][1]:+.5f}, may be {widest:.5f}")  # noqa: T201
    return told


def test_small_samples_are_no_other_economy() -> None:
    # Too few to tell that they are alike; enough to tell that they differ by more than they may.
    found = differences(of_parts(250, 4, 8), levels(1000, 8), 0.99)
    assert {n: ends for n, ends in found.items() if max(ends[0], -ends[1]) > ends[2]} == {}


@pytest.mark.slow
def test_a_thousand_firms_have_the_levels_of_sixteen_thousand() -> None:
    found = differences(of_parts(1_000, 16, HISTORIES), levels(16_000, HISTORIES), 0.95)
    assert {n: e for n, e in found.items() if max(-e[0], e[1]) > e[2]} == {}
