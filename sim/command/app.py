"""The command line as a whole: one line for each command.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from collections.abc import Callable

import typer

from sim.command.attribute import attribute
from sim.command.breakeven import breakeven
from sim.command.calibrate import calibrate
from sim.command.catalogue import catalogue
from sim.command.check import check
from sim.command.compare import compare
from sim.command.cycle import cycle
from sim.command.discover import discover
from sim.command.facts import facts
from sim.command.frontier import frontier
from sim.command.protocol import protocol
from sim.command.report import report
from sim.command.reverse_stress import reverse_stress
from sim.command.robustness import robustness
from sim.command.run import run
from sim.command.sensitivity import sensitivity
from sim.command.show import show
from sim.command.story import story
from sim.command.sweep import sweep
from sim.command.vocabulary import vocabulary

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
