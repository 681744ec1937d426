"""The arguments and options that several commands share, each declared once.

Names and numbers of a list are joined by commas; any option that takes several things may be
repeated instead.
"""

import functools
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from textwrap import fill
from typing import Annotated, Any, Literal, ParamSpec

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.errors import ScenarioError, SimError, StorageError, three_lines
from sim.base.language import tr
from sim.base.shipped import scenario_path
from sim.experiment.progress import RUNS, Lines, Meter, Pace, Silent


class Record(StrEnum):
    """What a run can keep beside the outcomes."""

    FIRMS = "firms"
    EVENTS = "events"
    CONTRACTS = "contracts"


class Words(StrEnum):
    """In which language figures and report are written."""

    ENGLISH = "en"
    CHINESE = "zh"


InLanguage = Annotated[
    Words, typer.Option("--language", help="Of figures and report: English or Chinese.")
]
ScenarioFile = Annotated[
    Path,
    typer.Argument(
        metavar="SCENARIO",
        parser=scenario_path,
        help="A scenario file (TOML), or the name of a shipped one.",
    ),
]
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
    int | None,
    typer.Option(
        min=1, help="Processes side by side; by default all cores, one for what is short."
    ),
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
Excel = Annotated[
    bool, typer.Option("--excel", help="Write all tables as one Excel workbook too.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a long study.")]
Force = Annotated[
    bool,
    typer.Option("--force", help="Replace what the folder holds, if it is of another run."),
]
Large = Annotated[
    bool,
    typer.Option("--large", help="Run it though it may not fit this machine, or take weeks."),
]
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
    int,
    typer.Option(
        "--replications", min=1, help="Random histories at each point, with common random numbers."
    ),
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
    """Join ``--set`` with the options that stand for values of ``[experiment]``, if given.

    Examples
    --------
    >>> settings_of(["a.b=1"], seed=7, replications=None)
    ['a.b=1', 'experiment.seed=7']
    """
    given = {key: value for key, value in experiment.items() if value is not None}
    return [*(settings or []), *(f"experiment.{k}={v}" for k, v in given.items())]


def check_excel(excel: bool) -> None:
    """Refuse a workbook that cannot be written, before time is spent."""
    if excel:
        from sim.base.workbook import require_writer

        require_writer()


def given_command() -> str:
    """The command line of this process, as it can be given again."""
    return shlex.join(["python", "-m", "sim", *sys.argv[1:]])


def written_options(options: Mapping[str, Any]) -> Iterator[str]:
    """Write options as on the command line, those that hold nothing left out.

    >>> list(written_options({"set": ["a=1", "b=2"], "quiet": True, "seed": None}))
    ['--set', 'a=1', '--set', 'b=2', '--quiet']
    """
    for name, given in options.items():
        if given is True:
            yield f"--{name}"
        else:
            many = given if isinstance(given, list | tuple) else [given] if given else ()
            for value in many:
                yield from (f"--{name}", str(value))


def is_asked() -> bool:
    """Whether somebody is there who can answer."""
    return sys.stdin.isatty()


# --- From errors to messages and exit codes ------------------------------------------------------


FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
"""Exit codes of a run that failed, of bad input, and after Ctrl-C; 0 is done."""

P = ParamSpec("P")


class BadInputError(SimError):
    """An argument of the command line that cannot be accepted."""


COMMANDS: dict[str, Callable[..., None]] = {}
"""Every command by its name, as files that hold commands are loaded."""


def reports_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Make a command that ends with a message and an exit code instead of a traceback.

    Errors that nobody foresaw keep their traceback: they are faults of the program.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ScenarioError as error:
            count = counted(len(error.problems), "problem")
            _end(f"{error}\n\n{count}; nothing was run or written", BAD_INPUT)
        except (BadInputError, StorageError) as error:
            _end(str(error), BAD_INPUT)
        except SimError as error:
            _end(str(error), FAILED)
        except BrokenPipeError:
            raise
        except OSError as error:
            where = str(error.filename or "the operating system")
            what = (error.strerror or str(error)).lower()
            cure = "check the path, the permissions and the free space"
            _end(three_lines(where, what, cure), FAILED)
        except KeyboardInterrupt:
            _end("interrupted; nothing was written", INTERRUPTED)

    # `list_` and `reverse_stress` are the commands list and reverse-stress.
    COMMANDS[command.__name__.strip("_").replace("_", "-")] = wrapped
    return wrapped


def _end(message: str, code: int) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)


# --- What is printed: results to standard output, messages to standard error ---------------------


WIDTH = 100
"""Columns of a terminal that text may take, however wide it is."""
PIPED_WIDTH = 160
"""Columns of text where there is no terminal to fit."""


def console() -> Console:
    """Give a console on standard output; wide where that is a file or a pipe."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=PIPED_WIDTH)


def print_text(text: str) -> None:
    """Print a sentence, broken between words, and no number broken from its sign."""
    width = min(WIDTH, console().width)
    typer.echo(fill(text.replace(" %", "\u00a0%"), width).replace("\u00a0", " "))


def say(message: str) -> None:
    """Tell the user what happens, apart from results."""
    typer.echo(message, err=True)


def silent(_: str) -> None:
    """Tell nothing."""


def counted(number: int, word: str) -> str:
    """Write a number of things: 1 problem, 2 problems."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def table(
    head: Sequence[str], rows: Iterable[Sequence[str | Text]], right: int = 0, width: int = 0
) -> Table:
    """Lay out a table; the last `right` columns stand on the right of their width.

    In so many columns of the screen, where they are given, no word is broken as long as all
    words fit.
    """
    layout = Table(box=None, pad_edge=False)
    for place, name in enumerate(head):
        justify: Literal["left", "right"] = "right" if place >= len(head) - right else "left"
        layout.add_column(Text(name), justify=justify, overflow="fold", no_wrap=place == 0)
    for row in rows:
        # Text, not markup: brackets in values are brackets.
        layout.add_row(*(Text(c) if isinstance(c, str) else c for c in row))
    if width:
        cells = [[str(cell) for cell in column.cells] for column in layout.columns]
        widths = fitting([list(head), *map(list, zip(*cells, strict=True))], width)
        layout.collapse_padding = sum(widths) + _GAP * (len(widths) - 1) > width
        for one, wide in zip(layout.columns, widths, strict=True):
            one.width, one.no_wrap = wide, False
    return layout


_GAP = 2
"""Columns of the screen between two of a table."""


def fitting(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give widths of columns that fit: the widest give way, but where all words fit none breaks.

    >>> fitting([["a long sentence", "one"], ["b", "1,234"]], 15)
    [8, 5]
    >>> fitting([["unbreakable", "one"]], 10)
    [6, 3]
    """
    columns = list(zip(*rows, strict=True))
    wanted = [max(map(len, column)) for column in columns]
    least = [
        max((len(w) for text in column for w in text.split()), default=1) for column in columns
    ]
    gaps = len(columns) - 1
    room = width - _GAP * gaps if sum(least) <= width - _GAP * gaps else width - gaps
    while sum(wanted) > room:
        free = [n for n, size in enumerate(wanted) if size > least[n]] or range(len(wanted))
        wanted[max(free, key=lambda n: wanted[n])] -= 1
    return wanted


# --- How far a long run is: a bar on a terminal, a line now and then in a pipe -------------------


@contextmanager
def progress(is_quiet: bool = False, what: str = RUNS) -> Iterator[Meter]:
    """Show how many runs are done, how fast they go and how long the rest will take.

    `what` is counted, "replications" or "runs". The meter is to be called with the number done
    and the number in all, whenever one changes.
    """
    if is_quiet:
        yield Silent()
    elif sys.stderr.isatty():
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            yield _Bar(bar, what)
    else:
        yield Lines(say, what)


class _Bar:
    """Draws every number it is told on a bar of rich."""

    def __init__(self, bar: Any, what: str) -> None:
        self._bar, self._pace = bar, Pace(what)
        self._task = bar.add_task(tr("begins"), total=None)

    def __call__(self, done: int, total: int, /) -> None:
        """Move the bar."""
        self._pace.take_note(done, total)
        words = self._pace.words()
        self._bar.update(self._task, completed=done, total=total, description=words)

    def say(self, text: str, /) -> None:
        """Print a message above the bar."""
        self._bar.console.print(text, markup=False, highlight=False)
