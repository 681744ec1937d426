"""The words of a verdict, and the cases in which it refuses to rank."""

import numpy as np

from sim.base.language import tr
from sim.outcomes.mark import Better, Mark
from sim.outcomes.statistics import MINIMUM_PAIRS, FloatArray, Interval

COVERS_ZERO = "no ranking: interval covers zero"
ROUNDING = "no ranking: within rounding"
HEAVY_TAIL = "no ranking: mean and median disagree"
UNDEFINED = "no ranking: undefined for the baseline"
TOO_FEW = "not enough replications"
EQUAL = "equal"

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
    'equal'
    """
    one, two = pairs
    difference = one - two
    if difference.size < MINIMUM_PAIRS:
        return TOO_FEW
    if not difference.any():
        return EQUAL
    size = np.maximum(np.abs(one), np.abs(two))
    if bool(np.all(np.abs(difference) <= _ROUNDING_SHARE * size)):
        return ROUNDING
    if mark.heavy_tailed and interval.side not in (0, median.side):
        return HEAVY_TAIL
    return verdict_words(interval.side, mark.better)


def warning_words(pairs: int, dropped: int, different: int, heavy: bool) -> str:
    """Say what a reader of one row should keep in mind; empty where nothing is odd.

    Parameters
    ----------
    pairs : int
        Replications compared.
    dropped : int
        Replications left out because a value is undefined.
    different : int
        Replications in which there is a difference.
    heavy : bool
        True where the tail index of the differences is below 2.

    Examples
    --------
    >>> warning_words(3, 2, 1, False)
    'undefined in 2 of 5 replications; differs in only 1 replication'
    """
    parts = []
    if dropped:
        total = pairs + dropped
        parts.append(
            tr("undefined in {count} of {total} replications", count=dropped, total=total)
        )
    if different == 1 < pairs:
        parts.append(tr("differs in only 1 replication"))
    elif 0 < different < min(_FEWEST_DIFFERENT, pairs):
        parts.append(tr("differs in only {count} replications", count=different))
    if heavy:
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
