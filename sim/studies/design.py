"""A contract designed: the terms that serve one side best while others are no worse off.

Terms of one arrangement are looked for in a box of ranges. Sobol points, corners and the shipped
terms are simulated under common random numbers; then, round by round, what the surface through all
points calls best, and the ends of what cannot be told from it, until these are known
(`sim.studies.optimum`, where the rules stand by which a point keeps a bound or is beaten). The
answer is the best simulated point that keeps every bound at the low end of its interval, or none.
What is told of its outcomes comes from further histories, which took no part in the choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from sim.base.errors import ScenarioError
from sim.experiment.store import Floats, OutcomeArray, Store
from sim.scenario.scenario import Scenario
from sim.studies.contract_terms import Box, Task, Wish, check_request, shipped_terms
from sim.studies.design_draws import at_draws
from sim.studies.design_words import findings_of
from sim.studies.designed import CLOSER, CORNERS, Designed, Search
from sim.studies.draws import load_draws
from sim.studies.findings import Findings
from sim.studies.optimum import Observed, Surface, looked_at
from sim.studies.ranges import Vary, sobol, varied
from sim.studies.request import keywords, study_store

CLOSE = 0.01
"""Distance, as a share of the ranges, within which an end counts as known."""


@dataclass(frozen=True, eq=False)
class ContractDesign(Designed):
    """The terms that were found, or that there are none; fields as in `Designed`."""

    def findings(self) -> Findings:
        """The result in words and tables, for files and report."""
        return findings_of(self)


@keywords(wish=Wish, search=Search, store=study_store)
def design(
    scenario: Scenario, over: Vary, *, wish: Wish, search: Search, store: Store
) -> ContractDesign:
    """Find the terms of an arrangement that serve one side best while others are no worse off.

    Parameters
    ----------
    over
        Terms with their ranges, such as ``"arrangement.swap.pricing.concession_rate=0:0.02"``.
    maximise, minimise, subject_to, arrangement
        As in `sim.studies.contract_terms.Wish`.
    points, rounds, replications, confidence, draws, seed
        As in `Search`.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        For terms, ranges, outcomes, bounds or an arrangement that cannot be, before anything runs.
    """
    return designed(check_request(scenario, over, wish), search, store)


def designed(task: Task, search: Search, store: Store) -> ContractDesign:
    """Search for what `check_request` has checked; as in `design`."""
    before, known = store.simulated, load_draws() if search.draws else None
    trials = _Trials(task, search, store)
    trials.add(trials.first())
    shipped = store.outcome_array([task.whole], range(search.count(task)))
    settled = trials.search_on()
    observed = trials.observed()
    best, confirmed, draws = observed.best, None, None
    if best is not None:
        two = [trials.scenarios[best], task.scenario]
        confirmed = store.outcome_array(two, trials.further())
        if known is not None:
            draws = at_draws(task, trials.scenarios[best], known, search.draws, store)
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
        scenarios: list[Scenario] = []
        legal: list[Floats] = []
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

    def search_on(self) -> bool:
        """Improve until nothing is new or rounds are spent; say if the last kept the answer."""
        best: int | None = -1
        for _ in range(self.search.rounds):
            best = self.observed().best
            if not self.improve():
                break
        return best == self.observed().best

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
        """Give numbers of histories that took no part; whole pairs where they are paired."""
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
