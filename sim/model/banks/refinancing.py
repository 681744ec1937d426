"""Refinancing: banks that know a firm bid for a loan that runs, its lenders against the others.

The rate that the firm pays, less what moving costs it, is the most that another bank can ask.
Its lenders bid too, with the lead's file of it: where they win, they match the best of the
others, and where they would lose by matching they let it go. Who takes it from them is cursed.
Policy has banks lend to whom nobody would lend, not take over what others lend: here nobody
tolerates a loss.
"""

from typing import Any

from sim.model.banks.bidding import best_after
from sim.model.banks.credit_decision import decide
from sim.model.banks.judgement import judge
from sim.model.banks.offer import choose_lenders
from sim.model.banks.offer_rate import highest_rate, mean_rate
from sim.model.banks.tender import (
    SAME_LINE,
    hold_tender,
    open_tender,
    write_bidder,
    write_lone_offer,
)
from sim.model.firms.flows import is_lender


def seek_refinancing(o: Any, a: Any, d: Any) -> None:
    """Write what a firm with a running loan is offered.

    Parameters
    ----------
    o : offer
        Written: `moves` says whether another bank takes the loan over; where none does, `rate`
        is what the firm pays its lenders from now on.
    a : application
    d : Desk
    """
    u, plain, t = d.rules[0], d.terms[0], d.auction[0]
    choose_lenders(o, a, a.home, min(int(u.known_banks), d.banks.shape[0]))
    judge(o, a, plain, u, d.banks)
    open_tender(o, a, plain, d)
    o.full_banks = 0
    t.cap = min(t.cap, a.rate)
    t.outside = a.rate
    t.most_lenders = 1
    write_incumbents(o, a, d)
    for j in range(o.lenders):
        d.bidders[j].tolerance = 0.0
    for j in range(1, o.lenders):
        is_bound = d.terms[a.terms].joint == 1 and is_lender(o.lender[j], a.lender, a.share)
        if is_bound or d.bidders[j].most < a.balance * SAME_LINE:
            d.bidders[j].most = 0.0
    hold_tender(o, a, plain, d)
    if o.moves == 0:
        o.rate = min(a.rate, d.bidders[0].rate) if is_contested(d) else a.rate


def write_incumbents(o: Any, a: Any, d: Any) -> None:
    """Write the bid of those who lend: as one, as the lead judges, under terms in force."""
    b, u, k = d.bids[0], d.rules[0], d.terms[a.terms]
    write_lone_offer(b, o, 0, a.limit)
    b.lenders = a.lenders
    for j in range(a.lenders):
        b.lender[j] = a.lender[j]
        b.quality[j], b.variance[j] = o.quality[0], o.variance[0]
        b.part[j] = a.limit * a.share[j]
    decide(b, a, k, u, d.banks)
    price = mean_rate(highest_rate(a, u), k)
    write_bidder(d.bidders[0], b, a, price, d.auction[0], u)
    d.bidders[0].moving = 0.0


def is_contested(d: Any) -> bool:
    """Whether lenders keep a loan against the bid of another bank."""
    return d.auction[0].winner == 0 and best_after(0, d.auction[0], d.bidders) >= 0
