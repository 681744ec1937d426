"""Capital rations: each bank takes the best loans that its capital budget carries."""

from typing import Any

import numpy as np


def headroom(d: Any, out: Any) -> None:
    """Write what each desk can still lend on its capital, CNY million, shape (n_banks,).

    Loans are of the last settlement; what has been granted since then is promised.
    """
    u = d.rules[0]
    for b in range(out.shape[0]):
        desk = d.books[b]
        used = u.risk_weight * (desk.loans + desk.promised)
        used += u.defaulted_risk_weight * desk.npl
        out[b] = (desk.equity / u.required_ratio - used) / max(u.risk_weight, 1e-9)


def new_exposure(o: Any, a: Any, drawn_share: float, moves: bool) -> float:
    """New exposure of a loan, CNY million: a balance rolled over by the same bank is none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> offer, client = SimpleNamespace(line=10.0), SimpleNamespace(balance=3.0)
    >>> new_exposure(offer, client, 0.5, False), new_exposure(offer, client, 0.5, True)
    (2.0, 5.0)
    """
    drawn = o.line * drawn_share
    return max(drawn, a.balance) if moves else max(drawn - a.balance, 0.0)


def ration(offers: Any, applications: Any, ready: Any, d: Any, moves: bool) -> None:
    """Keep of the loans that are `ready` those that fit into the lenders' capital, best first.

    Parameters
    ----------
    offers, applications : record arrays, shape (n,)
    ready : uint8 array, shape (n,)
        1 where firm and lenders agree; 0 is written where there is no room.
    d : Desk
        What is granted is added to what its banks have promised.
    moves : bool
        Whether firms leave their bank.

    Notes
    -----
    A loan is taken only if all of its lenders have room for their shares. Loans whose
    lenders all have room for everything asked of them come first, then the rest by surplus
    of the lead, ties by order.
    """
    n_banks = d.banks.shape[0]
    lending_headroom = np.empty(n_banks)
    asked = np.zeros(n_banks)
    amount = np.zeros(ready.shape[0])
    headroom(d, lending_headroom)
    for n in range(ready.shape[0]):
        if ready[n] == 1:
            amount[n] = new_exposure(
                offers[n], applications[n], d.rules[0].drawn_at_signing, moves
            )
            add_parts(offers[n], amount[n], asked)
    tight = asked > lending_headroom
    if np.any(tight):
        ration_tight(offers, ready, amount, lending_headroom, tight)
    for n in range(ready.shape[0]):
        if ready[n] == 1:
            o = offers[n]
            for j in range(o.lenders):
                d.books[o.lender[j]].promised += amount[n] * o.share[j]


def add_parts(o: Any, amount: float, sums: Any) -> None:
    """Add a loan to the sums of its lenders, by share."""
    for j in range(o.lenders):
        sums[o.lender[j]] += amount * o.share[j]


def ration_tight(offers: Any, ready: Any, amount: Any, lending_headroom: Any, tight: Any) -> None:
    """As `ration`, where some banks are short; what needs none of these fits in any case."""
    hard = np.zeros(ready.shape[0], np.int64)
    risk_adjusted_margin = np.zeros(ready.shape[0])
    count = 0
    for n in range(ready.shape[0]):
        if ready[n] == 1 and needs_any(offers[n], amount[n], tight):
            hard[count] = n
            risk_adjusted_margin[count] = -offers[n].surplus[0]
            count += 1
    for place in np.argsort(risk_adjusted_margin[:count], kind="mergesort"):
        n = hard[place]
        if has_room(offers[n], amount[n], lending_headroom):
            add_parts(offers[n], -amount[n], lending_headroom)
        else:
            ready[n] = 0


def needs_any(o: Any, amount: float, tight: Any) -> bool:
    """Whether the loan needs capital of a bank that is short of it.

    What needs no new capital (a balance rolled over) fits whatever the room.
    """
    needs = False
    for j in range(o.lenders):
        needs = needs or (amount * o.share[j] > 0.0 and tight[o.lender[j]])
    return needs


def has_room(o: Any, amount: float, left: Any) -> bool:
    """Whether all lenders have room for their parts."""
    for j in range(o.lenders):
        part = amount * o.share[j]
        if part > 0.0 and part > left[o.lender[j]]:
            return False
    return True
