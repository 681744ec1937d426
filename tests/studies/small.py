"""A small world for the tests of studies, simulated once for all of them."""

from functools import cache

from sim.experiment.store import Store
from sim.scenario.scenario import Scenario
from tests.house.small import shipped

SMALL = {
    "population.firms": 80, "experiment.horizon_years": 4.0, "experiment.warm_up_years": 2.0,
    "experiment.replications": 3, "experiment.arrangements": ["plain", "common_growth"],
}  # fmt: skip


@cache
def small() -> Scenario:
    """The shipped comparison with few firms and few years."""
    return shipped().with_values(SMALL)


@cache
def store() -> Store:
    """One store for all tests of studies."""
    return Store()
