"""How the cost of a run grows with its size: exponents, 1 where twice as much costs twice."""

import math
from pathlib import Path

import numpy as np

from sim.experiment.simulate import replicate
from sim.scenario.scenario import Scenario, load_scenario
from tests.benchmark.measured import Found, Measured, in_turn, spent
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import ROOT, scenario_of

FEW_BANKS = ROOT / "scenarios" / "anhui_common_growth.toml"
MANY_BANKS = ROOT / "scenarios" / "anhui_107_banks.toml"
Run = tuple[float, Scenario, int]
"""A size, and the scenario and number of replications that have it."""


def measure(plan: Plan) -> Found:
    """The exponent of each size between two runs."""
    return {
        "exponents": {
            name: exponent(*pair, plan.few_repeats) for name, pair in pairs(plan).items()
        }
    }


def pairs(plan: Plan) -> dict[str, tuple[Run, Run]]:
    """A small and a large run for each size."""
    n, same = plan.growth, scenario_of(plan.growth)
    names = same.experiment.arrangements
    few, many = plan.growth_firms
    short, long = plan.growth_years
    one, several = plan.growth_replications
    return {
        "firms": ((few, scenario_of(few), 1), (many, scenario_of(many), 1)),
        "years": (
            (short, scenario_of(n, horizon_years=short), 1),
            (long, scenario_of(n, horizon_years=long), 1),
        ),
        "arrangements": (
            (2, scenario_of(n, arrangements=names[:2]), 1), (len(names), same, 1),
        ),
        "banks": (with_banks(FEW_BANKS, n), with_banks(MANY_BANKS, n)),
        "replications": ((one, same, one), (several, same, several)),
    }  # fmt: skip


def with_banks(file: Path, firms: int) -> Run:
    """A run of a scenario file, of the size of its number of banks."""
    scenario = load_scenario(file).with_values({"population.firms": firms})
    return scenario.n_banks, scenario, 1


def exponent(small: Run, large: Run, repeats: int) -> Measured:
    """Logarithm of the ratio of costs over that of sizes."""
    jobs = {"small": lambda: cost(small), "large": lambda: cost(large)}
    taken = in_turn(jobs, repeats)
    return Measured.of(np.log(taken["large"] / taken["small"]) / math.log(large[0] / small[0]))


def cost(run: Run) -> float:
    """Processor seconds of a run in this process."""
    _, scenario, replications = run
    return spent(lambda: list(replicate(scenario, range(replications))))
