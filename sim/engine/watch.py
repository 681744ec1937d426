"""Following the firms of a run quarter by quarter, and changing nothing."""

import math
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Protocol

from sim.engine.processes import Observer, Steps, until
from sim.engine.world import World


class Watch(Protocol):
    """What looks at a world at the end of each quarter and sums what it finds."""

    sums: dict[str, float]

    def look(self, w: World, date: float) -> None:
        """Look at the firms at a date that they have reached."""


def follow(watches: Iterable[Watch]) -> Observer:
    """A process that lets watches look at each quarter's end of a run, from its start on.

    Parameters
    ----------
    watches : iterable of Watch
    """

    def process(env: Any, w: World) -> Steps:
        settings = w.scenario.experiment
        end = settings.horizon_years + settings.run_off_years
        # Never beyond the end, where no settlement would book what firms do.
        last = math.floor(4.0 * end + 1e-9)
        for quarter in range(round(4.0 * env.now), last + 1):
            yield until(env, quarter / 4)
            w.advance(quarter / 4)
            for watch in watches:
                watch.look(w, quarter / 4)

    return process


def picked(records: Any, rows: Any, names: Iterable[str]) -> SimpleNamespace:
    """Some fields of some records; whole records are long, and copying them takes longer."""
    return SimpleNamespace(**{name: records[name][rows] for name in names})
