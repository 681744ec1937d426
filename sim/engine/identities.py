"""The accounting identities, checked at every settlement of every run."""

from typing import Any

import numpy as np

from sim.engine.world import World
from sim.firms import audit
from sim.firms import totals as f
from sim.state import ledger as party
from sim.state.accounts import BORNE


def check_identities(w: World, date: float, levels: Any) -> None:
    """Stop the run with date, arrangement, replication, account and amount on a break.

    References
    ----------
    Stock-flow consistency as in Godley and Lavoie (2007), Monetary Economics, chapter 2.
    """
    where = w.where(date)
    firms_close(w, where)
    loans_close(w, where, levels)
    losses_close(w, where)
    banks_close(w, where)
    ownership_closes(w, where, levels)
    counts_close(w, where, levels)


def firms_close(w: World, where: str) -> None:
    """Cash of all firms equals what the ledger says they received less what they paid."""
    cash = float(w.posted[:, f.CASH].sum())
    flow = w.ledger.received(party.FIRMS)
    scale = w.ledger.turnover(party.FIRMS) + abs(cash)
    w.ledger.check("firms' cash against the ledger", cash, flow, scale, where)


def loans_close(w: World, where: str, levels: Any) -> None:
    """Loans tracked from flows equal balances of firms split by share; so do loans in default."""
    turnover = w.ledger.turnover(party.FIRMS)
    for j, name in enumerate(w.scenario.bank):
        held = float(levels.held[j])
        w.ledger.check(f"loans of {name}", float(w.banks.loans[j]), held, turnover + held, where)
    owed = float(w.posted[:, f.OWED].sum())
    open_defaults = owed - float(w.posted[:, f.RESOLVED].sum())
    w.ledger.check("loans in default", float(w.banks.npl.sum()), open_defaults, owed, where)


def losses_close(w: World, where: str) -> None:
    """Exposure at default less recovery is borne in full, at each bank and in total.

    At a bank: by the bank and by the parties beside it. In total: by banks, by what the ledger
    says that other parties have paid, and by what they will pay when open workouts end.
    """
    b, lost = w.banks, w.firms.owed - w.firms.recovery
    unpaid = np.zeros((w.scenario.n_banks, 1))
    w.rules.split_by_lender(lost[:, None], w.lender, w.share, unpaid)
    for j, name in enumerate(w.scenario.bank):
        here, borne = float(unpaid[j, 0]), float(b.lost[j] + b.covered[j])
        w.ledger.check(f"losses on loans of {name}", borne, here, here, where)
    table = w.ledger.flows.get(BORNE.name, np.zeros((len(party.PARTIES),) * 2))
    paid = float(table[:, party.BANKS].sum() - table[party.BANKS].sum())
    promised = float((w.posted[:, f.COVERED] - w.posted[:, f.GUARANTEED]).sum())
    whole = float(lost.sum())
    borne = float(b.lost.sum()) + paid + promised
    w.ledger.check("losses of lenders and others", borne, whole, whole, where)


def banks_close(w: World, where: str) -> None:
    """Assets equal liabilities and equity at each bank, and all cash has a counterpart."""
    b = w.banks
    assets = b.loans + b.npl - b.allowance
    scale = w.ledger.turnover(party.BANKS)
    for j, name in enumerate(w.scenario.bank):
        w.ledger.check(
            f"balance sheet of {name}", float(assets[j]), float(b.funding[j] + b.equity[j]),
            scale + abs(float(assets[j])), where,
        )  # fmt: skip
    opening = -float(b.budget.sum())
    paid = opening - w.ledger.received(party.BANKS)
    w.ledger.check(
        "banks' funding against the ledger", float(b.funding.sum()), paid,
        scale + abs(opening), where,
    )  # fmt: skip


def ownership_closes(w: World, where: str, levels: Any) -> None:
    """Cap tables and lenders' shares sum to one; exit values are shared out in full."""
    sums = levels.sums
    for what, gap in (
        ("cap table of the worst firm", sums[audit.WORST_OWNERSHIP]),
        ("shares of the lenders of the worst contract", sums[audit.WORST_SHARE]),
    ):
        w.ledger.check(what, 1.0 + float(gap), 1.0, 1.0, where)
    value, claims = float(sums[audit.EXIT_VALUE]), float(sums[audit.EXIT_CLAIMS])
    w.ledger.check("claims on exit values", claims, value, value, where)


def counts_close(w: World, where: str, levels: Any) -> None:
    """Firms that entered are alive or have ended, by the pass and by the records."""
    sums = levels.sums
    entered, ended = float(sums[audit.ENTERED]), float(sums[audit.ENDED])
    alive = float(sums[:4].sum())
    w.ledger.check("firms that entered", entered, alive + ended, entered, where)
