"""The hearing: what is known of the firms that ask, and what they make of an offer."""

import numpy as np
from numpy.typing import NDArray

from sim.banks.case import Case
from sim.banks.choice import accepts, right_cost, usable
from sim.banks.offer import Offer
from sim.banks.underwriting import Draw, prior_quality
from sim.base.draws import SIGNAL
from sim.clauses import commitment
from sim.engine.facility import quota_left
from sim.engine.world import World
from sim.firms.applicants import applicants
from sim.firms.record import ASK_RENEWAL, NO_RIGHT, SWAP

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def case_of(w: World, who: Ints, date: float) -> Case:
    """What the committee knows about firms `who`."""
    a = applicants(w.rules.read_applicants, w.firms, w.params, who, date)
    equity = w.scenario.equity
    return Case(
        a=a, date=date, draw=draws_for(w, who),
        bust=w.in_bust,
        collateral=float(w.climate.collateral[0]),
        roster=w.roster[who].astype(np.int64), file=(w.file_precision[who], w.file_sum[who]),
        prior=prior_quality(a.venture, equity.venture_logit, equity.venture_quality_slope),
        quota_left=quota_left(w, w.arrangement.funding), renewal=a.limit > 0.0,
    )  # fmt: skip


def draws_for(w: World, who: Ints) -> Draw:
    """Uniform numbers addressed by firm, code and the decisions taken on the firm so far."""
    ordinal = w.ordinal[who]

    def draw(codes: Ints) -> Floats:
        out = np.empty(codes.shape)
        w.rules.fill_uniforms(*w.key, who, SIGNAL, codes, ordinal, out)
        return out

    return draw


def wants(case: Case, offer: Offer) -> NDArray[np.bool_]:
    """A line that still runs is replaced only by a larger one."""
    running = (case.a.limit > 0.0) & ((case.a.request & ASK_RENEWAL) == 0)
    return np.asarray(~running | (offer.line > case.a.limit * 1.000001))


def prefers(w: World, case: Case, special: Offer, plain: Offer) -> NDArray[np.bool_]:
    """Whether the firm takes the arrangement rather than what else it is offered."""
    rule, a = w.scenario.choice, case.a
    drawn = w.scenario.credit_line.drawn_at_signing
    need = a.demand * (a.project == 1) + np.maximum(-a.flow, 0.0) - a.cash
    instead = np.where(plain.made, plain.line, 0.0)
    more = usable(special.line, need, drawn) - usable(instead, need, drawn)
    longer = special.line * (special.years - np.where(plain.made, plain.years, 0.0))
    gain = rule.shadow_value * more * special.years + rule.tenor_value * longer
    dearer = np.where(plain.made, special.mean_rate - plain.mean_rate, 0.0)
    cost = dearer * drawn * special.line * special.years
    return accepts(gain, cost + _upside_cost(w, case, special))


def _upside_cost(w: World, case: Case, offer: Offer) -> Floats:
    """What the right in the offer costs the owners, CNY million."""
    right, a = offer.right, case.a
    if right.kind == NO_RIGHT:
        return np.zeros(a.shape[0])
    if right.royalty_share > 0.0:
        return np.asarray(
            np.minimum(right.royalty_cap, right.royalty_share * a.sales * offer.years)
        )
    rule = (w.scenario.right.right_volatility, w.scenario.right.right_discount)
    cost = right_cost(right.stake, right.strike, right.trigger, a, right.years, rule)
    cost = cost * np.exp(w.scenario.choice.private_information_slope * a.quality)
    if right.kind != SWAP:
        return cost
    plain = w.scenario.relationship.capture_plain
    base, full, _ = commitment.captures(w.arrangement.commitment, plain)
    moving = w.scenario.relationship.delivery_cost * (full - base) * a.business
    return np.minimum(cost, moving * right.years * a.taste)


def leaving_cost(w: World, case: Case) -> Floats:
    """What leaving costs: moving, breaking the agreement, and a right that stays alive."""
    a = case.a
    signed = w.book.rows.signed[a.contract] == 1
    broken = commitment.break_cost(w.arrangement.commitment)
    cost = (w.scenario.choice.switching_cost + broken * signed) * a.limit * a.taste
    rule = (w.scenario.right.right_volatility, w.scenario.right.right_discount)
    years = np.maximum(a.expiry - case.date, 0.0)
    worth = right_cost(a.stake, a.strike, a.trigger, a, np.minimum(years, 100.0), rule)
    return np.asarray(cost + np.where(a.right == SWAP, worth, 0.0))
