"""Load a scenario file: the first arrow of the walk."""

import os
from collections.abc import Iterable

from sim.base.errors import Problem
from sim.scenario.check import validate
from sim.scenario.citations import notices
from sim.scenario.edit import assign_texts
from sim.scenario.model import Scenario
from sim.scenario.path_file import with_path_file
from sim.scenario.positions import split_key
from sim.scenario.read import RawScenario, resolve


def load_scenario(path: str | os.PathLike[str], settings: Iterable[str] = ()) -> Scenario:
    """Read a scenario file with all that it extends, and check it.

    Parameters
    ----------
    path : str or path
        A TOML file.
    settings : iterable of str, optional
        Values to lay over those of the file, written ``key=value``.

    Returns
    -------
    Scenario
        Frozen and complete.

    Raises
    ------
    ScenarioError
        With every problem of the files and the settings in one go: file, line, key,
        rule, value and cure of each.
    """
    return load_with_notices(path, settings)[0]


def load_with_notices(
    path: str | os.PathLike[str], settings: Iterable[str] = ()
) -> tuple[Scenario, list[Problem]]:
    """Read and check a scenario, and say what is legal in it and yet should be looked at.

    Returns
    -------
    Scenario
    list of Problem
        Numbers without a source or outside the plausible range of their own, and parts
        that never come into force.

    Raises
    ------
    ScenarioError
        As :func:`load_scenario`.
    """
    stated = resolve(path)
    written = assign_texts(stated, settings)
    raw = with_path_file(written)
    scenario = validate_scenario(raw)
    idle = []
    for key, rule, cure in scenario.idle_dates():
        at = raw.place(split_key(key))
        idle.append(Problem(at.file, at.line, key, rule, "", cure))
    return scenario, [*notices(written, stated, scenario), *idle]


def validate_scenario(raw: RawScenario) -> Scenario:
    """Check raw values and build the scenario; for callers that need the raw ones too.

    Raises
    ------
    ScenarioError
        With every problem.
    """
    return validate(with_path_file(raw), Scenario)
