"""How many processes a run takes where nobody says so: the same in Python and in a command."""

import os
from typing import Any

SHORT = 200_000.0
"""Firm-years below which a run is done before other processes have started."""


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usual_workers(scenario: Any) -> int:
    """Give the processes of a run: one where it is short, otherwise all cores that it can use."""
    replications = int(scenario.experiment.replications)
    if replications * firm_years(scenario) < SHORT:
        return 1
    return min(cores(), replications)


def firm_years(scenario: Any) -> float:
    """Give the firms times years that one replication simulates, under all that is run."""
    given = scenario.experiment
    after = float(given.horizon_years + given.run_off_years) * len(given.all_run)
    before = float(given.settling_years + given.warm_up_years)
    return float(scenario.population.stock) * (before + after)
