"""The sign of a difference over many points: how often it lasts, and what turns it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sim.outcomes.mark import Mark
from sim.outcomes.statistics import (
    holm,
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
)
from sim.study.cube import Floats, means, sides

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

    Parameters
    ----------
    keys : sequence of str
    points : array, shape (n_points, n_keys)
    values : array, shape (n_points,)
        nan where undefined; such points are left out.

    Returns
    -------
    DataFrame
        Columns key, rank_correlation, is_clear (of zero, after Holm's correction for all
        keys at 5 %).

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

    Parameters
    ----------
    mark : Mark
        Of the outcome; a yes/no has an interval of paired proportions at present values.
    gaps : array, shape (1 + n_points, n_replications)
        Paired differences, at present values first.
    influence : DataFrame
        As `correlations` gives it.
    confidence : float

    Returns
    -------
    dict
        The columns of `Robustness.frame` that follow the unit.
    """
    now = (
        paired_proportion_interval(gaps[0], confidence)
        if mark.binary
        else mean_interval(gaps[0], confidence)
    )
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
    return "; ".join(f"{'low' if r * sign > 0 else 'high'} {key} ({r:+.2f})" for key, r in rows)
