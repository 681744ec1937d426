"""What a run will take, told from its numbers before anything of it is made.

Memory and time were measured and rounded up: one process that lives 10,000 firms of the shipped
comparison holds 0.95 GiB at its highest under one arrangement and 1.45 GiB under five, of which
one at a time lies beside the baseline; a firm-quarter takes 2.3 microseconds.
"""

import os
from dataclasses import dataclass
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.experiment.progress import duration
from sim.experiment.workers import firm_years

BASE_BYTES, FIRM_BYTES, BESIDE_BYTES = 0.4 * 2**30, 20e3, 16e3
"""Memory of a process, of each firm that is alive or enters in the dated years, and what it takes
more where another arrangement is compared with the baseline."""
FIRM_YEAR_SECONDS = 1e-5
LONGEST = 7 * 86_400.0
"""Seconds above which a run must be asked for."""


@dataclass(frozen=True)
class Size:
    """Memory of all processes in GiB, and seconds, that some replications will take about."""

    memory: float
    seconds: float


def size_of_run(scenario: Any, replications: int, workers: int) -> Size:
    """Tell what replications of a scenario will take.

    >>> from sim.scenario.scenario import load_scenario
    >>> one = load_scenario("shipped:three_arrangements", ["population.firms=89000"])
    >>> round(size_of_run(one, 1, 1).memory, 1)
    10.2
    """
    given, population = scenario.experiment, scenario.population
    years = given.warm_up_years + given.horizon_years + given.run_off_years
    firms = population.stock + population.entries * years
    of_firm = FIRM_BYTES + (BESIDE_BYTES if len(given.all_run) > 1 else 0.0)
    each = BASE_BYTES + of_firm * firms
    at_once = max(1, min(workers, replications))
    seconds = replications * firm_years(scenario) * FIRM_YEAR_SECONDS / at_once
    return Size(at_once * each / 2**30, seconds)


def memory_here() -> float:
    """GiB that this machine has; infinity where it does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (AttributeError, OSError, ValueError):
        return float("inf")


def check_size(scenario: Any, workers: int, is_large: bool, memory: float | None = None) -> None:
    """Refuse, by a ScenarioError, a run that this machine cannot hold or that takes weeks.

    `memory` is that of all workers in GiB, where they are not on this machine.

    Nothing is refused that `is_large` by the user's own word.
    """
    if is_large or not hasattr(scenario, "population"):
        return
    count = scenario.experiment.replications
    size, here = size_of_run(scenario, count, workers), memory or memory_here()
    key, what = "", ""
    if size.memory > here:
        key = "population.firms"
        what = f"would take about {size.memory:,.1f} GiB on {workers} workers; {here:.1f} are here"
    elif size.seconds > LONGEST:
        key, what = "experiment.replications", f"would take about {duration(size.seconds)}"
    if what:
        cure = "take fewer firms, replications or workers, or give --large to run it all the same"
        raise ScenarioError([Problem("scenario", None, key, what, str(scenario[key]), cure)])
