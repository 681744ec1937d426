"""Verdicts: which lenders would lend to each applicant, on the terms of an arrangement."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.banks import underwriting as judge
from sim.model.banks.application import Case, Scenario, posterior
from sim.model.banks.underwriting import Belief, Beliefs, belief_of
from sim.model.contracts import commitment, limit, pricing, tenor, upside
from sim.model.contracts.arrangement import Arrangement
from sim.model.contracts.funding import marginal_cost
from sim.model.contracts.loss_sharing import cover_fees, cover_shares
from sim.model.contracts.security import added_recovery
from sim.model.firms.loss_sharing import borne_by_others
from sim.model.firms.record import NO_RIGHT, SWAP

# --- Verdicts: which lenders would lend to each applicant, on the terms of an arrangement --------


Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def own_rate(case: Case, scenario: Scenario) -> Floats:
    """The lender's own rate: the benchmark plus the most that is charged at the stage.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> case = SimpleNamespace(a=SimpleNamespace(stage=np.array([0, 3])))
    >>> rule = SimpleNamespace(benchmark_rate=0.03, spread_cap=(0.01, 0.006, 0.004, 0.002))
    >>> own_rate(case, SimpleNamespace(underwriting=rule)).round(4).tolist()
    [0.04, 0.032]
    """
    u = scenario.underwriting
    return u.benchmark_rate + np.asarray(u.spread_cap)[case.a.stage]


def believed_loss(arrangement: Arrangement, levels: Belief, a: Any) -> Floats:
    """Believed loss given default that lenders bear, shape (n,).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> levels = SimpleNamespace(loss_secured=0.5, loss_unsecured=0.7)
    >>> believed_loss(Arrangement(), levels, np.zeros(2)).tolist()
    [0.5, 0.5]
    """
    unsecured = limit.is_unsecured(arrangement.limit)
    level = levels.loss_unsecured if unsecured else levels.loss_secured
    left = level * (1.0 - added_recovery(arrangement.security))
    terms = arrangement.loss_sharing
    cover = sum(cover_shares(terms)), terms.first_loss_share, terms.cover_cap_share
    return np.full(a.shape[0], left - borne_by_others(left, 1.0, *cover))


def right_income(
    right: upside.RightTerms,
    case: Case,
    line: Floats,
    beliefs: tuple[Beliefs, Belief],
    post: Floats,
) -> Floats:
    """Believed income from the right per unit of line and year, shape (n,).

    The desk books banking business, not the chance of an unexercised swap right.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> none = SimpleNamespace(kind=NO_RIGHT, years=0.0)
    >>> right_income(none, None, np.ones(2), None, np.zeros(2)).tolist()
    [0.0, 0.0]
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
    fee = sum(cover_fees(arrangement.loss_sharing))
    funds = np.full_like(cost, marginal_cost(arrangement.funding, u.funding_rate, case.quota_left))
    held = min(capital.risk_weight * capital.required_ratio, 1.0)
    left = judge.surplus(
        price[:, None], extra, default, np.full_like(default, 1.0) * loss[:, None],
        (funds[:, None], (cost + fee)[:, None]), (held, capital.hurdle_rate),
    )  # fmt: skip
    return left >= 0.0, (left[:, 0], default[:, 0], loss, own)


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


# --- Capital rations: each bank takes the best loans that its capital budget carries -------------


def fits_capital(
    amount: Floats, banks: NDArray[np.int64], shares: Floats, merit: Floats, room: Floats
) -> NDArray[np.bool_]:
    """Which loans fit into the lenders' room, best first.

    Parameters
    ----------
    amount : array, shape (n,), CNY million
        New exposure of each loan.
    banks : int array, shape (n, k)
    shares : array, shape (n, k), rows sum to one
    merit : array, shape (n,)
        Larger goes first; ties by order.
    room : array, shape (n_banks,), CNY million
        What each bank can still lend.

    Returns
    -------
    bool array, shape (n,)
        A loan is taken only if all of its lenders have room for their shares. Loans whose
        lenders all have room for everything asked of them come first.

    Examples
    --------
    >>> fits_capital(np.array([5.0, 5.0]), np.array([[0], [0]]), np.ones((2, 1)),
    ...              np.array([0.1, 0.2]), np.array([7.0])).tolist()
    [False, True]
    """
    part = amount[:, None] * shares
    asked = np.bincount(banks.ravel(), weights=part.ravel(), minlength=room.shape[0])
    if np.all(asked <= room):
        return np.ones(amount.shape[0], dtype=bool)
    # What needs no new capital (a balance rolled over) fits whatever the room.
    needs = part > 0.0
    tight = asked > room
    fits = ~np.any(tight[banks] & needs, axis=1)
    left = room - np.bincount(banks[fits].ravel(), part[fits].ravel(), room.shape[0])
    hard = np.flatnonzero(~fits)
    for n in hard[np.argsort(-merit[hard], kind="stable")]:
        lenders = banks[n][needs[n]]
        if np.all(part[n][needs[n]] <= left[lenders]):
            left[lenders] -= part[n][needs[n]]
            fits[n] = True
    return np.asarray(fits)
