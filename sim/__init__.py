"""Simulate how banks and technology firms share risk across the cycle.

The public names load on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "load_scenario": "sim.scenario.scenario",
    "Scenario": "sim.scenario.scenario",
    "facts": "sim.studies.register",
    "SimError": "sim.base.errors",
    "simulate": "sim.experiment.simulate",
    "cluster": "sim.experiment.cluster",
    "Results": "sim.experiment.results",
    "Observer": "sim.experiment.observers",
    "load_run": "sim.experiment.run",
    "Run": "sim.experiment.run",
    "story": "sim.studies.story",
    "measure": "sim.analysis.outcomes_table",
    "Outcomes": "sim.analysis.outcomes_table",
    "compare": "sim.analysis.compare",
    "Comparison": "sim.analysis.compare",
    "contract_summary": "sim.analysis.contract_table",
    "attribute": "sim.studies.attribution",
    "decompose": "sim.studies.attribution",
    "reverse_stress": "sim.studies.stress",
    "cycle": "sim.studies.cycle",
    "ceilings": "sim.studies.ceilings",
    "what_if": "sim.studies.what_if",
    "effects": "sim.studies.effects",
    "story_gap": "sim.studies.story",
    "find_firm": "sim.studies.fate",
    "discover": "sim.studies.discovery",
    "Range": "sim.studies.ranges",
    "assumptions": "sim.studies.ranges",
    "breakeven": "sim.studies.breakeven",
    "frontier": "sim.studies.frontier",
    "design": "sim.studies.design",
    "sweep": "sim.studies.sweep",
    "precision": "sim.studies.precision",
    "sensitivity": "sim.studies.sensitivity",
    "robustness": "sim.studies.robustness",
    "over_parameters": "sim.studies.over_parameters",
    "compare_scenarios": "sim.studies.comparison",
    "compare_runs": "sim.studies.runs",
    "variance_factors": "sim.studies.variance",
    "tail_table": "sim.analysis.outcomes_table",
    "bank_tails": "sim.analysis.bank_tails",
    "calibrate": "sim.studies.calibration",
    "patterns": "sim.studies.moments",
    "posterior": "sim.studies.posterior",
    "load_draws": "sim.studies.draws",
    "panel": "sim.report.figures.panel",
    "write_report": "sim.report.report",
    "vocabulary": "sim.report.vocabulary",
    "figures": "sim.report.figures.figures",
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
