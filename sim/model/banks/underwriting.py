"""Underwriting: from signals to a judgement of quality, default and worth.

All functions work on arrays of applicants. A bank never sees quality; it sees signals of
it, whether venture investors back the firm, and, often, a setback. Beliefs follow Bayes'
rule. A loan is worth making when the rate that can be charged, banking business, the right
and the policy tolerance together reach the break-even rate. The rate is capped near the
benchmark, so that quantity rations and not price.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri, roots_hermitenorm

from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, StageVector, param
from sim.model.banks.bayes import pooled_precision, posterior
from sim.model.banks.break_even import break_even_rate

# --- What banks believe, by arrangement: default, loss, and the worth of rights ------------------
# Banks act on beliefs; the simulation says what happens. The gap between the two is an
# outcome, and can be closed by iterating the beliefs until they agree.


class Belief(Frozen):
    """Beliefs under one arrangement."""

    default_rate: StageVector = param(
        unit="per year", meaning="default of a borrower of average quality, by stage", low=0
    )
    loss_secured: Share = param(unit="share", meaning="loss given default, secured")
    loss_unsecured: Share = param(unit="share", meaning="loss given default, unsecured")
    right_worth: StageVector = param(
        unit="CNY per CNY of subscription amount",
        meaning="present worth of a right to the lenders' side, by stage",
        low=0,
    )


class Beliefs(Frozen):
    """How beliefs depend on what a bank sees, and their levels by arrangement."""

    quality_slope: NonNegative = param(
        unit="-", meaning="log effect of one sd on default", high=10
    )
    bust_factor: PositiveFloat = param(unit="x", meaning="believed default in a bust")
    setback_factor: PositiveFloat = param(
        unit="x", meaning="believed default of a firm seen in a setback"
    )
    right_quality_slope: float = param(
        unit="-", meaning="log effect of one sd of judged quality on the worth of a right"
    )
    default: Belief = param(unit="", meaning="beliefs unless an arrangement has its own")
    by_arrangement: dict[str, Belief] = param({}, unit="", meaning="beliefs by arrangement")


def belief_of(beliefs: Beliefs, arrangement: str) -> Belief:
    """The beliefs under one arrangement.

    Examples
    --------
    >>> level = Belief(default_rate=(0.04, 0.03, 0.02, 0.01), loss_secured=0.45,
    ...                loss_unsecured=0.7, right_worth=(0.3, 0.3, 0.2, 0.2))
    >>> rules = Beliefs(quality_slope=0.8, bust_factor=1.2, setback_factor=3.0,
    ...                 right_quality_slope=0.3, default=level)
    >>> belief_of(rules, "consortium").loss_secured
    0.45
    """
    return beliefs.by_arrangement.get(arrangement, beliefs.default)


# --- Underwriting: from signals to a judgement of quality, default and worth ---------------------


Floats = NDArray[np.float64]
Draw = Callable[[NDArray[np.int64]], Floats]
COMMON, SEEN, SCORE, RIVAL = 0, 100_001, 100_002, 100_003


class Underwriting(Frozen):
    """How banks judge and what they charge."""

    signal_precision: NonNegative = param(
        unit="per variance of quality", meaning="precision of one signal of one bank"
    )
    precision_by_stage: StageVector = param(unit="x", meaning="factor by stage", low=0)
    error_correlation: Share = param(
        unit="share", meaning="correlation of the errors of two banks"
    )
    setback_signal_loss: float = param(
        unit="standard deviations", meaning="how much worse a firm in a setback looks"
    )
    setback_seen_share: Share = param(
        unit="share", meaning="setbacks that the bank recognises as such"
    )
    benchmark_rate: NonNegative = param(unit="per year", meaning="loan prime rate")
    spread_cap: StageVector = param(
        unit="per year", meaning="most that is charged above the benchmark, by stage"
    )
    funding_rate: NonNegative = param(unit="per year", meaning="cost of own funds")
    operating_cost: StageVector = param(
        unit="per year", meaning="running cost per unit lent, by stage", low=0
    )
    screening_cost: NonNegative = param(unit="CNY million", meaning="cost of one decision")
    tolerance_rate: float = param(
        unit="per year", meaning="expected shortfall that policy tells banks to accept"
    )
    bust_tightening_rate: float = param(unit="per year", meaning="tolerance withdrawn in a bust")
    renewal_patience_rate: float = param(unit="per year", meaning="further tolerance at renewal")
    joint_patience_rate: float = param(
        unit="per year", meaning="further tolerance where lenders decide together"
    )
    stigma: float = param(
        unit="standard deviations", meaning="how a refusal elsewhere lowers the judgement"
    )
    relationship_weight: NonNegative = param(
        unit="share", meaning="part of banking business that counts in the decision"
    )
    advance_rate: NonNegative = param(unit="share", meaning="line over tangible assets")
    line_cap: StageVector = param(
        unit="CNY million", meaning="most that one bank lends to one firm, by stage", low=0
    )
    least_line: NonNegative = param(unit="CNY million", meaning="smallest line")
    bilateral_lenders: int = param(
        unit="count",
        meaning="most banks that lend side by side without agreement",
        low=1,
        high=8,
    )
    monitoring_cost: NonNegative = param(
        unit="CNY million a year", meaning="cost of monitoring one firm"
    )
    monitoring_effort: Share = param(
        unit="share", meaning="1: monitor where it pays the lender; 0: nobody monitors"
    )
    offer_discount_rate: NonNegative = param(
        unit="per year", meaning="mean discount of an outside offer"
    )


def prior_quality(venture: NDArray[Any], logit: float, slope: float) -> Floats:
    """Mean quality given what everybody sees: venture backing.

    Parameters
    ----------
    venture : array of 0 or 1, shape (n,)
    logit, slope : float
        Odds of venture backing, see `sim.model.firms.equity.Equity`.

    Returns
    -------
    array, shape (n,), standard deviations
        Bayes' rule by Gauss-Hermite quadrature.

    Examples
    --------
    >>> prior_quality(np.array([0, 1]), -1.1, 0.5).round(3).tolist()
    [-0.124, 0.353]
    """
    backed, other = _venture_means(logit, slope)
    return np.where(venture == 1, backed, other)


@lru_cache(maxsize=64)
def _venture_means(logit: float, slope: float) -> tuple[float, float]:
    """Mean quality of venture-backed and of other firms."""
    nodes, weights = roots_hermitenorm(40)
    backed = expit(logit + slope * nodes)
    total = float(weights.sum())
    share = float((weights * backed).sum()) / total
    mean = float((weights * backed * nodes).sum()) / total
    return mean / share, -mean / (1.0 - share)


def signals(
    a: Any, banks: NDArray[np.int64], draw: Draw, u: Underwriting, factor: Floats
) -> tuple[Floats, Floats]:
    """What each bank sees of each applicant.

    Parameters
    ----------
    a : applicants, n of them
    banks : int array, shape (n, k)
        Code of each lender.
    draw : callable
        Gives uniform numbers, shape (n, k), for codes of shape (n, k).
    u : Underwriting
    factor : array, shape (n_banks,)
        Precision of each bank's signals against the common level.

    Returns
    -------
    signal, precision : arrays, shape (n, k)
        Signals in standard deviations of quality, and their precision.
    """
    shared = np.full((banks.shape[0], 1), COMMON)
    luck = ndtri(draw(np.concatenate([shared, banks + 1], axis=1)))
    stage_factor = np.asarray(u.precision_by_stage)[a.stage]
    precision = u.signal_precision * stage_factor[:, None] * factor[banks]
    c = u.error_correlation
    error = c**0.5 * luck[:, :1] + (1.0 - c) ** 0.5 * luck[:, 1:]
    truth = a.quality - u.setback_signal_loss * (a.setback == 1)
    return truth[:, None] + error / np.sqrt(np.maximum(precision, 1e-12)), precision


def sees_setback(a: Any, draw: Draw, u: Underwriting) -> NDArray[np.bool_]:
    """Whether the lender recognises a setback of the applicant, shape (n,).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> firms = SimpleNamespace(setback=np.array([1, 0]), shape=(2,))
    >>> rule = SimpleNamespace(setback_seen_share=0.7)
    >>> sees_setback(firms, lambda codes: np.full(codes.shape, 0.5), rule).tolist()
    [True, False]
    """
    luck = draw(np.full((a.shape[0], 1), SEEN))[:, 0]
    return np.asarray((a.setback == 1) & (luck < u.setback_seen_share))


def score(a: Any, precision: Floats, draw: Draw) -> Floats:
    """The public score of each applicant with the given precision, shape (n,).

    It is published once a year, so `draw` is to be the one of the year.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> firms = SimpleNamespace(quality=np.array([1.0]), shape=(1,))
    >>> score(firms, np.array([4.0]), lambda codes: np.full(codes.shape, 0.5)).tolist()
    [1.0]
    """
    luck = draw(np.full((a.shape[0], 1), SCORE))[:, 0]
    return np.asarray(a.quality + ndtri(luck) / np.sqrt(np.maximum(precision, 1e-12)))


def judge(
    prior: tuple[Floats, Floats], signal: Floats, precision: Floats, pooled: bool, c: float
) -> tuple[Floats, Floats]:
    """Posterior mean and variance of quality, one column per lender.

    Parameters
    ----------
    prior : tuple of arrays, shape (n, k)
        Mean and precision before this decision, the lender's own file included.
    signal, precision : arrays, shape (n, k)
    pooled : bool
        Whether all lenders use the pooled signal.
    c : float
        Correlation of the errors of two banks.

    Returns
    -------
    mean, variance : arrays, shape (n, k)

    Examples
    --------
    >>> prior = (np.zeros((1, 2)), np.ones((1, 2)))
    >>> mean, variance = judge(prior, np.array([[1.0, 0.0]]), np.ones((1, 2)), True, 0.0)
    >>> mean.round(4).tolist(), variance.round(4).tolist()
    ([[0.3333, 0.3333]], [[0.3333, 0.3333]])
    """
    k = signal.shape[1]
    if pooled and k > 1:
        weight = precision / np.maximum(precision.sum(axis=1, keepdims=True), 1e-12)
        joint = (weight * signal).sum(axis=1, keepdims=True)
        news = pooled_precision(precision.mean(axis=1, keepdims=True), k, c)
        mean, total = posterior(prior[0][:, :1], prior[1][:, :1], joint, news)
        mean, total = np.repeat(mean, k, axis=1), np.repeat(total, k, axis=1)
    else:
        mean, total = posterior(prior[0], prior[1], signal, precision)
    return mean, 1.0 / total


def default_rate(
    mean: Floats, variance: Floats, a: Any, beliefs: tuple[Beliefs, Belief],
    bust: bool, seen: NDArray[np.bool_],
) -> Floats:  # fmt: skip
    """Believed default per year, one column per lender.

    The expectation of a log-linear default rate over a normal posterior.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> rules = SimpleNamespace(quality_slope=0.8, setback_factor=3.0, bust_factor=1.2)
    >>> levels = SimpleNamespace(default_rate=(0.04, 0.03, 0.02, 0.01))
    >>> firms, none = SimpleNamespace(stage=np.array([0])), np.zeros((1, 1))
    >>> bust = default_rate(none, none, firms, (rules, levels), True, np.array([False]))
    >>> bust.round(4).tolist()
    [[0.048]]
    """
    rules, levels = beliefs
    slope = rules.quality_slope
    base = np.asarray(levels.default_rate)[a.stage]
    base = base * np.where(seen, rules.setback_factor, 1.0)
    if bust:
        base = base * rules.bust_factor
    rate = base[:, None] * np.exp(-slope * mean + 0.5 * slope * slope * variance)
    return np.asarray(np.minimum(rate, 0.95))


def surplus(
    price: Floats, extra: Floats, default: Floats, loss: Floats, cost: tuple[Floats, Floats],
    capital: tuple[float, float],
) -> Floats:  # fmt: skip
    """What is left per unit lent and year over the break-even rate.

    Parameters
    ----------
    price : array, shape (n, 1) or (n, k), per year
        Mean rate charged.
    extra : array, per year
        Banking business, right, tolerance, less screening, per unit lent.
    default, loss : arrays, shape (n, k)
        Believed default per year and loss given default.
    cost : tuple of arrays, per year
        Cost of funds and operating cost.
    capital : tuple of float
        Capital per unit lent, and its hurdle rate per year.

    Returns
    -------
    array, shape (n, k), per year
        Not negative where the loan is worth making.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> left = surplus(0.04 * one, 0.02 * one, 0.04 * one, 0.5 * one,
    ...                (0.02 * one, 0.012 * one), (0.1, 0.1))
    >>> left.round(4).tolist()
    [[-0.0025]]
    """
    needed = break_even_rate(default, loss, cost[0], capital[0], capital[1], cost[1])
    return np.asarray(price + extra - needed)
