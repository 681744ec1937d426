"""Who may be listed: the standards of the boards of the stock exchanges.

A board has one standard or several; a firm may be listed by any that is open, if it is old enough,
worth enough, and sells and earns as much as that one asks. Standards open, close and change on
dates (`sim.scenario.dated`).
"""

import math
from collections.abc import Mapping
from typing import Any

from sim.base.parameter import Frozen, NonNegative, param, stated_amount

MOST_BOARDS = 16
"""Standards that one economy may have."""


class Board(Frozen):
    """One standard of a board."""

    is_open: bool = param(True, unit="", meaning="whether firms are listed by this standard")
    age: NonNegative = param(unit="years", meaning="least age at listing")
    value: NonNegative = stated_amount(unit="CNY million", meaning="least value at listing")
    sales: NonNegative = stated_amount(
        0.0, unit="CNY million a year", meaning="least sales at listing"
    )
    profit: float | None = stated_amount(
        None, unit="CNY million a year", meaning="least profit after interest, where one is asked"
    )


def packed_boards(boards: Mapping[str, Board]) -> dict[str, list[float]]:
    """What rules read of the standards, by name, in lists of `MOST_BOARDS`.

    No value is enough for a standard that is closed.

    >>> star = Board(age=3.0, value=1000.0, sales=300.0)
    >>> packed_boards({"star": star})["board_value"][:2]
    [1000.0, inf]
    """
    never = [math.inf] * (MOST_BOARDS - len(boards))
    found: dict[str, list[float]] = {}
    for name in ("age", "value", "sales", "profit"):
        asked = (getattr(board, name) for board in boards.values())
        found[f"board_{name}"] = [-math.inf if one is None else one for one in asked] + never
    for n, board in enumerate(boards.values()):
        if not board.is_open:
            found["board_value"][n] = math.inf
    return found


def may_be_listed(f: Any, p: Any) -> bool:
    """Whether a firm meets a standard of listing that is open."""
    age, profit = (
        f.now - f.birth,
        f.sales - f.cost - (f.rate + f.firm_fee_rate) * f.balance - f.charge,
    )
    for n in range(MOST_BOARDS):
        is_large = f.value >= p.board_value[n] and f.sales >= p.board_sales[n]
        if is_large and age >= p.board_age[n] and profit >= p.board_profit[n]:
            return True
    return False
