"""The monthly credit committee: who asks, who is offered what, who takes it.

Only firms with an open request are looked at. Each request goes through the same steps:
judge, offer, the firm's choice among all that it is offered, capital, then signing.
"""

import math
from typing import Any

from sim.model.banks.application import asks_renewal, is_admitted, read_application
from sim.model.banks.choice import advantage, wants, worth
from sim.model.banks.credit_decision import ration
from sim.model.banks.desk import BOOKED, CUTS, HEADROOM
from sim.model.banks.refinancing import seek_refinancing
from sim.model.banks.signing import (
    decline,
    decline_by_parts,
    enact_decisions,
    judge_in_vain,
    keep_for_less,
    learn,
    settle_claims,
    sign,
)
from sim.model.banks.tender import make_offer
from sim.model.banks.withdrawal import decide_on_loan, worth_of_call, years_until
from sim.model.firms.clock import cash_at
from sim.model.firms.record import (
    ASK_FUNDS,
    ASK_OFFER,
    ASK_RENEWAL,
    ASK_REVIEW,
    REGISTERED,
    REVIEW_YEARS,
)

NEW_CREDIT, RUNNING_LINES, RUN_OFF = 1, 2, 4
"""What may stand on the agenda of a meeting; sums of them."""

BOUNDARY = 1e-9
NO_OFFER = -math.inf


def hold_meeting(d: Any, e: Any, first: int, agenda: int, date: float) -> None:
    """Decide on what stands on the agenda; each part takes effect before the next.

    Parameters
    ----------
    d : Desk
    e : Effects
    first : int
        First row of the book that is new.
    agenda : int
        A sum of `NEW_CREDIT`, `RUNNING_LINES`, `RUN_OFF`; with 0, what is written down already
        takes effect.
    date : float, years
    """
    settle_claims(d, e, date)
    if agenda & NEW_CREDIT != 0:
        decide_applications(d, date)
    if agenda & RUN_OFF != 0:
        wind_down(d, date)
    enact_decisions(d, e, first, date)
    if agenda & RUNNING_LINES != 0:
        start = int(d.tally[BOOKED])
        d.tally[CUTS] = 0.0
        decide_on_lines(d, date)
        enact_decisions(d, e, start, date)


def decide_applications(d: Any, date: float) -> None:
    """New lines, enlargements and renewals: the firms that are ready are decided on.

    Parameters
    ----------
    d : Desk
    date : float, years
    """
    n = read_ready(ASK_FUNDS | ASK_RENEWAL, 0, d, date)
    applications, offers = d.applications[:n], d.offers[:n]
    for row in range(n):
        make_offers(offers[row], applications[row], d)
    choose_best(applications, offers, d)
    choose_plain(applications, offers, d)
    for row in range(n):
        learn(offers[row, 0], applications[row], d)
        if is_without(offers[row]):
            judge_in_vain(offers[row, 0], applications[row], d)
    for place in range(1, d.terms.shape[0] + 1):
        code = place % d.terms.shape[0]  # plain lending last
        for asked_again in range(2):
            sign_taken(offers[:, code], applications, code, asked_again, d)
    note_requests(applications, offers, d)
    refuse_others(applications, offers, d)


def sign_taken(offers: Any, applications: Any, code: int, asked_again: int, d: Any) -> None:
    """Sign what is taken, of firms that needed, or needed not, to ask others for want of room."""
    for row in range(applications.shape[0]):
        o = offers[row]
        if o.taken == 1 and (o.full_banks > 0) == (asked_again == 1):
            sign(o, applications[row], code, d)


def note_requests(applications: Any, offers: Any, d: Any) -> None:
    """Firms on the register remember the money they asked for, and how much of it was granted.

    A plain loan that was offered counts as granted where the firm has no use for it.
    """
    for row in range(applications.shape[0]):
        a, o = applications[row], offers[row]
        if a.stratum == REGISTERED:
            granted = o[0].line if o[0].made == 1 and not wants(o[0], a) else 0.0
            for code in range(o.shape[0]):
                if o[code].taken == 1:
                    granted = o[code].line
            d.firms[a.firm].requested_lines += a.asked
            d.firms[a.firm].granted_lines += min(granted, a.asked)


def decide_on_lines(d: Any, date: float) -> None:
    """Yearly reviews of lines that run, and bids to refinance them.

    Parameters
    ----------
    d : Desk
    date : float, years
    """
    applies = ASK_FUNDS | ASK_RENEWAL
    n = read_ready(ASK_REVIEW, applies, d, date)
    review(d.applications[:n], d)
    n = read_ready(ASK_OFFER, applies | ASK_REVIEW, d, date)
    refinance(d.applications[:n], d.offers[:n, 0], d)


def wind_down(d: Any, date: float) -> None:
    """In the run-off nothing is lent: lines that end are called, other requests refused."""
    for i in d.waiting:
        decline(i, 0.0 if asks_renewal(d.firms[i]) else 1.0, d)


def read_ready(some: int, none: int, d: Any, date: float) -> int:
    """Read the applications that are due; returns how many.

    Parameters
    ----------
    some, none : int
        Of firms that ask for any of `some`, a sum of bits, and for nothing of `none`.
    d : Desk
    date : float, years
    """
    found = 0
    for i in d.waiting:
        request = d.firms[i].request
        if request & some != 0 and request & none == 0:
            a = d.applications[found]
            read_application(a, i, d, date)
            if d.firms[i].request_date + waiting_time(a, d) <= date + BOUNDARY:
                found += 1
    return found


def waiting_time(a: Any, d: Any) -> float:
    """How long a firm waits, years: for the lenders of every joint loan that is open to it.

    It hears from all lenders together; a firm to which no joint loan is open does not wait.
    """
    longest = 0.0
    for code in range(1, d.terms.shape[0]):
        k = d.terms[code]
        if k.delay > longest and is_admitted(a, k, d.admission[code]):
            longest = k.delay
    return longest


def make_offers(offers: Any, a: Any, d: Any) -> None:
    """Write every offer to a firm, by code, and what each is worth.

    Only what is no worse for the firm than plain lending is ready to be taken.
    """
    plain = offers[0]
    for code in range(d.terms.shape[0]):
        o, k = offers[code], d.terms[code]
        o.taken = o.full_banks = 0
        o.worth = NO_OFFER
        if code == 0 or is_admitted(a, k, d.admission[code]):
            make_offer(o, a, code, d)
            if code > 0 and is_better(o, plain, a, k, d):
                o.worth = worth(o, a, k, d.rules[0])


def is_better(o: Any, plain: Any, a: Any, k: Any, d: Any) -> bool:
    """Whether the firm would take an offer rather than the plain loan."""
    if o.made == 0 or not wants(o, a):
        return False
    return advantage(o, plain, a, k, d.terms[0].years, d.rules[0]) >= 0.0


def choose_best(applications: Any, offers: Any, d: Any) -> None:
    """Firms take their best offer; one that does not fit its lenders' capital, the next."""
    while find_best(offers):
        for code in range(1, d.terms.shape[0]):
            ration(offers[:, code], applications, d.terms[code], d)
            for row in range(applications.shape[0]):
                if offers[row, code].ready == 1:
                    offers[row, code].taken = 1


def find_best(offers: Any) -> bool:
    """Make each firm's best offer ready and rank it no more; says whether there is any."""
    found = False
    for row in range(offers.shape[0]):
        best = 0
        most = NO_OFFER
        is_free = not has_taken(offers[row])
        for code in range(1, offers.shape[1]):
            offers[row, code].ready = 0
            if is_free and offers[row, code].worth > most:
                most = offers[row, code].worth
                best = code
        if best > 0:
            offers[row, best].ready = 1
            offers[row, best].worth = NO_OFFER
            found = True
    return found


def has_taken(offers: Any) -> bool:
    """Whether the firm takes one of its offers, by code; plain lending aside."""
    taken = False
    for code in range(1, offers.shape[0]):
        taken = taken or offers[code].taken == 1
    return taken


def choose_plain(applications: Any, offers: Any, d: Any) -> None:
    """Firms that took nothing else take the plain loan that they are offered and that fits.

    Banks that have no room drop out, and the others bid again.
    """
    for row in range(applications.shape[0]):
        is_free = not has_taken(offers[row])
        offers[row, 0].ready = 1 if is_free and is_wanted(offers[row, 0], applications[row]) else 0
    while is_any_ready(offers[:, 0]):
        ration(offers[:, 0], applications, d.terms[0], d)
        for row in range(applications.shape[0]):
            take_or_ask_again(offers[row, 0], applications[row], d)


def is_wanted(o: Any, a: Any) -> bool:
    """Whether a plain loan is offered that the firm has a use for."""
    return o.made == 1 and wants(o, a)


def is_any_ready(offers: Any) -> bool:
    """Whether firm and lenders agree on any offer, and it is not taken yet."""
    found = False
    for row in range(offers.shape[0]):
        found = found or offers[row].ready == 1
    return found


def take_or_ask_again(o: Any, a: Any, d: Any) -> None:
    """The firm takes the offer that fits; where a bank was short of capital, others bid."""
    if o.ready == 1:
        o.taken = 1
        o.ready = 0
    elif o.short == 1:
        bid_again(o, a, d)
        o.ready = 1 if is_wanted(o, a) else 0


def bid_again(o: Any, a: Any, d: Any) -> None:
    """Banks without room for their parts bid no more, the lead in any case; the others do."""
    for j in range(o.lenders):
        if j == 0 or o.exposure[j] > d.room[HEADROOM, o.lender[j]]:
            o.full[o.full_banks] = o.lender[j]
            o.full_banks += 1
    make_offer(o, a, 0, d)


def refuse_others(applications: Any, offers: Any, d: Any) -> None:
    """Firms that take none of their offers go without."""
    for row in range(applications.shape[0]):
        if is_without(offers[row]):
            refuse(offers[row, 0], applications[row], d)


def is_without(offers: Any) -> bool:
    """Whether the firm takes none of its offers, by code."""
    return offers[0].taken == 0 and not has_taken(offers)


def refuse(o: Any, a: Any, d: Any) -> None:
    """Refuse a firm; a loan that ends is repaid, or its lenders let it run for another year.

    Only where the firm has not the cash is there anything to hold.

    Parameters
    ----------
    o : offer
        Scratch.
    a : application
    d : Desk
    """
    if not asks_renewal(a):
        decline(a.firm, 1.0, d)
    elif can_repay(d.firms[a.firm], a.date):
        decline(a.firm, 0.0, d)
    else:
        read_application(a, a.firm, d, a.date)
        a.limit = a.balance  # nothing more can be drawn
        retained = decide_on_loan(o, a, REVIEW_YEARS, d)
        decline_by_parts(a.firm, retained, worth_of_call(a, d), d)


def can_repay(f: Any, date: float) -> bool:
    """Whether a firm has the cash at a date for all that it owes."""
    return f.balance <= max(cash_at(f, date), 0.0)


def review(applications: Any, d: Any) -> None:
    """Yearly reviews of lines that run, by the terms on which each was signed."""
    for row in range(applications.shape[0]):
        a = applications[row]
        if a.limit > 0.0:
            years = years_until(d.firms[a.firm].maturity, a.date)
            retained = decide_on_loan(d.offers[row, 0], a, years, d)
            decline_by_parts(a.firm, retained, worth_of_call(a, d), d)
        else:
            decline(a.firm, 1.0, d)
        d.ordinal[a.firm] += 1


def refinance(applications: Any, offers: Any, d: Any) -> None:
    """Other banks bid for loans that run: the firm moves, or its lenders keep it for less."""
    for row in range(applications.shape[0]):
        a, o = applications[row], offers[row]
        seek_refinancing(o, a, d)
        o.ready = 1 if o.moves == 1 and o.made == 1 else 0
        d.ordinal[a.firm] += 1
    ration(offers, applications, d.terms[0], d)
    for row in range(applications.shape[0]):
        a, o = applications[row], offers[row]
        if o.ready == 1:
            sign(o, a, 0, d)
        else:
            keep_for_less(a.firm, a.rate - o.rate if o.moves == 0 else 0.0, d)
