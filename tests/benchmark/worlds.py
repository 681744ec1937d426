"""Worlds to be measured: the shipped comparison, its opening, its kernel and its whole run.

- *kernel*: firms live from month to month; nobody decides, nothing is settled.
- *whole run*: committee, settlement, ledger and records as in `sim.simulate`, controls and
  reduction to outcomes left out.
"""

from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.processes import run_world, switch_dates, switch_regime
from sim.engine.world import World, new_world
from sim.model.firms.record import ALIVE, LISTED
from sim.scenario.scenario import Scenario, load_scenario
from tests.benchmark.measured import spent

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "scenarios" / "three_arrangements.toml"
SWAP = "arrangement.revenue_swap"


def scenario_of(firms: int, **values: Any) -> Scenario:
    """The shipped comparison with another number of firms, and experiment settings."""
    changes = {f"experiment.{key}": value for key, value in values.items()}
    return load_scenario(SCENARIO).with_values({"population.firms": firms, **changes})


def study_of(firms: int, replications: int) -> Scenario:
    """The study of `notebooks/02_turn_the_parameters.ipynb`: two arrangements, 6 + 6 years."""
    study = scenario_of(
        firms, arrangements=["plain", "revenue_swap"], warm_up_years=6.0, horizon_years=6.0,
        replications=replications,
    )  # fmt: skip
    return study.with_values({"variance_reduction.controls": []})


def opening(scenario: Scenario) -> World:
    """The world at the start date."""
    w = new_world(scenario, 0)
    run_world(w, -scenario.experiment.warm_up_years, 0.0)
    return w


def end_of(w: World) -> float:
    """The horizon in years."""
    return float(w.scenario.experiment.horizon_years)


def lives_alone(w: World) -> None:
    """The lives of firms between the barriers of a run."""
    end = end_of(w)
    switches = switch_dates(w, 0.0, end)
    for month in range(1, round(end * 12) + 1):
        while switches and switches[0] <= month / 12:
            switch_regime(w, switches.pop(0))
        w.advance(month / 12)


def live_quarters(w: World) -> float:
    """Firm-quarters lived between the start date and the horizon."""
    f, end = w.firms[w.firms.status >= ALIVE], end_of(w)
    until = np.where(f.status >= LISTED, f.end, end)
    lived = np.minimum(until, end) - np.maximum(f.birth, 0.0)
    return float(4.0 * np.maximum(lived, 0.0).sum())


def kernel_cost(opened: World) -> float:
    """Nanoseconds per live firm-quarter of the kernel alone."""
    w = opened.branch("plain")
    return 1e9 * spent(lives_alone, w) / live_quarters(w)


def whole_cost(opened: World) -> float:
    """Nanoseconds per live firm-quarter of a whole run under plain lending."""
    w = opened.branch("plain")
    return 1e9 * spent(run_world, w, 0.0, end_of(w)) / live_quarters(w)
