"""A study that is announced before it runs: how many runs, and how long they will take."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.command.progress import progress
from sim.command.screen import say
from sim.command.study import Given, Setting, ready, study

LONG = 60.0
"""Seconds above which a user at a terminal is asked."""

Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="KEY=LOW:HIGH",
        help="A number and its range; KEY=x0.5:x1.6 for factors on its value, or on all of a"
        " list; may be repeated.",
    ),
]
Outcomes = Annotated[
    list[str] | None,
    typer.Option("--outcomes", metavar="OUTCOME", help="What to look at; may be repeated."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a long study.")]


@contextmanager
def planned(
    file: Path, given: Given, runs: Callable[[Any], tuple[int, Any]], yes: bool = False
) -> Iterator[Setting]:
    """Check, announce, and make ready to run a study.

    Parameters
    ----------
    file : Path
        The scenario.
    given : Given
        Options of the command line.
    runs : callable
        Checks what is asked of the scenario, and gives the number of runs and a scenario
        that costs what one of them costs.
    yes : bool
        Do not ask.

    Yields
    ------
    Setting
        Its store shows progress and ends its processes with the block.

    Raises
    ------
    ScenarioError
        If what is asked is not legal, before anything runs.
    """
    with study(file, replace(given, is_quiet=True)) as silent:
        setting = replace(silent, is_quiet=given.is_quiet)
        count, like = runs(setting.scenario)
        ready(setting)
        if not given.is_quiet:
            announce(setting, count, like, yes)
        with setting.store, progress(given.is_quiet) as setting.store.progress:
            yield setting


def announce(setting: Setting, runs: int, like: Any, yes: bool = False) -> None:
    """Say how many runs there will be and how long they take; ask where that is long.

    Nobody is asked where nobody can answer.

    Parameters
    ----------
    setting : Setting
    runs : int
    like : Scenario
        Run once, to see how long it takes.
    yes : bool
        Do not ask.
    """
    from sim.study.estimate import expected

    what = expected(like, runs, setting.store)
    say(what.words())
    if what.seconds > LONG and not yes and sys.stdin.isatty():
        typer.confirm("go on?", default=True, abort=True, err=True)


def split_names(names: list[str] | None) -> list[str] | None:
    """Names given one by one or separated by commas.

    Examples
    --------
    >>> split_names(["bank.raroc,firm.survival_5y", "bank.profit"])
    ['bank.raroc', 'firm.survival_5y', 'bank.profit']
    """
    found = [part.strip() for name in names or [] for part in name.split(",")]
    return [name for name in found if name] or None
