"""What makes luck common: keys that scenarios must share to be compared path by path.

Two scenarios meet the same luck where their draws have the same addresses and decide the
same things: the same seed and window, the same entrants, macro path and equity market, the
same banks and sectors to be drawn. Whatever else differs is what is being compared.
"""

import tomllib
from collections.abc import Mapping
from typing import Any

from sim.base.errors import Problem, ScenarioError
from sim.scenario.dump import dump_model
from sim.scenario.model import Scenario

SHARED = (
    "experiment.seed", "experiment.horizon_years", "experiment.warm_up_years",
    "experiment.run_off_years", "experiment.start_date", "population", "macro", "equity_market",
    "variance_reduction.antithetic", "variance_reduction.stratified",
)  # fmt: skip
"""Keys, or whole tables, that must be equal."""
DRAWN = {"sector": "share", "bank": "market_share"}
"""Tables whose names, with this share, decide what a draw picks."""
FREE = ("title", "question", "sources", "arrangement", "policy")
EXPERIMENT = ("arrangements", "baseline", "replications", "half_width_share")


def refuse_different_luck(scenarios: Mapping[str, Scenario]) -> None:
    """Refuse scenarios that differ in what makes luck common.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        By name, for the message.

    Raises
    ------
    ScenarioError
        Naming every key that differs, and both values.
    """
    (head, first), *others = ((name, lucky_values(one)) for name, one in scenarios.items())
    problems = []
    for name, other in others:
        for key in dict.fromkeys([*first, *other]):
            mine, its = first.get(key, "nothing"), other.get(key, "nothing")
            if mine != its:
                got = f"{mine} in {head}, {its} in {name}"
                rule = "must be equal for common luck"
                cure = "make them equal in the files or with --set"
                problems.append(Problem(f"{head} and {name}", None, key, rule, got, cure))
    if problems:
        raise ScenarioError(problems)


def lucky_values(scenario: Scenario) -> dict[str, Any]:
    """Values by dotted key that make luck common."""
    values = tomllib.loads(dump_model(scenario))
    found: dict[str, Any] = {}
    for key in SHARED:
        found |= leaves(_at(values, key), key)
    for table, share in DRAWN.items():
        for name, entry in values.get(table, {}).items():
            found[f"{table}.{name}.{share}"] = entry.get(share)
    return found


def economy_values(scenario: Scenario) -> dict[str, Any]:
    """Values by dotted key that all arrangements of a scenario share."""
    values = tomllib.loads(dump_model(scenario))
    for key in FREE:
        values.pop(key, None)
    for key in EXPERIMENT:
        values["experiment"].pop(key, None)
    return leaves(values, "")


def leaves(value: Any, key: str) -> dict[str, Any]:
    """Flatten nested tables into dotted keys.

    Examples
    --------
    >>> leaves({"a": {"b": 1, "c": [2]}}, "")
    {'a.b': 1, 'a.c': [2]}
    """
    if not isinstance(value, Mapping):
        return {key: value}
    found: dict[str, Any] = {}
    for name, item in value.items():
        found |= leaves(item, f"{key}.{name}" if key else name)
    return found


def _at(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for part in key.split("."):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found
