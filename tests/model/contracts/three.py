"""Three firms small enough to check clauses by hand: a young one, a growing one, an old one."""

from types import ModuleType, SimpleNamespace
from typing import Any

from sim.base.columns import Table
from sim.model.banks.conditions import filled
from sim.model.firms.record import EXPANSION, GROWTH, STARTUP, TERMS

NOW = 5.0
"""Date at which the clauses are read, years."""

COLUMNS: dict[str, Any] = {
    "stage": (STARTUP, GROWTH, EXPANSION),
    "sector": (0, 1, 2),
    "birth": (4.5, 2.0, -5.0),
    "venture": (0, 1, 1),
    "high_tech": (0, 0, 1),
    "sales": (2.0, 40.0, 100.0),
    "last_round": (0.0, 20.0, 30.0),
    "round_date": (0.0, 4.0, 1.0),
    "credit_years": (0.0, 0.0, 6.0),
    "limit": (0.0, 8.0, 0.0),
    "asked": (5.0, 20.0, 70.0),
}
SECURED = (1.0, 12.0, 60.0)
"""What tangible collateral of each supports, CNY million."""


def three_firms(date: float = NOW, **columns: Any) -> list[Any]:
    """Three applicants: half a year, three and ten years old at `NOW`."""
    known = COLUMNS | columns
    return [
        SimpleNamespace(date=date, **{name: values[n] for name, values in known.items()})
        for n in range(3)
    ]


def read(file: ModuleType, clause: Any, *given: Any) -> Any:
    """What rules read of a clause: terms of the contract and conditions, in one record."""
    table = Table((*TERMS, *getattr(file, "CONDITIONS", ())))
    return filled(table, [file.conditions(clause, *given)])[0]
