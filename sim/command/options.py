"""The arguments and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Record(StrEnum):
    """What a run can keep beside the outcomes."""

    FIRMS = "firms"
    EVENTS = "events"


ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (TOML).")]

Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change one value, for example experiment.seed=7; may be repeated.",
    ),
]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print as little as possible.")]


def settings_of(settings: list[str] | None, **experiment: int | None) -> list[str]:
    """Join ``--set`` with the options that stand for a value of the experiment.

    Parameters
    ----------
    settings : list of str or None
        As given on the command line.
    **experiment : int or None
        Values of ``[experiment]`` by name; None where the option was not given.

    Examples
    --------
    >>> settings_of(["a.b=1"], seed=7, replications=None)
    ['a.b=1', 'experiment.seed=7']
    """
    given = {key: value for key, value in experiment.items() if value is not None}
    return [*(settings or []), *(f"experiment.{k}={v}" for k, v in given.items())]
