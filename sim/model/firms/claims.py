"""What each lender of a firm is owed once a part of the loan has been called.

Whoever calls is paid before the others: what is repaid of the called part goes to the callers,
what is drawn meanwhile comes from those who stay. If the firm closes soon after, a part of what
callers had is given back and shared by all claims, as the law of bankruptcy has it. The claims of
lenders always add up to the balance.

References
----------
Enterprise Bankruptcy Law of China, article 32: repayments to single creditors in the six months
before bankruptcy may be revoked.
"""

from typing import Any

from sim.model.firms.record import PAYMENTS_KEPT

CLAWBACK_YEARS = 0.5
"""Time before closure whose repayments to callers may be taken back."""
ROUNDING = 1e-12
"""A share that is none."""
CALLS, HOLDS, WEIGHT, TAX, SHORT = range(5)
"""Rows of `called`: parts of the loan that lenders call and hold, together their shares then; risk
weight of each lender's part, value-added tax in its interest, and what it expected at signing to
earn less than its cost, per year."""


def part_called(called: Any) -> float:
    """Part of the loan that was called, by all lenders; 0 where nothing was."""
    total = 0.0
    for j in range(called.shape[1]):
        total += called[CALLS, j]
    return total


def keep_unpaid(share: Any, called: Any, unpaid: float) -> None:
    """Bring calls up to date: who called goes on calling what has not been paid, all else is held.

    Parameters
    ----------
    share : array, shape (n,)
        Shares of the balance that is left.
    called : array, shape (4, n)
    unpaid : float, share
        Part of that balance that was called and has not been paid.
    """
    part = part_called(called)
    for j in range(share.shape[0]):
        before = min(unpaid * caller_part(j, called, part), share[j]) if unpaid > 0.0 else 0.0
        called[CALLS, j] = before
        called[HOLDS, j] = share[j] - before


def write_call(kept: Any, called: Any) -> float:
    """Write what lenders call of what they hold, and `kept`, the part that each keeps.

    Returns the part that they keep together.
    """
    held = left = 0.0
    for j in range(called.shape[1]):
        holds = called[HOLDS, j]
        called[CALLS, j] += holds * (1.0 - kept[j])
        called[HOLDS, j] = holds * kept[j]
        held += holds
        left += called[HOLDS, j]
    return left / held if left > ROUNDING else 0.0


def forget_call(called: Any) -> None:
    """A new contract ends what was called under the old one."""
    for j in range(called.shape[1]):
        called[CALLS, j] = called[HOLDS, j] = 0.0


def mean_of_parts(row: int, share: Any, called: Any) -> float:
    """Mean of what is kept of each lender's part in a row of `called`, by share."""
    mean = 0.0
    for j in range(share.shape[0]):
        mean += share[j] * called[row, j]
    return mean


def part_over_mean(row: int, j: int, mean: float, called: Any) -> float:
    """By which factor the part of lender `j` exceeds the mean of all; 1 where that is zero."""
    return called[row, j] / mean if mean > 0.0 else 1.0


def caller_part(j: int, called: Any, part: float) -> float:
    """Part of lender `j` in what is repaid to the callers of `part` of the loan."""
    return called[CALLS, j] / part


def holder_part(j: int, share: Any, called: Any, part: float) -> float:
    """Part of lender `j` in what those who stay lend meanwhile."""
    return called[HOLDS, j] / (1.0 - part) if part < 1.0 - ROUNDING else share[j]


def clawed_back(f: Any, clawback: float) -> float:
    """What callers give back of their repayments when the firm closes, CNY million."""
    if f.exposure_at_default <= 0.0:
        return 0.0
    late = 0.0
    for n in range(min(f.payments, PAYMENTS_KEPT)):
        late += f.paid[n] if f.end - f.paid_date[n] <= CLAWBACK_YEARS else 0.0
    return clawback * late


def reshare(
    lender: Any, share: Any, called: Any, balance: float, drawn: float, due: float
) -> None:  # fmt: skip
    """Find the shares of lenders after payments.

    Parameters
    ----------
    lender, share : arrays, shape (n,)
        Written: shares of the balance that is left; lenders without one come last.
    called : array, shape (5, n)
    balance : float, CNY million
        Before the payments.
    drawn, due : float, CNY million
        Drawn from those who stay, and repaid to the callers. What else is repaid comes after
        that, is split by the new shares, and so does not change them.
    """
    part = part_called(called)
    left = balance + drawn - due
    if left <= balance * ROUNDING:
        return
    for j in range(share.shape[0]):
        claim = share[j] * balance + drawn * holder_part(j, share, called, part)
        claim -= due * caller_part(j, called, part)
        share[j] = claim / left if claim > left * ROUNDING else 0.0
    put_first(lender, share, called)


def give_back(lender: Any, share: Any, called: Any, owed: float, clawed: float) -> None:
    """Callers give back `clawed` to all who claim a part of `owed`: new shares of the loss."""
    part = part_called(called)
    for j in range(share.shape[0]):
        claim = owed * share[j] + clawed * caller_part(j, called, part)
        share[j] = claim / (owed + clawed)
    put_first(lender, share, called)


def put_first(lender: Any, share: Any, called: Any) -> None:
    """Put lenders with a share before those without, each group in its order."""
    place = 0
    for j in range(share.shape[0]):
        if share[j] > 0.0:
            for n in range(j, place, -1):
                lender[n], lender[n - 1] = lender[n - 1], lender[n]
                share[n], share[n - 1] = share[n - 1], share[n]
                for row in range(called.shape[0]):
                    called[row, n], called[row, n - 1] = called[row, n - 1], called[row, n]
            place += 1
