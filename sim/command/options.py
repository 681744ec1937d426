"""The arguments and options that several commands share, each declared once.

Names and numbers of a list are joined by commas; any option that takes several things may be
repeated instead.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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
Replications = Annotated[
    int | None, typer.Option(min=2, help="Random histories; by default those of the scenario.")
]
Seed = Annotated[int | None, typer.Option(min=0, help="Root of all random streams.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes side by side; by default all cores.")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Folder of the run; by default runs/SCENARIO-HASH."),
]
PageFolder = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FOLDER", help="Folder for the page; by default the one of its subject."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a long study.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print as little as possible.")]

Vary = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=LOW:HIGH",
        help="A number and its range; KEY=x0.5:x1.6 for factors on its value, or on all of a"
        " list; may be repeated.",
    ),
]
Outcomes = Annotated[
    list[str] | None, typer.Option(metavar="NAME,...", help="What to look at; see: list outcomes.")
]
Arrangements = Annotated[
    list[str] | None, typer.Option(metavar="NAME,...", help="Arrangements that are looked at.")
]
Pair = Annotated[
    list[str] | None, typer.Option("--arrangements", metavar="A,B", help="The gap is B less A.")
]
EachPoint = Annotated[
    int, typer.Option("--replications", min=1, help="Random histories at each point, one luck.")
]

Until = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OUTCOME=HALFWIDTH",
        help="Add replications until the difference is known this well: bank.raroc=0.1pp,"
        " bank.profit=50, bank.profit=2%; may be repeated, all hold jointly.",
    ),
]
Most = Annotated[int, typer.Option(min=2, help="With --until: no more replications than these.")]


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
