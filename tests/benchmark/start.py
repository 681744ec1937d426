"""What cheap commands cost over the interpreter with NumPy: processor time of child processes."""

import os
import subprocess
import sys

from tests.benchmark.measured import Found, Measured, in_turn
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import ROOT, SCENARIO

NUMPY = ("-c", "import numpy")
COMMANDS = {
    "help": ("-m", "sim", "--help"),
    "list": ("-m", "sim", "list"),
    "list_outcomes": ("-m", "sim", "list", "outcomes"),
    "check": ("-m", "sim", "check", str(SCENARIO)),
}


def measure(plan: Plan) -> Found:
    """Ratios of the commands."""
    jobs = {
        name: lambda arguments=arguments: child(*arguments)
        for name, arguments in {"numpy": NUMPY, **COMMANDS}.items()
    }
    taken = in_turn(jobs, plan.repeats)
    return {f"{name}_over_numpy": Measured.of(taken[name] / taken["numpy"]) for name in COMMANDS}


def child(*arguments: str) -> float:
    """Processor seconds of a child of this interpreter."""
    before = os.times()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system
