"""The life of one firm under each arrangement, side by side, with the first divergence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import Problem, ScenarioError
from sim.economy.macro import regime_names
from sim.engine.world import World
from sim.experiment.run import worlds
from sim.firms import record as r
from sim.firms.record import EVENT_NAMES, STAGES
from sim.scenario.model import Scenario

STEPS = {EVENT_NAMES[r.PROJECT_DONE]: 1, EVENT_NAMES[r.REGRESS]: -1}
"""Events at which a firm changes its stage, and by how many."""
TROUBLE = "setback"
"""What a spell between a setback and the recovery is called."""
SPELL_COLUMNS = ("what", "start", "end")
QUIET = {EVENT_NAMES[r.QUARTER]}
"""Events too regular to tell."""


def _no_spells() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in SPELL_COLUMNS})


@dataclass(frozen=True, eq=False)
class Life:
    """One firm's life in one world.

    Parameters
    ----------
    events : DataFrame
        Columns date, event, value; years, words, CNY million.
    ending : str
        What became of the firm.
    spells : DataFrame
        Columns what (a stage, or ``setback``), start, end; years.
    regimes : DataFrame
        Columns what (the macro regime, a category in the order of the scenario), start,
        end; from the first day to the last, years.
    """

    events: pd.DataFrame
    ending: str
    spells: pd.DataFrame
    regimes: pd.DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Story:
    """One firm's life under each arrangement.

    Parameters
    ----------
    firm, replication : int
    events, endings, spells : dict of arrangement -> what `Life` holds under the name
    regimes : DataFrame
        As in `Life`; the same under each arrangement.

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
    spells: dict[str, pd.DataFrame] = field(default_factory=dict)
    regimes: pd.DataFrame = field(default_factory=_no_spells)

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
    def is_lived(self) -> bool:
        """Whether the firm enters under any arrangement."""
        return any(len(spells) for spells in self.spells.values())

    @property
    def divergence(self) -> str:
        """Where the lives part, and how each ends."""
        names = list(self.events)
        lines = [
            f"{name}: {_first_difference(self.events[names[0]], self.events[name])}"
            for name in names[1:]
        ]
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

    Raises
    ------
    ScenarioError
        If there is no such firm.
    """
    check_firm(scenario, firm)
    lives = {
        world.name: life_of(world, firm) for world in worlds(scenario, replication, trace=True)
    }
    return story_of(firm, replication, lives)


def check_firm(scenario: Scenario, firm: int) -> None:
    """Refuse a firm that is not there."""
    last = scenario.population.firms - 1
    if not 0 <= firm <= last:
        cure = f"give a number from 0 to {last}"
        raise ScenarioError([Problem("firm", None, "", "is not among the firms", str(firm), cure)])


def story_of(firm: int, replication: int, lives: Mapping[str, Life]) -> Story:
    """Put the lives of one firm side by side, by arrangement."""
    return Story(
        firm, replication,
        events={name: life.events for name, life in lives.items()},
        endings={name: life.ending for name, life in lives.items()},
        spells={name: life.spells for name, life in lives.items()},
        # The luck is the same, and so is the weather.
        regimes=next((life.regimes for life in lives.values()), _no_spells()),
    )  # fmt: skip


def life_of(world: World, firm: int) -> Life:
    """Give a firm's life in a finished world that kept its log."""
    events, settings = _events_of(world.events, firm), world.scenario.experiment
    span = (-settings.warm_up_years, settings.horizon_years + settings.run_off_years)
    one = world.firms[firm]
    end = min(float(one.end), span[1])
    spells = _no_spells() if one.status == r.UNBORN else _spells(events, int(one.stage), end)
    return Life(events, _ending(one), spells, _regimes(world, span))


def _spells(events: pd.DataFrame, last: int, end: float) -> pd.DataFrame:
    """Stages and setbacks of a life, from its events and the stage in which it ends."""
    steps = events[events["event"].isin(STEPS)]
    change = steps["event"].map(STEPS).to_numpy(np.int64)
    first = last - int(change.sum())
    codes = first + np.concatenate([[0], np.cumsum(change)])
    births = events.loc[events["event"] == EVENT_NAMES[r.BIRTH], "date"]
    dates = [float(births.iloc[0]), *steps["date"].tolist(), end]
    names = [STAGES[code] for code in codes]
    rows = [*zip(names, dates[:-1], dates[1:], strict=True), *_setbacks(events, end)]
    return pd.DataFrame(rows, columns=list(SPELL_COLUMNS))


def _setbacks(events: pd.DataFrame, end: float) -> list[tuple[str, float, float]]:
    """Spells between a setback, or a failed trial, and the recovery or the end."""
    found: list[tuple[str, float, float]] = []
    since = None
    for date, event in events[["date", "event"]].itertuples(index=False):
        if event in (EVENT_NAMES[r.SETBACK], EVENT_NAMES[r.TRIAL_FAILED]) and since is None:
            since = float(date)
        elif event == EVENT_NAMES[r.RECOVERY] and since is not None:
            found.append((TROUBLE, since, float(date)))
            since = None
    return found if since is None else [*found, (TROUBLE, since, end)]


def _regimes(world: World, span: tuple[float, float]) -> pd.DataFrame:
    """Macro regimes between the first day and the last."""
    names = regime_names(world.scenario.macro)
    starts = [date for date, _ in world.macro]
    rows = [
        (names[code], max(start, span[0]), min(end, span[1]))
        for (start, code), end in zip(world.macro, [*starts[1:], span[1]], strict=True)
        if start < span[1]
    ]
    frame = pd.DataFrame(rows, columns=list(SPELL_COLUMNS))
    return frame.astype({"what": pd.CategoricalDtype(list(names))})


def _events_of(log: list[Any], firm: int) -> pd.DataFrame:
    rows = [
        (float(row["date"]), EVENT_NAMES[int(row["event"])], float(row["value"]))
        for part in log for row in part[part["firm"] == firm]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["date", "event", "value"])


def _ending(f: Any) -> str:
    status = r.STATUSES[int(f.status)]
    if f.status == r.ALIVE:
        return f"alive in the {STAGES[int(f.stage)]} stage, value {float(f.value):.0f} m"
    if f.status == r.UNBORN:
        return "not yet founded"
    return f"{status} in year {float(f.end):.2f}"
