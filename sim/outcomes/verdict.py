"""The words of a verdict, and the cases in which it refuses to rank."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.base.language import tr
from sim.outcomes.mark import Better, Mark
from sim.outcomes.statistics import MINIMUM_PAIRS, FloatArray, Interval
from sim.outcomes.wording import level_text, percent_text

COVERS_ZERO = "no ranking: interval covers zero"
ROUNDING = "no ranking: within rounding"
HEAVY_TAIL = "no ranking: mean and median disagree"
UNDEFINED = "no ranking: undefined for the baseline"
TOO_FEW = "not enough replications"
UNRESOLVED = "not resolved"
"""No history differs: seldom events may be missed, so this is not "equal"."""

_NO_RANKING = "no ranking: "
_ROUNDING_SHARE = 1e-12
_FEWEST_DIFFERENT = 10


def is_ranking(verdict: str) -> bool:
    """Say whether a verdict puts one arrangement above another.

    Examples
    --------
    >>> is_ranking("better (higher)"), is_ranking(COVERS_ZERO)
    (True, False)
    """
    return verdict.startswith(("better", "worse", "higher", "lower"))


def reason(verdict: str) -> str:
    """Say why a verdict ranks nothing.

    Examples
    --------
    >>> reason(ROUNDING), reason(TOO_FEW)
    ('within rounding', 'not enough replications')
    """
    return verdict.removeprefix(_NO_RANKING)


def verdict_words(side: int, better: Better) -> str:
    """Give the verdict for an interval on one side of zero.

    Parameters
    ----------
    side : {-1, 0, 1}
        Where the whole interval lies; 0 where it covers zero.
    better : {"higher", "lower", "neither"}
        Direction of the mark.

    Examples
    --------
    >>> verdict_words(1, "lower"), verdict_words(0, "lower"), verdict_words(-1, "neither")
    ('worse (higher)', 'no ranking: interval covers zero', 'lower')
    """
    if side == 0:
        return COVERS_ZERO
    word = "higher" if side > 0 else "lower"
    if better == "neither":
        return word
    return f"{'better' if word == better else 'worse'} ({word})"


def decide(
    mark: Mark,
    pairs: tuple[FloatArray, FloatArray],
    interval: Interval,
    median: Interval,
) -> str:
    """Give the verdict on one arrangement against the baseline.

    Parameters
    ----------
    mark : Mark
    pairs : two arrays, shape (n_pairs,)
        Values of the arrangement and of the baseline.
    interval : Interval
        Of the mean difference.
    median : Interval
        Of the median difference; it must agree where the mark is heavy-tailed.

    Returns
    -------
    str

    Examples
    --------
    >>> one = np.array([1.0, 2.0])
    >>> nothing = Interval(0.0, 0.0, 0.0, 0.0, 2)
    >>> decide(None, (one, one), nothing, nothing)
    'not resolved'
    """
    one, two = pairs
    difference = one - two
    if difference.size < MINIMUM_PAIRS:
        return TOO_FEW
    if not difference.any():
        return UNRESOLVED
    size = np.maximum(np.abs(one), np.abs(two))
    if bool(np.all(np.abs(difference) <= _ROUNDING_SHARE * size)):
        return ROUNDING
    if mark.heavy_tailed and interval.side not in (0, median.side):
        return HEAVY_TAIL
    return verdict_words(interval.side, mark.better)


def unseen_words(pairs: int, bound: float, confidence: float) -> str:
    """Say what histories without any difference allow.

    Examples
    --------
    >>> unseen_words(20, 0.1391, 0.95)
    'differs in none of 20 replications, so in at most 13.9 % of histories (95 % confidence)'
    """
    return tr(
        "differs in none of {count} replications, so in at most {share} of histories"
        " ({level} confidence)",
        count=pairs,
        share=level_text(bound, "share"),
        level=percent_text(confidence),
    )


def warning_words(row: Mapping[Any, Any], mark: Mark, confidence: float) -> str:
    """Say what a reader of one row should keep in mind; empty where nothing is odd.

    Parameters
    ----------
    row : mapping
        Of `Comparison.details`: pairs, dropped, different, differs_at_most, heavy.
    mark : Mark
        Of the run.
    confidence : float, in (0, 1)

    Examples
    --------
    >>> row = {"pairs": 3, "dropped": 2, "different": 1, "heavy": False}
    >>> warning_words(row, None, 0.95)
    'undefined in 2 of 5 replications; differs in only 1 replication'
    """
    pairs, dropped, different = (int(row[name]) for name in ("pairs", "dropped", "different"))
    parts = []
    if mark is not None and mark.needs is not None and mark.held is not None:
        words = "needs at least {least} {unit} in a history; this run has {held}"
        unit = tr(mark.needs.unit)
        parts.append(tr(words, least=mark.needs.least, unit=unit, held=mark.held))
    if dropped:
        total = pairs + dropped
        parts.append(
            tr("undefined in {count} of {total} replications", count=dropped, total=total)
        )
    if not different and pairs >= MINIMUM_PAIRS:
        parts.append(unseen_words(pairs, row["differs_at_most"], confidence))
    elif different == 1 < pairs:
        parts.append(tr("differs in only 1 replication"))
    elif 0 < different < min(_FEWEST_DIFFERENT, pairs):
        parts.append(tr("differs in only {count} replications", count=different))
    if row["heavy"]:
        parts.append(tr("heavy tail (index below 2): read the median"))
    return tr("; ").join(parts)


def undefined_baseline(one: FloatArray, two: FloatArray) -> bool:
    """Say whether an outcome exists for the arrangement and never for the baseline.

    Examples
    --------
    >>> undefined_baseline(np.array([1.0, 2.0]), np.array([np.nan]))
    True
    """
    enough = int(np.isfinite(one).sum()) >= MINIMUM_PAIRS
    return enough and not bool(np.isfinite(two).any())


def method_words(mark: Mark, unit: int, controls: int) -> str:
    """Say how the interval of a difference was made.

    Parameters
    ----------
    mark : Mark
    unit : int
        Replications that make one independent observation.
    controls : int
        Control variates used.
    """
    words = mark.interval_method
    if unit > 1:
        words += ", means of mirrored pairs"
    if controls:
        words += f", adjusted by {controls} control variate{'s' if controls > 1 else ''}"
    return words
