r"""Where a mean difference crosses zero, with an interval, from paired differences at points.

At each value x of a parameter there is one difference D_r(x) for each replication r, and
the same r is the same luck at every x. The break-even x* solves E D(x*) = 0. For a given x
the paired t test of E D(x) = 0 rejects with probability 5 % if x = x*, so the set of all x
at which it does not reject,

    { x : mean D(x)^2 <= t^2 var D(x) / n },

holds x* in 95 % of studies: a test turned inside out. Between two points each D_r is taken
as a straight line, so that with w the share of the way between them

    mean(w) = m0 + w (m1 - m0),   var(w) = v00 (1-w)^2 + 2 v01 w (1-w) + v11 w^2,

and the set is what lies between the roots of a quadratic in w. For differences that are
straight lines over the whole range this is Fieller's interval of the ratio of intercept to
slope, whole and not approximated: no root is divided by an estimated slope, and where the
slope is not clear of zero the set is open at an end, as it must be. Curved differences
need points near the ends of the set; the search puts them there.

References
----------
Fieller (1954), Some problems in interval estimation, Journal of the Royal Statistical
Society B 16(2).
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.outcomes.statistics import MINIMUM_PAIRS, t_quantile
from sim.study.cube import Floats

Span = tuple[float, float]


@dataclass(frozen=True)
class Crossing:
    """Where a mean difference is zero.

    Parameters
    ----------
    value, until : float
        Where the mean is zero: at one value, or on the whole stretch from `value` to `until`.
    low, high : float
        Ends of the set of values that the paired test does not reject, around them.
    way : {"rises above", "falls below", "touches"}
        What the difference does there as the parameter grows.
    is_open_low, is_open_high : bool
        Whether the set goes on beyond the range.
    standard_error : float
        By the delta method: error of the mean difference over its slope, for comparison; nan
        on a stretch.
    pairs : int
        Replications behind it.
    """

    value: float
    until: float
    low: float
    high: float
    way: str
    is_open_low: bool
    is_open_high: bool
    standard_error: float
    pairs: int


def crossings(x: Floats, differences: Floats, confidence: float = 0.95) -> list[Crossing]:
    """Every root of the mean difference, with its interval.

    Roots at a point, at an end of the range and whole stretches of zeros count.

    Parameters
    ----------
    x : array, shape (n_points,), rising
    differences : array, shape (n_points, n_replications)
        nan where undefined; a replication counts between two points where it is defined
        at both.
    confidence : float, in (0, 1)

    Examples
    --------
    >>> lines = np.array([[-1.1, -0.9], [1.0, 1.2]])
    >>> one = crossings(np.array([0.0, 1.0]), lines, 0.5)[0]
    >>> round(one.value, 4), round(one.low, 4), round(one.high, 4)
    (0.4762, 0.4286, 0.5238)
    """
    segments = [_Segment.between(x, differences, k) for k in range(x.size - 1)]
    spans = not_rejected(x, differences, confidence)
    roots: list[list[tuple[Span, _Segment]]] = []
    for one in segments:
        zeros = one.zeros()
        if zeros and roots and zeros[0] <= roots[-1][-1][0][1]:
            roots[-1].append((zeros, one))
        elif zeros:
            roots.append([(zeros, one)])
    return [_crossing(root, spans, x) for root in roots]


def not_rejected(x: Floats, differences: Floats, confidence: float = 0.95) -> list[Span]:
    """All stretches of x at which the paired test does not reject a difference of zero."""
    segments = [_Segment.between(x, differences, k) for k in range(x.size - 1)]
    return merged([span for s in segments for span in s.not_rejected(confidence)])


def merged(spans: list[Span]) -> list[Span]:
    """Join spans that touch.

    Examples
    --------
    >>> merged([(0.0, 1.0), (1.0, 2.0), (3.0, 4.0)])
    [(0.0, 2.0), (3.0, 4.0)]
    """
    joined: list[Span] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return joined


@dataclass(frozen=True)
class _Segment:
    """Two neighbouring points: means, and variances of the means, of paired differences."""

    left: float
    right: float
    means: Span
    variances: tuple[float, float, float]
    pairs: int

    @staticmethod
    def between(x: Floats, differences: Floats, k: int) -> "_Segment":
        """Points `k` and `k` + 1, with the replications that are defined at both."""
        pair = differences[k : k + 2]
        pair = pair[:, np.isfinite(pair).all(axis=0)]
        n = pair.shape[1]
        if n < MINIMUM_PAIRS:
            nothing = math.nan
            return _Segment(x[k], x[k + 1], (nothing, nothing), (nothing,) * 3, n)
        first, second = pair.mean(axis=1)
        spread = np.cov(pair) / n
        variances = float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1])
        return _Segment(float(x[k]), float(x[k + 1]), (float(first), float(second)), variances, n)

    def zeros(self) -> Span | None:
        """Where the mean is zero, from and until; None if nowhere."""
        first, second = self.means
        if first == 0.0 or second == 0.0:
            return self.right if first else self.left, self.left if second else self.right
        if first * second < 0.0:
            root = self.left + first / (first - second) * (self.right - self.left)
            return root, root
        return None

    def error(self, value: float) -> float:
        """Error of the mean difference at a value, over the slope."""
        (m0, m1), (v00, v01, v11) = self.means, self.variances
        width = self.right - self.left
        w = (value - self.left) / width
        variance = v00 * (1 - w) ** 2 + 2 * v01 * w * (1 - w) + v11 * w * w
        return math.sqrt(max(variance, 0.0)) * width / abs(m1 - m0)

    def not_rejected(self, confidence: float) -> list[Span]:
        """Stretches at which the paired test does not reject."""
        (m0, m1), (v00, v01, v11) = self.means, self.variances
        if self.pairs < MINIMUM_PAIRS:
            return []
        t2 = t_quantile(confidence, self.pairs - 1) ** 2
        step = m1 - m0
        a = step * step - t2 * (v00 - 2.0 * v01 + v11)
        b = 2.0 * (m0 * step - t2 * (v01 - v00))
        c = m0 * m0 - t2 * v00
        width = self.right - self.left
        return [
            (self.left + low * width, self.left + high * width)
            for low, high in _below_zero(a, b, c)
        ]


def _below_zero(a: float, b: float, c: float) -> list[Span]:
    """Where a w^2 + b w + c <= 0 in [0, 1]."""
    inside = [w for w in _roots(a, b, c) if 0.0 < w < 1.0]
    ends = [0.0, *inside, 1.0]
    spans = []
    for low, high in pairwise(ends):
        middle = 0.5 * (low + high)
        if (a * middle + b) * middle + c <= 0.0:
            spans.append((low, high))
    return merged(spans)


def _roots(a: float, b: float, c: float) -> list[float]:
    """Real roots, in order, by the form that loses no digits."""
    if a == 0.0:
        return [-c / b] if b != 0.0 else []
    inner = b * b - 4.0 * a * c
    if inner < 0.0:
        return []
    q = -0.5 * (b + math.copysign(math.sqrt(inner), b))
    return sorted({q / a, c / q} if q != 0.0 else {0.0})


def _crossing(root: list[tuple[Span, _Segment]], spans: list[Span], x: Floats) -> Crossing:
    """The root that lies in some neighbouring segments, with the stretch that holds it."""
    first, last = root[0][1], root[-1][1]
    value, until = root[0][0][0], root[-1][0][1]
    before, after = np.sign(first.means[0]), np.sign(last.means[1])
    way = "rises above" if before < after else "falls below" if before > after else "touches"
    sloped = last if last.means[1] else first
    error = sloped.error(value) if value == until else math.nan
    # Without any spread the stretch is the root itself, found up to rounding.
    around = [s for s in spans if s[0] <= until and value <= s[1]] or [(value, until)]
    low, high = min(value, around[0][0]), max(until, around[-1][1])
    is_open = bool(low <= x[0]), bool(high >= x[-1])
    return Crossing(value, until, low, high, way, *is_open, error, last.pairs)
