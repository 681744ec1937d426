"""Whether a lender agrees: what a loan leaves over its break-even rate, as the lender believes.

A loan is worth making when the rate that can be charged, banking business and the right together
reach the break-even rate. The rate is capped near the benchmark, so that quantity rations and not
price. Policy tells banks to lend also where this falls short at the most that can be charged, as
long as it is by no more than they tolerate; what is expected to be missing at signing, the parent
pays. Since it is no income of a loan, it makes none cheaper.

References
----------
Ruthenberg and Landskroner (2008), Loan pricing under Basel II in an imperfectly competitive
banking market, Journal of Banking and Finance 32(12).
"""

import math
from typing import Any

from sim.model.banks.application import secured_by_assets
from sim.model.banks.capital import class_weight, covered_weight, exposure
from sim.model.banks.conditions import believed_loss
from sim.model.banks.desk import ASKED, HEADROOM
from sim.model.banks.judgement import sees_setback
from sim.model.banks.offer_rate import highest_rate, mean_rate
from sim.model.banks.own_business import write_business
from sim.model.banks.parity import grant_right
from sim.model.banks.taxation import vat_share
from sim.model.firms.loss_sharing import covered_share
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


def break_even_rate(
    default: float, loss: float, funds: float, cost: float, held: float, u: Any
) -> float:
    """Loan rate, net of value-added tax, at which capital earns its hurdle after tax, per year.

    Parameters
    ----------
    default : float, per year; loss : float, share of principal
    funds, cost : float, per year
        Cost of one more unit of funding, and of running the loan.
    held : float, share
        Capital that one unit lent requires.
    u : rules of banks

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> u = SimpleNamespace(hurdle_rate=0.075, income_tax_rate=0.25)
    >>> round(break_even_rate(0.04, 0.5, 0.02, 0.012, 0.1, u), 6)
    0.0625
    """
    hurdle = u.hurdle_rate / (1.0 - u.income_tax_rate)
    whole = funds * (1.0 - held) + hurdle * held + cost + default * loss
    return whole / (1.0 - default)


def tolerated(bank: Any, u: Any) -> float:
    """How far a loan may fall short of the break-even rate on policy grounds, per year."""
    return bank.appetite * u.policy_subsidy_rate


def asked_in_bust(a: Any, u: Any) -> float:
    """What banks want left over the break-even rate in a bust, per year."""
    return u.bust_tightening_rate if a.bust == 1 else 0.0


def expected_shortfall(left: float, a: Any, u: Any) -> float:
    """What a loan is expected to earn less than its cost, per unit lent and year.

    Parameters
    ----------
    left : float, per year
        Left over the break-even rate, and over what is asked beyond it in a bust; the latter is
        no cost, and nobody pays for it.
    a : application
    u : rules of banks

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> u = SimpleNamespace(bust_tightening_rate=0.004)
    >>> boom, bust = SimpleNamespace(bust=0), SimpleNamespace(bust=1)
    >>> [expected_shortfall(left, boom, u) for left in (0.01, 0.0, -0.01)]
    [0.0, 0.0, 0.01]
    >>> expected_shortfall(-0.01, bust, u)
    0.006
    """
    short = -left - max(asked_in_bust(a, u), 0.0)
    return short if short > 0.0 else 0.0


LEAST_LENT = 1e-9
"""CNY million; over less no cost is spread."""
LEAST_DRAWN = 0.01
"""Of a line: what is reckoned as drawn at least, where a cost is spread over what is lent."""


def capital_per_unit_lent(
    part: float, line: float, sales: float, k: Any, u: Any, bank: Any
) -> float:
    """Capital that one unit lent under one bank's part of a line requires, undrawn included."""
    drawn = max(u.utilisation, LEAST_DRAWN)
    weight = covered_weight(class_weight(part, sales, u), covered_share(line, k), u)
    return min(bank.required_ratio * weight * exposure(drawn, 1.0, k.conversion) / drawn, 1.0)


def marginal_cost(a: Any, k: Any, u: Any) -> float:
    """Cost of funds of one more unit lent, per year; the central bank's while a quota is left."""
    if a.outstanding < k.quota:
        return u.funding_rate + k.refinanced_share * (k.relending_rate - u.funding_rate)
    return u.funding_rate


def right_income(o: Any, a: Any, k: Any, u: Any, line: float) -> float:
    """Believed income from the right per unit lent, `line`, and year.

    The desk books banking business, not the chance of an unexercised swap right.
    """
    if o.right == NO_RIGHT or o.right == SWAP:
        return 0.0
    if o.right == ROYALTY:
        return min(k.royalty_share * a.sales, o.royalty_cap) / line
    worth = k.right_worth[a.stage] * math.exp(u.right_quality_slope * o.quality[0])
    return o.exercise_amount / line * worth * k.lender_gain_share / max(k.right_years, 1.0)


def decide(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write each lender's surplus and shortfall, believed default and consent into the offer.

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
    line = max(line, LEAST_LENT)
    seen = sees_setback(a, u)
    for j in range(o.lenders):
        o.default[j] = default_probability(a, k, u, o.quality[j], o.variance[j], seen)
    grant_right(o, a, k, u, banks, line)
    o.years = k.years
    o.loss = believed_loss(line, secured_by_assets(a, u), k)
    o.monitored = 1 if is_monitored(o, a, u, line) else 0
    price = mean_rate(highest_rate(a, u), k)
    drawn = max(u.utilisation, LEAST_DRAWN)
    fees = k.commitment_fee_rate * (1.0 - drawn) / drawn
    common = fees + right_income(o, a, k, u, drawn * line)
    common -= k.coordination_cost / (drawn * line * k.years)
    common -= asked_in_bust(a, u)
    # Central bank money saves on the whole loan; capital is credited at the transfer price.
    saved = u.funding_rate - marginal_cost(a, k, u)
    cost = u.operating_cost[a.stage] + k.fee_rate - saved
    for j in range(o.lenders):
        bank = banks[o.lender[j]]
        held = capital_per_unit_lent(o.part[j], line, a.sales, k, u, bank)
        needed = break_even_rate(o.default[j], o.loss, u.funding_rate, cost, held, u)
        net = price * (1.0 - vat_share(o.part[j], a.sales, price, u))
        write_business(o, j, a, k, u, banks)
        # Whom the others leave nothing may be asked for all of it once one of them refuses.
        lent = drawn * (o.part[j] if o.part[j] > 0.0 else line)
        judging = u.screening_cost * (o.part[j] / line if k.joint == 1 else 1.0)
        watching = u.monitoring_cost if j == 0 and o.monitored == 1 else 0.0
        own = (o.gained_business[j] - judging / k.years - watching) / lent
        o.surplus[j] = net + (common + own) - needed
        o.shortfall[j] = expected_shortfall(o.surplus[j], a, u)
        o.accepts[j] = 1 if o.surplus[j] + tolerated(bank, u) >= 0.0 else 0


def is_monitored(o: Any, a: Any, u: Any, line: float) -> bool:
    """Whether monitoring pays the lead for its own share of the loan (free riding)."""
    drawn = u.utilisation * line
    leverage = min(drawn / max(a.value, 0.1), 5.0)
    saved = u.diversion_hazard * leverage * u.monitoring_effect * o.loss * drawn
    share = o.part[0] / line if line > 0.0 else 0.0
    return u.monitoring_effort * share * saved > u.monitoring_cost


# --- Capital rations: each bank takes the best loans that its capital budget carries -------------


def headroom(d: Any, out: Any) -> None:
    """Write the risk-weighted assets that each bank can still take, CNY million, (n_banks + 1,).

    Its capital is of the last settlement, and so is what it carries; what has been granted
    since then is promised. Corporate banking takes as much as is asked for, and so does every
    bank where everybody is served.
    """
    unlimited = d.rules[0].everybody_served == 1
    for b in range(out.shape[0]):
        desk, k = d.books[b], d.banks[b]
        room = desk.equity / k.required_ratio - desk.risk_assets - desk.promised
        out[b] = math.inf if unlimited or k.unlimited == 1 else room


def write_new_risk_assets(o: Any, a: Any, k: Any, u: Any) -> None:
    """Write the risk-weighted assets that a loan adds at each lender, CNY million.

    What a lender has of the firm's present loan counts off: rolled over by the same bank it adds
    none.

    Parameters
    ----------
    o : offer
    a : application
    k : conditions of the arrangement
    u : rules common to all banks
    """
    drawn = max(o.line * u.utilisation, a.balance)
    covered = covered_share(o.line, k)
    for j in range(o.lenders):
        weight = covered_weight(class_weight(o.part[j], a.sales, u), covered, u)
        new = o.share[j] * weight * exposure(drawn, o.line, k.conversion)
        o.exposure[j] = max(new - present_risk_assets(a, o.lender[j]), 0.0)


def present_risk_assets(a: Any, bank: int) -> float:
    """Risk-weighted assets of a bank in the applicant's present loan, CNY million."""
    held = 0.0
    for j in range(a.lenders):
        if a.lender[j] == bank:
            held += a.share[j] * a.weight[j]
    return held * exposure(a.balance, a.limit, a.conversion)


def ration(offers: Any, applications: Any, k: Any, d: Any) -> None:
    """Keep of the loans that are ready those that fit into the lenders' capital, best first.

    Parameters
    ----------
    offers, applications : record arrays, shape (n,)
        Offers are ready where firm and lenders agree; those for which there is no room are so
        no longer.
    k : conditions of the arrangement
    d : Desk
        What is granted is added to what its banks have promised.

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
            write_new_risk_assets(o, applications[n], k, d.rules[0])
            add_parts(o, 1.0, asked)
    if is_short(room, asked):
        ration_tight(offers, room, asked, d.books)
    for n in range(offers.shape[0]):
        o = offers[n]
        if o.ready == 1:
            for j in range(o.lenders):
                d.books[o.lender[j]].promised += o.exposure[j]


def is_short(room: Any, asked: Any) -> bool:
    """Whether any bank is asked for more than it has."""
    short = False
    for b in range(room.shape[0]):
        short = short or asked[b] > room[b]
    return short


def add_parts(o: Any, sign: float, sums: Any) -> None:
    """Add what a loan needs to the sums of its lenders, or take it off."""
    for j in range(o.lenders):
        sums[o.lender[j]] += sign * o.exposure[j]


def ration_tight(offers: Any, room: Any, asked: Any, books: Any) -> None:
    """As `ration`, where some banks are short; what needs none of these fits in any case.

    What is refused counts at its lead.
    """
    count = 0
    for n in range(offers.shape[0]):
        if offers[n].ready == 1 and needs_any(offers[n], room, asked):
            queue_up(offers, n, count)
            count += 1
    for place in range(count):
        o = offers[offers[place].queued]
        if has_room(o, room):
            add_parts(o, -1.0, room)
        else:
            o.ready = 0
            o.short = 1
            books[o.lender[0]].rationed += 1.0


def queue_up(offers: Any, n: int, count: int) -> None:
    """Put offer `n` into a queue of `count`, best surplus of the lead first, ties as they come."""
    place = count
    while place > 0 and offers[offers[place - 1].queued].surplus[0] < offers[n].surplus[0]:
        offers[place].queued = offers[place - 1].queued
        place -= 1
    offers[place].queued = n


def needs_any(o: Any, room: Any, asked: Any) -> bool:
    """Whether the loan needs capital of a bank that is short of it.

    What needs no new capital (a balance rolled over) fits whatever the room.
    """
    needs = False
    for j in range(o.lenders):
        bank = o.lender[j]
        needs = needs or (o.exposure[j] > 0.0 and asked[bank] > room[bank])
    return needs


def has_room(o: Any, room: Any) -> bool:
    """Whether all lenders have room for their parts."""
    for j in range(o.lenders):
        if o.exposure[j] > 0.0 and o.exposure[j] > room[o.lender[j]]:
            return False
    return True
