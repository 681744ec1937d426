"""Writing decisions down: contracts into the book, refusals and cuts beside it."""

import math
from typing import Any

from sim.base.columns import copy_rule
from sim.model.banks.application import asks_renewal, read_application, secured_by_assets
from sim.model.banks.capital import (
    class_weight,
    covered_weight,
    defaulted_weight,
    economic_capital,
)
from sim.model.banks.conditions import FIXED, believed_loss
from sim.model.banks.desk import BOOKED, CUTS, JUDGED, REFINANCED
from sim.model.banks.offer import choose_lenders
from sim.model.banks.offer_rate import first_rate, later_rate
from sim.model.banks.parity import grant_right
from sim.model.banks.taxation import vat_share
from sim.model.firms.beside import take_instruments
from sim.model.firms.claims import (
    HOLDS,
    SHORT,
    TAX,
    WEIGHT,
    forget_call,
    keep_unpaid,
    part_called,
    write_call,
)
from sim.model.firms.clock import accrue
from sim.model.firms.contract_effects import decline_firm, lower_rate, sign_firm
from sim.model.firms.flows import post_firm
from sim.model.firms.loss_sharing import GUARANTOR, PROVIDERS, covered_share, in_force
from sim.model.firms.record import ALIVE, BORROWED, NEVER, REVIEW_YEARS, note

# --- Writing decisions down: contracts into the book, refusals and cuts beside it ----------------


copy_fixed = copy_rule(__name__, "copy_fixed", FIXED)
"""Write the terms that are the same for every firm that signs."""


def learn(o: Any, a: Any, d: Any) -> None:
    """The home bank's private signal history grows; a decision counts one."""
    d.history_precision[a.firm] += o.home_news_precision
    d.history_sum[a.firm] += o.home_news
    d.ordinal[a.firm] += 1


def judge_in_vain(o: Any, a: Any, d: Any) -> None:
    """Write down who judged a firm that signs nothing: the bank that it turned to first."""
    n = int(d.tally[JUDGED])
    d.judged_who[n] = a.firm
    d.judged_lead[n] = a.home
    d.tally[JUDGED] += 1.0
    charge_screening(a.home, d)


def charge_screening(lead: int, d: Any) -> None:
    """A judgement that leads to no contract costs the bank that made it."""
    d.books[lead].screening += d.rules[0].screening_cost


def charge_lenders(c: Any, k: Any, d: Any) -> None:
    """Judging and bringing lenders together cost those who lend, as each of them reckoned.

    Under one agreement there is one file, which they pay for by share; otherwise each makes its
    own.
    """
    for j in range(c.share.shape[0]):
        if c.share[j] > 0.0:
            desk = d.books[c.lender[j]]
            files = c.share[j] if k.joint == 1 else 1.0
            desk.screening += d.rules[0].screening_cost * files
            desk.coordination += k.coordination_cost * c.share[j]


def sign(o: Any, a: Any, code: int, d: Any) -> None:
    """Write an offer to a firm as a contract into the book.

    Parameters
    ----------
    o : offer
    a : application
    code : int
        Of the arrangement, 0 for plain lending.
    d : Desk
    """
    row = int(d.tally[BOOKED])
    d.tally[BOOKED] += 1.0
    c, k = d.book[row], d.terms[code]
    if o.lender[0] != a.home:
        # A bank that is new to the firm knows what it has seen now.
        d.history_precision[a.firm] = o.news_precision[0]
        d.history_sum[a.firm] = o.news[0]
    write_lenders(c, o)
    write_state(c, a, d.market_conditions[0])
    c.date = a.date
    c.limit = o.line
    c.default = o.default[0]
    c.secured = min(o.line, secured_by_assets(a, d.rules[0]))
    c.loss = believed_loss(o.line, c.secured, k)
    c.judgement = o.quality[0]
    c.business = 0.0
    for j in range(o.lenders):
        if o.share[j] > 0.0:  # a bank that was asked and does not lend gets nothing
            c.business += o.business[j]
    c.monitored = o.monitored
    c.signed = 1 if code > 0 else 0
    c.terms = code
    c.switched_bank = o.moves
    c.maturity = a.date + k.years
    c.review = a.date + REVIEW_YEARS if k.reviewed == 1 else NEVER
    write_price(c, o.rate, o.later_rate, k, a.date)
    copy_fixed(c, k)
    write_cover(c, k, d.firms[c.firm].high_tech)
    write_weights(c, d.rules[0])
    write_right(c, o, k, a.date)
    charge_lenders(c, k, d)


def write_lenders(c: Any, o: Any) -> None:
    """Lenders with a share come first, the lead before all; those without follow."""
    placed = 0
    for j in range(o.lenders):
        if o.share[j] > 0.0:
            c.lender[placed] = o.lender[j]
            c.share[placed] = o.share[j]
            c.shortfall[placed] = o.shortfall[j]
            placed += 1
    for j in range(o.lenders):
        if o.share[j] <= 0.0:
            c.lender[placed] = o.lender[j]
            c.share[placed] = c.shortfall[placed] = 0.0
            placed += 1
    for j in range(placed, c.share.shape[0]):
        c.lender[j] = 0
        c.share[j] = c.shortfall[j] = 0.0
    c.lead = c.lender[0]


def write_state(c: Any, a: Any, market_conditions: Any) -> None:
    """The firm and the market conditions at signing."""
    c.firm = a.firm
    c.stage = a.stage
    c.value = a.value
    c.sales = a.sales
    c.first = 1 if a.limit <= 0.0 else 0
    c.regime = market_conditions.regime
    c.winter = market_conditions.winter


def write_price(c: Any, rate: float, later_rate: float, k: Any, date: float) -> None:
    """The rates, and when the first gives way to the second."""
    c.rate = rate
    c.later_rate = later_rate
    c.step = NEVER if math.isinf(k.step_years) else date + k.step_years


def write_cover(c: Any, k: Any, is_high_tech: int) -> None:
    """What protection providers bear of a loss, as far as their caps per firm cover the line.

    What a re-guarantor bears of it goes by the class of the firm, and its fee by the line.
    """
    for n in range(PROVIDERS):
        c.cover[n] = in_force(k.cover_shares[n], k.caps_per_firm[n], c.limit)
    c.guaranteed = covered_share(c.limit, k)
    c.reguaranteed = k.reguaranteed_shares[is_high_tech]
    is_small = 1 if c.limit <= k.reguarantee_small_line else 0
    c.reguarantee_fee_rate = k.reguarantee_fees[is_small] * c.reguaranteed * c.cover[GUARANTOR]


def write_weights(c: Any, u: Any) -> None:
    """What the loan requires of capital, and the tax in its interest: means over its parts."""
    c.risk_weight = 0.0
    c.vat_share = 0.0
    for j in range(c.share.shape[0]):
        if c.share[j] > 0.0:
            c.risk_weight += c.share[j] * weight_of_part(c, j, u)
            c.vat_share += c.share[j] * tax_of_part(c, j, u)
    c.defaulted_weight = defaulted_weight(c.loss, u)
    c.economic_capital = economic_capital(c.default, c.loss, c.sales * u.eur_per_cny)


def weight_of_part(c: Any, j: int, u: Any) -> float:
    """Risk weight of what lender `j` lends."""
    own = class_weight(c.limit * c.share[j], c.sales, u)
    return covered_weight(own, c.guaranteed, u)


def tax_of_part(c: Any, j: int, u: Any) -> float:
    """Share of the interest of lender `j` that is value-added tax."""
    return vat_share(c.limit * c.share[j], c.sales, c.rate, u)


def write_right(c: Any, o: Any, k: Any, date: float) -> None:
    """The right that the firm grants; `o` is the offer, or whatever holds the right."""
    c.right = o.right
    c.stake = o.stake
    c.exercise_amount = o.exercise_amount
    c.trigger = o.trigger
    c.royalty_cap = o.royalty_cap
    c.demanded_share = o.demanded_share
    c.granted_worth = o.granted_worth
    c.demanded_worth = o.demanded_worth
    c.expiry = date + k.right_years if k.right_years > 0.0 else NEVER


def decline(i: int, retained: float, d: Any) -> None:
    """Refuse firm `i`; its commitment is reduced to the share that its lenders retain alike."""
    n = next_cut(i, retained, d)
    for j in range(d.cut_kept.shape[1]):
        d.cut_kept[n, j] = retained


def next_cut(i: int, retained: float, d: Any) -> int:
    """Write the next answer that is no contract; returns its row."""
    n = int(d.tally[CUTS])
    d.cut_who[n] = i
    d.cut_retained[n] = retained
    d.cut_worth[n] = d.cut_saving[n] = 0.0
    d.tally[CUTS] += 1.0
    return n


def keep_for_less(i: int, saving: float, d: Any) -> None:
    """Leave firm `i` its line; its lenders take `saving` a year off the rate, to match a bid."""
    decline(i, 1.0, d)
    d.cut_saving[int(d.tally[CUTS]) - 1] = saving


def decline_by_parts(i: int, retained: float, worth: float, d: Any) -> None:
    """Write what lenders of firm `i` have decided on its loan, each on its part.

    Parameters
    ----------
    i : int
    retained : float, share
        What they keep together.
    worth : float, share
        Of the loan that a call would have brought.
    d : Desk
        `review` says what each keeps.
    """
    n = next_cut(i, retained, d)
    d.cut_worth[n] = worth
    for j in range(d.cut_kept.shape[1]):
        d.cut_kept[n, j] = d.review[0].kept[j]


# --- Decisions take effect: balances change hands, firms are bound to new terms, lines are cut ---


def enact_decisions(d: Any, e: Any, first: int, date: float) -> None:
    """Let everything take effect that a committee wrote down.

    Parameters
    ----------
    d : Desk
    e : Effects
    first : int
        First row of the book that is new; contracts of one arrangement stand together.
    date : float, years
    """
    code = -1
    refinances = False
    for row in range(first, int(d.tally[BOOKED])):
        c = d.book[row]
        if c.terms != code:
            code = c.terms
            refinances = d.tally[REFINANCED] < d.terms[code].quota
        c.refinanced = d.terms[code].refinanced_share if refinances else 0.0
        enact(row, d, e, date)
    for n in range(int(d.tally[CUTS])):
        enact_cut(n, d, e, date)


def settle_claims(d: Any, e: Any, date: float) -> None:
    """Bring lenders' shares in loans that were called up to date, before anybody decides."""
    for i in d.waiting:
        if part_called(d.called[i]) > 0.0:
            post(i, d, e, date)


def post(i: int, d: Any, e: Any, date: float) -> None:
    """Post what has flowed at firm `i` until a date."""
    f = d.firms[i]
    post_firm(
        f, d.params[f.sector], date, e.posted[i], d.lender[i], d.share[i], d.called[i],
        d.rules[0], e.by_bank, e.total, e.by_terms, e.row,
    )  # fmt: skip


def enact_cut(n: int, d: Any, e: Any, date: float) -> None:
    """Refuse a firm, or let its lenders hold or call.

    A call before the loan is due costs who makes it.
    """
    i, retained = d.cut_who[n], d.cut_retained[n]
    f, p, u = d.firms[i], d.params[d.firms[i].sector], d.rules[0]
    if f.status != ALIVE:
        return
    accrue(f, p, date)
    if retained < 1.0:
        post(i, d, e, date)
        unpaid = min(f.due / f.balance, 1.0) if f.balance > 0.0 else 0.0
        keep_unpaid(d.share[i], d.called[i], unpaid)
        if not asks_renewal(f):
            for j in range(d.share.shape[1]):
                more = f.balance * d.called[i, HOLDS, j] * (1.0 - d.cut_kept[n, j])
                d.books[d.lender[i, j]].calling += u.call_cost * more
        together = write_call(d.cut_kept[n], d.called[i])
        retained = together if unpaid > 0.0 else retained
    if retained <= 0.0:
        f.held_worth = 0.0
    elif d.cut_worth[n] > 0.0:
        f.held_worth = d.cut_worth[n] * f.balance
        f.held_cash = received_of(f)
    if d.cut_saving[n] > 0.0:
        lower_rate(f, p, date, d.cut_saving[n])
    decline_firm(
        f, p, d.market_conditions[0], date, retained, e.next_time, e.pending, e.log, e.cursor,
    )  # fmt: skip


def received_of(f: Any) -> float:
    """What lenders have received of a firm less what they have paid out, CNY million."""
    return f.cum_interest + f.cum_repaid - f.cum_drawn


def enact(row: int, d: Any, e: Any, date: float) -> None:
    """Hand balances over to the new lenders and bind the firm to its new terms."""
    c = d.book[row]
    i = c.firm
    f = d.firms[i]
    p = d.params[f.sector]
    post(i, d, e, date)
    forget_call(d.called[i])
    for j in range(d.share.shape[1]):
        d.books[d.lender[i, j]].transfer -= f.balance * d.share[i, j]
        d.books[c.lender[j]].transfer += f.balance * c.share[j]
    for j in range(d.share.shape[1]):
        d.lender[i, j] = c.lender[j]
        d.share[i, j] = c.share[j]
        d.called[i, WEIGHT, j] = weight_of_part(c, j, d.rules[0])
        d.called[i, TAX, j] = tax_of_part(c, j, d.rules[0])
        d.called[i, SHORT, j] = c.shortfall[j]
    e.believed_default[i] = c.default
    e.believed_loss[i] = c.loss
    d.tally[REFINANCED] -= f.refinanced * f.balance
    if f.status == ALIVE:
        bind_beside(f, p, c, d, e, date)
    sign_firm(f, p, d.market_conditions[0], date, c, row, e.next_time, e.pending, e.log, e.cursor)
    d.tally[REFINANCED] += f.refinanced * f.balance


def bind_beside(f: Any, p: Any, c: Any, d: Any, e: Any, date: float) -> None:
    """Let the firm take up what its arrangement has beside the line, and log what it borrows."""
    accrue(f, p, date)
    before = f.beside + f.term
    take_instruments(f, d.market_conditions[0], d.terms[c.terms], c.limit, date)
    if f.beside + f.term > before:
        note(f, date, BORROWED, f.beside + f.term - before, e.log, e.cursor)


# --- Decisions of another world repeated: the same loans, under an arrangement's own conditions --


def repeat_judge(d: Any, who: Any, lead: Any, date: float) -> None:
    """Charge the banks that judged firms there in vain.

    Parameters
    ----------
    d : Desk
    who, lead : int64 arrays, shape (n,)
    date : float, years
    """
    for n in range(who.shape[0]):
        charge_screening(lead[n], d)


def repeat_reduction(d: Any, who: Any, answers: Any, date: float) -> None:
    """Hold or reduce lines as they were there.

    Parameters
    ----------
    d : Desk
    who : int64 array, shape (n,)
    answers : array, shape (n, 11)
        The share that stays, the share of the balance that a call would have brought, what each
        lender keeps, and what is taken off the rate; lenders of a joint loan are others than
        there, and keep the same.
    date : float, years
    """
    for n in range(who.shape[0]):
        decline(who[n], answers[n, 0], d)
        last = int(d.tally[CUTS]) - 1
        d.cut_worth[last] = answers[n, 1]
        d.cut_saving[last] = answers[n, 2 + d.cut_kept.shape[1]]
        if d.terms[d.firms[who[n]].terms].joint == 0:
            for j in range(d.cut_kept.shape[1]):
                d.cut_kept[last, j] = answers[n, 2 + j]


def repeat_sign(d: Any, who: Any, contracts: Any, date: float) -> None:
    """Sign contracts that were signed there, under the conditions on offer here.

    Parameters
    ----------
    d : Desk
    who : int64 array, shape (n,)
    contracts : record array, shape (n,)
    date : float, years
    """
    code = 0
    for other in range(1, d.terms.shape[0]):
        if d.terms[other].open == 1:
            code = other
    for n in range(who.shape[0]):
        row = int(d.tally[BOOKED])
        d.tally[BOOKED] += 1.0
        d.book[row] = contracts[n]
        # No arrangement is open to those who borrow of corporate banking, the last in order.
        is_of_desk = contracts[n].lead < d.banks.shape[0] - 1
        write_anew(d.book[row], code if is_of_desk else 0, d, date)


def write_anew(c: Any, code: int, d: Any, date: float) -> None:
    """Give a contract the arrangement's price, lenders, right and promise.

    What is lent, against what and until when stays as it was.
    """
    k, o = d.terms[code], d.offers[0, 0]
    own = c.rate
    c.loss = believed_loss(c.limit, c.secured, k)
    write_price(c, first_rate(own, k), later_rate(own, k), k, date)
    grant_anew(o, c, k, d)
    write_right(c, o, k, date)
    c.signed = 1 if code > 0 else 0
    c.terms = code
    if k.joint == 1:
        share_out(c, k, d)
    copy_fixed(c, k)
    write_cover(c, k, d.firms[c.firm].high_tech)
    write_weights(c, d.rules[0])
    charge_lenders(c, k, d)


def grant_anew(o: Any, c: Any, k: Any, d: Any) -> None:
    """Write the right of a contract as its lenders there would have asked for it here."""
    a = d.applications[0]
    read_application(a, c.firm, d, c.date)
    o.lenders = 0
    for j in range(c.share.shape[0]):
        if c.share[j] > 0.0:
            o.lender[j] = c.lender[j]
            o.part[j] = c.limit * c.share[j]
            o.lenders = j + 1
    o.default[0] = c.default
    grant_right(o, a, k, d.rules[0], d.banks, c.limit)


def share_out(c: Any, k: Any, d: Any) -> None:
    """Lenders of a joint loan: the lead there, then the banks that the firm knows.

    What the lenders there expected to be short, these bear alike.
    """
    o = d.offers[0, 0]
    a = d.applications[0]
    read_application(a, c.firm, d, c.date)
    choose_lenders(o, a, c.lead, k.members)
    mean = 0.0
    for j in range(c.share.shape[0]):
        mean += c.share[j] * c.shortfall[j]
    for j in range(c.share.shape[0]):
        c.lender[j] = o.lender[j] if j < o.lenders else 0
        c.share[j] = k.shares[j] if j < k.members else 0.0
        c.shortfall[j] = mean if c.share[j] > 0.0 else 0.0
