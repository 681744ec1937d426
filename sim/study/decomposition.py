"""Decomposition: terms, volume and selection in the gap between two arrangements.

Four worlds in the same luck, each one step from the last:

====================  ==============================  ==================  ==============
world                 who is lent to, and when        line of each firm   terms
====================  ==============================  ==================  ==============
first arrangement     its own                         its own             its own
same lending          the first one's                 the first one's     the second's
same firms            the first one's                 the second's        the second's
second arrangement    its own                         its own             its own
====================  ==============================  ==================  ==============

*Terms* (price, sharing of losses, right, promise) are the step from the first world to
"same lending"; *volume* is the step to "same firms", the amount lent to each firm;
*selection* is the step to the second arrangement, which firms are lent to and when. The
three add up to the gap by construction. What firms draw and whether they live follow in
every world; a firm that borrows under one arrangement only keeps the first one's line in
"same firms", so lending to more firms is selection and not volume.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiment.progress import Asked
from sim.outcomes.mark import Mark
from sim.outcomes.statistics import FloatArray
from sim.scenario.model import AS_OFFERED, EQUAL_FIRMS, EQUAL_LENDING, Scenario
from sim.study.aims import Names, arrangements_of, at_least_two, marks_of, together
from sim.study.findings import TOTAL, Findings
from sim.study.intervals import by_replication, interval_of, level_row, observations, parts_frame
from sim.study.store import Store
from sim.study.words import gap_sentences

PARTS = ("terms", "volume", "selection")
WORLDS = ("first arrangement", "same lending", "same firms", "second arrangement")
LENDING = "system.credit_outstanding"
"""Outcome that shows how much is lent in each of the four worlds."""


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The gap between two arrangements as terms, volume and selection.

    Parameters
    ----------
    arrangements : tuple of two str
        The gap is the second less the first.
    marks : dict of str to Mark
    values : dict of outcome to array, shape (n_replications, 4)
        Value in each of the four worlds.
    lending : array, shape (n_replications, 4), CNY million
        Average lending in each.
    confidence : float
    """

    arrangements: tuple[str, str]
    marks: dict[str, Mark]
    values: dict[str, FloatArray]
    lending: FloatArray
    confidence: float = 0.95

    def frame(self) -> pd.DataFrame:
        """Give one row for each outcome and step, and one for their sum.

        Returns
        -------
        DataFrame
            Columns outcome, step, part, low, high, unit, verdict.
        """
        steps = {name: np.diff(values, axis=1) for name, values in self.values.items()}
        return parts_frame(self.marks, steps, "step", PARTS, self.confidence)

    def world_frame(self) -> pd.DataFrame:
        """Give the level of each outcome, and lending, in each of the four worlds.

        Returns
        -------
        DataFrame
            Columns outcome, world, value, low, high, unit.
        """
        values, rows = {LENDING: self.lending, **self.values}, []
        for name, mark in marks_of([*self.marks, LENDING]).items():
            for world, one in zip(WORLDS, values[name].T, strict=True):
                found = interval_of(mark, one, self.confidence)
                rows.append({"outcome": name, "world": world, **level_row(found, mark.unit)})
        return pd.DataFrame(rows)

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        first, second = self.arrangements
        tables = {"steps": self.frame(), "worlds": self.world_frame()}
        captions = {
            "steps": f"{second} less {first}, split into terms, volume and selection",
            "worlds": f"From {first} to {second}: levels in the four worlds",
        }
        sentences = [
            *gap_sentences(self.frame(), "step", TOTAL, self.arrangements),
            f"Terms: the loans of {first} imposed, with price, sharing, right and promise of"
            f" {second}. Volume: the same firms at the same dates, with the line that {second}"
            " gives each. Selection: which firms are lent to, and when.",
        ]
        title = f"Terms, volume and selection between {second} and {first}"
        return Findings(
            f"decomposition_{first}_{second}", title, tuple(sentences), tables, captions
        )


def decompose(
    scenario: Scenario,
    arrangements: tuple[str, str],
    outcomes: Names = "bank.raroc",
    *,
    store: Store | None = None,
    progress: Asked = None,
) -> Decomposition:
    """Split the gap between two arrangements into terms, volume and selection.

    Parameters
    ----------
    scenario : Scenario
        Its footing does not matter here; its replications are those of the study.
    arrangements : tuple of two str
        Programmes too. The gap is the second less the first, against which paired outcomes
        are measured.
    outcomes : str or iterable of str
    store, progress
        As in `attribute`.

    Raises
    ------
    ScenarioError
        If an arrangement or an outcome is unknown, or the two are one.
    """
    marks, (first, second), count = together(
        lambda: marks_of(outcomes),
        lambda: arrangements_of(scenario, arrangements, 2),
        lambda: at_least_two(scenario),
    )
    scenarios = worlds_of(scenario, (first, second))
    frames = (store or Store()).many(scenarios, range(count), progress)
    worlds = ((0, first), (1, second), (2, second), (0, second))
    values = {
        name: np.stack([by_replication(frames[n], one, name) for n, one in worlds], axis=1)
        for name in {*marks, LENDING}
    }
    unit = scenario.variance_reduction.unit
    kept = {name: observations(rows, unit) for name, rows in values.items()}
    own = {name: kept[name] for name in marks}
    return Decomposition((first, second), marks, own, kept[LENDING])


def worlds_of(scenario: Scenario, arrangements: tuple[str, str]) -> list[Scenario]:
    """The pair as offered, with the first one's loans, and with the first one's firms."""
    pair = {"experiment.arrangements": arrangements, "experiment.baseline": arrangements[0]}
    return [
        scenario.with_values({**pair, "experiment.footing": footing})
        for footing in (AS_OFFERED, EQUAL_LENDING, EQUAL_FIRMS)
    ]
