"""An offer: what an arrangement's clauses and a bank's judgement give each applicant.

Every arrangement goes through the same steps on the same applicants; only its clauses
differ. The result says for each applicant whether lenders agree, for how much, at what
rate and with whom.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.banks import underwriting as judge
from sim.banks.bank import Bank, Capital
from sim.banks.belief import Belief, Beliefs, belief_of
from sim.clauses import commitment, limit, loss_sharing, pricing, screening, tenor, upside
from sim.clauses.arrangement import Arrangement
from sim.clauses.funding import marginal_cost
from sim.clauses.security import added_recovery
from sim.firms.applicants import Applicants
from sim.firms.credit_line import CreditLine
from sim.firms.lifecycle import Lifecycle
from sim.firms.record import NO_RIGHT, SWAP
from sim.firms.relationship import Relationship

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Scenario(Protocol):
    """The tables of a scenario that an offer needs."""

    underwriting: judge.Underwriting
    capital: Capital
    belief: Beliefs
    bank: dict[str, Bank]
    relationship: Relationship
    credit_line: CreditLine
    lifecycle: Lifecycle

    @property
    def n_banks(self) -> int:
        """Number of banks."""


@dataclass(frozen=True)
class Case:
    """What a committee knows when it decides on n applicants at a date.

    Parameters
    ----------
    a : Applicants
        Cash brought forward to the date.
    date : float, years
    draw : callable
        Uniform numbers for codes of shape (n, k), by firm, code and decisions taken so far.
    bust : bool
    collateral : float
        Factor on collateral values today.
    roster : int array, shape (n, m)
        Banks in the order in which each firm would turn to them.
    file : tuple of arrays, shape (n,)
        Precision and precision-weighted sum of what the home bank already knows.
    prior : array, shape (n,)
        Mean quality given what everybody sees.
    quota_left : bool
        Whether the relending facility has room.
    renewal : bool array, shape (n,)
        Whether the firm already has a line.
    stigma : float
        How much worse the applicants look, standard deviations.
    """

    a: Applicants
    date: float
    draw: judge.Draw
    bust: bool
    collateral: float
    roster: Ints
    file: tuple[Floats, Floats]
    prior: Floats
    quota_left: bool
    renewal: NDArray[np.bool_]
    stigma: float = 0.0


@dataclass(frozen=True)
class Offer:
    """Offers to n applicants; arrays of shape (n,) unless stated."""

    made: NDArray[np.bool_]
    line: Floats
    rate: Floats
    later_rate: Floats
    mean_rate: Floats
    step_years: float
    years: float
    lender: Ints
    share: Floats
    merit: Floats
    default: Floats
    loss: Floats
    judgement: Floats
    news: tuple[Floats, Floats]
    right: upside.RightTerms
    monitored: NDArray[np.bool_]


def lenders_of(home: Ints, roster: Ints, count: int, first: int = 0) -> Ints:
    """Banks that a firm turns to, in order: its own bank, then those it knows.

    Parameters
    ----------
    home : int array, shape (n,)
    roster : int array, shape (n, m)
        Banks in the order in which the firm would turn to them, its own somewhere among them.
    count : int
        How many, at most m.
    first : int
        0 to begin with its own bank, 1 to begin with the next.

    Returns
    -------
    int array, shape (n, count)

    Examples
    --------
    >>> lenders_of(np.array([2]), np.array([[0, 1, 2]]), 3).tolist()
    [[2, 0, 1]]
    """
    own = home[:, None].astype(np.int64)
    # A stable sort puts the own bank last and leaves the others in their order.
    order = np.argsort(roster == own, axis=1, kind="stable")
    others = np.take_along_axis(roster, order, axis=1)
    return np.concatenate([own, others], axis=1)[:, first : first + count]


def secured_line(case: Case, scenario: Scenario) -> Floats:
    """What tangible collateral supports, CNY million, shape (n,)."""
    a = case.a
    return np.asarray(
        scenario.underwriting.advance_rate * a.tangible * a.scale * case.collateral
    )


def bank_caps(case: Case, lender: Ints, scenario: Scenario) -> Floats:
    """Most that each lender lends to each applicant, CNY million, shape (n, k)."""
    banks = list(scenario.bank.values())
    factor = np.array([bank.cap_factor for bank in banks])
    name = (
        np.array([bank.parent_capital for bank in banks])
        * scenario.capital.single_name_share
    )
    by_stage = np.asarray(scenario.underwriting.line_cap)[case.a.stage]
    return np.asarray(np.minimum(by_stage[:, None] * factor[lender], name[lender]))


def posterior(
    case: Case, arrangement: Arrangement, lender: Ints, scenario: Scenario
) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """Posterior mean and variance of quality per lender, and the lead's news for its file."""
    u = scenario.underwriting
    factor = np.array([bank.signal_precision for bank in scenario.bank.values()])
    signal, precision = judge.signals(case.a, lender, case.draw, u, factor)
    signal = signal - case.stigma
    k = lender.shape[1]
    mean = np.repeat(case.prior[:, None], k, axis=1)
    known = np.ones_like(mean)
    # Only the home bank holds a file; others start from what everybody sees.
    at_home = lender == case.a.home[:, None]
    held = case.file[0][:, None] * at_home
    mean = np.where(at_home, (mean + case.file[1][:, None]) / (1.0 + held), mean)
    known = known + held
    public = screening.added_precision(arrangement.screening, case.a.stage)
    if np.any(public > 0.0):
        shown = judge.score(case.a, public, case.draw)
        mean = (mean * known + (public * shown)[:, None]) / (known + public[:, None])
        known = known + public[:, None]
    pooled = screening.is_pooled(arrangement.screening)
    post, variance = judge.judge(
        (mean, known), signal, precision, pooled, u.error_correlation
    )
    return post, variance, (precision[:, 0], precision[:, 0] * signal[:, 0])


def right_income(
    right: upside.RightTerms, case: Case, line: Floats, beliefs: tuple[Beliefs, Belief],
    post: Floats,
) -> Floats:
    """Believed income from the right per unit of line and year, shape (n,).

    The desk books banking business, not the chance of an unexercised swap right.
    """
    if right.kind == NO_RIGHT or right.years <= 0.0:
        return np.zeros_like(line)
    if right.kind == SWAP:
        return np.zeros_like(line)
    horizon = max(right.years, 1.0)
    if right.royalty_share > 0.0:
        paid = np.minimum(right.royalty_share * case.a.sales, right.royalty_cap)
        return np.asarray(paid / np.maximum(line, 1e-9))
    rules, levels = beliefs
    slope = rules.right_quality_slope
    worth = np.asarray(levels.right_worth)[case.a.stage] * np.exp(slope * post)
    return np.asarray(right.strike / np.maximum(line, 1e-9) * worth * right.pass_through / horizon)


def make_offer(case: Case, name: str, arrangement: Arrangement, scenario: Scenario,
               first: int = 0) -> Offer:  # fmt: skip
    """What the arrangement gives each applicant.

    Parameters
    ----------
    case : Case
    name : str
        Name of the arrangement, for its beliefs.
    arrangement : Arrangement
    scenario : Scenario
    first : int
        0 for the firm's own bank as lead, 1 for the next bank.

    Returns
    -------
    Offer
    """
    joint = loss_sharing.is_joint(arrangement.loss_sharing)
    wanted = loss_sharing.shares_of(arrangement.loss_sharing)
    side_by_side = not joint and not limit.is_unsecured(arrangement.limit)
    count = scenario.underwriting.bilateral_lenders if side_by_side else len(wanted)
    lender = lenders_of(case.a.home, case.roster, min(count, scenario.n_banks - first), first)
    post, variance, news = posterior(case, arrangement, lender, scenario)
    caps = bank_caps(case, lender, scenario) * limit.cap_factor(arrangement.limit)
    asked = limit.line(arrangement.limit, case.a, secured_line(case, scenario), case.date)
    trial = _sizes(asked, caps, wanted, side_by_side, np.ones(lender.shape, dtype=bool))
    terms = (name, arrangement, scenario)
    accept, parts = verdicts(case, *terms, (lender, post, variance, trial))
    if side_by_side and not commitment.stands_still(arrangement.commitment):
        accept = withdraw(case, *terms, (lender, trial, accept))
    sizes = _sizes(asked, caps, wanted, side_by_side, accept)
    return _offer(case, arrangement, scenario, (lender, sizes, accept, post, news), parts)


def withdraw(
    case: Case, name: str, arrangement: Arrangement, scenario: Scenario,
    lines: tuple[Ints, Floats, NDArray[np.bool_]],
) -> NDArray[np.bool_]:  # fmt: skip
    """Lenders that are not bound to each other look again when one of them leaves a firm.

    Parameters
    ----------
    case, name, arrangement, scenario
        As in `make_offer`.
    lines : tuple of arrays, shape (n, k)
        Lenders, the size of each one's line, and whether it would go on.

    Returns
    -------
    bool array, shape (n, k)
        A withdrawal is a bad signal to the lenders that would have stayed.

    References
    ----------
    Bolton and Scharfstein (1996), Optimal debt structure and the number of creditors.
    """
    lender, sizes, accept = lines
    present = sizes > 0.0
    split = np.any(present & ~accept, axis=1) & np.any(present & accept, axis=1) & case.renewal
    if not np.any(split):
        return accept
    shaken = replace(case, stigma=case.stigma + scenario.underwriting.stigma)
    post, variance, _ = posterior(shaken, arrangement, lender, scenario)
    again, _ = verdicts(shaken, name, arrangement, scenario, (lender, post, variance, sizes))
    return np.where(split[:, None], accept & again, accept)


def _sizes(
    asked: Floats,
    caps: Floats,
    wanted: Floats,
    side_by_side: bool,
    accept: NDArray[np.bool_],
) -> Floats:
    """Line of each lender, CNY million, shape (n, k).

    Side by side, each lender in turn covers what is left. Under one agreement shares are
    fixed, lenders that refuse drop out, and the tightest cap over its share binds.
    """
    if side_by_side:
        before = np.zeros_like(asked)
        sizes = np.zeros_like(caps)
        for j in range(caps.shape[1]):
            sizes[:, j] = np.where(
                accept[:, j], np.minimum(caps[:, j], asked - before), 0.0
            )
            before = before + sizes[:, j]
            if j == 0:
                asked = np.where(accept[:, 0], asked, 0.0)
        return np.maximum(sizes, 0.0)
    part = np.where(accept, wanted[None, :], 0.0)
    part = np.where(accept[:, :1], part, 0.0)
    total = part.sum(axis=1, keepdims=True)
    part = np.divide(part, total, out=np.zeros_like(part), where=total > 0.0)
    bound = np.divide(caps, part, out=np.full_like(caps, np.inf), where=part > 0.0)
    line = np.minimum(asked, bound.min(axis=1))
    return np.where(total > 0.0, line[:, None] * part, 0.0)


def verdicts(
    case: Case, name: str, arrangement: Arrangement, scenario: Scenario,
    views: tuple[Ints, Floats, Floats, Floats],
) -> tuple[NDArray[np.bool_], tuple[Floats, ...]]:  # fmt: skip
    """Which lenders agree, shape (n, k), and what the offer needs of the judgement."""
    lender, post, variance, trial = views
    u, capital = scenario.underwriting, scenario.capital
    beliefs: tuple[Beliefs, Belief] = (scenario.belief, belief_of(scenario.belief, name))
    seen = judge.sees_setback(case.a, case.draw, u)
    default = judge.default_rate(post, variance, case.a, beliefs, case.bust, seen)
    loss = believed_loss(arrangement, beliefs[1], case.a)
    line = np.maximum(trial.sum(axis=1), 1e-9)
    right = upside.right_terms(arrangement.upside, line, case.a.value)
    own = own_rate(case, scenario)
    price = pricing.mean_rate(arrangement.pricing, own, tenor.years(arrangement.tenor))
    base, full, _ = commitment.captures(
        arrangement.commitment, scenario.relationship.capture_plain
    )
    banking = u.relationship_weight * 0.5 * (base + full) * case.a.business / line
    effort = u.screening_cost / (line * tenor.years(arrangement.tenor))
    appetite = np.array([bank.appetite for bank in scenario.bank.values()])[lender]
    tolerance = u.tolerance_rate - (u.bust_tightening_rate if case.bust else 0.0)
    joint = commitment.stands_still(arrangement.commitment)
    patience = u.renewal_patience_rate + (u.joint_patience_rate if joint else 0.0)
    gain = right_income(right, case, line, beliefs, post[:, 0])
    rent = banking + gain - effort + patience * case.renewal
    extra = rent[:, None] + appetite * tolerance
    cost = np.asarray(u.operating_cost)[case.a.stage]
    fee = arrangement.loss_sharing.guarantee_fee_rate
    funds = np.full_like(
        cost, marginal_cost(arrangement.funding, u.funding_rate, case.quota_left)
    )
    held = capital.risk_weight * capital.required_ratio
    left = judge.surplus(
        price[:, None], extra, default, np.full_like(default, 1.0) * loss[:, None],
        (funds[:, None], (cost + fee)[:, None]), (held, capital.hurdle_rate),
    )  # fmt: skip
    return left >= 0.0, (left[:, 0], default[:, 0], loss, own)


def own_rate(case: Case, scenario: Scenario) -> Floats:
    """The lender's own rate: the benchmark plus the most that is charged at the stage."""
    u = scenario.underwriting
    return u.benchmark_rate + np.asarray(u.spread_cap)[case.a.stage]


def believed_loss(arrangement: Arrangement, levels: Belief, a: Any) -> Floats:
    """Believed loss given default that lenders bear, shape (n,)."""
    unsecured = limit.is_unsecured(arrangement.limit)
    level = levels.loss_unsecured if unsecured else levels.loss_secured
    left = level * (1.0 - added_recovery(arrangement.security))
    return np.full(a.shape[0], left * (1.0 - arrangement.loss_sharing.guaranteed_share))


def _offer(
    case: Case, arrangement: Arrangement, scenario: Scenario, views: tuple[Any, ...],
    parts: tuple[Floats, ...],
) -> Offer:  # fmt: skip
    """Put the pieces of an offer together."""
    lender, sizes, accept, post, news = views
    merit, default, loss, own = parts
    line = sizes.sum(axis=1)
    made = accept[:, 0] & (line >= scenario.underwriting.least_line)
    share = np.divide(
        sizes, line[:, None], out=np.zeros_like(sizes), where=line[:, None] > 0.0
    )
    first, later, after = pricing.rates(arrangement.pricing, own)
    length = tenor.years(arrangement.tenor)
    return Offer(
        made=made, line=line, rate=first, later_rate=later,
        mean_rate=pricing.mean_rate(arrangement.pricing, own, length), step_years=after,
        years=length, lender=lender, share=share, merit=merit, default=default, loss=loss,
        judgement=post[:, 0], news=news,
        right=upside.right_terms(arrangement.upside, line, case.a.value),
        monitored=_monitors(case, scenario, line, share, loss),
    )  # fmt: skip


def _monitors(
    case: Case, scenario: Scenario, line: Floats, share: Floats, loss: Floats
) -> NDArray[np.bool_]:
    """Whether monitoring pays the lead for its own share of the loan (free riding)."""
    u, rule = scenario.underwriting, scenario.lifecycle
    drawn = scenario.credit_line.drawn_at_signing * line
    leverage = np.minimum(drawn / np.maximum(case.a.value, 0.1), 5.0)
    saved = rule.diversion_hazard * leverage * rule.monitoring_effect * loss * drawn
    return np.asarray(u.monitoring_effort * share[:, 0] * saved > u.monitoring_cost)
