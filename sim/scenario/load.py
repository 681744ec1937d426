"""Load a scenario file: the first arrow of the walk."""

import os
from collections.abc import Iterable

from sim.scenario.check import validate
from sim.scenario.edit import assign_texts
from sim.scenario.model import Scenario
from sim.scenario.path_file import with_path_file
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
    return validate_scenario(assign_texts(resolve(path), settings))


def validate_scenario(raw: RawScenario) -> Scenario:
    """Check raw values and build the scenario; for callers that need the raw ones too.

    Raises
    ------
    ScenarioError
        With every problem.
    """
    return validate(with_path_file(raw), Scenario)
