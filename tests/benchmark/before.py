"""This program against an older checkout of it, in turn, each with its own modules."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

from sim.experiment.simulate import one_replication
from tests.benchmark.measured import Found, Measured, in_turn, spent
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import kernel_cost, opening, scenario_of

DRIVER = Path(__file__).with_name("older.py")


class Older:
    """A process of an older checkout that answers questions, one a line."""

    def __init__(self, checkout: Path) -> None:
        self.process = subprocess.Popen(
            # The folder of the driver stays off the path: its neighbours are of this checkout.
            [sys.executable, "-P", str(DRIVER)], cwd=checkout, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(checkout.resolve())},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.process:
            self.process.kill()

    def ask(self, what: str, firms: int) -> float:
        """What `kernel` or `replication` takes there."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{what} {firms}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def measure(plan: Plan, checkout: Path) -> Found:
    """Ratios of this program over the older one, by firms."""
    with Older(checkout) as older:
        older.ask("replication", 10)
        one_replication(scenario_of(10), 0)
        return {
            "kernel_over_before": {
                str(n): over(older, "kernel", n, kernel_here(n), plan) for n in plan.kernel_before
            },
            "replication_over_before": {
                str(n): over(older, "replication", n, replication_here(n), plan)
                for n in plan.replication_before
            },
        }


def kernel_here(firms: int) -> Callable[[], float]:
    """The kernel alone, for a firm-quarter."""
    opened = opening(scenario_of(firms))
    return lambda: kernel_cost(opened)


def replication_here(firms: int) -> Callable[[], float]:
    """One replication of the shipped comparison, without neighbours, which older ones lack."""
    scenario = scenario_of(firms, neighbours=[])
    return lambda: spent(one_replication, scenario, 0)


def over(older: Older, what: str, firms: int, here: Callable[[], float], plan: Plan) -> Measured:
    """The ratio of one thing at one size."""
    jobs = {"now": here, "before": lambda: older.ask(what, firms)}
    taken = in_turn(jobs, plan.few_repeats)
    return Measured.of(taken["now"] / taken["before"])
