"""Firms and loans of the shipped economy have settled where the experiment begins."""

from functools import cache

import numpy as np
import pytest

from sim.analysis.ratios import ratio_of_means
from sim.experiment.results import Results
from sim.experiment.simulate import simulate
from sim.model.firms.record import STAGES
from sim.scenario.scenario import load_scenario
from sim.studies.drift import DRIFTS, drift
from tests.house.small import SCENARIOS

pytestmark = pytest.mark.full
FIRMS, HISTORIES = 300, 6


@cache
def settled() -> Results:
    """Plain lending on paths that are constant, after the years of settling that are shipped."""
    values = {
        "population.firms": FIRMS, "experiment.replications": HISTORIES,
        "experiment.arrangements": ["plain"], "experiment.neighbours": [],
    }  # fmt: skip
    scenario = load_scenario(SCENARIOS / "three_arrangements.toml").with_values(values)
    return simulate(scenario.model_copy(update={"dated": {}}), workers=1)


def test_as_many_firms_are_registered_as_are_stated():
    series = settled().series
    counts = series[series["series"].isin([f"stage_count:{stage}" for stage in STAGES])]
    alive = counts.groupby(["replication", "x"])["value"].sum().unstack("x").mean(axis=1)
    error = alive.std(ddof=1) / np.sqrt(HISTORIES)
    # Four standard errors of the mean over histories, and what the stated rate is rounded by.
    assert abs(alive.mean() - FIRMS) < 4.0 * error + 0.02 * FIRMS


def test_nothing_drifts_on_constant_paths():
    found = drift(settled(), confidence=0.99).table.set_index("quantity")["verdict"]
    assert DRIFTS not in set(found)


@cache
def levels_after(history_years: float) -> dict[str, np.ndarray]:
    """Means over the horizon after so many years of history, one for each replication."""
    values = {
        "population.firms": 1000, "experiment.replications": 192,
        "experiment.arrangements": ["plain"], "experiment.neighbours": [],
        "experiment.warm_up_years": history_years,
    }  # fmt: skip
    scenario = load_scenario(SCENARIOS / "three_arrangements.toml").with_values(values)
    found = drift(simulate(scenario.model_copy(update={"dated": {}}), workers=2))
    return {name: years.mean(axis=1) for name, years in found.levels.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["firms alive", "loans", "banking business"])
@pytest.mark.parametrize("more", [18.0, 30.0])
def test_a_longer_history_has_the_same_levels(name: str, more: float):
    pairs = np.column_stack([levels_after(12.0)[name], levels_after(more)[name]])
    ratio = ratio_of_means(pairs)
    print(f"{name} after {more:g} years over after 12: {ratio}")  # noqa: T201
    assert ratio.low > 0.9
    assert ratio.high < 1.1
