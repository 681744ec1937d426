"""The manifest: what a reader needs to trust a run and to repeat it."""

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from sim.experiment.results import Reduced
from sim.scenario.model import Scenario


def manifest_of(scenario: Scenario, done: Sequence[Reduced]) -> dict[str, Any]:
    """What a reader needs to trust and to repeat the run."""
    packages = ("numpy", "scipy", "numba", "simpy", "pandas", "pydantic")
    return {
        "seed": scenario.experiment.seed,
        "largest_accounting_residual": max((part.residual for part in done), default=0.0),
        "identities_checked": sum(part.checks for part in done),
        "seconds_per_replication": [round(part.seconds, 3) for part in done],
        "python": sys.version.split()[0],
        "versions": {name: version(name) for name in packages},
        "machine": {
            "system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count(),
        },
    }  # fmt: skip
