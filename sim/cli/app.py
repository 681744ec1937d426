"""Commands: each in the file of its name or of its kind, else in inspection.py.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

import signal
from pathlib import Path
from typing import Annotated

import typer

from sim.base.named_files import allow
from sim.base.version import VERSION
from sim.cli import (
    calibrate,
    compare,
    facts,
    init,
    inspection,
    posterior,
    report,
    run,
    selftest,
    stored_runs,
    studies,
)
from sim.cli.options import COMMANDS

FILES = (
    calibrate, compare, facts, init, inspection, posterior, report, run, selftest, stored_runs,
    studies,
)  # fmt: skip
"""Where commands are; `reports_errors` and `study` make a command of a function of that name."""

app = typer.Typer(
    name="crosscycle",
    help="Compare ways to share risk between banks and technology firms across the cycle.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 bad input, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name in sorted(COMMANDS):
    app.command(name)(COMMANDS[name])


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"crosscycle {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER", help="A folder whose files scenarios may name; may be repeated."
        ),
    ] = None,
) -> None:
    """Compare ways to share risk between banks and technology firms across the cycle."""
    if root:
        allow(root)


def main() -> None:
    """Run the command line with the arguments of the process."""
    # Whoever is asked to end keeps what is finished, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()
