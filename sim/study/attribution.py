"""Attribution: which clauses make the gap between two arrangements.

The clauses in which two arrangements differ are switched on one by one, in every order or
in a sample of orders, in the same luck. A clause's part is the mean of what it adds when
it comes: its Shapley value, the one split that adds up, treats clauses alike and gives
nothing to a clause that changes nothing.

References
----------
Shapley 1953; Shorrocks 2013, Decomposition procedures for distributional analysis.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.experiment.progress import Asked
from sim.outcomes.mark import Mark
from sim.outcomes.statistics import FloatArray
from sim.scenario.model import Scenario
from sim.study.aims import Names, at_least, at_least_two, marks_of, together
from sim.study.coalitions import Game, game_of
from sim.study.findings import TOTAL, Findings
from sim.study.intervals import observations, parts_frame, step_row
from sim.study.shapley import antithetic_orders, by_orders, met, shapley
from sim.study.store import Store
from sim.study.words import gap_sentences

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
    game : Game
    marks : dict of str to Mark
        Outcomes by name.
    parts : dict of outcome to array, shape (n_observations, n_players)
        Shapley values by replication, or mirrored pair of them, without those in which a
        coalition has none.
    edges : dict of outcome to two arrays of that shape
        What each clause adds to the first arrangement alone, and what the second one
        owes to it; empty where orders were sampled.
    dropped : dict of outcome to int
        Observations left out.
    is_exact : bool
        Whether all coalitions were run.
    confidence : float
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

        Returns
        -------
        DataFrame
            Columns outcome, clause, part, low, high, unit, verdict.
        """
        players = self.game.players
        return parts_frame(self.marks, self.parts, "clause", players, self.confidence)

    def edge_frame(self) -> pd.DataFrame:
        """Give what each clause adds alone and last; no rows where orders were sampled.

        Returns
        -------
        DataFrame
            Columns outcome, clause, when, part, low, high, unit, verdict. The more "alone"
            and "last" differ, the more the clause works through others.
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
        between = f"{game.second} and {game.first}"
        tables = {"clauses": self.frame()}
        captions = {"clauses": f"{game.second} less {game.first}, split over clauses"}
        if self.edges:
            tables["alone_and_last"] = self.edge_frame()
            captions["alone_and_last"] = (
                f"A clause put into {game.first} alone, and taken from {game.second} last"
            )
        sentences = [
            *gap_sentences(self.frame(), "clause", TOTAL, (game.first, game.second)),
            self._how(),
        ]
        key = f"attribution_{game.first}_{game.second}"
        title = f"Attribution: which clauses make the gap between {between}"
        return Findings(key, title, tuple(sentences), tables, captions)

    def _how(self) -> str:
        """Say how the split was made, and on how many replications."""
        count = len(self.game.players)
        if self.is_exact:
            how = f"Shapley values over all {2**count} mixtures of {count} clauses"
        else:
            how = f"Shapley values of {count} clauses from sampled orders, each with its reverse"
        kept = min(len(values) for values in self.parts.values())
        text = f"{how}, in the same luck, with intervals over {kept} replications."
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


def attribute(
    scenario: Scenario,
    arrangements: tuple[str, str],
    outcomes: Names = OUTCOME,
    *,
    pairs: int | None = None,
    store: Store | None = None,
    progress: Asked = None,
) -> Attribution:
    """Split the gap between two arrangements over the clauses in which they differ.

    Parameters
    ----------
    scenario : Scenario
        Its footing and its replications are those of the study.
    arrangements : tuple of two str
        The gap is the second less the first.
    outcomes : str or iterable of str
    pairs : int, optional
        Pairs of orders that each replication draws; 0 runs all coalitions. By default all
        where there are at most 32 of them, otherwise two pairs. Sampling widens the
        intervals, which count it, and does not shift the estimates.
    store : Store, optional
        Runs that are known; a new one by default.
    progress : callable or bool, optional
        Who is told how many runs are done, of how many; as in `Store`.

    Raises
    ------
    ScenarioError
        If an arrangement or an outcome is unknown, or the two do not differ.
    """
    marks, plan = asked(scenario, arrangements, outcomes, pairs)
    game = plan.game
    frames = (store or Store()).each(plan.runs(), progress)
    split = {name: _split(plan, frames, name) for name in marks}
    return Attribution(
        game, marks,
        {name: parts for name, (parts, _) in split.items()},
        {} if plan.pairs else {name: edges for name, (_, edges) in split.items() if edges},
        {name: plan.observations - parts.shape[0] for name, (parts, _) in split.items()},
        is_exact=plan.pairs == 0,
    )  # fmt: skip


def asked(
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
