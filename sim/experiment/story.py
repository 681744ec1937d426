"""The life of one firm under each arrangement, side by side, with the first divergence."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import OutcomeError
from sim.engine.world import World
from sim.experiment.run import worlds
from sim.firms.record import EVENT_NAMES, QUARTER, STAGES, STATUSES
from sim.scenario.model import Scenario

QUIET = {EVENT_NAMES[QUARTER]}
"""Events too regular to tell."""


@dataclass(frozen=True, eq=False, repr=False)
class Story:
    """One firm's life under each arrangement.

    Parameters
    ----------
    firm, replication : int
    events : dict of arrangement -> DataFrame
        Columns date, event, value; years, words, CNY million.
    endings : dict of arrangement -> str
        What became of the firm.

    Examples
    --------
    >>> birth = pd.DataFrame({"date": [0.0], "event": ["birth"], "value": [6.0]})
    >>> told = Story(7, 0, {"plain": birth, "swap": birth}, {"plain": "alive", "swap": "alive"})
    >>> print(told.divergence)
    swap: the same life as under the baseline
    plain ends: alive
    swap ends: alive
    >>> told.frame().values.tolist()
    [[0.0, 'birth', 6.0, 6.0]]
    """

    firm: int
    replication: int
    events: dict[str, pd.DataFrame]
    endings: dict[str, str]

    def frame(self) -> pd.DataFrame:
        """Events side by side: one row for each date and event, one column an arrangement."""
        parts = []
        for name, events in self.events.items():
            told = events[~events["event"].isin(QUIET)].copy()
            told["turn"] = told.groupby(["date", "event"]).cumcount()
            parts.append(told.set_index(["date", "event", "turn"])["value"].rename(name))
        if not parts:
            return pd.DataFrame({"year": [], "event": []})
        table = pd.concat(parts, axis=1).sort_index(kind="stable").reset_index()
        return table.drop(columns="turn").rename(columns={"date": "year"})

    @property
    def divergence(self) -> str:
        """Where the lives part, and how each ends."""
        names = list(self.events)
        lines = []
        for name in names[1:]:
            lines.append(f"{name}: {_first_difference(self.events[names[0]], self.events[name])}")
        lines += [f"{name} ends: {ending}" for name, ending in self.endings.items()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Say in one line whose story this is."""
        return f"Story(firm {self.firm}, replication {self.replication})"


def _first_difference(base: pd.DataFrame, other: pd.DataFrame) -> str:
    """The first event that only one of two lives has."""
    for n in range(max(len(base), len(other))):
        one = tuple(base.iloc[n]) if n < len(base) else None
        two = tuple(other.iloc[n]) if n < len(other) else None
        if one != two:
            here = _told(two) if two else "nothing more happens"
            there = _told(one) if one else "nothing more happens"
            return f"parts with {here}, where the baseline has {there}"
    return "the same life as under the baseline"


def _told(event: tuple[Any, ...]) -> str:
    return f'"{event[1]}" in year {event[0]:.2f} ({event[2]:.3g})'


def story(scenario: Scenario, firm: int, replication: int = 0) -> Story:
    """Follow one firm through one replication under each arrangement.

    Parameters
    ----------
    scenario : Scenario
    firm : int
        Row of the firm, from 0.
    replication : int

    Returns
    -------
    Story

    Raises
    ------
    OutcomeError
        If there is no such firm.
    """
    if not 0 <= firm < scenario.population.firms:
        raise OutcomeError(
            f"firm {firm}", f"is not among the {scenario.population.firms} firms",
            f"give a number from 0 to {scenario.population.firms - 1}",
        )  # fmt: skip
    events, endings = {}, {}
    for world in worlds(scenario, replication, trace=True):
        events[world.name], endings[world.name] = life_of(world, firm)
    return Story(firm, replication, events, endings)


def life_of(world: World, firm: int) -> tuple[pd.DataFrame, str]:
    """Give a firm's events in a finished world that kept its log, and what became of it."""
    return _events_of(world.events, firm), _ending(world.firms[firm])


def _events_of(log: list[Any], firm: int) -> pd.DataFrame:
    rows = [part[part["firm"] == firm] for part in log]
    one = np.concatenate(rows) if rows else np.array([])
    return pd.DataFrame(
        {
            "date": [float(row["date"]) for row in one],
            "event": [EVENT_NAMES[int(row["event"])] for row in one],
            "value": [float(row["value"]) for row in one],
        }
    )


def _ending(f: Any) -> str:
    status = STATUSES[int(f.status)]
    if f.status == 1:
        return f"alive in the {STAGES[int(f.stage)]} stage, value {float(f.value):.0f} m"
    if f.status == 0:
        return "not yet founded"
    return f"{status} in year {float(f.end):.2f}"
