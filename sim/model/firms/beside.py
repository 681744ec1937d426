"""Debts beside the credit line: taken up at signing, served each quarter, refinanced at the end.

A bond, a finance lease and a trust loan are owed to others than the bank; a term loan is the part
of the bank's balance that is repaid by schedule. What falls due at the end of a quarter is paid
from cash, and from the line as far as it goes. A debt that ends is lent again where the firm is in
good health and owes less than it is worth, a bond only where the market takes one. What cannot be
paid puts the firm in arrears as an unpaid call does, and arrears that are not cured close it with
all debts in default: default on one is default on all. A debt without that clause waits.

Who lends next does not bid: a debt is refinanced on the terms that it had.
"""

from typing import Any

from sim.model.firms.cash import make_up, needed_credit
from sim.model.firms.credit_line import draw, enter_arrears, repay
from sim.model.firms.debts import (
    BESIDE,
    BOND,
    DEBTS,
    LEASE,
    LINE,
    OF_TERM_LOAN,
    TERM_LOAN,
    TRUST,
)
from sim.model.firms.equity import fund_buys
from sim.model.firms.market_conditions import bond_market_open
from sim.model.firms.overdue import pressing
from sim.model.firms.undrawn import undrawn

QUARTERS = 4.0

# --- Books of one debt ---------------------------------------------------------------------------


def weigh_debts(f: Any) -> None:
    """Bring what is owed beside the line, and its yearly cost, up to date."""
    f.beside = f.charge = 0.0
    for n in range(len(DEBTS)):
        f.beside += f.owed[n]
        f.charge += f.owed_rate[n] * f.owed[n]


def borrow(f: Any, n: int, amount: float) -> None:
    """Take up a debt beside the line, or more of it."""
    f.owed[n] += amount
    f.cash += amount
    f.cum_lent[n] += amount
    weigh_debts(f)


def pay_back(f: Any, n: int, amount: float) -> None:
    """Repay a part of a debt beside the line; equipment that is paid for is the firm's."""
    f.owed[n] -= amount
    f.cash -= amount
    f.cum_returned[n] += amount
    f.overdue[n] = max(f.overdue[n] - amount, 0.0)
    if n == LEASE and f.owed[n] <= 0.0:
        f.equipment = 0.0
    weigh_debts(f)


def pay_back_all(f: Any) -> None:
    """Repay all debts beside the line, whether or not there is cash: a buyer pays."""
    for n in range(len(DEBTS)):
        if f.owed[n] > 0.0:
            pay_back(f, n, f.owed[n])


# --- Signing -------------------------------------------------------------------------------------


def take_instruments(f: Any, c: Any, k: Any, limit: float, t: float) -> None:
    """Take up what an arrangement has beside the line, before the line itself is used.

    Parameters
    ----------
    f, c : firm, anchored at `t`, and market conditions
    k : conditions of the arrangement
    limit : float, CNY million
        The line that is signed.
    t : float, years
    """
    f.term = f.lease_share = 0.0
    f.overdue[OF_TERM_LOAN] = 0.0
    if k.several == 0:
        return
    f.claim_rank[LINE] = k.line_rank
    fund_buys(f, k)
    wanted = max(needed_credit(f, f.cash), 0.0)
    if f.owed[BOND] <= 0.0:
        issue = min(bond_issue(k, f.sales, bond_market_open(c)), wanted)
        if issue > 0.0 and issue >= k.bond_least:
            issue_bond(f, k, issue, t)
            wanted -= issue
    loan = min(k.trust_line_share * limit, wanted)
    if f.owed[TRUST] <= 0.0 and loan > 0.0:
        bind(f, TRUST, (k.trust_rate, k.trust_years), (k.trust_repays, k.trust_crosses), t)
        f.claim_rank[BESIDE + TRUST] = k.trust_rank
        borrow(f, TRUST, loan)
    if k.lease_share > 0.0:
        frame_lease(f, k, t)
    if k.term_share > 0.0:
        take_term_loan(f, k, limit)


def bond_issue(k: Any, sales: float, is_open: bool) -> float:
    """Largest bond that a firm of these sales can issue, CNY million; none below the least."""
    if k.bond_sales_share <= 0.0 or not is_open or sales < k.bond_least_sales:
        return 0.0
    issue = k.bond_sales_share * sales
    return issue if issue >= k.bond_least else 0.0


def bind(
    f: Any, n: int, price: tuple[float, float], conduct: tuple[int, int], t: float
) -> None:  # fmt: skip
    """Write rate and length of a debt; whether it is repaid by instalments, and crosses."""
    f.owed_rate[n] = price[0]
    f.owed_years[n] = price[1]
    f.owed_end[n] = t + price[1]
    f.repays[n] = conduct[0]
    f.crosses[n] = conduct[1]


def issue_bond(f: Any, k: Any, amount: float, t: float) -> None:
    """Sell a bond; the underwriter has its fee."""
    bind(f, BOND, (k.bond_rate, k.bond_years), (0, k.bond_crosses), t)
    f.claim_rank[BESIDE + BOND] = k.bond_rank
    f.bond_fee = k.bond_fee
    f.bond_cover = k.bond_cover
    borrow(f, BOND, amount)
    pay_underwriter(f, amount)


def pay_underwriter(f: Any, amount: float) -> None:
    """Pay the fee of an issue."""
    f.cash -= f.bond_fee * amount
    f.cum_underwriting += f.bond_fee * amount


def frame_lease(f: Any, k: Any, t: float) -> None:
    """Agree with a lessor; what is owed from before runs on under the new terms."""
    bind(f, LEASE, (k.lease_rate, k.lease_years), (1, k.lease_crosses), t)
    f.claim_rank[BESIDE + LEASE] = k.lease_rank
    f.lease_share = k.lease_share
    f.equipment_years = k.equipment_years
    weigh_debts(f)


def take_term_loan(f: Any, k: Any, limit: float) -> None:
    """A part of the line is lent at once."""
    f.claim_rank[TERM_LOAN] = k.term_rank
    f.repays[OF_TERM_LOAN] = k.term_repays
    f.term_surcharge = k.term_surcharge
    f.term = k.term_share * limit
    draw(f, max(f.term - f.balance, 0.0))


# --- Equipment -----------------------------------------------------------------------------------


def lease_equipment(f: Any, spent: float) -> None:
    """A lessor pays its part of what is spent on equipment, CNY million, while a contract runs."""
    amount = f.lease_share * spent
    if amount <= 0.0 or f.contract < 0:
        return
    before = f.owed[LEASE] * f.owed_end[LEASE]
    borrow(f, LEASE, amount)
    # One schedule for all that is leased: its end is the mean, by amount.
    end = f.now + f.owed_years[LEASE]
    f.owed_end[LEASE] = (before + amount * end) / f.owed[LEASE]
    f.equipment += amount


def equipment_part(f: Any, p: Any) -> float:
    """Part of equipment in what growth takes, with working capital for the rest."""
    capital = p.project_capex * f.scale
    both = capital + p.working_capital * f.sales
    return capital / both if both > 0.0 else 0.0


def leasable(f: Any, p: Any) -> float:
    """What a lessor would pay of the project that waits, CNY million."""
    if f.lease_share <= 0.0 or f.contract < 0:
        return 0.0
    return f.lease_share * equipment_of(f.demand, p)


def equipment_of(spend: float, p: Any) -> float:
    """Equipment in what a project costs, CNY million; the rest is working capital."""
    both = p.project_capex + p.working_capital
    return spend * p.project_capex / both if both > 0.0 else 0.0


def lease_for_growth(f: Any, p: Any) -> None:
    """At a quarter's end: equipment ages, and that of the growth to come is leased."""
    if f.equipment > 0.0:
        f.equipment *= max(1.0 - 1.0 / (QUARTERS * f.equipment_years), 0.0)
    if f.lease_share > 0.0 and f.arrears == 0:
        lease_equipment(f, equipment_part(f, p) * max(f.invest, 0.0) / QUARTERS)


# --- Service at the end of a quarter -------------------------------------------------------------


def ends_left(end: float, t: float) -> float:
    """Ends of quarters from `t`, which is one, to the end of a debt; at least this one.

    >>> ends_left(3.1, 2.5), ends_left(2.6, 2.5)
    (3.0, 1.0)
    """
    return 1.0 + max((end - t) * QUARTERS + 1e-9, 0.0) // 1.0


def falls_due(f: Any, n: int, t: float) -> float:
    """What is due on a debt at the end of a quarter, without what is overdue, CNY million."""
    left = max(f.owed[n] - f.overdue[n], 0.0)
    last = ends_left(f.owed_end[n], t)
    if f.repays[n] == 1 or last <= 1.0:
        return left / last
    return 0.0


def can_refinance(f: Any, c: Any, n: int) -> bool:
    """Whether a debt that ends is lent again: not to a firm in trouble, or that owes too much."""
    is_sound = f.arrears == 0 and f.setback == 0 and f.balance + f.beside < f.value
    return f.repays[n] == 0 and is_sound and (n != BOND or bond_market_open(c))


def refinance(f: Any, n: int, t: float) -> None:
    """The debt runs for as long again; a bond is a new issue."""
    f.owed_end[n] = t + f.owed_years[n]
    f.cum_rolled += f.owed[n]
    if n == BOND:
        pay_underwriter(f, f.owed[n])


def serve_debts(f: Any, p: Any, c: Any, t: float) -> None:
    """At a quarter's end: refinance what ends, pay what is due, and fall into arrears else."""
    if f.beside > 0.0:
        for n in range(len(DEBTS)):
            if f.owed[n] > 0.0:
                due = falls_due(f, n, t)
                if due >= f.owed[n] and can_refinance(f, c, n):
                    refinance(f, n, t)
                else:
                    f.overdue[n] += due
    if f.term > 0.0 and f.called == 0 and f.repays[OF_TERM_LOAN] == 1:
        left = f.term - f.overdue[OF_TERM_LOAN]
        f.overdue[OF_TERM_LOAN] += left / ends_left(f.maturity, t)
    due = all_overdue(f)
    if due <= 0.0:
        return
    draw(f, max(min(undrawn(f), due - f.cash), 0.0))
    make_up(f, p, due - f.cash)
    pay_overdue(f)
    if pressing(f) > 0.0:
        enter_arrears(f, p, t)


def all_overdue(f: Any) -> float:
    """What is due and not paid, CNY million."""
    due = 0.0
    for n in range(len(DEBTS) + 1):
        due += f.overdue[n]
    return due


def pay_overdue(f: Any) -> None:
    """Pay what cash allows of what is overdue: the term loan first, to the bank of the account."""
    if f.overdue[OF_TERM_LOAN] > 0.0 and f.cash > 0.0:
        pay_term_loan(f, min(f.overdue[OF_TERM_LOAN], f.cash))
    for n in range(len(DEBTS)):
        if f.overdue[n] > 0.0 and f.cash > 0.0:
            pay_back(f, n, min(f.overdue[n], f.cash))


def pay_term_loan(f: Any, amount: float) -> None:
    """Repay a part of the term loan; it cannot be drawn again."""
    f.overdue[OF_TERM_LOAN] -= amount
    f.term -= amount
    f.limit -= amount
    repay(f, amount)
