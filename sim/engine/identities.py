"""The accounting identities, checked at every settlement of every run."""

from typing import Any

import numpy as np

from sim.engine.world import World
from sim.firms import totals as f
from sim.firms.record import ALIVE, LISTED, UNBORN
from sim.state import ledger as party


def check_identities(w: World, date: float, levels: dict[str, Any]) -> None:
    """Stop the run with date, arrangement, replication, account and amount on a break.

    References
    ----------
    Stock-flow consistency as in Godley and Lavoie (2007), Monetary Economics, chapter 2.
    """
    where = w.where(date)
    firms_close(w, where)
    loans_close(w, where, levels)
    banks_close(w, where)
    ownership_closes(w, where)
    counts_close(w, where, levels)


def firms_close(w: World, where: str) -> None:
    """Cash of all firms equals what the ledger says they received less what they paid."""
    cash = float(w.posted[:, f.CASH].sum())
    flow = w.ledger.received(party.FIRMS)
    scale = w.ledger.turnover(party.FIRMS) + abs(cash)
    w.ledger.check("firms' cash against the ledger", cash, flow, scale, where)


def loans_close(w: World, where: str, levels: dict[str, Any]) -> None:
    """Loans tracked from flows equal balances of firms split by share; so do loans in default."""
    rows = np.flatnonzero(levels["balance"])
    part = levels["balance"][rows, None] * w.share[rows]
    held = np.bincount(
        w.lender[rows].ravel(), weights=part.ravel(), minlength=w.scenario.n_banks
    )
    turnover = w.ledger.turnover(party.FIRMS)
    for j, name in enumerate(w.scenario.bank):
        w.ledger.check(
            f"loans of {name}", float(w.banks.loans[j]), float(held[j]),
            turnover + float(held[j]), where,
        )  # fmt: skip
    open_defaults = w.posted[:, f.OWED] - w.posted[:, f.RESOLVED]
    w.ledger.check(
        "loans in default", float(w.banks.npl.sum()), float(open_defaults.sum()),
        float(w.posted[:, f.OWED].sum()), where,
    )  # fmt: skip


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


def ownership_closes(w: World, where: str) -> None:
    """Cap tables sum to one, and exit values are shared out in full."""
    entered = w.firms.status != UNBORN
    owned = (w.firms.founders + w.firms.investors + w.firms.holder)[entered]
    gap = float(np.abs(owned - 1.0).max()) if owned.size else 0.0
    w.ledger.check("cap table of the worst firm", 1.0 + gap, 1.0, 1.0, where)
    value = float(w.firms.exit_value.sum())
    claims = float(
        w.firms.founder_proceeds.sum()
        + w.firms.investor_proceeds.sum()
        + w.firms.holder_proceeds.sum()
    )
    w.ledger.check("claims on exit values", claims, value, value, where)
    lent = w.share.sum(axis=1)
    has = lent > 0.0
    worst = float(np.abs(lent[has] - 1.0).max()) if np.any(has) else 0.0
    w.ledger.check(
        "shares of the lenders of the worst contract", 1.0 + worst, 1.0, 1.0, where
    )


def counts_close(w: World, where: str, levels: dict[str, Any]) -> None:
    """Firms that entered are alive, listed, acquired or closed."""
    status = w.firms.status
    entered = int((status != UNBORN).sum())
    alive = int(levels["counts"].sum())
    ended = int((status >= LISTED).sum())
    w.ledger.check("firms that entered", entered, alive + ended, entered, where)
    assert alive == int((status == ALIVE).sum()), (
        "levels and records count firms differently"
    )
