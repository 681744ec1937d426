"""Robustness: which conclusions keep their sign over all that was only assumed.

A conclusion is the sign of the difference of an outcome between an arrangement and the
baseline. A Latin hypercube moves all assumed numbers at once, each over its plausible
range; at every point the difference has its own interval over replications. Rank
correlations say which numbers push a difference towards the other sign; many are tried, so
only those count that stay clear after Holm's correction. Moving the strongest one at a
time to both ends shows how far each reaches alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from sim.outcomes.wording import arrangement_text
from sim.scenario.model import Scenario
from sim.study.aims import REPLICATIONS, Names, aims_of, at_least, marks_of, together
from sim.study.assumed import chosen
from sim.study.cube import Cube, means, sides
from sim.study.design import Layout, OverRanges, design_points
from sim.study.findings import Findings
from sim.study.ranges import Range, varied
from sim.study.signs import BAD, KEPT, NONE, OPEN, correlations, verdict_row
from sim.study.speed import Speed, stopwatch
from sim.study.store import Store

KEY = "robustness"
CORRELATION = "rank_correlation"


@dataclass(frozen=True)
class Trial:
    """How conclusions are tried.

    Parameters
    ----------
    points : int
        Of the Latin hypercube.
    replications : int
        At each point, with the same luck at all; at least 2, for the intervals.
    tornado : int
        How many of the numbers with the strongest rank correlations are moved one at a
        time.
    confidence : float, in (0, 1)
        Of the interval at each point.
    seed : int
        Of the hypercube.
    """

    points: int = 64
    replications: int = 4
    tornado: int = 12
    confidence: float = 0.95
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Robustness(OverRanges):
    """Which signs last.

    Parameters
    ----------
    signs : DataFrame
        One row for each outcome and arrangement.
    influence : DataFrame
        Rank correlation of each difference with each number.
    tornado : DataFrame
        Differences with one number at a time at its ends.
    points : DataFrame
        Difference and standard error at every point of the hypercube.
    trial, speed
        How it was tried, and how fast.
    """

    signs: pd.DataFrame
    influence: pd.DataFrame
    tornado: pd.DataFrame
    points: pd.DataFrame
    trial: Trial
    speed: Speed

    def frame(self) -> pd.DataFrame:
        """One row for each outcome and arrangement.

        Returns
        -------
        DataFrame
            Columns outcome, arrangement, unit, difference, low, high (at present values),
            points, same_sign (share), same_low, same_high (its interval), same_and_clear,
            opposite_and_clear (shares), verdict, pushes_over (numbers that push it to the
            other sign, clear after Holm's correction).
        """
        return self.signs.copy()

    def findings(self) -> Findings:
        """The result in words and tables, for files and report."""
        order = self.influence[CORRELATION].abs().sort_values(ascending=False).index
        return Findings(
            KEY,
            "Robustness to what was assumed",
            (*self._sentences(), self.speed.words()),
            {"verdicts": self._verdicts(), "signs": self.signs, "tornado": self.tornado,
             "influence": self.influence.loc[order], "points": self.points},
            {"verdicts": "Sign of each difference from"
             f" {arrangement_text(self.aims.baseline).lower()} over the ranges of all assumptions",
             "tornado": "One at a time: differences with one number at either end of its range,"
             " all others as they are; says nothing of what numbers do together",
             "influence": "Rank correlation of each difference with each number over the points",
             "points": "Differences at every point of the Latin hypercube"},
        )  # fmt: skip

    def _verdicts(self) -> pd.DataFrame:
        """The signs for people: shares of points in one cell each."""
        rows = self.signs
        shown = rows[["outcome", "arrangement", "unit", "difference", "low", "high"]].copy()
        shares = rows[["same_sign", "same_low", "same_high"]].to_numpy(np.float64)
        shown["same sign"] = [f"{s:.0%} ({a:.0%} to {b:.0%})" for s, a, b in shares]
        shown["and clear"] = [f"{s:.0%}" for s in rows["same_and_clear"]]
        shown["clear against"] = [f"{s:.0%}" for s in rows["opposite_and_clear"]]
        return shown.assign(verdict=rows["verdict"], pushed_over_by=rows["pushes_over"])

    def _sentences(self) -> list[str]:
        rows = self.signs
        labels = {name: mark.label for name, mark in marks_of(self.aims.outcomes).items()}
        groups = {
            KEPT: "keep their sign over the ranges",
            OPEN: "take the other sign at points, but no oftener clear of zero than by chance",
            BAD: "take the other sign, clear of zero, at more points than by chance",
            NONE: "have no clear sign at present values",
        }
        said = []
        for verdict, words in groups.items():
            names = [
                f"{labels[o]} under {arrangement_text(a).lower()}"
                for o, a, v in rows[["outcome", "arrangement", "verdict"]].to_numpy().tolist()
                if v == verdict
            ]
            said.append(f"{len(names)} of {len(rows)} differences {words}: {_listed(names)}.")
        passed = [f"{key} {reason}" for key, reason in self.layout.passed_over]
        if passed:
            said.append(f"{len(passed)} assumed numbers could not be moved: {_listed(passed)}.")
        return said


def robustness(
    scenario: Scenario,
    vary: Iterable[Range | str] | None = None,
    outcomes: Names | None = None,
    trial: Trial | None = None,
    store: Store | None = None,
) -> Robustness:
    """Try which differences between arrangements keep their sign over what was assumed.

    Parameters
    ----------
    vary : sequence of Range or str, optional
        All numbers that the scenario grades as assumptions, by default.
    trial : Trial, optional
    scenario, outcomes, store
        As in `sim.study.sweep.sweep`.

    Raises
    ------
    ScenarioError
        For keys, ranges or outcomes that are not legal.

    References
    ----------
    Saltelli et al. (2008), Global Sensitivity Analysis, on Monte Carlo filtering; Holm
    (1979), A simple sequentially rejective multiple test procedure.
    """
    how, kept = trial or Trial(), store or Store()
    layout = laid_out(scenario, vary, outcomes, how)
    with stopwatch(kept, 1 + how.points) as speed:
        cube = layout.cube(kept, [scenario])
        influence = _influence(cube, layout)
        strongest = _strongest(influence, layout.ranges, how.tornado)
        tornado = _tornado(layout, strongest, (how, kept, cube))
        speed.evaluations += 2 * len(strongest)
    signs = _signs(cube, layout, influence, how)
    return Robustness(layout, signs, influence, tornado, _points(cube, layout), how, speed)


def laid_out(
    scenario: Scenario, vary: Iterable[Range | str] | None, outcomes: Names | None, how: Trial
) -> Layout:
    """Check what is asked for, and lay out the points; as in `robustness`."""
    aims, known, _ = together(
        lambda: aims_of(scenario, outcomes),
        lambda: chosen(scenario, vary),
        lambda: at_least(REPLICATIONS, how.replications),
    )
    points = design_points(known.ranges, "latin", how.points, how.seed)
    return Layout(scenario, aims, known.ranges, points, how.replications, known.passed_over)


def runs_of(layout: Layout, how: Trial) -> int:
    """Replications of the whole study, with the numbers that are moved one at a time."""
    return layout.runs + (1 + 2 * min(how.tornado, len(layout.ranges))) * how.replications


def _influence(cube: Cube, layout: Layout) -> pd.DataFrame:
    """Rank correlations over the points of the hypercube; row 0 of the cube is the present."""
    keys = [one.label for one in layout.ranges]
    parts = [
        correlations(keys, layout.points, means(gaps[1:])[0]).assign(**head)
        for head, gaps in layout.differences(cube)
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole[["outcome", "arrangement", "key", CORRELATION, "is_clear"]]


def _strongest(influence: pd.DataFrame, ranges: Sequence[Range], count: int) -> list[Range]:
    by_key = influence[CORRELATION].abs().groupby(influence["key"]).max()
    best = by_key.sort_values(ascending=False, kind="stable").index[:count]
    return [one for one in ranges if one.label in set(best)]


def _tornado(layout: Layout, ranges: list[Range], run: tuple[Trial, Store, Cube]) -> pd.DataFrame:
    how, store, present = run
    ends = [varied(layout.scenario, [one], [end]) for one in ranges for end in (one.low, one.high)]
    if not ends:
        return pd.DataFrame(columns=["outcome", "arrangement", "unit", "key"])
    cube, rows = store.cube(ends, range(how.replications)), []
    for (head, gaps), (_, now) in zip(
        layout.differences(cube), layout.differences(present), strict=True
    ):
        (gap, error, _), side = means(gaps), sides(gaps, how.confidence)
        sign = sides(now[:1], how.confidence)[0]
        for k, (one, end) in enumerate(product(ranges, ("low", "high"))):
            first = 2 * (k // 2)
            rows.append(
                {**head, "key": one.label, "end": end, "at": getattr(one, end),
                 "difference": gap[k], "standard_error": error[k],
                 "swing": abs(gap[first + 1] - gap[first]), "flips": bool(sign * side[k] < 0)}
            )  # fmt: skip
    order = ["outcome", "arrangement", "swing", "key"]
    return pd.DataFrame(rows).sort_values(
        order, ascending=[True, True, False, True], kind="stable", ignore_index=True
    )


def _signs(cube: Cube, layout: Layout, influence: pd.DataFrame, how: Trial) -> pd.DataFrame:
    marks, rows = marks_of(layout.aims.outcomes), []
    for head, gaps in layout.differences(cube):
        own = influence["outcome"] == head["outcome"]
        mine = influence[own & (influence["arrangement"] == head["arrangement"])]
        rows.append({**head, **verdict_row(marks[head["outcome"]], gaps, mine, how.confidence)})
    return pd.DataFrame(rows)


def _points(cube: Cube, layout: Layout) -> pd.DataFrame:
    parts = []
    for head, gaps in layout.differences(cube):
        gap, error, _ = means(gaps[1:])
        own = {"outcome": head["outcome"], "arrangement": head["arrangement"]}
        found = {"difference": gap, "standard_error": error}
        parts.append(pd.DataFrame({"point": np.arange(gap.size), **own, **found}))
    return pd.concat(parts, ignore_index=True)


def _listed(names: list[str]) -> str:
    return "; ".join(names) if names else "none"
