"""How much?

Neutral: what the firm needs, as far as each lender's own rule allows (tangible assets, or a
share of sales and of the last round) and within its cap. A cash-flow line commits a share of
sales and of the last equity round whatever is needed; a fixed line or a path of lines states
the published amount of one contract. Source: AH08, AH14, AH21, ZJ03, ZJ10, ZJ11.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, param, stated_amount


class Collateral(Frozen):
    """A line sized to need, within the lender's own rule of assets and sales."""

    kind: Literal["collateral"] = "collateral"


class CashFlow(Frozen):
    """A line on sales and on the last equity round, beyond what assets support."""

    kind: Literal["cash_flow"]
    sales_share: NonNegative | None = param(
        None,
        unit="years of sales",
        meaning="line per unit of sales; where it is not stated, what banks commit by habit",
    )
    round_share: NonNegative = param(unit="share", meaning="line per unit of the last round")
    cap_factor: PositiveFloat = param(
        1.0, unit="x", meaning="each lender's cap against its cap for plain loans"
    )


class FixedAmount(Frozen):
    """A line of a stated amount, whatever assets support."""

    kind: Literal["fixed"]
    amount: PositiveFloat = stated_amount(unit="CNY million", meaning="line")


class Path(Frozen):
    """Lines of stated amounts, whatever assets support, one after another by years since entry."""

    kind: Literal["path"]
    amounts: tuple[PositiveFloat, ...] = stated_amount(
        unit="CNY million", meaning="lines in order"
    )
    from_years: tuple[NonNegative, ...] = param(unit="years", meaning="age at which each starts")

    def broken_rules(self) -> Iterator[Broken]:
        """One date for each amount, in order."""
        if len(self.amounts) != len(self.from_years) or not self.amounts:
            cure = f"give {len(self.amounts)} ages"
            yield "from_years", "must have one entry for each of amounts", cure
        if len(self.amounts) > MOST_STEPS:
            rule = f"must name {MOST_STEPS} lines at most, names {len(self.amounts)}"
            yield "amounts", rule, "leave out the last ones"
        if any(later <= earlier for earlier, later in pairwise(self.from_years)):
            yield "from_years", "must increase", "give the ages in order"


Limit = Annotated[Collateral | CashFlow | FixedAmount | Path, Field(discriminator="kind")]


COLLATERAL, CASH_FLOW, FIXED_AMOUNT, PATH = range(4)
MOST_STEPS = 16
CONDITIONS = (
    Column("limit_kind", "code", "how the line is found", "i1"),
    Column("sales_share", "years of sales", "line per unit of sales"),
    Column("round_share", "share", "line per unit of the last round"),
    Column("amounts", "CNY million", "stated lines in order", length=MOST_STEPS),
    Column("from_age", "years", "age at which each starts", length=MOST_STEPS),
    Column("steps", "-", "number of stated lines", "i4"),
    Column("cap_factor", "x", "each lender's cap against its cap for plain loans"),
)
"""What rules of banks read of this clause, beside the terms of the contract."""


def conditions(
    clause: Collateral | CashFlow | FixedAmount | Path, committed_sales_line: float
) -> dict[str, Any]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`.

    Parameters
    ----------
    clause
    committed_sales_line : float, years of sales
        What banks commit where a cash-flow line states no share of sales.

    Examples
    --------
    >>> stated = conditions(FixedAmount(kind="fixed", amount=5.0), 0.6)
    >>> stated["amounts"], stated["cap_factor"]
    ((5.0,), inf)
    """
    kinds = {Collateral: COLLATERAL, CashFlow: CASH_FLOW, FixedAmount: FIXED_AMOUNT, Path: PATH}
    found: dict[str, Any] = {"limit_kind": kinds[type(clause)], "cap_factor": 1.0}
    if isinstance(clause, CashFlow):
        share = committed_sales_line if clause.sales_share is None else clause.sales_share
        return found | clause.model_dump(exclude={"kind"}) | {"sales_share": share}
    if isinstance(clause, FixedAmount):
        return found | {"amounts": (clause.amount,), "steps": 1, "cap_factor": math.inf}
    if isinstance(clause, Path):
        stated = {"amounts": clause.amounts, "from_age": clause.from_years}
        return found | stated | {"steps": len(clause.amounts), "cap_factor": math.inf}
    return found


def goes_beyond_collateral(clause: Collateral | CashFlow | FixedAmount | Path) -> bool:
    """Whether a line may be larger than tangible assets support."""
    return not isinstance(clause, Collateral)


def asked_line(a: Any, k: Any, secured: float, supported: float) -> float:
    """The line that the clause allows, before lenders' caps, CNY million.

    Parameters
    ----------
    a : application
    k : conditions of the arrangement
    secured : float, CNY million
        What tangible collateral supports.
    supported : float, CNY million
        What the lender's own rule allows, at least as much.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> path = Path(kind="path", amounts=(5.0, 15.0), from_years=(0.0, 4.0))
    >>> three_years_old = SimpleNamespace(date=5.0, birth=2.0)
    >>> asked_line(three_years_old, SimpleNamespace(**conditions(path, 0.6)), 1.0, 1.0)
    5.0
    """
    if k.limit_kind == COLLATERAL:
        return min(a.asked, supported)
    if k.limit_kind == CASH_FLOW:
        return max(k.sales_share * a.sales + k.round_share * a.last_round, secured)
    if k.limit_kind == FIXED_AMOUNT:
        return k.amounts[0]
    line = 0.0
    for n in range(k.steps):
        if a.date - a.birth >= k.from_age[n]:
            line = k.amounts[n]
    return line
