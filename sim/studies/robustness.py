"""Robustness: which conclusions keep their sign over all that was only assumed.

A conclusion is the sign of the difference of an outcome between an arrangement and the
baseline. A Latin hypercube moves all assumed numbers at once, each over its plausible
range; at every point the difference has its own interval over replications. Rank
correlations say which numbers push a difference towards the other sign; many are tried, so
only those count that stay clear after Holm's correction. Moving the strongest one at a
time to both ends shows how far each reaches alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sim.analysis.estimates import holm, proportion_interval
from sim.analysis.mean_rule import difference_interval
from sim.base.wording import arrangement_text, percent_text, plain_number, range_text
from sim.experiment.store import Floats, OutcomeArray, Store, means, sides
from sim.outcomes.mark import Mark
from sim.scenario.key_words import key_text
from sim.scenario.scenario import Scenario
from sim.studies.duration import Speed, stopwatch
from sim.studies.findings import Findings
from sim.studies.ranges import Layout, OverRanges, Range, Vary, chosen, design_points, varied
from sim.studies.request import (
    REPLICATIONS,
    Names,
    arms_alone,
    at_least,
    keywords,
    marks_of,
    scope_of,
    study_store,
    together,
)

# --- The sign of a difference over many points: how often it lasts, and what turns it ------------

KEPT = "keeps its sign"
OPEN = "not contradicted"
BAD = "flips"
NONE = "unclear at present"
ENOUGH = 0.95
"""Share of points at which a sign must be the same to be called kept."""
NAMED = 3
"""Numbers that are named as pushing a difference over."""
LEVEL = 0.05


def correlations(keys: Sequence[str], points: Floats, values: Floats) -> pd.DataFrame:
    """Spearman's rank correlation of a value with each coordinate of its point.

    Columns key, rank_correlation, is_clear (of zero, by Holm's correction for all keys at 5 %).

    Parameters
    ----------
    points : shape (n_points, n_keys)
    values : shape (n_points,)
        Nan where undefined; such points are left out.

    Examples
    --------
    >>> points = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    >>> correlations(["a", "b"], points, points[:, 0])["rank_correlation"].tolist()
    [1.0, 0.0]
    """
    known = np.isfinite(values)
    ranks, own = stats.rankdata(points[known], axis=0), stats.rankdata(values[known])
    ranks, own = ranks - ranks.mean(axis=0), own - own.mean()
    size = np.sqrt((ranks**2).sum(axis=0) * (own**2).sum())
    r = np.divide(own @ ranks, size, out=np.zeros(len(keys)), where=size > 0.0)
    freedom = max(int(known.sum()) - 2, 1)
    score = np.abs(r) * np.sqrt(freedom / np.maximum(1.0 - r * r, 1e-15))
    p_values = 2.0 * stats.t.sf(score, freedom)
    return pd.DataFrame({"key": keys, "rank_correlation": r, "is_clear": holm(p_values, LEVEL)})


def verdict_row(
    mark: Mark, gaps: Floats, influence: pd.DataFrame, confidence: float
) -> dict[str, Any]:
    """What becomes of the sign of one difference.

    The columns of `Robustness.frame` that follow the unit.

    Parameters
    ----------
    mark
        Of the outcome; a yes/no has an interval of paired proportions at present values.
    gaps : shape (1 + n_points, n_replications)
        Paired differences, at present values first.
    influence
        As `correlations` gives it.
    """
    now = difference_interval(mark, gaps[0], confidence)
    mean, _, _ = means(gaps[1:])
    known = np.isfinite(mean)
    side, total = sides(gaps[1:], confidence)[known], int(known.sum())
    chance = 0.5 * (1.0 - confidence)
    sign = int(np.sign(now.estimate)) if np.isfinite(now.estimate) else 0
    alike = (np.sign(mean[known]) == sign) & (sign != 0)
    same, share = int(alike.sum()), proportion_interval(alike)
    against = float((side == -sign).mean()) if sign and total else float("nan")
    return {
        "difference": now.estimate, "low": now.low, "high": now.high, "points": total,
        "same_sign": same / total if total else float("nan"), "same_low": share.low,
        "same_high": share.high,
        "same_and_clear": float((side == sign).mean()) if sign and total else float("nan"),
        "opposite_and_clear": against,
        "verdict": _verdict(now.side, same / max(total, 1), _is_more(against, total, chance)),
        "pushes_over": _pushers(influence, sign),
    }  # fmt: skip


def _verdict(side: int, same: float, flips: bool) -> str:
    if side == 0:
        return NONE
    if flips:
        return BAD
    return KEPT if same >= ENOUGH else OPEN


def _is_more(share: float, total: int, chance: float) -> bool:
    """Whether intervals are clear at more points than so many tests give by chance."""
    if not total or not np.isfinite(share):
        return False
    count = round(share * total)
    return bool(stats.binomtest(count, total, chance, alternative="greater").pvalue < LEVEL)


def _pushers(influence: pd.DataFrame, sign: int) -> str:
    """Numbers with which the difference clearly moves, strongest first, and the way."""
    clear = influence[influence["is_clear"]]
    order = clear["rank_correlation"].abs().sort_values(ascending=False).index[:NAMED]
    rows = clear.loc[order, ["key", "rank_correlation"]].to_numpy().tolist()
    # A difference above zero is pushed over by low values of what raises it.
    return "; ".join(
        f"{'low' if r * sign > 0 else 'high'} {key_text(key)} ({plain_number(r, 2, sign=True)})"
        for key, r in rows
    )


# --- Robustness: which conclusions keep their sign over all that was only assumed ----------------

KEY = "robustness"
CORRELATION = "rank_correlation"


@dataclass(frozen=True)
class Trial:
    """How conclusions are tried.

    Parameters
    ----------
    points
        Of the Latin hypercube.
    replications
        At each point, with common random numbers at all; at least 2, for the intervals.
    tornado
        How many of the numbers with the strongest rank correlations are moved one at a time.
    confidence : in (0, 1)
        Of the interval at each point.
    seed
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
    signs
        One row for each outcome and arrangement.
    influence
        Rank correlation of each difference with each number.
    tornado
        Differences with one number at a time at its ends.
    points
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

        Columns outcome, arrangement, unit, difference, low, high (at present values), points,
        same_sign (share), same_low, same_high (its interval), same_and_clear, opposite_and_clear
        (shares), verdict, pushes_over (numbers that push it to the other sign, clear after Holm's
        correction).
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
             f" {arrangement_text(self.scope.baseline).lower()} over the ranges of all"
             f" assumptions",
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
        shown["same sign"] = [
            f"{_percent(s)} ({range_text(a, b, 'share', (b - a) / 4.0)})" for s, a, b in shares
        ]
        shown["and clear"] = rows["same_and_clear"].map(_percent)
        shown["clear against"] = rows["opposite_and_clear"].map(_percent)
        return shown.assign(verdict=rows["verdict"])

    def _sentences(self) -> list[str]:
        rows = self.signs
        labels = {name: mark.label for name, mark in marks_of(self.scope.outcomes).items()}
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
            if names:
                said.append(
                    f"{len(names)} of {len(rows)} differences {words}: {'; '.join(names)}."
                )
        pushed = rows.loc[rows["pushes_over"] != "", ["outcome", "arrangement", "pushes_over"]]
        said += [
            f"{labels[o]} under {arrangement_text(a).lower()} is pushed to the other side by"
            f" {numbers} (rank correlations)."
            for o, a, numbers in pushed.to_numpy().tolist()
        ]
        passed = [f"{key_text(key)} {reason}" for key, reason in self.layout.passed_over]
        if passed:
            said.append(f"Assumed numbers that could not be moved: {'; '.join(passed)}.")
        return said


@keywords(trial=Trial, store=study_store)
def robustness(
    scenario: Scenario,
    vary: Vary = None,
    outcomes: Names | None = None,
    *,
    trial: Trial,
    store: Store,
) -> Robustness:
    """Try which differences between arrangements keep their sign over what was assumed.

    Parameters
    ----------
    vary
        All numbers that the scenario grades as assumptions, by default.
    points, replications, tornado, confidence, seed
        As in `Trial`.
    scenario, outcomes, workers, folder, executor, progress
        As in `sim.studies.sweep.sweep`.

    Raises
    ------
    ScenarioError
        For keys, ranges or outcomes that are not legal.

    References
    ----------
    Saltelli et al. (2008), Global Sensitivity Analysis, on Monte Carlo filtering; Holm (1979), A
    simple sequentially rejective multiple test procedure.
    """
    layout = laid_out(scenario, vary, outcomes, trial)
    with stopwatch(store, 1 + trial.points) as speed:
        outcome_array = layout.outcome_array(store, [layout.scenario])
        influence = _influence(outcome_array, layout)
        strongest = _strongest(influence, layout.ranges, trial.tornado)
        tornado = _tornado(layout, strongest, (trial, store, outcome_array))
        speed.evaluations += 2 * len(strongest)
    signs = _signs(outcome_array, layout, influence, trial)
    return Robustness(
        layout, signs, influence, tornado, _points(outcome_array, layout), trial, speed
    )


def laid_out(scenario: Scenario, vary: Vary, outcomes: Names | None, how: Trial) -> Layout:
    """Check what is asked for, and lay out the points; as in `robustness`."""
    alone = arms_alone(scenario)
    scope, known, _ = together(
        lambda: scope_of(alone, outcomes),
        lambda: chosen(alone, vary),
        lambda: at_least(REPLICATIONS, how.replications),
    )
    points = design_points(known.ranges, "latin", how.points, how.seed)
    return Layout(alone, scope, known.ranges, points, how.replications, known.passed_over)


def runs_of(layout: Layout, how: Trial) -> int:
    """Replications of the whole study, with the numbers that are moved one at a time."""
    return layout.runs + (1 + 2 * min(how.tornado, len(layout.ranges))) * how.replications


def _influence(outcome_array: OutcomeArray, layout: Layout) -> pd.DataFrame:
    """Rank correlations over the points of the hypercube; row 0 of the array is the present."""
    keys = [one.label for one in layout.ranges]
    parts = [
        correlations(keys, layout.points, means(gaps[1:])[0]).assign(**head)
        for head, gaps in layout.differences(outcome_array)
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole[["outcome", "arrangement", "key", CORRELATION, "is_clear"]]


def _strongest(influence: pd.DataFrame, ranges: Sequence[Range], count: int) -> list[Range]:
    by_key = influence[CORRELATION].abs().groupby(influence["key"]).max()
    best = by_key.sort_values(ascending=False, kind="stable").index[:count]
    return [one for one in ranges if one.label in set(best)]


def _tornado(
    layout: Layout, ranges: list[Range], run: tuple[Trial, Store, OutcomeArray]
) -> pd.DataFrame:
    how, store, present = run
    ends = [varied(layout.scenario, [one], [end]) for one in ranges for end in (one.low, one.high)]
    if not ends:
        return pd.DataFrame(columns=["outcome", "arrangement", "unit", "key"])
    outcome_array, rows = store.outcome_array(ends, range(how.replications)), []
    for (head, gaps), (_, now) in zip(
        layout.differences(outcome_array), layout.differences(present), strict=True
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


def _signs(
    outcome_array: OutcomeArray, layout: Layout, influence: pd.DataFrame, how: Trial
) -> pd.DataFrame:
    marks, rows = marks_of(layout.scope.outcomes), []
    for head, gaps in layout.differences(outcome_array):
        own = influence["outcome"] == head["outcome"]
        mine = influence[own & (influence["arrangement"] == head["arrangement"])]
        rows.append({**head, **verdict_row(marks[head["outcome"]], gaps, mine, how.confidence)})
    return pd.DataFrame(rows)


def _points(outcome_array: OutcomeArray, layout: Layout) -> pd.DataFrame:
    parts = []
    for head, gaps in layout.differences(outcome_array):
        gap, error, _ = means(gaps[1:])
        own = {"outcome": head["outcome"], "arrangement": head["arrangement"]}
        found = {"difference": gap, "standard_error": error}
        parts.append(pd.DataFrame({"point": np.arange(gap.size), **own, **found}))
    return pd.concat(parts, ignore_index=True)


def _percent(share: float) -> str:
    return percent_text(round(share, 2)) if np.isfinite(share) else "–"
