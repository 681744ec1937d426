"""Writing decisions down: contracts into the book, refusals and cuts beside it."""

import math
from typing import Any

from sim.base.columns import copy_rule
from sim.model.banks.conditions import FIXED
from sim.model.banks.desk import BOOKED, CUTS, JUDGED
from sim.model.firms.record import NEVER

copy_fixed = copy_rule(__name__, "copy_fixed", FIXED)


def learn(o: Any, a: Any, d: Any) -> None:
    """The home bank files what it saw; every decision counts one and costs something."""
    d.file_precision[a.firm] += o.news_precision
    d.file_sum[a.firm] += o.news
    d.ordinal[a.firm] += 1
    n = int(d.tally[JUDGED])
    d.judged_who[n] = a.firm
    d.judged_lead[n] = o.lender[0]
    d.tally[JUDGED] += 1.0
    charge_screening(o.lender[0], d)


def charge_screening(lead: int, d: Any) -> None:
    """Each judgement costs the bank that makes it."""
    d.books[lead].screening += d.rules[0].screening_cost


def sign(o: Any, a: Any, code: int, moved: bool, d: Any) -> None:
    """Write an offer to a firm as a contract into the book.

    Parameters
    ----------
    o : offer
    a : application
    code : int
        Of the arrangement, 0 for plain lending.
    moved : bool
        Whether the firm leaves its bank.
    d : Desk
    """
    row = int(d.tally[BOOKED])
    d.tally[BOOKED] += 1.0
    c, k = d.book[row], d.terms[code]
    write_lenders(c, o)
    write_state(c, a, d.climate[0])
    c.date = a.date
    c.limit = o.line
    c.default = o.default[0]
    c.loss = k.believed_loss
    c.judgement = o.quality[0]
    c.monitored = o.monitored
    c.signed = 1 if code > 0 else 0
    c.terms = code
    c.moved = 1 if moved else 0
    c.unsecured = k.unsecured
    c.maturity = a.date + k.years
    c.review = a.date + 1.0 if k.reviewed == 1 else NEVER
    write_price(c, o.rate, o.later_rate, k, a.date)
    write_conditions(c, k, d)
    write_right(c, o, k, a.date)


def write_lenders(c: Any, o: Any) -> None:
    """Lenders with a share come first, the lead before all; those without follow."""
    placed = 0
    for j in range(o.lenders):
        if o.share[j] > 0.0:
            c.lender[placed] = o.lender[j]
            c.share[placed] = o.share[j]
            placed += 1
    for j in range(o.lenders):
        if o.share[j] <= 0.0:
            c.lender[placed] = o.lender[j]
            c.share[placed] = 0.0
            placed += 1
    for j in range(placed, c.share.shape[0]):
        c.lender[j] = 0
        c.share[j] = 0.0
    c.lead = c.lender[0]


def write_state(c: Any, a: Any, climate: Any) -> None:
    """The firm and the market conditions at signing."""
    c.firm = a.firm
    c.stage = a.stage
    c.value = a.value
    c.first = 1 if a.limit <= 0.0 else 0
    c.regime = climate.regime
    c.winter = climate.winter


def write_price(c: Any, rate: float, later_rate: float, k: Any, date: float) -> None:
    """The rates, and when the first gives way to the second."""
    c.rate = rate
    c.later_rate = later_rate
    c.step = NEVER if math.isinf(k.step_years) else date + k.step_years


def write_conditions(c: Any, k: Any, d: Any) -> None:
    """Terms that are the same for every firm that signs; bringing lenders together costs."""
    copy_fixed(c, k)
    d.books[c.lead].coordination += k.coordination_cost


def write_right(c: Any, o: Any, k: Any, date: float) -> None:
    """The right that the firm grants; `o` is the offer, or whatever holds the right."""
    c.right = o.right
    c.stake = o.stake
    c.strike = o.strike
    c.trigger = o.trigger
    c.royalty_cap = o.royalty_cap
    c.expiry = date + k.right_years if k.right_years > 0.0 else NEVER


def decline(i: int, kept: float, d: Any) -> None:
    """Refuse the request of firm `i`; its line is cut to the share that lenders keep."""
    n = int(d.tally[CUTS])
    d.cut_who[n] = i
    d.cut_kept[n] = kept
    d.tally[CUTS] += 1.0
