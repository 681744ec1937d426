"""Attribution: which clauses or instruments make the gap between two arrangements.

The clauses in which two arrangements differ are switched on one by one, in every order or
in a sample of orders, with common random numbers. A clause's part is the mean of what it adds when
it comes: its Shapley value, the one split that adds up, treats clauses alike and gives
nothing to a clause that changes nothing. Where one of the two has debts or shares beside its
line, whole instruments are switched: the line with all its clauses, and each of the others.

References: Shapley 1953; Shorrocks 2013, Decomposition procedures for distributional analysis.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimates import FloatArray
from sim.analysis.shapley import shapley
from sim.base.wording import arrangement_text
from sim.experiment.store import Store
from sim.model.banks.conditions import belief_of
from sim.model.contracts.arrangement import CLAUSES, Arrangement, differing_clauses
from sim.model.contracts.instruments import INSTRUMENTS, clauses_of, has_several
from sim.outcomes.mark import Mark
from sim.scenario.scenario import AS_OFFERED, EQUAL_FIRMS, EQUAL_LENDING, Scenario
from sim.scenario.toml_text import join_key
from sim.studies.findings import (
    TOTAL,
    Findings,
    by_replication,
    gap_sentences,
    interval_of,
    level_row,
    observations,
    parts_frame,
    step_row,
)
from sim.studies.request import (
    ARRANGEMENTS,
    Names,
    arrangements_of,
    at_least,
    at_least_two,
    keywords,
    marks_of,
    refused,
    study_store,
    together,
)

# --- Arrangements between two others: some clauses of one, the rest of the other -----------------
# Every subset of clauses is a valid arrangement, so the clauses in which two arrangements
# differ are the players of a game, and a coalition is the first arrangement with the
# coalition's clauses of the second. What banks believe is a player of its own where the
# scenario lets them believe different things of the two.

BELIEF = "belief"
"""The player that stands for what banks believe."""


@dataclass(frozen=True)
class Game:
    """The clauses in which two arrangements of a scenario differ.

    Parameters
    ----------
    first, second
        Names of the two arrangements.
    players
        Clauses in the order of the book, or instruments where one of the two has several; then
        ``"belief"`` where it differs.
    """

    scenario: Scenario
    first: str
    second: str
    players: tuple[str, ...]

    @property
    def everybody(self) -> int:
        """The coalition of all players."""
        return (1 << len(self.players)) - 1

    def name(self, coalition: int) -> str:
        """Name the arrangement of a coalition; none and all keep their own names."""
        if coalition in (0, self.everybody):
            return self.second if coalition else self.first
        return "+".join([self.first, *self.members(coalition)])

    def members(self, coalition: int) -> list[str]:
        """Give the players of a coalition."""
        return [one for n, one in enumerate(self.players) if coalition >> n & 1]

    def with_coalitions(self, coalitions: Iterable[int]) -> Scenario:
        """Give the scenario that runs these coalitions side by side, and its baseline.

        Raises ScenarioError if a mixture breaks a rule of the scenario.
        """
        names = {coalition: self.name(coalition) for coalition in coalitions}
        baseline = self.scenario.experiment.baseline
        run = dict.fromkeys([baseline, *names.values()])
        values: dict[str, Any] = {"experiment.arrangements": list(run)}
        for coalition, name in names.items():
            if coalition not in (0, self.everybody):
                values |= self._mixture(name, set(self.members(coalition)))
        return self.scenario.with_values(values)

    def _mixture(self, name: str, members: set[str]) -> Mapping[str, Any]:
        """Give the values of one arrangement between the two."""
        second = self.scenario.arrangement[self.second]
        parts = members - {BELIEF}
        parts = {one for player in parts for one in clauses_of(player, CLAUSES)}
        changed = {clause: getattr(second, clause) for clause in parts}
        mixed = self.scenario.arrangement[self.first].model_copy(update=changed)
        values: dict[str, Any] = {join_key(("arrangement", name)): mixed}
        believes = self.second if BELIEF in members else self.first
        own = self.scenario.belief.by_arrangement.get(believes)
        if own is not None:
            values[join_key(("belief", "by_arrangement", name))] = own
        return values


def game_of(scenario: Scenario, arrangements: Names) -> Game:
    """Find the players of the game between two arrangements.

    Raises ScenarioError if one is unknown, or the two are the same.
    """
    first, second = arrangements_of(scenario, arrangements, 2, clauses=True)
    players = differing_players(scenario.arrangement[first], scenario.arrangement[second])
    if belief_of(scenario.belief, first) != belief_of(scenario.belief, second):
        players = (*players, BELIEF)
    if not players:
        rule, cure = "are the same in every clause", "name two that differ"
        raise refused(ARRANGEMENTS, rule, f"{first}, {second}", cure)
    return Game(scenario, first, second, players)


def differing_players(one: Arrangement, two: Arrangement) -> tuple[str, ...]:
    """Clauses in which two arrangements differ; instruments where one of them has several."""
    differing = differing_clauses(one, two)
    if not (has_several(one) or has_several(two)):
        return differing
    return tuple(
        player for player in INSTRUMENTS if set(clauses_of(player, CLAUSES)) & set(differing)
    )


# --- The split where not every coalition is valued: from some orders in which players come -------
# Coalitions are written as in `sim.analysis.shapley`.


def by_orders(worth: dict[int, float], orders: Sequence[Sequence[int]]) -> FloatArray:
    """Estimate the split from some orders in which the players may come.

    Returns shape (n_players,): mean of what each adds when it comes; the sum is exact for any
        orders.

    Parameters
    ----------
    worth : dict of coalition to float
        At least of every coalition that `met` gives for these orders.

    References
    ----------
    Castro, Gomez and Tejada 2009, Polynomial calculation of the Shapley value based on sampling.

    Examples
    --------
    >>> by_orders({0: 0.0, 1: 1.0, 2: 2.0, 3: 5.0}, [(0, 1), (1, 0)])
    array([2., 3.])
    """
    parts = np.zeros(len(orders[0]))
    for order in orders:
        coalition = 0
        for player in order:
            joined = coalition | 1 << player
            parts[player] += worth[joined] - worth[coalition]
            coalition = joined
    return parts / len(orders)


def met(orders: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Give the coalitions through which some orders lead, in ascending order.

    >>> met([(0, 1, 2)])
    (0, 1, 3, 7)
    """
    found = {0}
    for order in orders:
        coalition = 0
        for player in order:
            coalition |= 1 << player
            found.add(coalition)
    return tuple(sorted(found))


def antithetic_orders(n: int, pairs: int, seed: Sequence[int]) -> list[tuple[int, ...]]:
    """Draw orders of players in pairs, each with its reverse.

    Parameters
    ----------
    n
        Players.
    seed
        The same orders for the same seed.

    References
    ----------
    Mitchell, Cooper, Frank and Holmes 2022, Sampling permutations for Shapley value estimation.

    Examples
    --------
    >>> one, other = antithetic_orders(4, 1, (7, 0))
    >>> one == other[::-1], sorted(one)
    (True, [0, 1, 2, 3])
    """
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(list(seed))))
    drawn = [tuple(int(player) for player in rng.permutation(n)) for _ in range(pairs)]
    return [order for one in drawn for order in (one, one[::-1])]


# --- Attribution: which clauses make the gap between two arrangements ----------------------------

OUTCOME = "bank.raroc"
MOST_EXACT = 5
"""Players up to which all coalitions are run: 32 of them."""

PAIRS = 2
"""Pairs of orders that each replication draws where not all coalitions are run."""

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Attribution:
    """The gap between two arrangements, split over clauses.

    Parameters
    ----------
    marks
        Outcomes by name.
    parts : by outcome, shape (n_observations, n_players)
        Shapley values by replication, or antithetic pair of them, without those in which a
        coalition has none.
    edges : by outcome, two arrays of that shape
        What each clause adds to the first arrangement alone, and what the second one owes to it;
        empty where orders were sampled.
    dropped : dict of outcome to int
        Observations left out.
    is_exact
        Whether all coalitions were run.
    """

    game: Game
    marks: dict[str, Mark]
    parts: dict[str, FloatArray]
    edges: dict[str, tuple[FloatArray, FloatArray]]
    dropped: dict[str, int]
    is_exact: bool
    confidence: float = 0.95

    def frame(self) -> pd.DataFrame:
        """Give one row for each outcome and clause, and one for their sum.

        Columns outcome, clause, part, low, high, unit, verdict.
        """
        players = self.game.players
        return parts_frame(self.marks, self.parts, "clause", players, self.confidence)

    def edge_frame(self) -> pd.DataFrame:
        """Give what each clause adds alone and last; no rows where orders were sampled.

        Columns outcome, clause, when, part, low, high, unit, verdict. The more "alone" and "last"
        differ, the more the clause works through others.
        """
        rows = []
        for name, pair in self.edges.items():
            for when, values in zip(("alone", "last"), pair, strict=True):
                for player, one in zip(self.game.players, values.T, strict=True):
                    row = step_row(self.marks[name], one, self.confidence)
                    rows.append({"outcome": name, "clause": player, "when": when, **row})
        return pd.DataFrame(rows)

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        game = self.game
        first, second = (arrangement_text(name).lower() for name in (game.first, game.second))
        tables = {"clauses": self.frame()}
        captions = {"clauses": f"{second.capitalize()} less {first}, split over clauses"}
        if self.edges:
            tables["alone_and_last"] = self.edge_frame()
            captions["alone_and_last"] = (
                f"A clause put into {first} alone, and taken from {second} last"
            )
        sentences = [
            *gap_sentences(self.frame(), "clause", TOTAL, (game.first, game.second)),
            self._how(),
        ]
        key = f"attribution_{game.first}_{game.second}"
        title = f"Attribution: which clauses make the gap between {second} and {first}"
        return Findings(key, title, tuple(sentences), tables, captions)

    def _how(self) -> str:
        """Say how the split was made, and on how many replications."""
        count = len(self.game.players)
        if self.is_exact:
            how = f"Shapley values over all {2**count} mixtures of {count} clauses"
        else:
            how = f"Shapley values of {count} clauses from sampled orders, each with its reverse"
        kept = min(len(values) for values in self.parts.values())
        text = f"{how}, with common random numbers, with intervals over {kept} replications."
        if any(self.dropped.values()):
            text += " Replications in which a mixture has no value are left out."
        return text


@dataclass(frozen=True)
class Plan:
    """Coalitions of each replication, and the orders that lead through them."""

    game: Game
    replications: int
    pairs: int
    orders: dict[int, list[tuple[int, ...]]] = field(default_factory=dict)

    @property
    def observations(self) -> int:
        """Number of independent observations."""
        return -(-self.replications // self.game.scenario.variance_reduction.unit)

    def runs(self) -> list[tuple[Scenario, int]]:
        """Give the scenario that each replication runs."""
        if not self.pairs:
            every = self.game.with_coalitions(range(self.game.everybody + 1))
            return [(every, n) for n in range(self.replications)]
        seed = self.game.scenario.experiment.seed
        for n in range(self.replications):
            self.orders[n] = antithetic_orders(len(self.game.players), self.pairs, (seed, n))
        return [(self.game.with_coalitions(met(orders)), n) for n, orders in self.orders.items()]


@keywords(store=study_store)
def attribute(
    scenario: Scenario,
    arrangements: tuple[str, str],
    outcomes: Names = OUTCOME,
    *,
    pairs: int | None = None,
    store: Store,
) -> Attribution:
    """Split the gap between two arrangements over the clauses in which they differ.

    Parameters
    ----------
    scenario
        Its footing and its replications are those of the study.
    arrangements
        The gap is the second less the first.
    pairs
        Pairs of orders that each replication draws; 0 runs all coalitions. By default all where
        there are at most 32 of them, otherwise two pairs. Sampling widens the intervals, which
        count it, and does not shift the estimates.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

    Raises
    ------
    ScenarioError
        If an arrangement or an outcome is unknown, or the two do not differ.
    """
    marks, plan = check_request(scenario, arrangements, outcomes, pairs)
    game = plan.game
    frames = store.each(plan.runs())
    split = {name: _split(plan, frames, name) for name in marks}
    return Attribution(
        game, marks,
        {name: parts for name, (parts, _) in split.items()},
        {} if plan.pairs else {name: edges for name, (_, edges) in split.items() if edges},
        {name: plan.observations - parts.shape[0] for name, (parts, _) in split.items()},
        is_exact=plan.pairs == 0,
    )  # fmt: skip


def check_request(
    scenario: Scenario, arrangements: Names, outcomes: Names | None, pairs: int | None = None
) -> tuple[dict[str, Mark], Plan]:
    """Check what is asked for, and plan the runs; as in `attribute`."""
    marks, game, count, _ = together(
        lambda: marks_of(outcomes or OUTCOME),
        lambda: game_of(scenario, arrangements),
        lambda: at_least_two(scenario),
        lambda: at_least("--pairs", pairs or 0, 0),
    )
    usual = 0 if len(game.players) <= MOST_EXACT else PAIRS
    return marks, Plan(game, count, usual if pairs is None else pairs)


def _split(
    plan: Plan, frames: Sequence[pd.DataFrame], outcome: str
) -> tuple[FloatArray, tuple[FloatArray, FloatArray] | None]:
    """Split one outcome in every observation in which all coalitions have a value."""
    game = plan.game
    n = len(game.players)
    unit = game.scenario.variance_reduction.unit
    worths = [_worth(frame, outcome) for frame in frames]
    if plan.pairs:
        parts = [_sampled(game, worth, plan.orders[k]) for k, worth in enumerate(worths)]
        return observations(np.array(parts).reshape(-1, n), unit), None
    names = [game.name(coalition) for coalition in range(1 << n)]
    every = observations(np.array([[worth[name] for name in names] for worth in worths]), unit)
    split = shapley(every)
    _check_sum(split, every[:, -1] - every[:, 0], every)
    return split, _edges(every, n)


def _worth(frame: pd.DataFrame, outcome: str) -> dict[str, float]:
    rows = frame[frame["outcome"] == outcome]
    return dict(zip(rows["arrangement"], rows["value"].astype(float), strict=True))


def _sampled(game: Game, worth: dict[str, float], orders: list[tuple[int, ...]]) -> FloatArray:
    """Split one replication by the orders that it drew."""
    known = {coalition: worth[game.name(coalition)] for coalition in met(orders)}
    parts = by_orders(known, orders)
    values = np.array(list(known.values()))
    total = np.array([known[game.everybody] - known[0]])
    _check_sum(parts[None, :], total, values[None, :])
    return parts


def _check_sum(parts: FloatArray, total: FloatArray, values: FloatArray) -> None:
    """Assert that parts add up to the gap, but for rounding."""
    size = np.abs(values).max(axis=1, initial=0.0)
    gap = np.abs(parts.sum(axis=1) - total)
    assert not np.any(gap > _ROUNDING * size), "parts of a gap do not add up to it"


def _edges(every: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Give what each player adds first and last, shape (n_replications, n_players) each."""
    everybody = (1 << n) - 1
    alone = np.stack([every[:, 1 << k] - every[:, 0] for k in range(n)], axis=1)
    last = np.stack([every[:, -1] - every[:, everybody ^ 1 << k] for k in range(n)], axis=1)
    return alone, last


# --- Decomposition: terms, volume and selection in the gap between two arrangements --------------
# Four worlds with common random numbers, each one step from the last:
# ====================  ==============================  ==================  ==============
# world                 who is lent to, and when        line of each firm   terms
# ====================  ==============================  ==================  ==============
# first arrangement     its own                         its own             its own
# same lending          the first one's                 the first one's     the second's
# same firms            the first one's                 the second's        the second's
# second arrangement    its own                         its own             its own
# ====================  ==============================  ==================  ==============
# *Terms* (price, sharing of losses, right, promise) are the step from the first world to
# "same lending"; *volume* is the step to "same firms", the amount lent to each firm;
# *selection* is the step to the second arrangement, which firms are lent to and when. The
# three add up to the gap by construction. What firms draw and whether they live follow in
# every world; a firm that borrows under one arrangement only keeps the first one's line in
# "same firms", so lending to more firms is selection and not volume.

PARTS = ("terms", "volume", "selection")
WORLDS = ("first arrangement", "same lending", "same firms", "second arrangement")
LENDING = "system.credit_outstanding"
"""Outcome that shows how much is lent in each of the four worlds."""


@dataclass(frozen=True, eq=False)
class Decomposition:
    """The gap between two arrangements as terms, volume and selection.

    Parameters
    ----------
    arrangements
        The gap is the second less the first.
    values : by outcome, shape (n_replications, 4)
        Value in each of the four worlds.
    lending : shape (n_replications, 4), CNY million
        Average lending in each.
    """

    arrangements: tuple[str, str]
    marks: dict[str, Mark]
    values: dict[str, FloatArray]
    lending: FloatArray
    confidence: float = 0.95

    def frame(self) -> pd.DataFrame:
        """Give one row for each outcome and step, and one for their sum.

        Columns outcome, step, part, low, high, unit, verdict.
        """
        steps = {name: np.diff(values, axis=1) for name, values in self.values.items()}
        return parts_frame(self.marks, steps, "step", PARTS, self.confidence)

    def world_frame(self) -> pd.DataFrame:
        """Give the level of each outcome, and lending, in each of the four worlds.

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
        first, second = (arrangement_text(name).lower() for name in self.arrangements)
        tables = {"steps": self.frame(), "worlds": self.world_frame()}
        captions = {
            "steps": f"{second.capitalize()} less {first}, split into terms, volume and selection",
            "worlds": f"From {first} to {second}: levels in the four worlds",
        }
        sentences = [
            *gap_sentences(self.frame(), "step", TOTAL, self.arrangements),
            f"Terms: the loans of {first} imposed, with price, sharing, right and promise of"
            f" {second}. Volume: the same firms at the same dates, with the line that {second}"
            " gives each. Selection: which firms are lent to, and when.",
        ]
        title = f"Terms, volume and selection between {second} and {first}"
        key = "_".join(("decomposition", *self.arrangements))
        return Findings(key, title, tuple(sentences), tables, captions)


@keywords(store=study_store)
def decompose(
    scenario: Scenario,
    arrangements: tuple[str, str],
    outcomes: Names = "bank.raroc",
    *,
    store: Store,
) -> Decomposition:
    """Split the gap between two arrangements into terms, volume and selection.

    Parameters
    ----------
    scenario
        Its footing does not matter here; its replications are those of the study.
    arrangements
        Programmes too. The gap is the second less the first, against which paired outcomes are
        measured.
    workers, folder, executor, progress
        As in `sim.studies.request.study_store`.

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
    frames = store.many(scenarios, range(count))
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
