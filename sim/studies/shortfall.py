"""What one position adds to a book's expected shortfall: its mean loss where the book is worst.

The expected shortfall of a sum is the sum of the conditional means of its parts over the tail of
the sum (Euler's rule), so contributions add up to the whole. The tail is that of the book with the
position in it, and counts its last year in part, as `sim.outcomes.quantiles_of_losses` does.

References
----------
Tasche (2008), Capital allocation to business units and sub-portfolios: the Euler principle, in
Resti (ed.), Pillar II in the New Basel Accord.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sim.analysis.bank_tails import Tail, draws_of, ends_of, refusal
from sim.analysis.estimates import FloatArray, Interval


def contributions(
    parts: FloatArray, level: float, weights: NDArray[np.int64] | None = None
) -> FloatArray:
    """Give what each part of a book adds to its expected shortfall, shape (n_parts,).

    Parameters
    ----------
    parts : shape (n_parts, n)
        Losses of each part in each year; their sum is that of the book.
    level : in (0, 1)
        Share of years that lie below the tail.
    weights : shape (n,), optional
        How often each year is drawn; once by default. Nan where none is.

    Examples
    --------
    >>> contributions(np.array([[1.0, 0.0, 5.0, 0.0], [0.0, 2.0, 1.0, 0.0]]), 0.5).tolist()
    [2.5, 1.5]
    """
    whole = parts.sum(axis=0)
    order = np.argsort(-whole, kind="stable")
    times = np.ones(order.size) if weights is None else weights[order].astype(np.float64)
    reached = np.cumsum(times)
    if not reached.size or reached[-1] <= 0.0:
        return np.full(parts.shape[0], math.nan)
    worst = reached[-1] * (1.0 - level)
    taken = np.clip(worst - (reached - times), 0.0, times)
    return np.asarray(parts[:, order] @ taken / worst)


def contribution(
    loan: FloatArray, book: FloatArray, level: float, confidence: float = 0.95
) -> tuple[Interval, str, Tail]:
    """Give what a loan adds to the expected shortfall of a book, or why it is not available.

    Parameters
    ----------
    loan, book : shape (n_histories, n_years)
        Losses by year; histories in which the loan is not made are nan.
    level, confidence : in (0, 1)

    Returns
    -------
    Interval, str, Tail
        Nan with a remark where too few years, or histories, lie in the tail; its ends come from
        drawing whole histories again.
    """
    made = np.isfinite(loan).all(axis=1)
    places = np.repeat(np.arange(int(made.sum())), loan.shape[1])
    parts = np.stack([loan[made].ravel(), book[made].ravel()])
    tail = Tail.of(parts.sum(axis=0), places)
    remark = refusal(tail, level)
    if remark:
        return Interval(math.nan, math.nan, math.nan, math.nan, places.size), remark, tail
    drawn = [contributions(parts, level, one[places])[0] for one in draws_of(int(made.sum()))]
    low, high = ends_of(np.array(drawn), confidence)
    error = float(np.nanstd(drawn, ddof=1))
    own = float(contributions(parts, level)[0])
    return Interval(own, float(low), float(high), error, places.size), "", tail
