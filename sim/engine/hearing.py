"""The hearing: what is known of the firms that ask, and what they make of an offer."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.banks.case import Case
from sim.banks.choice import usable
from sim.banks.offer import Offer
from sim.banks.underwriting import Draw, prior_quality
from sim.banks.underwriting import score as public_score
from sim.base.draws import REACH, SIGNAL, uniform_columns
from sim.clauses import commitment, eligibility
from sim.clauses.arrangement import PLAIN
from sim.engine.world import World
from sim.firms.applicants import applicants
from sim.firms.record import ASK_RENEWAL, NO_RIGHT, SWAP
from sim.scenario.menu import Item

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR_ZERO = 1_000_000
"""Added to a calendar year, so that its address is no decision's."""


def case_of(w: World, who: Ints, date: float) -> Case:
    """What the committee knows about firms `who`."""
    a = applicants(w.rules.read_applicants, w.firms, w.params, who, date)
    equity = w.scenario.equity
    return Case(
        a=a, date=date, draw=draws_for(w, who, w.ordinal[who]),
        published=draws_for(w, who, np.full(who.size, YEAR_ZERO + math.floor(date))),
        bust=w.in_bust,
        collateral=float(w.climate.collateral[0]),
        roster=w.roster[who].astype(np.int64), file=(w.file_precision[who], w.file_sum[who]),
        prior=prior_quality(a.venture, equity.venture_logit, equity.venture_quality_slope),
        quota_left=False, renewal=a.limit > 0.0,
    )  # fmt: skip


def draws_for(w: World, who: Ints, ordinal: Ints) -> Draw:
    """Uniform numbers addressed by firm, code and an ordinal, shape (n,).

    The ordinal is the number of decisions taken on the firm so far, or the calendar year.
    """

    def draw(codes: Ints) -> Floats:
        out = np.empty(codes.shape)
        w.rules.fill_uniforms(*w.key, who, SIGNAL, codes, ordinal, out)
        return out

    return draw


def wants(case: Case, offer: Offer) -> NDArray[np.bool_]:
    """A line that still runs is replaced only by a larger one."""
    running = (case.a.limit > 0.0) & ((case.a.request & ASK_RENEWAL) == 0)
    return np.asarray(~running | (offer.line > case.a.limit * 1.000001))


def admitted(w: World, case: Case, item: Item) -> NDArray[np.bool_]:
    """Which applicants an arrangement on the menu is open to at the date of the case."""
    open_to = np.full(case.a.shape, item.is_open(case.date))
    share = item.reach(case.date)
    if share < 1.0:
        luck, _ = uniform_columns(w.key, case.a.firm, REACH, item.address, 0)
        open_to &= luck < share
    for clause in item.admission:
        precision = eligibility.score_precision(clause, case.a.stage)
        score = public_score(case.a, precision, case.published) if np.any(precision) else None
        sectors = tuple(w.scenario.sector)
        open_to &= eligibility.is_eligible(clause, case.a, case.date, score, sectors)
    return np.asarray(open_to)


def advantage(w: World, case: Case, special: Offer, plain: Offer, item: Item) -> Floats:
    """What the firm gains by an arrangement over plain lending, CNY million, shape (n,)."""
    rule, need = w.scenario.choice, _need(case)
    drawn = w.scenario.credit_line.drawn_at_signing
    instead = np.where(plain.made, plain.line, 0.0)
    more = usable(special.line, need, drawn) - usable(instead, need, drawn)
    longer = special.line * (special.years - np.where(plain.made, plain.years, 0.0))
    gain = rule.shadow_value * more * special.years + rule.tenor_value * longer
    dearer = np.where(plain.made, special.mean_rate - plain.mean_rate, 0.0)
    cost = dearer * drawn * special.line * special.years
    return np.asarray(gain - (cost + _upside_cost(w, case, special, item)))


def worth(w: World, case: Case, offer: Offer, item: Item) -> Floats:
    """What an offer is worth to the firm by itself, to rank several; CNY million, (n,).

    A rate counts here even for firms that plain lending refuses: they need the loan, but
    take the cheaper of two.
    """
    rule = w.scenario.choice
    drawn = w.scenario.credit_line.drawn_at_signing
    money = rule.shadow_value * usable(offer.line, _need(case), drawn)
    yearly = money + rule.tenor_value * offer.line - offer.mean_rate * drawn * offer.line
    return np.asarray(yearly * offer.years - _upside_cost(w, case, offer, item))


def _need(case: Case) -> Floats:
    """What the firm lacks: its project's cost and a year's outflow beyond its cash."""
    return np.asarray(
        case.a.demand * (case.a.project == 1) + np.maximum(-case.a.flow, 0.0) - case.a.cash
    )


def _upside_cost(w: World, case: Case, offer: Offer, item: Item) -> Floats:
    """What the right in the offer costs the owners, CNY million."""
    right, a = offer.right, case.a
    if right.kind == NO_RIGHT:
        return np.zeros(a.shape[0])
    if right.royalty_share > 0.0:
        return np.asarray(
            np.minimum(right.royalty_cap, right.royalty_share * a.sales * offer.years)
        )
    cost = right_cost(w, right, a.value, np.full(a.shape, right.years))
    cost = cost * np.exp(w.scenario.choice.private_information_slope * a.quality)
    if right.kind != SWAP:
        return cost
    plain = w.scenario.relationship.capture_plain
    base, full, _ = commitment.captures(item.arrangement.commitment, plain)
    moving = w.scenario.relationship.delivery_cost * (full - base) * a.business
    return np.minimum(cost, moving * right.years * a.taste)


def leaving_cost(w: World, case: Case) -> Floats:
    """What leaving costs: moving, breaking the agreement, and a right that stays alive."""
    a = case.a
    promises = [PLAIN, *(item.arrangement for item in w.menu)]
    broken = np.array([commitment.break_cost(terms.commitment) for terms in promises])[a.terms]
    cost = (w.scenario.choice.switching_cost + broken) * a.limit * a.taste
    years = np.clip(a.expiry - case.date, 0.0, 100.0)
    return np.asarray(cost + np.where(a.right == SWAP, right_cost(w, a, a.value, years), 0.0))


def right_cost(w: World, right: Any, value: Floats, years: Floats) -> Floats:
    """What rights are expected to cost the owners, CNY million, shape (n,).

    Parameters
    ----------
    w : World
    right : has arrays `stake`, `strike` and `trigger`, shape (n,)
    value : array, shape (n,), CNY million
        Pre-money equity values.
    years : array, shape (n,)
        Lives of the rights.
    """
    terms = np.stack([right.stake, right.strike, right.trigger, value, years])
    rule, cost = w.scenario.right, np.empty(value.shape)
    w.rules.price_rights(terms, rule.right_volatility, rule.right_discount, cost)
    return cost
