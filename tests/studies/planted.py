"""A store that simulates nothing: outcomes are planted functions of a scenario."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np

from sim.experiment.progress import ProgressOption
from sim.experiment.store import OutcomeArray, Store
from sim.scenario.scenario import Scenario
from tests.house.small import shipped

OUTCOME = "bank.profit"
ARMS = ("plain", "consortium", "revenue_swap")
Rule = Callable[[Scenario, int, str], float]


@cache
def scenario() -> Scenario:
    """The shipped comparison with three arrangements and ten replications."""
    values = {"experiment.arrangements": ARMS, "experiment.replications": 10}
    return shipped().with_values(values)


class Planted(Store):
    """Gives ``rule(scenario, replication, arrangement)`` for every outcome.

    Parameters
    ----------
    **rules : rule by outcome, with __ for the dot
    """

    def __init__(self, **rules: Rule) -> None:
        super().__init__()
        self.rules = {name.replace("__", "."): rule for name, rule in rules.items()}
        self.asked: list[int] = []

    def outcome_array(
        self,
        scenarios: Sequence[Scenario],
        replications: Iterable[int],
        progress: ProgressOption = None,
    ) -> OutcomeArray:
        """Evaluate the planted rules."""
        numbers = tuple(replications)
        self.asked.append(len(scenarios) * len(numbers))
        self.simulated += len(scenarios) * len(numbers)
        (arms,) = {tuple(s.experiment.all_run) for s in scenarios}  # one array needs the same
        values = [
            [[[rule(s, n, a) for rule in self.rules.values()] for a in arms] for n in numbers]
            for s in scenarios
        ]
        return OutcomeArray(arms, tuple(self.rules), np.array(values, dtype=np.float64))


def common_noise(replication: int, stream: int = 0) -> float:
    """A standard normal number that belongs to a replication."""
    return float(np.random.default_rng([replication, stream]).normal())
