"""A small sample of firms has the levels of a large one: none of them is about how many there are.

Told of outcomes that are a mean per firm or per yuan of desks and of registered firms, under plain
lending, and of levels, where nothing cancels as it does between arrangements. Tails,
concentration, capital ratios and failure belong to a book and are left out.
"""

import numpy as np
import pytest

from sim.analysis.estimates import mean_interval
from sim.experiment.simulate import simulate
from sim.scenario.scenario import load_scenario
from tests.house.small import SCENARIOS

pytestmark = pytest.mark.full

RATE, SHARE, PART = 0.001, 0.01, 0.05
"""How far a rate and a share may be off, and of others which part of the level."""
MARGINS = {
    "bank.net_margin": RATE, "bank.credit_loss_rate": RATE, "cycle.margin_boom": RATE,
    "cycle.margin_bust": RATE, "cycle.margin_gap": RATE, "firm.cost_of_finance": RATE,
    "bank.raroc": SHARE, "bank.vintage_default_3y": SHARE, "firm.access_share": SHARE,
    "firm.survival_5y": SHARE, "firm.survival_10y": SHARE, "firm.funding_gap": SHARE,
}  # fmt: skip
HISTORIES = 400
"""So many that the interval of the margin in a bust is half as wide as it may be."""
Levels = dict[str, np.ndarray]


def levels(firms: int, replications: int, workers: int = 1) -> Levels:
    """Outcomes of plain lending, one value for each replication."""
    values = {
        "population.firms": firms, "experiment.replications": replications,
        "experiment.arrangements": ["plain"], "experiment.neighbours": [],
    }  # fmt: skip
    scenario = load_scenario(SCENARIOS / "three_arrangements.toml").with_values(values)
    found = simulate(scenario, workers=workers).outcomes.set_index("outcome")
    return {
        name: found.loc[name].sort_values("replication")["value"].to_numpy() for name in MARGINS
    }


def differences(small: Levels, large: Levels, confidence: float) -> dict[str, tuple[float, ...]]:
    """Joint intervals of small less large, paired by replication, and the margin of each."""
    joint = 1.0 - (1.0 - confidence) / len(MARGINS)
    told = {}
    for name, margin in MARGINS.items():
        interval = mean_interval(small[name] - large[name], joint)
        widest = max(margin, PART * abs(float(large[name].mean())))
        told[name] = interval.low, interval.high, widest
    return told


def test_small_samples_are_no_other_economy() -> None:
    # Too few to tell that they are alike; enough to tell that they are not.
    found = differences(levels(250, 8), levels(1000, 8), 0.99)
    assert {name: ends for name, ends in found.items() if ends[0] > 0.0 or ends[1] < 0.0} == {}


@pytest.mark.slow
def test_a_thousand_firms_have_the_levels_of_sixteen_thousand() -> None:
    small, large = (levels(firms, HISTORIES, workers=2) for firms in (1_000, 16_000))
    found = differences(small, large, 0.95)
    for name, ends in found.items():
        print(f"{name}: {ends[0]:+.5f} to {ends[1]:+.5f}, may be {ends[2]:.5f}")  # noqa: T201
    assert {n: e for n, e in found.items() if max(-e[0], e[1]) > e[2]} == {}
