"""What a loan is worth to a lender that waits, per unit of its balance.

A firm in a setback burns cash until it recovers, fails or has none left. A lender that waits
earns its margin meanwhile, and may still call the loan at a later review. Between reviews the
only news is that nothing has happened, so the best plan is a date at which to call, and its
value is a closed form. All inputs are beliefs and books, never the true state of the firm.

References
----------
Dixit and Pindyck (1994), Investment under Uncertainty, chapter 4; Bolton and Scharfstein
(1996), Optimal debt structure and the number of creditors, Journal of Political Economy 104(1).
"""

import math
from typing import Any

from sim.base.columns import Column, Table
from sim.base.special import annuity
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import REVIEW_YEARS

REVIEW = Table(
    (
        Column("cash", "CNY million", "cash of the firm, at least 0"),
        Column("burn", "CNY million a year", "net outflow, interest included; 0 if it earns"),
        Column("rate", "per year", "interest on its loans, which a repaid part saves"),
        Column("collateral", "CNY million", "present value of what assets bring the lenders"),
        Column("cash_left", "share", "cash left for lenders where the firm fails uncalled"),
        Column("years", "years", "left until the loan is due"),
        Column("discount", "per year", "transfer price of funds"),
        Column("clawback", "share", "of a lone caller's repayment, shared if it breaks the firm"),
        Column("call_cost", "share", "of the loan that a call costs its lender"),
        Column("lenders", "-", "lenders of the firm", "i4"),
        Column("balance", "CNY million", "line of each lender, as if drawn", length=MOST_LENDERS),
        Column("setback", "share", "believed chance of a setback, by lender", length=MOST_LENDERS),
        Column("recovery", "per year", "believed recovery from a setback", length=MOST_LENDERS),
        Column("failure", "per year", "believed failure in a setback", length=MOST_LENDERS),
        Column(
            "carry", "per year", "interest and own business less running cost, per unit lent",
            length=MOST_LENDERS,
        ),
        Column(
            "healthy_worth", "CNY per CNY", "believed worth of the loan to a healthy firm",
            length=MOST_LENDERS,
        ),
        Column("kept", "share", "part of its loan that each keeps", length=MOST_LENDERS),
    )
)  # fmt: skip
"""One loan under review: books that all lenders see, what each believes, and what it keeps."""


def healthy_worth(
    carry: float, discount: float, years: float, default: float, loss: float
) -> float:
    """Worth of a loan to a healthy firm, per unit lent.

    Parameters
    ----------
    carry, discount : float, per year
    years : float
        Mean time until it is repaid.
    default : float, per year
        Believed default.
    loss : float, share of balance
        Believed loss given default.

    Examples
    --------
    >>> round(healthy_worth(0.03, 0.0175, 2.5, 0.02, 0.45), 6)
    1.008
    """
    paid = 1.0 + years * (carry + default * (1.0 - loss))
    return paid / (1.0 + years * (discount + default))


def call_now(cash: float, collateral: float, debt: float) -> float:
    """What a call of the whole debt brings now, per unit; one that is not paid is a default.

    Examples
    --------
    >>> call_now(4.0, 3.0, 10.0), call_now(12.0, 3.0, 10.0)
    (0.7, 1.0)
    """
    return 1.0 if cash >= debt else min((cash + collateral) / debt, 1.0)


SMALL = 0.01


def discounted_time(speed: float, years: float) -> float:
    """Integral of s exp(-speed s) from 0 to `years`."""
    x = speed * years
    if x < SMALL:  # the closed form cancels; what the series leaves out is below 1e-14
        factor = 0.5 - x / 3 + x**2 / 8 - x**3 / 30 + x**4 / 144 - x**5 / 840
    else:
        factor = (-math.expm1(-x) - x * math.exp(-x)) / x**2
    return years**2 * factor


def covered_years(stop: float, r: Any, cash: float, debt: float, burn: float) -> float:
    """For how much of `stop` years a failure would still cost the lenders nothing."""
    spare = r.cash_left * cash + r.collateral - debt
    if spare < 0.0:
        return 0.0
    fall = r.cash_left * burn
    return spare / fall if spare < fall * stop else stop


def wait_until(stop: float, r: Any, j: int, cash: float, debt: float, burn: float) -> float:
    """Worth of a loan to a firm in a setback that is due after `stop` years."""
    speed = r.discount + r.recovery[j] + r.failure[j]
    covered = covered_years(stop, r, cash, debt, burn)
    recovered = annuity(speed, covered)
    rest = stop - covered
    if rest > 0.0 and debt > 0.0:
        share = min((r.cash_left * cash + r.collateral) / debt, 1.0)
        fall = r.cash_left * burn / debt
        partly = share * annuity(speed, rest) - fall * discounted_time(speed, rest)
        recovered += math.exp(-speed * covered) * partly
    earned = r.carry[j] + r.recovery[j] * r.healthy_worth[j]
    due = call_now(max(cash - burn * stop, 0.0), r.collateral, debt)
    value = earned * annuity(speed, stop) + r.failure[j] * recovered
    return value + math.exp(-speed * stop) * due


def best_wait(r: Any, j: int, cash: float, debt: float, burn: float) -> tuple[float, float]:
    """Worth of a loan to a firm in a setback under the best plan, and the years that it lasts.

    A plan ends with a call at a review, or when the loan is due or the cash is gone. A later
    call costs what a call now costs: were it free, a lender would put it off again and again.
    Parameters as in `hold_value`.
    """
    end = cash / burn if cash < burn * r.years else r.years
    best, stop = wait_until(end, r, j, cash, debt, burn), end
    speed = r.discount + r.recovery[j] + r.failure[j]
    review = REVIEW_YEARS
    while review < end:
        value = wait_until(review, r, j, cash, debt, burn)
        value -= math.exp(-speed * review) * r.call_cost
        if value > best:
            best, stop = value, review
        review += REVIEW_YEARS
    return best, stop


def hold_value(r: Any, j: int, cash: float, debt: float, burn: float) -> float:
    """What the loan of lender `j` is worth to it if all lenders go on, per unit of its balance.

    Parameters
    ----------
    r : review
    j : int
        Place of the lender, whose beliefs count.
    cash, debt : float, CNY million
        Of the firm, for the case that is valued: a part of the loan may have been repaid.
    burn : float, CNY million a year

    Notes
    -----
    A lender that does not know whether the firm is in a setback learns it before it acts on it.
    What it could do with a firm in a setback it can do with a healthy one, so that bad news never
    makes a loan worth more.
    """
    waiting, _ = best_wait(r, j, cash, debt, burn)
    sound = max(r.healthy_worth[j], waiting)
    return r.setback[j] * waiting + (1.0 - r.setback[j]) * sound
