"""Decisions take effect: balances change hands, firms are bound to new terms, lines are cut."""

from typing import Any

from sim.model.banks.desk import BOOKED, CUTS, REFINANCED
from sim.model.firms.contract_effects import decline_firm, sign_firm
from sim.model.firms.flows import post_firm


def enact_decisions(d: Any, first: int, date: float) -> None:
    """Let everything take effect that a committee wrote down.

    Parameters
    ----------
    d : Desk
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
        enact(row, d, date)
    for n in range(int(d.tally[CUTS])):
        f = d.firms[d.cut_who[n]]
        decline_firm(
            f, d.params[f.sector], d.climate[0], date, d.cut_kept[n], d.next_time, d.pending,
            d.log, d.cursor,
        )  # fmt: skip


def enact(row: int, d: Any, date: float) -> None:
    """Hand balances over to the new lenders and bind the firm to its new terms."""
    c = d.book[row]
    i = c.firm
    f = d.firms[i]
    p = d.params[f.sector]
    post_firm(
        f, p, date, d.posted[i], d.lender[i], d.share[i], d.rules[0].operating_cost, d.by_bank,
        d.total, d.by_terms, d.row,
    )  # fmt: skip
    for j in range(d.share.shape[1]):
        d.books[d.lender[i, j]].transfer -= f.balance * d.share[i, j]
        d.books[c.lender[j]].transfer += f.balance * c.share[j]
    if d.lender[i, 0] != c.lender[0]:
        d.file_precision[i] = 0.0
        d.file_sum[i] = 0.0
    for j in range(d.share.shape[1]):
        d.lender[i, j] = c.lender[j]
        d.share[i, j] = c.share[j]
    d.believed_default[i] = c.default
    d.believed_loss[i] = c.loss
    d.tally[REFINANCED] -= f.refinanced * f.balance
    sign_firm(f, p, d.climate[0], date, c, row, d.next_time, d.pending, d.log, d.cursor)
    d.tally[REFINANCED] += f.refinanced * f.balance
