"""What of a firm's scheduled debts is near: overdue now, or due within a year."""

from typing import Any

from sim.model.firms.debts import DEBTS, OF_TERM_LOAN


def pressing(f: Any) -> float:
    """What is overdue on debts whose holders do not wait, CNY million."""
    due = f.overdue[OF_TERM_LOAN]
    for n in range(len(DEBTS)):
        if f.crosses[n] == 1:
            due += f.overdue[n]
    return due


def due_within_year(f: Any) -> float:
    """What falls due within a year beside interest, CNY million; a bond that ends counts whole."""
    due = 0.0
    if f.beside > 0.0:
        for n in range(len(DEBTS)):
            due += due_of(f.owed[n], f.repays[n], f.owed_end[n] - f.now)
    if f.term > 0.0:
        due += due_of(f.term, f.repays[OF_TERM_LOAN], max(f.maturity - f.now, 1.0))
    return due


def due_of(owed: float, repays: int, years: float) -> float:
    """Part of a debt that falls due within a year; by instalments, or whole at its end.

    >>> due_of(8.0, 1, 4.0), due_of(8.0, 0, 4.0), due_of(8.0, 0, 0.5)
    (2.0, 0.0, 8.0)
    """
    if repays == 1:
        return owed / max(years, 1.0)
    return owed if years <= 1.0 else 0.0
