"""What a bank sees of an applicant, and what it infers: signals, files and Bayes' rule.

A bank never sees quality. It sees a signal of it, whether venture investors back the firm,
and, often, a setback; its home bank keeps a file of earlier signals. Lenders may pool their
signals, and a public score may add one.

References
----------
DeGroot (1970), Optimal Statistical Decisions; Clemen and Winkler (1985), Limits for the
precision and value of information from dependent sources, Operations Research 33(2).
"""

import math
from typing import Any

from sim.base.draws import SIGNAL, uniform_pair
from sim.base.special import normal_quantile

LASTING = 2_000_000
"""Address of errors that come back at every application; no decision's, nor any year's."""
COMMON, SEEN, SCORE = 0, 100_001, 100_002
"""Addresses of draws beside the signals of banks, which are 1 + the code of the bank."""
YEAR_ZERO = 1_000_000
"""Added to a calendar year, so that its address is no decision's."""
TINY = 1e-12


def draw(a: Any, code: int) -> float:
    """A uniform number for the next decision on a firm."""
    return uniform_pair(a.k0, a.k1, a.stream, SIGNAL, code, a.ordinal)[0]


def precision_of(a: Any, u: Any, bank: Any) -> float:
    """Precision of one signal of one bank, per variance of quality."""
    return u.signal_precision * u.precision_by_stage[a.stage] * bank.signal_precision


def error(a: Any, u: Any, code: int) -> float:
    """A standard normal error: what lenders took a firm for last time, they half see again."""
    lasting, _ = uniform_pair(a.k0, a.k1, a.stream, SIGNAL, code, LASTING)
    r = u.signal_persistence
    fresh = normal_quantile(draw(a, code))
    return math.sqrt(r) * normal_quantile(lasting) + math.sqrt(1.0 - r) * fresh


def signal_of(a: Any, u: Any, bank: int, precision: float, common: float) -> float:
    """The signal that a bank receives; `common` is the error that all banks share."""
    own = error(a, u, bank + 1)
    c = u.error_correlation
    whole = math.sqrt(c) * common + math.sqrt(1.0 - c) * own
    truth = a.quality - u.setback_signal_loss * (1.0 if a.setback == 1 else 0.0)
    return truth + whole / math.sqrt(max(precision, TINY))


def public_score(a: Any, precision: float) -> float:
    """The score that is published of a firm once a year, standard deviations."""
    year = YEAR_ZERO + math.floor(a.date)
    u, _ = uniform_pair(a.k0, a.k1, a.stream, SIGNAL, SCORE, year)
    return a.quality + normal_quantile(u) / math.sqrt(max(precision, TINY))


def sees_setback(a: Any, u: Any) -> bool:
    """Whether lenders recognise a setback of the applicant."""
    return is_recognised(a, a.k0, a.k1, u)


def is_recognised(f: Any, k0: Any, k1: Any, u: Any) -> bool:
    """Whether lenders recognise a setback of a firm; they do or do not, once for each setback.

    Parameters
    ----------
    f : firm, or its application
    k0, k1 : int
        Key words of the draws.
    u : rules common to all banks
    """
    if f.setback == 0:
        return False
    return uniform_pair(k0, k1, f.stream, SIGNAL, SEEN, f.setbacks)[0] < u.setback_seen_share


def pooled_precision(precision: float, signals: int, correlation: float) -> float:
    """Precision of the mean of equally precise signals; without correlation they add.

    Examples
    --------
    >>> pooled_precision(0.5, 4, 0.0), pooled_precision(0.5, 4, 1.0)
    (2.0, 0.5)
    """
    return precision * (signals / (1.0 + (signals - 1.0) * correlation))


def judge(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write each lender's posterior mean and variance into the offer, and their news.

    Parameters
    ----------
    o : offer, its lenders written
    a : application
    k : conditions of the arrangement
    u : rules common to all banks
    banks : rules of each bank
    """
    common = error(a, u, COMMON)
    public = k.score_precision[a.stage]
    shown = public_score(a, public) if public > 0.0 else 0.0
    weight = 0.0
    weighed = 0.0
    for j in range(o.lenders):
        precision = precision_of(a, u, banks[o.lender[j]])
        signal = signal_of(a, u, o.lender[j], precision, common)
        weight += precision
        weighed += precision * signal
        o.news_precision[j] = precision
        o.news[j] = precision * signal
        if o.lender[j] == a.home:
            o.home_news_precision = o.news_precision[j]
            o.home_news = o.news[j]
        learn_from(o, j, a, public, shown, with_file(o, j, a, u, precision, signal))
    if k.pooled == 1 and o.lenders > 1:
        news = pooled_precision(weight / o.lenders, o.lenders, u.error_correlation)
        mean = weighed / max(weight, TINY)
        learn_from(o, 0, a, public, shown, with_file(o, 0, a, u, news, mean))
        for j in range(1, o.lenders):
            o.quality[j] = o.quality[0]
            o.variance[j] = o.variance[0]


def public_belief(a: Any, k: Any) -> tuple[float, float]:
    """Mean of quality, and precision, given what everybody sees of an applicant."""
    public = k.score_precision[a.stage]
    if public <= 0.0:
        return a.prior, 1.0
    return (a.prior + public * public_score(a, public)) / (1.0 + public), 1.0 + public


def with_file(
    o: Any, j: int, a: Any, u: Any, precision: float, signal: float
) -> tuple[float, float]:
    """Precision and mean of all that one lender has seen; only the home bank has a file.

    Errors that last make many signals worth little more than one.
    """
    if not has_file(o.lender[j], a):
        return precision, signal
    mean = (a.history_sum + precision * signal) / (a.history_precision + precision)
    return precision + added_by_file(o.lender[j], a, u, precision), mean


def has_file(bank: int, a: Any) -> bool:
    """Whether a bank has earlier signals of the applicant on file."""
    return a.history_precision > 0.0 and bank == a.home


def added_by_file(bank: int, a: Any, u: Any, precision: float) -> float:
    """Precision that a bank's file of earlier signals adds to a new one of given precision."""
    if not has_file(bank, a):
        return 0.0
    if precision <= 0.0:
        return a.history_precision
    signals = 1.0 + a.history_precision / precision
    return pooled_precision(precision, signals, u.signal_persistence) - precision


def learn_from(
    o: Any, j: int, a: Any, public: float, shown: float, seen: tuple[float, float]
) -> None:
    """Bayes' rule for one lender, given precision and mean of what it has seen itself."""
    precision, signal = seen
    mean = a.prior
    known = 1.0
    if public > 0.0:
        mean = (mean * known + public * shown) / (known + public)
        known += public
    total = known + precision
    o.quality[j] = (known * mean + precision * signal) / total
    o.variance[j] = 1.0 / total
