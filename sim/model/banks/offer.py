"""An offer: what an arrangement's clauses and a bank's judgement give an applicant.

Every arrangement goes through the same steps; only its conditions differ. The offer says
whether lenders agree, for how much, at what rate and with whom.
"""

import math
from typing import Any

from sim.model.banks.application import secured_by_assets, supported_line
from sim.model.banks.conditions import believed_loss
from sim.model.banks.credit_decision import decide, is_monitored
from sim.model.banks.judgement import judge
from sim.model.banks.offer_rate import first_rate, later_rate, mean_rate, own_rate
from sim.model.contracts.limit import asked_line
from sim.model.contracts.upside import grant
from sim.model.firms.record import LARGE

# --- How much is offered: what is asked, what each bank may lend, and who lends how much ---------


def bank_cap(a: Any, k: Any, u: Any, bank: Any) -> float:
    """Most that a bank lends to the firm, CNY million; caps by stage are for registered firms."""
    if math.isinf(k.cap_factor):
        return math.inf
    if a.stratum == LARGE:
        return bank.single_name
    return min(u.line_cap[a.stage] * bank.cap_factor, bank.single_name) * k.cap_factor


def size_lines(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write the line of each lender that agrees, CNY million.

    Side by side, each lender in turn covers what is left. Under one agreement each bank
    lends its share of the whole, and the tightest cap over its share binds: a refusing
    partner takes its own line with it, and the others do not carry it.
    """
    asked = asked_line(a, k, secured_by_assets(a, u), supported_line(a, u))
    if k.side_by_side == 1:
        cover_in_turn(o, a, k, u, banks, asked)
        return
    whole = asked
    for j in range(o.lenders):
        part = k.shares[j] if o.accepts[j] == 1 and o.accepts[0] == 1 else 0.0
        o.share[j] = part
        if part > 0.0:
            whole = min(whole, bank_cap(a, k, u, banks[o.lender[j]]) / part)
    for j in range(o.lenders):
        o.part[j] = whole * o.share[j]


def cover_in_turn(o: Any, a: Any, k: Any, u: Any, banks: Any, asked: float) -> None:
    """Lines of banks that lend side by side; without the lead there is nothing to cover."""
    before = 0.0
    for j in range(o.lenders):
        part = 0.0
        if o.accepts[j] == 1:
            part = min(bank_cap(a, k, u, banks[o.lender[j]]), asked - before)
        before += part
        if j == 0 and o.accepts[0] == 0:
            asked = 0.0
        o.part[j] = max(part, 0.0)


# --- An offer: what an arrangement's clauses and a bank's judgement give an applicant ------------


def make_offer(o: Any, a: Any, k: Any, u: Any, banks: Any, first: int) -> None:
    """Write what the arrangement gives the applicant.

    Parameters
    ----------
    o : offer, see `sim.model.banks.desk.OFFER`
        Written.
    a : application, see `sim.model.banks.application.APPLICATION`
    k : conditions of the arrangement, see `sim.model.banks.conditions.CONDITIONS`
    u : rules common to all banks, see `sim.model.banks.bank`
    banks : record array, shape (n_banks,)
        Rules of each bank.
    first : int
        0 for the firm's own bank as lead, 1 for the next bank.
    """
    choose_lenders(o, a, a.home, min(k.most_lenders, banks.shape[0] - first), first)
    judge(o, a, k, u, banks)
    for j in range(o.lenders):
        o.accepts[j] = 1
    size_lines(o, a, k, u, banks)
    decide(o, a, k, u, banks)
    size_lines(o, a, k, u, banks)
    finish(o, a, k, u)


def choose_lenders(o: Any, a: Any, home: int, count: int, first: int) -> None:
    """Write `count` banks that a firm turns to, in order: its own bank, then those it knows.

    Parameters
    ----------
    o : offer
    a : application
    home : int
        Its own bank, left out where `first` is 1.
    count, first : int
    """
    o.lenders = 0
    if first == 0:
        o.lender[0] = home
        o.lenders = 1
    for j in range(a.known_banks):
        if o.lenders < count and a.roster[j] != home:
            o.lender[o.lenders] = a.roster[j]
            o.lenders += 1


def finish(o: Any, a: Any, k: Any, u: Any) -> None:
    """Write line, shares, rates and right of an offer that lenders have decided on."""
    o.line = 0.0
    for j in range(o.lenders):
        o.line += o.part[j]
    for j in range(o.share.shape[0]):
        o.share[j] = o.part[j] / o.line if j < o.lenders and o.line > 0.0 else 0.0
    own = own_rate(a, u)
    o.rate = first_rate(own, k)
    o.later_rate = later_rate(own, k)
    o.mean_rate = mean_rate(own, k)
    o.loss = believed_loss(o.line, secured_by_assets(a, u), k)
    lasts = a.limit > 0.0 or a.runway >= u.least_runway
    o.made = 1 if o.accepts[0] == 1 and o.line >= u.least_line and lasts else 0
    grant(o, k, o.line, a.value)
    o.monitored = 1 if is_monitored(o, a, u, o.line) else 0
