"""How much is offered: what is asked, what each bank may lend, and who lends how much."""

import math
from typing import Any

from sim.model.contracts.limit import asked_line


def bank_cap(a: Any, k: Any, u: Any, bank: Any) -> float:
    """Most that a bank lends to the firm, CNY million."""
    if math.isinf(k.cap_factor):
        return math.inf
    return min(u.line_cap[a.stage] * bank.cap_factor, bank.single_name) * k.cap_factor


def size_lines(o: Any, a: Any, k: Any, u: Any, banks: Any) -> None:
    """Write the line of each lender that agrees, CNY million.

    Side by side, each lender in turn covers what is left. Under one agreement each bank
    lends its share of the whole, and the tightest cap over its share binds: a refusing
    partner takes its own line with it, and the others do not carry it.
    """
    asked = asked_line(a, k, u.advance_rate * a.tangible)
    if k.side_by_side == 1:
        cover_in_turn(o, a, k, u, banks, asked)
        return
    whole = asked
    for j in range(o.lenders):
        part = k.shares[j] if o.accepts[j] == 1 and o.accepts[0] == 1 else 0.0
        o.share[j] = part
        if part > 0.0:
            whole = min(whole, bank_cap(a, k, u, banks[o.lender[j]]) / part)
    for j in range(o.lenders):
        o.part[j] = whole * o.share[j]


def cover_in_turn(o: Any, a: Any, k: Any, u: Any, banks: Any, asked: float) -> None:
    """Lines of banks that lend side by side; without the lead there is nothing to cover."""
    before = 0.0
    for j in range(o.lenders):
        part = 0.0
        if o.accepts[j] == 1:
            part = min(bank_cap(a, k, u, banks[o.lender[j]]), asked - before)
        before += part
        if j == 0 and o.accepts[0] == 0:
            asked = 0.0
        o.part[j] = max(part, 0.0)
