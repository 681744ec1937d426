"""Simulate how banks and technology firms share risk across the cycle.

The public names load on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "load_scenario": "sim.scenario.load",
    "Scenario": "sim.scenario.model",
    "facts": "sim.study.register",
    "SimError": "sim.base.errors",
    "simulate": "sim.experiment.run",
    "Results": "sim.experiment.results",
    "story": "sim.experiment.story",
    "measure": "sim.outcomes.measure",
    "Outcomes": "sim.outcomes.measure",
    "compare": "sim.outcomes.compare",
    "Comparison": "sim.outcomes.comparison",
    "attribute": "sim.study.attribution",
    "decompose": "sim.study.decomposition",
    "reverse_stress": "sim.study.reverse_stress",
    "cycle": "sim.study.cycle",
    "story_gap": "sim.study.story_gap",
    "discover": "sim.study.discovery",
    "StressRange": "sim.study.stress",
    "Store": "sim.study.store",
    "Range": "sim.study.ranges",
    "Plan": "sim.study.sweep",
    "Screening": "sim.study.sensitivity",
    "Search": "sim.study.breakeven",
    "Sample": "sim.study.discovery_result",
    "Trial": "sim.study.robustness",
    "assumptions": "sim.study.assumed",
    "breakeven": "sim.study.breakeven",
    "frontier": "sim.study.frontier",
    "sweep": "sim.study.sweep",
    "sensitivity": "sim.study.sensitivity",
    "robustness": "sim.study.robustness",
    "compare_scenarios": "sim.study.scenarios",
    "Precisely": "sim.study.scenarios",
    "variance_factors": "sim.study.variance",
    "tail_table": "sim.outcomes.quantiles",
    "calibrate": "sim.study.calibration",
    "patterns": "sim.study.patterns",
    "panel": "sim.show.panel",
    "write_report": "sim.page.report",
    "vocabulary": "sim.page.vocabulary",
    "figures": "sim.show.figures",
}
__all__ = sorted(_NAMES)  # noqa: PLE0605 -- the table is the one place for public names


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _NAMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module = import_module(_NAMES[name])
    return module if name == "figures" else getattr(module, name)


def __dir__() -> list[str]:
    """Give the public names."""
    return __all__
