"""Sensitivity: which numbers move an outcome, and a difference between arrangements, most.

Morris' method walks through the ranges one step at a time and gives for each number the
mean size of its effect (mu*) and how far the effect depends on the others (sigma). Sobol's
indices split the variance over the ranges: the first-order index is what a number does
alone, the total index what it does together with others. All points use common random numbers, so
noise between replications does not pass for an effect.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.base.errors import ScenarioError
from sim.base.wording import arrangement_text, inside, number_text, unit_style
from sim.experiment.store import Floats, OutcomeArray, Store, means
from sim.scenario.key_words import key_text
from sim.scenario.scenario import Scenario
from sim.studies.duration import Speed, stopwatch
from sim.studies.findings import Findings
from sim.studies.ranges import Layout, OverRanges, Range, Vary, chosen
from sim.studies.request import (
    POINTS,
    Names,
    Scope,
    arms_alone,
    keywords,
    marks_of,
    refused,
    scope_of,
    study_store,
    together,
)

# --- Designs and indices of sensitivity studies, by SALib ----------------------------------------

Method = Literal["morris", "sobol"]
LEVELS = 4
"""Steps of the grid on which Morris' walks go."""
RESAMPLES = 500
"""Of the bootstrap."""
FEWEST = {"morris": 2, "sobol": 8}
"""Walks or base points below which nothing can be said."""
COLUMNS = {
    "morris": ("mu", "mu_star", "mu_star_conf", "sigma"),
    "sobol": ("S1", "S1_conf", "ST", "ST_conf"),
}
STRENGTH = {"morris": "mu_star", "sobol": "ST"}
"""By what numbers are ranked."""


def design(ranges: Sequence[Range], method: Method, most: int, seed: int = 0) -> Floats:
    """The points that a method asks for, as many as are asked for at most.

    Returns shape (n_points, n_ranges).

    Parameters
    ----------
    most
        Points; a walk of Morris' takes one more than there are numbers, a base point of Sobol's
        two more.

    Raises
    ------
    ScenarioError
        If they do not suffice.

    References
    ----------
    Morris (1991), Factorial sampling plans for preliminary computational experiments; Saltelli et
    al. (2010), Variance based sensitivity analysis of model output.

    Examples
    --------
    >>> design([Range("a.b", 0.0, 1.0), Range("a.c", 0.0, 1.0)], "morris", 10).shape
    (9, 2)
    """
    each = len(ranges) + (1 if method == "morris" else 2)
    count = most // each
    if count < FEWEST[method]:
        raise _too_few(method, most, each)
    if method == "morris":
        from SALib.sample import morris

        found = morris.sample(_problem(ranges), count, num_levels=LEVELS, seed=seed)
    else:
        from SALib.sample import sobol

        base = 2 ** int(np.log2(count))
        found = sobol.sample(_problem(ranges), base, calc_second_order=False, seed=seed)
    return np.asarray(found, dtype=np.float64)


def analysed(
    ranges: Sequence[Range], method: Method, points: Floats, values: Floats, seed: int = 0
) -> pd.DataFrame:
    """Indices of one response, with bootstrap half-widths at 95 %.

    Columns key, then for Morris mu, mu_star, mu_star_conf, sigma in the unit of the response per
    whole range, for Sobol S1, S1_conf, ST, ST_conf as shares of variance; strongest first.

    Parameters
    ----------
    points : shape (n_points, n_ranges)
        As `design` gives them.
    values : shape (n_points,)
        Defined everywhere, and not all the same.
    seed
        Of the bootstrap.

    Examples
    --------
    >>> ranges = [Range("a.b", 0.0, 1.0), Range("a.c", 0.0, 2.0)]
    >>> points = design(ranges, "morris", 30)
    >>> analysed(ranges, "morris", points, points @ [3.0, 1.0])["mu_star"].round(6).tolist()
    [3.0, 2.0]
    """
    problem = _problem(ranges)
    if method == "morris":
        from SALib.analyze import morris

        found: Any = morris.analyze(
            problem, points, values, num_levels=LEVELS, num_resamples=RESAMPLES, seed=seed
        )
    else:
        from SALib.analyze import sobol

        # SALib takes a seed of zero for none.
        found = sobol.analyze(
            problem, values, calc_second_order=False, num_resamples=RESAMPLES, seed=seed + 1
        )
    columns = {name: np.asarray(found[name], dtype=np.float64) for name in COLUMNS[method]}
    frame = pd.DataFrame({"key": [one.label for one in ranges], **columns})
    return frame.sort_values(STRENGTH[method], ascending=False, ignore_index=True)


def _problem(ranges: Sequence[Range]) -> dict[str, Any]:
    return {
        "num_vars": len(ranges),
        "names": [one.label for one in ranges],
        "bounds": [[one.low, one.high] for one in ranges],
    }


def _too_few(method: Method, most: int, each: int) -> ScenarioError:
    numbers = each - (1 if method == "morris" else 2)
    rule = f"must be at least {FEWEST[method] * each:,} for {method} over {numbers} numbers"
    cure = "give more, or name fewer numbers with --vary"
    if method == "sobol":
        cure += "; morris finds the few that matter with fewer points"
    return refused(POINTS, rule, f"{most:,}", cure)


# --- Levels and differences of the outcomes of a study, one column each, averaged over runs ------

LEVEL, DIFFERENCE = "level", "difference"


@dataclass(frozen=True, eq=False)
class Response:
    """One number at every point of a design.

    Parameters
    ----------
    kind : {"level", "difference"}
        Under the arrangement, or less the baseline of the same point.
    values, errors : shape (n_points,)
        Mean over replications and its standard error; nan where undefined.
    """

    outcome: str
    arrangement: str
    kind: str
    values: Floats
    errors: Floats

    @property
    def is_defined(self) -> bool:
        """Whether it has a value at every point."""
        return bool(np.isfinite(self.values).all())

    @property
    def varies(self) -> bool:
        """Whether it differs between points by more than rounding."""
        known = self.values[np.isfinite(self.values)]
        size = np.abs(known).max(initial=0.0)
        return bool(np.ptp(known) > 1e-12 * size) if known.size else False


def responses(outcome_array: OutcomeArray, scope: Scope) -> Iterator[Response]:
    """Levels of all arrangements and differences from the baseline, outcome by outcome."""
    for outcome in scope.outcomes:
        for arm in (scope.baseline, *scope.arrangements):
            yield Response(outcome, arm, LEVEL, *means(outcome_array.levels(arm, outcome))[:2])
        for arm in scope.arrangements:
            gaps = outcome_array.differences(arm, scope.baseline, outcome)
            yield Response(outcome, arm, DIFFERENCE, *means(gaps)[:2])


# --- Sensitivity: which numbers move an outcome, and a difference between arrangements, most -----

KEY = "sensitivity"
TOP = 3
"""Numbers that a sentence names."""


@dataclass(frozen=True)
class Screening:
    """How sensitivity is measured.

    Parameters
    ----------
    points
        At most.
    replications
        At each point, with common random numbers at all.
    seed
        Of the design and the bootstrap.
    """

    method: Method = "morris"
    points: int = 1000
    replications: int = 1
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Sensitivity(OverRanges):
    """Indices of every level and every difference.

    Parameters
    ----------
    indices
        Columns outcome, arrangement, kind (level or difference), unit, key, the indices of the
        method, rank.
    left_out
        Tuple of (response, reason).
    """

    indices: pd.DataFrame
    left_out: tuple[tuple[str, str], ...]
    how: Screening
    speed: Speed

    def frame(self) -> pd.DataFrame:
        """One row for each response and number, strongest first in each response."""
        return self.indices.copy()

    def findings(self) -> Findings:
        """The indices in words and tables, for files and report."""
        frame = self.indices
        top = frame[(frame["rank"] <= TOP) & (frame["kind"] == DIFFERENCE)]
        names = {"morris": "Morris' effects", "sobol": "Sobol's indices"}[self.how.method]
        reasons = dict.fromkeys(reason for _, reason in self.left_out)
        skipped = [
            f"Left out, {reason}: {', '.join(n for n, r in self.left_out if r == reason)}."
            for reason in reasons
        ]
        return Findings(
            f"{KEY}_{self.how.method}",
            f"Sensitivity: {names}",
            (*self._sentences(top), *skipped, self._scope(), self.speed.words()),
            {"strongest": self._strongest(top), "indices": frame},
            {"strongest": f"{names} on differences from {arrangement_text(self.scope.baseline)}:"
             f" the {TOP} strongest of each",
             "indices": f"{names} of all numbers, on levels and on differences; conf is half of"
             " a 95 % bootstrap interval"},
        )  # fmt: skip

    def _strongest(self, top: pd.DataFrame) -> pd.DataFrame:
        """The strongest numbers with the intervals of their strength, for people."""
        name = STRENGTH[self.how.method]
        kept = ["outcome", "arrangement", "unit", "key"]
        shown = top[kept].assign(effect=top[name])
        shown["low"] = (top[name] - top[f"{name}_conf"]).clip(lower=0.0)
        shown["high"] = top[name] + top[f"{name}_conf"]
        if self.how.method == "morris":
            return shown.assign(way=_ways(top["mu"] / top["mu_star"]))
        return shown.assign(alone=top["S1"]).drop(columns="unit")

    def _sentences(self, top: pd.DataFrame) -> list[str]:
        labels = {name: mark.label for name, mark in marks_of(self.scope.outcomes).items()}
        groups = top.groupby(["outcome", "arrangement"], sort=False)
        return [
            f"{labels[str(outcome)]}, {arrangement_text(str(arm)).lower()} less"
            f" {arrangement_text(self.scope.baseline).lower()}: {self._words(rows)}."
            for (outcome, arm), rows in groups
        ]

    def _words(self, rows: pd.DataFrame) -> str:
        name = STRENGTH[self.how.method]
        scale = unit_style(str(rows["unit"].iloc[0])) if self.how.method == "morris" else None
        factor, unit = (scale.scale, scale.step) if scale else (1.0, "")
        said = [
            f"{key_text(key)}"
            f" ({number_text(float(f'{factor * strength:.2g}'))} ±"
            f" {number_text(float(f'{factor * half:.2g}'))}{unit})"
            for key, strength, half in rows[["key", name, f"{name}_conf"]].to_numpy().tolist()
            if strength != 0.0
        ]
        return ", ".join(said)

    def _scope(self) -> str:
        plural = "" if self.how.replications == 1 else "s"
        return (
            f"Every point used common random numbers in {self.how.replications}"
            f" replication{plural};"
            " indices speak of these histories and of these ranges."
        )


@keywords(screening=Screening, store=study_store)
def sensitivity(
    scenario: Scenario,
    vary: Vary = None,
    outcomes: Names | None = None,
    *,
    screening: Screening,
    store: Store,
) -> Sensitivity:
    """Measure which numbers move outcomes, and differences between arrangements, most.

    Parameters
    ----------
    vary
        All numbers that the scenario grades as assumptions, over their plausible ranges, by
        default.
    method, points, replications, seed
        As in `Screening`.
    scenario, outcomes, workers, folder, executor, progress
        As in `sim.studies.sweep.sweep`.

    Raises
    ------
    ScenarioError
        For keys, ranges, outcomes that are not legal, or too few points.
    """
    layout = laid_out(scenario, vary, outcomes, screening)
    with stopwatch(store, len(layout.points)) as speed:
        outcome_array = layout.outcome_array(store)
    frames, left_out = [], []
    for one in responses(outcome_array, layout.scope):
        reason = _unfit(one)
        if reason:
            left_out.append((_name(one), reason))
        else:
            frames.append(_indices(one, layout, screening))
    indices = _joined(frames, screening)
    return Sensitivity(layout, indices, tuple(left_out), screening, speed)


def laid_out(scenario: Scenario, vary: Vary, outcomes: Names | None, how: Screening) -> Layout:
    """Check what is asked for, and lay out the points; as in `sensitivity`."""
    alone = arms_alone(scenario)
    scope, known = together(lambda: scope_of(alone, outcomes), lambda: chosen(alone, vary))
    points = design(known.ranges, how.method, how.points, how.seed)
    return Layout(alone, scope, known.ranges, points, how.replications)


def _unfit(one: Response) -> str:
    if not one.is_defined:
        count = int((~np.isfinite(one.values)).sum())
        return f"undefined at {count} of {one.values.size} points"
    return "" if one.varies else "the same at all points"


def _ways(ratio: "pd.Series[float]") -> list[str]:
    """Whether a number moves the response up, down, now one way and now the other, or not."""
    return [
        "no effect" if np.isnan(r) else "up" if r > 0.5 else "down" if r < -0.5 else "both ways"
        for r in ratio
    ]


def _name(one: Response) -> str:
    label = marks_of(one.outcome)[one.outcome].label
    return f"{one.kind} of {inside(label)} under {arrangement_text(one.arrangement).lower()}"


def _indices(one: Response, layout: Layout, how: Screening) -> pd.DataFrame:
    found = analysed(layout.ranges, how.method, layout.points, one.values, how.seed)
    unit = marks_of(one.outcome)[one.outcome].unit
    head = {"outcome": one.outcome, "arrangement": one.arrangement, "kind": one.kind, "unit": unit}
    return found.assign(**head, rank=np.arange(1, len(found) + 1))


def _joined(frames: list[pd.DataFrame], how: Screening) -> pd.DataFrame:
    columns = ["outcome", "arrangement", "kind", "unit", "key", *COLUMNS[how.method], "rank"]
    return pd.concat(frames or [pd.DataFrame(columns=columns)], ignore_index=True)[columns]
