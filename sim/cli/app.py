"""The commands: each is in the file of its name, in `inspection.py` or in `studies.py`.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from collections.abc import Callable

import typer

from sim.cli.calibrate import calibrate
from sim.cli.compare import compare
from sim.cli.facts import facts
from sim.cli.inspection import catalogue, check, protocol, show, vocabulary
from sim.cli.report import report
from sim.cli.run import run
from sim.cli.studies import (
    attribute,
    breakeven,
    cycle,
    discover,
    frontier,
    reverse_stress,
    robustness,
    sensitivity,
    story,
    sweep,
)

app = typer.Typer(
    name="crosscycle",
    help="Compare ways to share risk between banks and technology firms across the cycle.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 bad input, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run,
    "report": report,
    "check": check,
    "compare": compare,
    "show": show,
    "list": catalogue,
    "vocabulary": vocabulary,
    "protocol": protocol,
    "story": story,
    "attribute": attribute,
    "cycle": cycle,
    "reverse-stress": reverse_stress,
    "discover": discover,
    "facts": facts,
    "breakeven": breakeven,
    "frontier": frontier,
    "sweep": sweep,
    "sensitivity": sensitivity,
    "robustness": robustness,
    "calibrate": calibrate,
}
for name, command in COMMANDS.items():
    app.command(name)(command)


def main() -> None:
    """Run the command line with the arguments of the process."""
    app()
