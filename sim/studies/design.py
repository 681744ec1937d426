"""A contract designed: the terms that serve one side best while others are no worse off.

Terms of one arrangement are looked for in a box of ranges. Sobol points, corners and the shipped terms
are simulated under common random numbers; then, round by round, what the surface through all points
calls best, and the ends of what cannot be told from it, until these are known (`sim.studies.optimum`,
where the rules stand by which a point keeps a bound or is beaten). The answer is the best simulated
point that keeps every bound at the low end of its interval, or none. What is told of its outcomes
comes from further histories, which took no part in the choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import ScenarioError
from sim.experiment.store import Floats, OutcomeArray, Store
from sim.scenario.scenario import Scenario
from sim.studies.breakeven import UPTAKE
from sim.studies.contract_terms import Box, Task, check_request, shipped_terms
from sim.studies.design_draws import AtDraws, at_draws
from sim.studies.optimum import Observed, Surface, looked_at
from sim.studies.ranges import Vary, sobol, varied
from sim.studies.request import Names, keywords, study_store

CORNERS = 3
"""Ranges up to which all corners of the box are simulated."""
CLOSE, CLOSER = 0.01, 0.002
"""Distances, as shares of the ranges, within which an end, or an optimum, counts as known."""


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
        Histories of each point, with common random numbers at all; those of the scenario by default.
        As many others confirm the answer.
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

    def most_runs(self, task: Task, of_draw: int) -> int:
        """Give the most replications that a search takes, `of_draw` histories at each draw."""
        terms = len(task.ranges)
        corners = 2**terms if terms <= CORNERS else 0
        points = 1 + self.first(terms) + corners + self.rounds * (1 + 2 * terms)
        return (points + 2) * self.count(task) + 2 * self.draws * of_draw

    def count(self, task: Task) -> int:
        """Give the histories of each point."""
        return self.replications or task.scenario.experiment.replications


@dataclass(frozen=True, eq=False)
class ContractDesign:
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
        Whether the last round found nothing more to simulate.
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

    def findings(self) -> Any:
        """The result in words and tables, for files and report."""
        from sim.studies.design_words import findings_of

        return findings_of(self)


def _end(value: float, low: float, high: float) -> str:
    near = CLOSER * (high - low)
    if value <= low + near:
        return "low"
    return "high" if value >= high - near else "no"


@keywords(search=Search, store=study_store)
def design(
    scenario: Scenario,
    over: Vary,
    maximise: Names | None = None,
    subject_to: Names | None = None,
    arrangement: str | None = None,
    minimise: Names | None = None,
    *,
    search: Search,
    store: Store,
) -> ContractDesign:
    """Find the terms of an arrangement that serve one side best while others are no worse off.

    Parameters
    ----------
    over
        Terms with their ranges, such as ``"arrangement.swap.pricing.concession_rate=0:0.02"``.
    maximise, minimise
        The outcome that is to be as large, or as small, as can be; one of the two.
    subject_to
        Bounds on means over replications: ``"bank.net_margin >= 0.2 %"``, or, no worse than under
        the baseline in the same histories, ``"bank.net_margin >= baseline"``.
    arrangement
        Whose terms; needed where keys do not say it.
    points, rounds, replications, confidence, draws, seed
        As in `Search`.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        For terms, ranges, outcomes, bounds or an arrangement that cannot be, before anything runs.
    """
    task = check_request(scenario, over, maximise, subject_to, arrangement, minimise)
    return designed(task, search, store)


def designed(task: Task, search: Search, store: Store) -> ContractDesign:
    """Search for what `check_request` has checked; as in `design`."""
    before = store.simulated
    trials = _Trials(task, search, store)
    shipped = store.outcome_array([task.whole], range(search.count(task)))
    trials.add(trials.first())
    settled = any(not trials.improve() for _ in range(search.rounds))
    observed = trials.observed()
    best, confirmed, draws = observed.best, None, None
    if best is not None:
        two = [trials.scenarios[best], task.scenario]
        confirmed = store.outcome_array(two, trials.further())
        if search.draws:
            draws = at_draws(task, trials.scenarios[best], search.draws, store)
    return ContractDesign(
        task, search, trials.box.values(trials.places), observed, trials.outcomes, shipped,
        trials.spans(observed), confirmed, draws, store.simulated - before, settled,
    )  # fmt: skip


@dataclass
class _Trials:
    """Points that were simulated so far."""

    task: Task
    search: Search
    store: Store
    scenarios: list[Scenario] = field(default_factory=list)
    found: list[OutcomeArray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.box = Box.of(self.task.scenario, self.task.ranges)
        self.places = np.zeros((0, len(self.task.ranges)))

    @property
    def outcomes(self) -> OutcomeArray:
        """All points in one array."""
        first = self.found[0]
        values = np.concatenate([one.values for one in self.found])
        return OutcomeArray(first.arrangements, first.outcomes, values)

    def first(self) -> Floats:
        """Give the places of the first scan: shipped terms, corners, Sobol points."""
        count = len(self.task.ranges)
        shipped = self.box.places(shipped_terms(self.task.scenario, self.task.ranges))
        own = [shipped] if ((shipped >= 0.0) & (shipped <= 1.0)).all() else []
        corners = list(product((0.0, 1.0), repeat=count)) if count <= CORNERS else []
        scan = sobol(count, self.search.first(count), self.search.seed)
        return np.array([*own, *corners, *scan])

    def add(self, places: Floats, close: float = CLOSER, refuse: bool = True) -> int:
        """Simulate places that are not known yet, and give how many these were.

        Raises ScenarioError where a place is not legal, unless such places are left out.
        """
        scenarios, legal = [], []
        for place in self.box.snapped(places):
            if _distance(place, [*self.places, *legal]) <= close:
                continue
            try:
                scenarios.append(self._at(place))
            except ScenarioError:
                if refuse:
                    raise
                continue
            legal.append(place)
        if legal:
            numbers = range(self.search.count(self.task))
            self.found.append(self.store.outcome_array(scenarios, numbers))
            self.scenarios += scenarios
            self.places = np.vstack([self.places, legal])
        return len(legal)

    def _at(self, place: Floats) -> Scenario:
        return varied(self.task.scenario, self.task.ranges, self.box.values(place))

    def improve(self) -> int:
        """Simulate the best place of the surface and the open ends; give how many are new."""
        observed = self.observed()
        surface = Surface.through(observed)
        if surface is None:
            return 0
        places = self._looked_at(observed)
        new = self.add(surface.optimum(places)[None, :], CLOSER, refuse=False)
        ends = _ends(places[surface.open(places)])
        return new + (self.add(ends, CLOSE, refuse=False) if len(ends) else 0)

    def observed(self) -> Observed:
        """Give gains and slacks at all points."""
        return self.task.observed(self.places, self.outcomes, self.search.confidence)

    def _looked_at(self, observed: Observed) -> Floats:
        centre = observed.nearest if observed.best is None else observed.best
        places = looked_at(self.places.shape[1], self.places[centre], self.search.seed)
        return self.box.snapped(places)

    def spans(self, observed: Observed) -> Floats:
        """Give least and largest value of each term among open places, shape (n_terms, 2)."""
        if observed.best is None:
            return np.full((self.places.shape[1], 2), np.nan)
        surface, places = Surface.through(observed), self._looked_at(observed)
        isopen = self.places[observed.open]
        if surface is not None:
            isopen = np.vstack([isopen, places[surface.open(places)]])
        return np.column_stack([self.box.values(end) for end in (isopen.min(0), isopen.max(0))])

    def further(self) -> range:
        """Give numbers of histories that took no part, whole pairs of them where they are paired."""
        count, unit = self.search.count(self.task), self.task.scenario.variance_reduction.unit
        start = count + count % unit
        return range(start, start + count)


def _ends(places: Floats) -> Floats:
    """Give the places with the least and the largest value of each coordinate."""
    if not len(places):
        return places
    return np.vstack([places[places.argmin(axis=0)], places[places.argmax(axis=0)]])


def _distance(place: Floats, others: Sequence[Floats]) -> float:
    """Give the distance to the nearest of others in the coordinate that differs most."""
    return min((float(np.abs(place - one).max()) for one in others), default=np.inf)


