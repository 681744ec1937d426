"""Whether a lender agrees: what a loan leaves over its break-even rate, as the lender believes.

A loan is worth making when the rate that can be charged, banking business, the right and the
policy subsidy together reach the break-even rate. The rate is capped near the benchmark,
so that quantity rations and not price.

References
----------
Ruthenberg and Landskroner (2008), Loan pricing under Basel II in an imperfectly competitive
banking market, Journal of Banking and Finance 32(12).
"""

import math
from typing import Any

import numpy as np

from sim.model.banks.desk import ASKED, HEADROOM
from sim.model.banks.judgement import sees_setback
from sim.model.banks.offer_rate import mean_rate, own_rate
from sim.model.contracts.upside import grant
from sim.model.firms.record import NO_RIGHT, ROYALTY, SWAP

# --- Whether a lender agrees: what a loan leaves over its break-even rate, as the lender
# believes


MOST_DEFAULT = 0.95


def default_probability(a: Any, k: Any, u: Any, mean: float, variance: float, seen: bool) -> float:
    """Believed default per year: a log-linear rate, expected over a normal posterior."""
    base = k.default_probability[a.stage]
    if seen:
        base = base * u.setback_factor
    if a.bust == 1:
        base = base * u.bust_factor
    slope = u.quality_slope
    rate = base * math.exp(-slope * mean + 0.5 * slope * slope * variance)
    return min(rate, MOST_DEFAULT)


def break_even_rate(default: float, loss: float, funds: float, cost: float, u: Any) -> float:
    """Loan rate at which shareholders earn exactly their hurdle, per year.

    Parameters
    ----------
    default : float, per year; loss : float, share of principal
    funds, cost : float, per year
        Cost of one more unit of funding, and of running the loan.
    u : rules of banks

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> u = SimpleNamespace(risk_weight=1.0, required_ratio=0.1, hurdle_rate=0.1)
    >>> round(break_even_rate(0.04, 0.5, 0.02, 0.012, u), 6)
    0.0625
    """
    held = min(u.risk_weight * u.required_ratio, 1.0)
    whole = funds * (1.0 - held) + u.hurdle_rate * held + cost + default * loss
    return whole / (1.0 - default)


def marginal_cost(a: Any, k: Any, u: Any) -> float:
    """Cost of funds of one more unit lent, per year; the central bank's while a quota is left."""
    if a.outstanding < k.quota:
        return u.funding_rate + k.refinanced_share * (k.relending_rate - u.funding_rate)
    return u.funding_rate


def right_income(o: Any, a: Any, k: Any, u: Any, line: float) -> float:
    """Believed income from the right per unit of line and year.

    The desk books banking business, not the chance of an unexercised swap right.
    """
    if o.right == NO_RIGHT or o.right == SWAP:
        return 0.0
    if o.right == ROYALTY:
        return min(k.royalty_share * a.sales, o.royalty_cap) / line
    worth = k.right_worth[a.stage] * math.exp(u.right_quality_slope * o.quality[0])
    return o.exercise_amount / line * worth * k.lender_gain_share / max(k.right_years, 1.0)


def decide(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write each lender's surplus, believed default and consent into the offer.

    Parameters
    ----------
    o : offer, its lenders, judgement and parts written
    a : application
    k : conditions of the arrangement
    u : rules common to all banks
    banks : rules of each bank
    """
    line = 0.0
    for j in range(o.lenders):
        line += o.part[j]
    line = max(line, 1e-9)
    grant(o, k, line, a.value)
    price = mean_rate(own_rate(a, u), k)
    banking = (
        u.relationship_weight
        * 0.5
        * (k.base_wallet_share + k.full_wallet_share)
        * a.business
        / line
    )
    effort = u.screening_cost / (line * k.years)
    patience = u.renewal_patience_rate + (u.joint_patience_rate if k.stands_still == 1 else 0.0)
    rent = banking + right_income(o, a, k, u, line) - effort + patience * a.renewal
    subsidy = u.policy_subsidy_rate - (u.bust_tightening_rate if a.bust == 1 else 0.0)
    funds = marginal_cost(a, k, u)
    cost = u.operating_cost[a.stage] + k.fee_rate
    seen = sees_setback(a, u)
    for j in range(o.lenders):
        o.default[j] = default_probability(a, k, u, o.quality[j], o.variance[j], seen)
        needed = break_even_rate(o.default[j], k.believed_loss, funds, cost, u)
        o.surplus[j] = price + (rent + banks[o.lender[j]].appetite * subsidy) - needed
        o.accepts[j] = 1 if o.surplus[j] >= 0.0 else 0


# --- Capital rations: each bank takes the best loans that its capital budget carries -------------


def headroom(d: Any, out: Any) -> None:
    """Write what each desk can still lend on its capital, CNY million, shape (n_banks,).

    Loans are of the last settlement; what has been granted since then is promised.
    """
    u = d.rules[0]
    for b in range(out.shape[0]):
        desk = d.books[b]
        used = u.risk_weight * (desk.loans + desk.promised)
        used += u.defaulted_risk_weight * desk.npl
        out[b] = (desk.equity / u.required_ratio - used) / max(u.risk_weight, 1e-9)


def new_exposure(o: Any, a: Any, drawn_share: float, moves: bool) -> float:
    """New exposure of a loan, CNY million: a balance rolled over by the same bank is none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> offer, client = SimpleNamespace(line=10.0), SimpleNamespace(balance=3.0)
    >>> new_exposure(offer, client, 0.5, False), new_exposure(offer, client, 0.5, True)
    (2.0, 5.0)
    """
    drawn = o.line * drawn_share
    return max(drawn, a.balance) if moves else max(drawn - a.balance, 0.0)


def ration(offers: Any, applications: Any, d: Any, moves: bool) -> None:
    """Keep of the loans that are ready those that fit into the lenders' capital, best first.

    Parameters
    ----------
    offers, applications : record arrays, shape (n,)
        Offers are ready where firm and lenders agree; those for which there is no room are so
        no longer.
    d : Desk
        What is granted is added to what its banks have promised.
    moves : bool
        Whether firms leave their bank.

    Notes
    -----
    A loan is taken only if all of its lenders have room for their shares. Loans whose
    lenders all have room for everything asked of them come first, then the rest by surplus
    of the lead, ties by order.
    """
    room, asked = d.room[HEADROOM], d.room[ASKED]
    headroom(d, room)
    for b in range(asked.shape[0]):
        asked[b] = 0.0
    for n in range(offers.shape[0]):
        o = offers[n]
        if o.ready == 1:
            o.exposure = new_exposure(o, applications[n], d.rules[0].drawn_at_signing, moves)
            add_parts(o, o.exposure, asked)
    if is_short(room, asked):
        ration_tight(offers, room, asked)
    for n in range(offers.shape[0]):
        o = offers[n]
        if o.ready == 1:
            for j in range(o.lenders):
                d.books[o.lender[j]].promised += o.exposure * o.share[j]


def is_short(room: Any, asked: Any) -> bool:
    """Whether any bank is asked for more than it has."""
    short = False
    for b in range(room.shape[0]):
        short = short or asked[b] > room[b]
    return short


def add_parts(o: Any, amount: float, sums: Any) -> None:
    """Add a loan to the sums of its lenders, by share."""
    for j in range(o.lenders):
        sums[o.lender[j]] += amount * o.share[j]


def ration_tight(offers: Any, room: Any, asked: Any) -> None:
    """As `ration`, where some banks are short; what needs none of these fits in any case."""
    hard = np.zeros(offers.shape[0], np.int64)
    risk_adjusted_margin = np.zeros(offers.shape[0])
    count = 0
    for n in range(offers.shape[0]):
        if offers[n].ready == 1 and needs_any(offers[n], room, asked):
            hard[count] = n
            risk_adjusted_margin[count] = -offers[n].surplus[0]
            count += 1
    for place in np.argsort(risk_adjusted_margin[:count], kind="mergesort"):
        o = offers[hard[place]]
        if has_room(o, room):
            add_parts(o, -o.exposure, room)
        else:
            o.ready = 0


def needs_any(o: Any, room: Any, asked: Any) -> bool:
    """Whether the loan needs capital of a bank that is short of it.

    What needs no new capital (a balance rolled over) fits whatever the room.
    """
    needs = False
    for j in range(o.lenders):
        bank = o.lender[j]
        needs = needs or (o.exposure * o.share[j] > 0.0 and asked[bank] > room[bank])
    return needs


def has_room(o: Any, room: Any) -> bool:
    """Whether all lenders have room for their parts."""
    for j in range(o.lenders):
        part = o.exposure * o.share[j]
        if part > 0.0 and part > room[o.lender[j]]:
            return False
    return True
