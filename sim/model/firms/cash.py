"""What cash a firm wants to hold, and what credit it needs.

A firm holds cash against bad days: some months of its outlays, more months at some firms than
at others. It needs credit for what a year takes beyond the cash it has: that stock of cash,
losses, the working capital and plant of its growth, and a project that waits for money. Nothing
here is drawn or paid; `sim.model.firms.credit_line` does that.

References
----------
Bates, Kahle and Stulz (2009), Why do U.S. firms hold so much more cash than they used to?,
Journal of Finance 64(5), for precaution; Holmstrom and Tirole (1998), Private and public supply
of liquidity, for lines that stand by.
"""

import math
from typing import Any

from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param
from sim.model.firms.overdue import due_within_year
from sim.model.firms.undrawn import undrawn


class Cash(Frozen):
    """Target cash, what is done with more, and what is asked for with less."""

    target_cash_months: NonNegative = param(
        unit="months of outlays", meaning="median of the cash that firms want to hold"
    )
    target_cash_log_sd: NonNegative = param(unit="-", meaning="log sd of it among firms", high=3)
    sweep_above: PositiveFloat = param(
        unit="multiples of target cash",
        meaning="cash above which a firm repays, and pays owners once it owes nothing",
        low=1,
    )
    burner_keeps_years: NonNegative = param(
        unit="years of drain", meaning="cash that a firm which burns cash keeps"
    )
    payout_share: Share = param(
        unit="share of profit", meaning="paid to owners whether or not the firm owes anything"
    )
    payout_sales: NonNegative = param(
        unit="CNY million a year", meaning="sales above which firms pay that"
    )
    project_keeps_share: Share = param(
        unit="share of target cash", meaning="cash that a project leaves untouched"
    )
    growth_cash_share: Share = param(
        unit="share of target cash",
        meaning="cash below which a firm with nothing to draw does not grow",
    )
    request_factor: PositiveFloat = param(
        unit="x", meaning="line that a firm asks for over the credit it needs", low=1
    )
    everybody_liquid: bool = param(
        unit="",
        meaning="owners make up whatever is missing, which is the most that finance can do",
    )


def months_wanted(z: float, p: Any) -> float:
    """Months of outlays that a firm wants to hold, by its standard normal number."""
    return p.target_cash_months * math.exp(p.target_cash_log_sd * z)


def target_cash(f: Any) -> float:
    """Cash that the firm wants to hold, CNY million."""
    return f.cash_months / 12.0 * max(f.cost, 0.0)


def swept_above(f: Any, p: Any) -> float:
    """Cash above which it repays and pays out; who burns cash keeps what it will burn.

    What falls due within a year by schedule is kept, too.
    """
    return max(p.sweep_above * target_cash(f), -p.burner_keeps_years * f.flow) + due_within_year(f)


def is_starved(f: Any, p: Any) -> bool:
    """Whether the firm has too little to grow on: hardly any cash, and nothing to draw."""
    if p.everybody_liquid == 1:
        return False
    return f.cash < p.growth_cash_share * target_cash(f) and undrawn(f) <= 0.0


def shortfall(f: Any, cash: float) -> float:
    """What a year takes beyond the `cash` it has, CNY million; negative where there is plenty.

    Profit does not count against growth: a firm wants the line before it has earned the money.
    """
    losses = max(-(f.flow + f.invest), 0.0)
    project = f.demand if f.project == 1 else 0.0
    return target_cash(f) + losses + f.invest + project + due_within_year(f) - cash


def make_up(f: Any, p: Any, missing: float) -> bool:
    """Let owners pay in what is missing, where everybody is liquid; says whether they did."""
    if p.everybody_liquid == 0 or missing <= 0.0:
        return False
    f.cash += missing
    f.cum_equity += missing
    return True


def needed_credit(f: Any, cash: float) -> float:
    """Credit that the firm needs: what it owes, and what a year takes beyond its cash."""
    return f.balance + max(shortfall(f, cash), 0.0)
