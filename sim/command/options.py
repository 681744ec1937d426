"""The arguments and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.command.failure import BadInputError


class Record(StrEnum):
    """What a run can keep beside the outcomes."""

    FIRMS = "firms"
    EVENTS = "events"


class Words(StrEnum):
    """In which language figures and report are written."""

    ENGLISH = "en"
    CHINESE = "zh"


InLanguage = Annotated[
    Words, typer.Option("--language", help="Of figures and report: English or Chinese.")
]

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


Until = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OUTCOME=HALFWIDTH",
        help="Add replications until the difference is known this well: bank.raroc=0.1pp,"
        " bank.profit=50, bank.profit=2%; may be repeated, all hold jointly.",
    ),
]

Most = Annotated[int, typer.Option(min=2, help="With --until: no more replications than these.")]


def read_targets(until: list[str] | None) -> tuple[Any, ...]:
    """Read the half-widths that are asked for.

    Raises
    ------
    BadInputError
        If an outcome is unknown or a half-width is not a positive number.
    """
    if not until:
        return ()
    from sim.outcomes.mark import registry
    from sim.study.target import TargetError, parse_targets

    try:
        return parse_targets(until, registry())
    except TargetError as error:
        raise BadInputError(error.where, error.what, error.cure) from error


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
