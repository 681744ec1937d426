"""When banks withdraw a line: what lenders of a running loan see, believe and do.

At a review, and where a loan has ended that nobody renews, each lender compares what a call
brings now with what the loan is worth if the firm goes on. It believes what its signals and its
file tell, knows the firm's books, and sees a setback or does not. Lenders that are not bound to
each other call where that pays on average over all orders in which they could move; those that
have agreed to stand still decide together. The policy subsidy is for new loans and does not enter.
"""

import math
from typing import Any

from sim.model.banks.application import asks_renewal, secured_by_assets
from sim.model.banks.conditions import believed_loss
from sim.model.banks.credit_decision import default_probability, marginal_cost
from sim.model.banks.hold_or_call import decide_alone
from sim.model.banks.judgement import judge, sees_setback
from sim.model.banks.own_business import write_business
from sim.model.banks.standing_still import decide_jointly
from sim.model.banks.taxation import vat_share
from sim.model.banks.waiting import call_now, healthy_worth
from sim.model.firms.clock import cash_at
from sim.model.firms.loss_sharing import borne_by_protection
from sim.model.firms.workout import asset_recovery, unrecovered

LONGEST = 30.0
"""Years to the end of a contract that has none."""
SHORTEST = 1.0 / 12.0
"""Years for which a lender counts on business at least."""


def decide_on_loan(o: Any, a: Any, years: float, d: Any) -> float:
    """Let the lenders of a loan hold or call it; returns the share that they keep together.

    Parameters
    ----------
    o : offer
        Scratch.
    a : application
        Of a firm that owes something; under the terms that it signed.
    years : float
        Left until the loan is due, or, where it has ended, until it is looked at again.
    d : Desk
        `review` says afterwards what each lender keeps.
    """
    k, r = d.terms[a.terms], d.review[0]
    o.lenders = a.lenders
    for j in range(a.lenders):
        o.lender[j] = a.lender[j]
        o.share[j] = a.share[j]
        o.part[j] = a.limit * a.share[j]
    judge(o, a, k, d.rules[0], d.banks)
    write_right_in_force(o, a)
    o.years = max(years, SHORTEST)
    write_books(r, a, years, d)
    write_beliefs(r, o, a, k, d)
    if k.stands_still == 1:
        decide_jointly(r)
    else:
        decide_alone(r)
    return kept_together(r, a)


def write_right_in_force(o: Any, a: Any) -> None:
    """Write the right that the firm has granted, and how long it lives still."""
    o.right = a.right
    o.stake = a.stake
    o.exercise_amount = a.exercise_amount
    o.trigger = a.trigger
    o.demanded_share = a.demanded_share
    o.right_years = years_until(a.expiry, a.date)


def years_until(end: float, date: float) -> float:
    """Years left to the end of a contract."""
    return max(min(end - date, LONGEST), 0.0)


def kept_together(r: Any, a: Any) -> float:
    """Share of the loan that lenders keep, 1 where nobody leaves."""
    retained = 0.0
    leaves = False
    for j in range(a.lenders):
        retained += a.share[j] * r.kept[j]
        leaves = leaves or (a.share[j] > 0.0 and r.kept[j] < 1.0)
    # Shares that sum to one but for a rounding error reduce nothing where nobody leaves.
    return retained if leaves else 1.0


def worth_of_call(a: Any, d: Any) -> float:
    """Share of the balance that a call of the whole line would bring now, by the review.

    It ends what can still be drawn, and brings only what has been.
    """
    r = d.review[0]
    if a.balance <= 0.0:
        return 0.0
    brings = call_now(r.cash, r.collateral, a.limit) * a.limit
    return max(brings - can_be_drawn(a), 0.0) / a.balance


def can_be_drawn(a: Any) -> float:
    """What is left of an applicant's line, CNY million."""
    return max(a.limit - a.balance, 0.0)


def write_books(r: Any, a: Any, years: float, d: Any) -> None:
    """Write what all lenders see: the firm's cash and burn, collateral, what each has lent.

    A line that can still be drawn counts as drawn, and the money as held, of which a failing firm
    draws a part and spends it. Who else has lent to the firm is left out.
    """
    f, p = d.firms[a.firm], d.params[a.sector]
    u, c = d.rules[0], d.market_conditions[0]
    owed, left = a.limit, can_be_drawn(a)
    r.cash = max(cash_at(f, a.date), 0.0) + left
    r.cash_left = 1.0 - p.drawdown_at_default_share * left / r.cash if left > 0.0 else 1.0
    r.burn = max(-f.flow, 0.0)
    r.rate = a.rate
    lost = unrecovered(owed, min(asset_recovery(f, p, c), owed), f.security, p, c)
    worth = math.exp(-u.funding_rate * p.workout_years) * (owed - lost)
    r.collateral = worth + borne_by_protection(
        lost, owed, f.guaranteed, f.first_loss, f.cap_per_default
    )
    r.years = max(years, 0.0)
    r.discount = u.funding_rate
    r.clawback = u.clawback_share
    # A loan that has ended is due as agreed: to ask for it costs nothing.
    r.call_cost = 0.0 if asks_renewal(a) else u.call_cost
    r.lenders = a.lenders
    for j in range(a.lenders):
        r.balance[j] = owed * a.share[j]


def write_beliefs(r: Any, o: Any, a: Any, k: Any, d: Any) -> None:
    """Write what each lender believes of a setback, of recovery, and of a healthy firm's loan."""
    p, u, c = d.params[a.sector], d.rules[0], d.market_conditions[0]
    recovery = p.recovery_hazard * c.recovery
    in_setback = believed_setback(
        sees_setback(a, u),
        p.setback_hazard[a.stage] * c.setback,
        recovery + p.setback_failure_hazard,
        u,
    )
    loss = believed_loss(a.limit, secured_by_assets(a, u), k)
    funds = u.funding_rate - marginal_cost(a, k, u)
    slope = p.recovery_quality_slope
    for j in range(a.lenders):
        mean, variance = o.quality[j], o.variance[j]
        # Business is that of a firm that lives; what ends it is reckoned where the loan is held.
        o.default[j] = default_probability(a, k, u, mean, variance, False)
        write_business(o, j, a, k, u, d.banks)
        spread = math.exp(0.5 * slope * slope * variance)
        r.setback[j] = in_setback
        r.recovery[j] = recovery * math.exp(slope * mean) * spread
        r.failure[j] = p.setback_failure_hazard * math.exp(-slope * mean) * spread
        net = a.rate * (1.0 - vat_share(o.part[j], a.sales, a.rate, u))
        gained = o.gained_business[j] / r.balance[j] if r.balance[j] > 0.0 else 0.0
        r.carry[j] = net + funds + gained - u.operating_cost[a.stage] - k.fee_rate
        r.healthy_worth[j] = healthy_worth(r.carry[j], r.discount, r.years, o.default[j], loss)


def believed_setback(seen: bool, enters: float, leaves: float, u: Any) -> float:
    """Believed chance that a firm is in a setback, given whether one is seen.

    Parameters
    ----------
    seen : bool
    enters, leaves : float, per year
        Hazards of a setback and of its end.
    u : rules common to all banks

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> u = SimpleNamespace(setback_seen_share=0.7)
    >>> [round(believed_setback(seen, 0.1, 0.6, u), 4) for seen in (True, False)]
    [1.0, 0.0476]
    """
    if seen:
        return 1.0
    overlooked = enters * (1.0 - u.setback_seen_share)
    # Where no firm ever has a setback there is none to overlook.
    return overlooked / (overlooked + leaves) if overlooked > 0.0 else 0.0
