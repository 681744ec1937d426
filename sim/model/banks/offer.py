"""An offer: what an arrangement's clauses and the judgement of banks give an applicant.

Every arrangement goes through the same steps; only its conditions differ. The offer says
whether lenders agree, for how much, at what rate and with whom. What is here is the offer of
those who lend together, and what any offer needs; offers of single banks that compete are in
`sim.model.banks.tender`.
"""

import math
from typing import Any

from sim.model.banks.application import secured_by_assets, supported_line
from sim.model.banks.conditions import believed_loss
from sim.model.banks.credit_decision import decide, is_monitored
from sim.model.banks.offer_rate import first_rate, highest_rate, later_rate, mean_rate
from sim.model.banks.parity import grant_right
from sim.model.contracts.limit import asked_line
from sim.model.firms.beside import bond_issue
from sim.model.firms.equity import fund_pays


def choose_lenders(o: Any, a: Any, home: int, count: int) -> None:
    """Write `count` banks that a firm turns to, in order: its own bank, then those it knows.

    Parameters
    ----------
    o : offer
    a : application
    home : int
        Its own bank.
    count : int
    """
    o.lender[0] = home
    o.lenders = 1
    for j in range(a.known_banks):
        if o.lenders < count and a.roster[j] != home:
            o.lender[o.lenders] = a.roster[j]
            o.lenders += 1


def bank_cap(a: Any, k: Any, u: Any, bank: Any) -> float:
    """Most that a bank lends to the firm, CNY million."""
    if math.isinf(k.cap_factor):
        return math.inf
    return min(u.line_cap[a.stage] * bank.cap_factor, bank.single_name) * k.cap_factor


def offer_together(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write the offer of banks that lend under one agreement, as one bidder without rivals.

    Parameters
    ----------
    o : offer, its lenders and their judgement written
    a : application, see `sim.model.banks.application.APPLICATION`
    k : conditions of the arrangement, see `sim.model.banks.conditions.CONDITIONS`
    u : rules common to all banks, see `sim.model.banks.bank`
    banks : record array, shape (n_banks,)
        Rules of each bank.
    """
    for j in range(o.lenders):
        o.accepts[j] = 1
    share_line(o, a, k, u, banks)
    decide(o, a, k, u, banks)
    share_line(o, a, k, u, banks)
    finish(o, a, k, u, banks, highest_rate(a, u))


def share_line(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write the line of each lender that agrees, CNY million.

    Each bank lends its share of the whole, and the tightest cap over its share binds: a
    refusing partner takes its own line with it, and the others do not carry it.
    """
    whole = asked_line(a, k, secured_by_assets(a, u), supported_line(a, u))
    for j in range(o.lenders):
        part = k.shares[j] if o.accepts[j] == 1 and o.accepts[0] == 1 else 0.0
        o.share[j] = part
        if part > 0.0:
            whole = min(whole, bank_cap(a, k, u, banks[o.lender[j]]) / part)
    for j in range(o.lenders):
        o.part[j] = whole * o.share[j]


def finish(o: Any, a: Any, k: Any, u: Any, banks: Any, own: float) -> None:
    """Write line, shares, rates and right of an offer that lenders have decided on.

    Parameters
    ----------
    o : offer, its lenders, their parts and consent written
    a : application
    k : conditions of the arrangement
    u, banks : rules common to all banks, and of each
    own : float, per year
        The lenders' own rate.
    """
    o.line = 0.0
    for j in range(o.lenders):
        o.line += o.part[j]
    for j in range(o.share.shape[0]):
        o.share[j] = o.part[j] / o.line if j < o.lenders and o.line > 0.0 else 0.0
    o.rate = first_rate(own, k)
    o.later_rate = later_rate(own, k)
    o.mean_rate = mean_rate(own, k)
    o.loss = believed_loss(o.line, secured_by_assets(a, u), k)
    lasts = a.limit > 0.0 or a.runway >= u.least_runway
    o.made = 1 if o.accepts[0] == 1 and o.line >= u.least_line and lasts else 0
    o.moves = 1 if a.limit > 0.0 and o.lender[0] != a.home else 0
    o.short = 0
    size_instruments(o, a, k)
    grant_right(o, a, k, u, banks, o.line)
    o.monitored = 1 if is_monitored(o, a, u, o.line) else 0


def size_instruments(o: Any, a: Any, k: Any) -> None:
    """Write the money of the instruments beside the line, and what it costs a year.

    It is what a firm without any of them would have; a lease comes with what it spends.
    """
    o.beside = o.beside_cost = 0.0
    if k.several == 1:
        bond = bond_issue(k, a.sales, a.bust == 0)
        trust = k.trust_line_share * o.line
        o.beside = bond + trust + fund_pays(k, a.value)
        o.beside_cost = bond * k.bond_rate + trust * k.trust_rate
        o.beside_cost += k.term_surcharge * k.term_share * o.line
