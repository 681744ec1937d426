"""A tender: banks that know a firm bid for its loan, and what they ask makes the offer.

Each bank judges the firm by what it sees itself and reckons what the loan would bring and cost
it as the lead, up to what it may lend. Its sealed bid follows from the auction of
`sim.model.banks.bidding`: the winner leads and matches the runner-up. Against collateral, banks
lend side by side until the firm has its line; any other loan has one lender. Banks that lend
together make one bid, and have no rival for a loan of theirs.
"""

import math
from typing import Any

from sim.model.banks.application import asks_renewal, secured_by_assets, supported_line
from sim.model.banks.bidding import award, hold_auction, left_at
from sim.model.banks.choice import leaving_cost
from sim.model.banks.credit_decision import (
    MOST_DEFAULT,
    decide,
    default_probability,
    expected_shortfall,
    tolerated,
)
from sim.model.banks.judgement import added_by_file, judge, public_belief, sees_setback
from sim.model.banks.offer import bank_cap, choose_lenders, finish, offer_together
from sim.model.banks.offer_rate import highest_rate, mean_rate
from sim.model.banks.own_business import write_business
from sim.model.banks.taxation import vat_share
from sim.model.banks.winners_curse import NOBODY
from sim.model.contracts.limit import asked_line
from sim.model.firms.record import LARGE

SAME_LINE = 0.999999
"""A bank that takes over a balance must lend as much, but for a rounding error."""
DEAREST_MOVE = 1.0
"""Per year: what moving costs at most, over a balance that may be nothing."""
LEAST_OWN = 1e-9
"""Part of a signal's error that is the bank's own, at least."""


def make_offer(o: Any, a: Any, code: int, d: Any) -> None:
    """Write what an arrangement gives the applicant.

    Parameters
    ----------
    o : offer, see `sim.model.banks.desk.OFFER`
        Written. Banks that have had no room for it do not bid.
    a : application, see `sim.model.banks.application.APPLICATION`
    code : int
        Of the arrangement, 0 for plain lending.
    d : Desk
    """
    k, u = d.terms[code], d.rules[0]
    count = k.members if k.joint == 1 else u.known_banks
    choose_lenders(o, a, a.home, min(int(count), d.banks.shape[0]))
    judge(o, a, k, u, d.banks)
    if k.joint == 1:
        offer_together(o, a, k, u, d.banks)
    else:
        open_tender(o, a, k, d)
        hold_tender(o, a, k, d)
    if code == 0 and o.made == 0 and u.everybody_served == 1 and a.stratum != LARGE:
        serve(o, a, k, d)


def open_tender(o: Any, a: Any, k: Any, d: Any) -> None:
    """Write the auction of a loan, and what each bank that knows the firm would offer by itself.

    Parameters
    ----------
    o : offer, its lenders and their judgement written
    a : application
    k : conditions of the arrangement
    d : Desk
    """
    u, t = d.rules[0], d.auction[0]
    t.bidders = o.lenders
    t.prior, t.prior_precision = public_belief(a, k)
    precision = u.signal_precision * u.precision_by_stage[a.stage]
    t.common_variance = u.error_correlation / precision if precision > 0.0 else 0.0
    t.average_default = default_probability(a, k, u, 0.0, 0.0, sees_setback(a, u))
    t.slope = u.quality_slope
    t.cap = mean_rate(highest_rate(a, u), k)
    t.outside = math.inf
    t.asked = asked_line(a, k, secured_by_assets(a, u), supported_line(a, u))
    t.most_lenders = o.lenders if k.side_by_side == 1 else 1
    moving = cost_of_moving(a, d)
    for j in range(o.lenders):
        bank = d.banks[o.lender[j]]
        part = min(bank_cap(a, k, u, bank), t.asked)
        d.bidders[j].most = 0.0
        if part >= u.least_line and not has_refused(o.lender[j], o):
            open_bid(j, part, o, a, k, d)
            d.bidders[j].moving = moving if o.lender[j] != a.home else 0.0


def open_bid(j: int, part: float, o: Any, a: Any, k: Any, d: Any) -> None:
    """Write what lender `j` would offer by itself, and the bidder that it is."""
    u, t = d.rules[0], d.auction[0]
    write_lone_offer(d.bids[j], o, j, part)
    decide(d.bids[j], a, k, u, d.banks)
    write_bidder(d.bidders[j], d.bids[j], a, t.cap, t, u)
    d.bidders[j].tolerance = tolerated(d.banks[o.lender[j]], u)
    d.bidders[j].moving = 0.0


def serve(o: Any, a: Any, k: Any, d: Any) -> None:
    """Let the firm's own bank lend at the cap, whatever it believes of it: the ceiling of lines.

    The line is as otherwise, but the smallest line at least.

    Parameters
    ----------
    o : offer
        Not made so far; it is in the end.
    a : application
    k : conditions of the arrangement
    d : Desk
    """
    u, t = d.rules[0], d.auction[0]
    choose_lenders(o, a, a.home, 1)
    judge(o, a, k, u, d.banks)
    open_tender(o, a, k, d)
    t.asked = max(t.asked, u.least_line)
    most = max(bank_cap(a, k, u, d.banks[a.home]), u.least_line)
    open_bid(0, min(most, t.asked), o, a, k, d)
    d.bidders[0].tolerance = math.inf
    hold_tender(o, a, k, d)
    o.made = 1


def write_lone_offer(b: Any, o: Any, j: int, part: float) -> None:
    """Write the lender, judgement and line of an offer that lender `j` makes by itself."""
    b.lenders = 1
    write_lender(b, 0, o, j)
    b.part[0] = part


def write_lender(to: Any, n: int, o: Any, j: int) -> None:
    """Write lender `j` of an offer, and how it judges the firm, as lender `n` of another."""
    to.lender[n] = o.lender[j]
    to.quality[n], to.variance[n] = o.quality[j], o.variance[j]
    to.news_precision[n], to.news[n] = o.news_precision[j], o.news[j]


def write_bidder(r: Any, b: Any, a: Any, price: float, t: Any, u: Any) -> None:
    """Write a bidder, given its offer `b` and what the offer would leave it at a price."""
    shared = 1.0 - t.common_variance * b.news_precision[0]
    r.quality = b.quality[0]
    r.signal_precision = b.news_precision[0] / max(shared, LEAST_OWN)
    r.file_precision = added_by_file(b.lender[0], a, u, b.news_precision[0])
    r.loss = b.loss
    r.tax = vat_share(b.part[0], a.sales, price, u)
    needed = price * (1.0 - r.tax) - b.surplus[0]
    r.cost = needed * (1.0 - b.default[0]) - b.default[0] * b.loss
    r.most = b.part[0]


def cost_of_moving(a: Any, d: Any) -> float:
    """What going to another bank costs the firm, per year and unit of its balance."""
    if a.limit <= 0.0:
        return 0.0
    u = d.rules[0]
    broken = 0.0 if asks_renewal(a) else d.terms[a.terms].break_cost
    cost = leaving_cost(a, broken, u)
    span = u.offer_horizon_years * a.balance
    if cost <= 0.0:
        return 0.0
    return cost / span if cost < DEAREST_MOVE * span else DEAREST_MOVE


def hold_tender(o: Any, a: Any, k: Any, d: Any) -> None:
    """Let the banks bid, and write the offer of those that win.

    Parameters
    ----------
    o : offer, its lenders and their judgement written
        Without a winner it stays theirs, and is not made.
    a : application
    k : conditions of the arrangement
    d : Desk
        The tender is open.
    """
    t = d.auction[0]
    hold_auction(t, d.bidders, d.rivals)
    if t.winner > 0 and a.limit > 0.0 and t.line < a.balance * SAME_LINE:
        stay(t, d.bidders)
    for j in range(o.lenders):
        o.part[j] = 0.0
        o.accepts[j] = 0
    if t.winner != NOBODY:
        write_winners(o, a, k, d)
    o.years = k.years
    finish(o, a, k, d.rules[0], d.banks, highest_rate(a, d.rules[0]) + (t.rate - t.cap))
    if t.winner != NOBODY:
        for j in range(o.lenders):
            write_business(o, j, a, k, d.rules[0], d.banks)


def has_refused(bank: int, o: Any) -> bool:
    """Whether a bank has had no room for the loan."""
    found = False
    for n in range(o.full_banks):
        found = found or o.full[n] == bank
    return found


def stay(t: Any, bidders: Any) -> None:
    """Banks that cannot take over what the firm owes leave it to its own, the first."""
    for j in range(1, t.bidders):
        bidders[j].enters = 0
    award(t, bidders)


def write_winners(o: Any, a: Any, k: Any, d: Any) -> None:
    """Write those who lend in the order of their bids, and what each makes of having won.

    To have won means that no other judged the firm better. Who falls short asks the cap, and
    is paid that.
    """
    t, count = d.auction[0], 0
    for j in range(t.bidders):
        r, b, n = d.bidders[j], d.bids[j], d.bidders[j].place
        if n != NOBODY:
            paid = r.rate if k.own_weight > 0.0 else t.cap
            write_lender(o, n, b, 0)
            o.part[n] = r.part
            o.default[n] = min(r.default, MOST_DEFAULT)
            o.surplus[n] = left_at(paid, r, r.default)
            o.shortfall[n] = expected_shortfall(r.left, a, d.rules[0])
            o.accepts[n] = 1
            count += 1
    o.lenders = count
