"""Which part of a replication takes how much of its time: lives, decisions, books and the rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import simpy

from sim.engine import processes
from sim.engine.processes import Observer, Steps
from sim.engine.world import World
from sim.experiment import simulate
from tests.benchmark.measured import Found, Measured, spent
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import scenario_of

LIVES, DECISIONS, BOOKS = "lives", "decisions", "books"
CONTROLS, OUTCOMES, REST = "controls", "outcomes", "rest"
PHASES: tuple[tuple[object, str, str], ...] = (
    (World, "advance", LIVES), (processes, "switch_regime", LIVES),
    (processes, "decide", DECISIONS), (processes, "wind_down", DECISIONS),
    (processes, "settle", BOOKS),
    (simulate, "controls_of", CONTROLS),
    (simulate, "freeze", OUTCOMES), (simulate, "evaluate", OUTCOMES),
    (simulate, "outcome_rows", OUTCOMES), (simulate, "all_series", OUTCOMES),
    (simulate, "bank_frame", OUTCOMES),
)  # fmt: skip
"""Where a phase is called; observers of a run belong to the controls, too."""


class Clock:
    """Adds up the time of each phase; what one calls of another counts for the other."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys((LIVES, DECISIONS, BOOKS, CONTROLS, OUTCOMES), 0.0)
        self._inside: list[float] = []

    def timed(self, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, on the clock."""

        def call(*given: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            start = time.process_time()
            try:
                return function(*given, **named)
            finally:
                whole = time.process_time() - start
                self.seconds[phase] += whole - self._inside.pop()
                if self._inside:
                    self._inside[-1] += whole

        return call

    def watched(self, follow: Callable[..., Observer]) -> Callable[..., Observer]:
        """The same maker of observers, whose steps are on the clock."""

        def make(*given: Any) -> Observer:
            observer = follow(*given)

            def process(env: simpy.Environment, w: World) -> Steps:
                steps = iter(observer(env, w))
                step = self.timed(CONTROLS, lambda: next(steps, None))
                while (event := step()) is not None:
                    yield event

            return process

        return make

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time the phases inside the block."""
        with mock.patch.object(simulate, "follow", self.watched(simulate.follow)):
            patches = [
                mock.patch.object(place, name, self.timed(phase, getattr(place, name)))
                for place, name, phase in PHASES
            ]
            for patch in patches:
                patch.start()
            try:
                yield
            finally:
                for patch in patches:
                    patch.stop()


def shares(firms: int) -> dict[str, float]:
    """Share of each phase in one replication of the shipped comparison."""
    clock, scenario = Clock(), scenario_of(firms)
    with clock.running():
        whole = spent(simulate.one_replication, scenario, 0)
    found = {phase: seconds / whole for phase, seconds in clock.seconds.items()}
    return {**found, REST: 1.0 - sum(found.values())}


def measure(plan: Plan) -> Found:
    """Share of each phase."""
    rounds = [shares(plan.phases) for _ in range(plan.repeats)]
    return {"phases": {name: Measured.of([one[name] for one in rounds]) for name in rounds[0]}}
