"""Small experiments: few firms, short, and without a history."""

from functools import cache
from typing import Any

from sim.scenario.scenario import Scenario
from tests.engine.hand import shipped

TINY = {
    "population.firms": 60, "population.initial_share": 1.0, "experiment.warm_up_years": 0.0,
    "experiment.horizon_years": 1.0, "experiment.replications": 3,
    "experiment.arrangements": ("plain", "revenue_swap"),
}  # fmt: skip


def tiny(**values: Any) -> Scenario:
    """Sixty firms for a year under two arrangements, three times; keys with __ for dots."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return shipped().with_values(TINY | named)


@cache
def tiny_results() -> Any:
    """The same, simulated once with all records kept."""
    from sim.experiment.simulate import simulate

    return simulate(tiny(), keep=("firms", "events", "contracts"))
