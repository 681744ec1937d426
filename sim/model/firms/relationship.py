"""Banking business of a firm: which bank has it, and what it earns.

A firm has one basic account, through which its deposits, payments and wages run; the bank that
keeps it is the firm's host. It may be a lender, another bank of the scenario, or one outside. A
lender that is not the host has what runs through the account of its own loan. The shares of all
banks sum to one at every instant: business moves, and none is created by moving it.

The basic account moves at hazards: now and then to any bank; to the lead lender while there is a
loan; and faster where the firm has promised it, or brings it so that a right sleeps.

References
----------
Measures for the Administration of RMB Bank Settlement Accounts (2003), articles 33 and 34: one
basic account, and general accounts through which loans are paid out and repaid.
"""

import math
from typing import Any

from sim.base.draws import ACCOUNT, uniform_pair
from sim.base.parameter import Frozen, NonNegative, Share, StageVector, param
from sim.model.firms.record import ACCOUNT_BANKS, LARGE, NO_RIGHT, OUTSIDE


class Relationship(Frozen):
    """Income from ordinary banking business, and how accounts move."""

    deposit_margin: NonNegative = param(unit="per year", meaning="transfer margin on deposits")
    deposit_share: Share = param(unit="share", meaning="cash held as low-cost deposits")
    settlement_fee_share: NonNegative = param(
        unit="share of sales", meaning="fees for payments and payroll"
    )
    guarantee_fee_rate: NonNegative = param(
        unit="per year", meaning="fees for guarantees and letters of credit, on the balance"
    )
    loan_account_turns: NonNegative = param(
        unit="per year", meaning="how often a balance runs through the account of the loan"
    )
    loan_account_cap: Share = param(
        unit="share", meaning="most of a firm's business that runs through loan accounts"
    )
    outside_share: Share = param(
        unit="share", meaning="basic accounts at banks outside the scenario"
    )
    account_move_hazard: NonNegative = param(
        unit="per year", meaning="arrival of a move of the basic account to any bank"
    )
    main_bank_hazard: NonNegative = param(
        unit="per year", meaning="arrival of its move to the lead lender"
    )
    follows_lender_share: Share = param(
        unit="share", meaning="firms that take the basic account along when they change lenders"
    )
    delivery_cost: NonNegative = param(
        unit="CNY per CNY of bank income", meaning="cost to the firm of moving business"
    )
    switching_cost_weight_log_sd: NonNegative = param(
        unit="-", meaning="log sd of the weight of that cost", high=5
    )
    offer_hazard: StageVector = param(
        unit="per year", meaning="arrival of an offer from another bank", low=0
    )
    listing_deposit_years: NonNegative = param(
        unit="years", meaning="time that listing proceeds rest at a bank"
    )


def offer_hazard(f: Any, p: Any) -> float:
    """Arrival of an offer by another bank to a registered firm with a line in good standing."""
    sought = f.limit > 0.0 and f.called == 0 and f.stratum != LARGE
    return p.offer_hazard[f.stage] if sought else 0.0


# --- What the business earns ---------------------------------------------------------------------


def business(f: Any, p: Any) -> float:
    """Income on all of the firm's banking business at present levels, per year."""
    fees = p.settlement_fee_share * f.sales + p.guarantee_fee_rate * f.balance
    return p.deposit_margin * p.deposit_share * max(f.cash, 0.0) + fees


def earned(f: Any, p: Any, years: float) -> float:
    """That income over `years` at the anchor's straight lines, CNY million."""
    fees = p.settlement_fee_share * f.sales + p.guarantee_fee_rate * f.balance
    return p.deposit_margin * p.deposit_share * held(f.cash, f.flow, years) + fees * years


def held(cash: float, flow: float, years: float) -> float:
    """Time integral of money held while it moves from `cash` along a straight line.

    A firm in arrears holds none; when its money comes back inside the interval, it does.

    Examples
    --------
    >>> held(4.0, -1.0, 2.0), held(1.0, -1.0, 2.0), held(-1.0, 1.0, 2.0), held(-1.0, 0.0, 2.0)
    (6.0, 0.5, 0.5, 0.0)
    """
    end = cash + flow * years
    if cash > 0.0 and end > 0.0:
        return cash * years + 0.5 * flow * years * years
    if cash > 0.0:
        return 0.5 * cash * cash / -flow
    if end > 0.0:
        return 0.5 * end * end / flow
    return 0.0


def loan_account_share(balance: float, sales: float, p: Any) -> float:
    """Share of the business that runs through the accounts of the firm's loans.

    Each lender has its part of it by its share of the loan; the host has all the rest.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> p = SimpleNamespace(loan_account_turns=1.0, loan_account_cap=0.5)
    >>> loan_account_share(2.0, 20.0, p), loan_account_share(16.0, 10.0, p)
    (0.1, 0.5)
    """
    if balance <= 0.0:
        return 0.0
    turned = p.loan_account_turns * balance
    return turned / sales if turned < p.loan_account_cap * sales else p.loan_account_cap


# --- Where the basic account is ------------------------------------------------------------------


def account_hazard(f: Any, p: Any) -> float:
    """Arrival of a move of the basic account; a firm moves it once in a quarter at most.

    An account of a large firm that is with no bank of the scenario does not come back.
    """
    if f.moved == f.quarter or (f.stratum == LARGE and f.host == OUTSIDE):
        return 0.0
    return leaving_hazard(f, p) + hazard_to_lender(f, p)


def leaving_hazard(f: Any, p: Any) -> float:
    """Arrival of a move to any bank; a firm that delivers all of its business stays."""
    kept = f.demanded_share if delivers(f) else 0.0
    return (1.0 - kept) * p.account_move_hazard


def hazard_to_lender(f: Any, p: Any) -> float:
    """Arrival of a move to the lead lender: while there is a loan, or business is delivered."""
    if f.host == f.home:
        return 0.0
    hazard = f.demanded_share * f.demanded_move_hazard if f.deliver == 1 else 0.0
    if f.contract >= 0:
        hazard = p.main_bank_hazard + max(hazard, f.promised_move_hazard)
    return hazard


def move_account(f: Any, p: Any, c: Any) -> None:
    """The basic account moves: to the lead lender, or to any bank, large ones more often."""
    to_lender = hazard_to_lender(f, p)
    u, v = uniform_pair(c.k0, c.k1, f.stream, ACCOUNT, f.account_moves, 0)
    f.account_moves += 1
    if u * (to_lender + leaving_hazard(f, p)) < to_lender:
        take_account(f, f.home)
    elif v < p.outside_share:
        take_account(f, OUTSIDE)
    else:
        take_account(f, f.account_bank[f.account_moves % ACCOUNT_BANKS])


def take_account(f: Any, bank: int) -> None:
    """A bank becomes host; what the old one had earned until now is written down."""
    if bank != f.host:
        f.old_host = f.host
        f.hosted_before = f.cum_business - f.cum_loan_account
        f.host = bank
        f.moved = f.quarter


def follow_lender(f: Any, p: Any, c: Any, old: int) -> None:
    """Some firms take the account along when they leave the lender that has it."""
    if f.host == old:
        u, _ = uniform_pair(c.k0, c.k1, f.stream, ACCOUNT, f.switched_bank, 1)
        if u < p.follows_lender_share:
            take_account(f, f.home)


def leave_desks(f: Any) -> None:
    """The account of a large firm that owes a desk nothing, in money or business, is outside."""
    if f.stratum == LARGE and f.right == NO_RIGHT:
        take_account(f, OUTSIDE)


def set_delivery(f: Any, p: Any) -> None:
    """The cost of keeping the business at the lender, while the firm delivers it."""
    demanded = f.demanded_share if delivers(f) else 0.0
    f.delivery = p.delivery_cost * demanded * business(f, p)


def delivers(f: Any) -> bool:
    """Whether the lender has the account of a firm that brings it instead of a right."""
    return f.deliver == 1 and f.host == f.home


def delivered_worth(f: Any, p: Any, income: float, years: float) -> float:
    """Worth, when the right was granted, of what its lender earns over `years` on the account.

    CNY million; 0 where the firm brings nothing instead.
    """
    if not delivers(f):
        return 0.0
    return income * math.exp(-p.right_discount * (f.now - f.granted + 0.5 * years))
