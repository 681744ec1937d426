"""How a contract is searched for, and what is known when it is found."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiment.store import Floats, OutcomeArray
from sim.scenario.scenario import Scenario
from sim.studies.breakeven import UPTAKE
from sim.studies.contract_terms import Task, shipped_terms
from sim.studies.design_draws import AtDraws
from sim.studies.draws import load_draws
from sim.studies.optimum import Observed
from sim.studies.over_parameters import histories_of
from sim.studies.ranges import sobol
from sim.studies.request import REPLICATIONS, at_least

CORNERS = 3
"""Ranges up to which all corners of the box are simulated."""
CLOSER = 0.002
"""Distance, as a share of a range, within which two values count as one."""


@dataclass(frozen=True)
class Search:
    """How a contract is searched for.

    Parameters
    ----------
    points
        Sobol points of the first scan, rounded up to a power of two; by default 8 for one term, 16
        for two, and so on to 64.
    rounds
        In each, the best place and the ends of what cannot be told from it are simulated; at most.
    replications
        Histories of each point, with common random numbers at all; those of the scenario by
        default. As many others confirm the answer.
    confidence : in (0, 1)
        Of all statements about points together.
    draws
        Draws of the posterior at which the answer and the shipped terms are tried; 0 for none.
    seed
        Of the points, not of the economies.
    """

    points: int | None = None
    rounds: int = 6
    replications: int | None = None
    confidence: float = 0.95
    draws: int = 0
    seed: int = 0

    def first(self, dimensions: int) -> int:
        """Give the number of points of the first scan.

        >>> Search().first(2), Search(points=9).first(2)
        (16, 16)
        """
        wanted = self.points or min(4 * 2**dimensions, 64)
        return len(sobol(1, wanted, 0))

    def most_points(self, terms: int) -> int:
        """Give the most points that a search over so many terms simulates.

        >>> Search(rounds=2).most_points(1)
        17
        """
        corners = 2**terms if terms <= CORNERS else 0
        return 1 + self.first(terms) + corners + self.rounds * (1 + 2 * terms)

    def count(self, task: Task) -> int:
        """Give the histories of each point; ScenarioError if these are fewer than two."""
        wanted = self.replications or task.scenario.experiment.replications
        return at_least(REPLICATIONS, wanted)


def jobs_of(task: Task, search: Search) -> list[tuple[Scenario, int]]:
    """Give what is run, and how often at most: points, draws, and all arrangements as shipped.

    Raises ScenarioError if draws are asked for and there are none.
    """
    count, terms = search.count(task), len(task.ranges)
    runs = (search.most_points(terms) + 2) * count
    if search.draws:
        draws = min(search.draws, len(load_draws()))
        runs += 2 * draws * histories_of(task.scenario)
    return [(task.scenario, runs), (task.whole, count)]


@dataclass(frozen=True, eq=False)
class Designed:
    """What was found.

    Parameters
    ----------
    points : shape (n_points, n_terms)
        All that were simulated, in the units of the ranges.
    observed
        Gains and slacks at them, with the rule by which they are judged.
    found : OutcomeArray
        One scenario a point.
    shipped : OutcomeArray
        All arrangements at their shipped terms, one scenario.
    spans : shape (n_terms, 2)
        Least and largest value of each term among places that are neither clearly beyond a bound
        nor clearly beaten; nan without an answer.
    confirmed : OutcomeArray, optional
        The answer and the shipped terms in further histories; None without an answer.
    draws
        The same over draws of the posterior; None where that was not computed.
    runs
        Replications that were simulated for it.
    settled
        Whether the last round left the answer as it was.
    """

    task: Task
    search: Search
    points: Floats
    observed: Observed
    found: OutcomeArray
    shipped: OutcomeArray
    spans: Floats
    confirmed: OutcomeArray | None
    draws: AtDraws | None
    runs: int
    settled: bool

    @property
    def best(self) -> int | None:
        """Number of the point that is the answer; None where no point keeps the bounds."""
        return self.observed.best

    @property
    def shipped_values(self) -> Floats:
        """The shipped terms, shape (n_terms,); nan where one is no single number."""
        return shipped_terms(self.task.scenario, self.task.ranges)

    def frame(self) -> pd.DataFrame:
        """One row for each term.

        Columns key, unit, shipped, value (nan where there is no answer), low, high, at_end ("no",
        "low" or "high": at which end of its range the value lies).
        """
        best = self.best
        values = np.full(len(self.task.ranges), np.nan) if best is None else self.points[best]
        rows = zip(self.task.ranges, self.shipped_values, values, self.spans, strict=True)
        return pd.DataFrame(
            {"key": one.label, "unit": one.unit, "shipped": now, "value": value,
             "low": span[0], "high": span[1], "at_end": _end(value, one.low, one.high)}
            for one, now, value, span in rows
        )  # fmt: skip

    def uptake(self, found: OutcomeArray, place: int) -> float:
        """Mean share of firms that sign the arrangement in one scenario; nan if not known."""
        if UPTAKE not in found.outcomes:
            return float("nan")
        return float(found.levels(self.task.arrangement, UPTAKE)[place].mean())


def _end(value: float, low: float, high: float) -> str:
    near = CLOSER * (high - low)
    if value <= low + near:
        return "low"
    return "high" if value >= high - near else "no"
