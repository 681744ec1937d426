"""Decisions of another world repeated: the same loans, under an arrangement's own conditions."""

from typing import Any

from sim.model.banks.application import read_application
from sim.model.banks.desk import BOOKED
from sim.model.banks.offer import choose_lenders
from sim.model.banks.offer_rate import first_rate, later_rate
from sim.model.banks.signing import (
    charge_screening,
    decline,
    write_conditions,
    write_price,
    write_right,
)
from sim.model.contracts.upside import grant


def repeat_judge(d: Any, who: Any, lead: Any, date: float) -> None:
    """Charge the banks that judged firms there.

    Parameters
    ----------
    d : Desk
    who, lead : int64 arrays, shape (n,)
    date : float, years
    """
    for n in range(who.shape[0]):
        charge_screening(lead[n], d)


def repeat_cut(d: Any, who: Any, kept: Any, date: float) -> None:
    """Cut lines as they were cut there; `kept` is the share that stays, shape (n,)."""
    for n in range(who.shape[0]):
        decline(who[n], kept[n], d)


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
        write_anew(d.book[row], code, d, date)


def write_anew(c: Any, code: int, d: Any, date: float) -> None:
    """Give a contract the arrangement's price, lenders, right and promise.

    What is lent, against what and until when stays as it was.
    """
    k, o, f = d.terms[code], d.again[0], d.firms[c.firm]
    own = c.rate
    write_price(c, first_rate(own, k), later_rate(own, k), k, date)
    grant(o, k, c.limit, f.value)
    write_right(c, o, k, date)
    c.signed = 1 if code > 0 else 0
    c.terms = code
    if k.joint == 1:
        share_out(c, k, d)
    write_conditions(c, k, d)


def share_out(c: Any, k: Any, d: Any) -> None:
    """Lenders of a joint loan: the lead there, then the banks that the firm knows."""
    o = d.again[0]
    a = d.applications[0]
    read_application(a, c.firm, d, c.date, False)
    choose_lenders(o, a, c.lead, k.members, 0)
    for j in range(c.share.shape[0]):
        c.lender[j] = o.lender[j] if j < o.lenders else 0
        c.share[j] = k.shares[j] if j < k.members else 0.0
