"""The command line as a whole: one line for each command.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from collections.abc import Callable

import typer

from sim.cli.between_two import attribute, cycle, reverse_stress, story
from sim.cli.calibrate import calibrate
from sim.cli.compare import compare
from sim.cli.describe import catalogue, check, facts, protocol, show, vocabulary
from sim.cli.over_ranges import breakeven, discover, frontier, robustness, sensitivity, sweep
from sim.cli.report import report
from sim.cli.run import run

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
