"""A history small enough to check by hand: three firms, two banks, four quarters."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.base.columns import Rows, Table
from sim.engine.history import BANK_COLUMNS, SYSTEM_COLUMNS, History
from sim.model.contracts.loan_book import CONTRACT
from sim.model.economy.macro import Path
from sim.model.firms.record import ALIVE, FAILED_CASH, FIRM, GROWTH, LISTED, NEVER, STARTUP
from sim.outcomes.mark import registry

BANKS = ("bank_a", "bank_b")
FACTS: dict[str, Any] = {
    "discount_rate": 0.0, "relative_risk_aversion": 2.0, "registration_lag": 0.5,
    "outside_wealth": 0.5, "private_value_share": 0.5,
    "minimum_ratio": 0.105, "demanded_ratio": (0.08, 0.115), "required_ratio": (0.10, 0.10),
    "hurdle_rate": 0.1, "income_tax_rate": 0.25, "funding_rate": 0.02,
    "operating_cost": (0.012, 0.011, 0.009, 0.008),
    "regimes": ("boom", "bust"),
    "menu": ("special",), "cover": ((0.3, 0.0, 0.0, 0.2),), "banks": BANKS,
    "believed_loss": ((0.4, 0.7), (0.5, 0.8)),
    "sectors": ("software",),
}  # fmt: skip

# An old growth firm with a line from before; a young start-up that borrows and defaults;
# another that borrows twice and is listed.
FIRMS: dict[str, Sequence[Any]] = {
    "status": (ALIVE, FAILED_CASH, LISTED),
    "stage": (GROWTH, STARTUP, GROWTH),
    "birth": (-1.0, 0.1, 0.2),
    "end": (NEVER, 0.7, 0.9),
    "stage_date": ((-1.0, -0.5, 0.0, 0.0), (0.1, 0.0, 0.0, 0.0), (0.2, 0.5, 0.0, 0.0)),
    "quality": (0.0, -1.0, 1.0),
    "tangible": (0.5, 0.1, 0.1),
    "contract": (0, 1, 3),
    "last_lender": ((0,) * 8, (1,) + (0,) * 7, (0, 1) + (0,) * 6),
    "last_share": ((1.0,) + (0.0,) * 7, (1.0,) + (0.0,) * 7, (0.5, 0.5) + (0.0,) * 6),
    "balance": (20.0, 0.0, 0.0),
    "credit_years": (1.5, 0.45, 0.4),
    "cum_balance": (30.0, 3.0, 5.0),
    "cum_interest": (1.0, 0.1, 0.2),
    "exposure_at_default": (0.0, 4.0, 0.0),
    "recovery": (0.0, 1.0, 0.0),
    "collateral_recovery": (0.0, 0.5, 0.0),
    "guaranteed": (0.0, 0.5, 0.0),
    "cover_cap": (1.0, 1.0, 1.0),
    "defaulted": (0, 1, 0),
    "founders": (0.8, 1.0, 0.5),
    "value": (100.0, 0.0, 0.0),
    "exit_value": (0.0, 0.0, 60.0),
    "founder_proceeds": (0.0, 0.0, 30.0),
    "count": ((3,) + (1,) * 12, (1,) * 13, (2,) + (1,) * 12),
    "cum_demand": (50.0, 0.0, 8.0),
    "cum_gap": (20.0, 0.0, 2.0),
}  # fmt: skip

BOOK: dict[str, Sequence[Any]] = {
    "firm": (0, 1, 2, 2),
    "lender": ((0,) + (0,) * 7, (1,) + (0,) * 7, (0, 1) + (0,) * 6, (0, 1) + (0,) * 6),
    "share": ((1.0,) + (0.0,) * 7, (1.0,) + (0.0,) * 7, (0.5, 0.5) + (0.0,) * 6,
              (0.5, 0.5) + (0.0,) * 6),
    "date": (-0.5, 0.25, 0.5, 0.75),
    "limit": (40.0, 5.0, 10.0, 20.0),
    "rate": (0.03, 0.04, 0.03, 0.03),
    "later_rate": (0.03, 0.04, 0.03, 0.03),
    "step": (NEVER,) * 4,
    "stage": (GROWTH, STARTUP, GROWTH, GROWTH),
    "regime": (0, 0, 1, 1),
    "winter": (0, 0, 1, 0),
    "signed": (0, 1, 0, 0),
    "terms": (0, 1, 0, 0),
    "first": (1, 1, 1, 0),
    "switched_bank": (0, 0, 0, 1),
    "default": (0.02, 0.10, 0.05, 0.05),
    "loss": (0.45, 0.50, 0.45, 0.45),
    "secured": (20.0, 2.0, 10.0, 10.0),
    "business": (0.4, 0.2, 0.8, 1.0),
}  # fmt: skip

DATES = (0.0, 0.25, 0.5, 0.75, 1.0)
# One row a settlement, one column a bank; the first row is the opening and no flow of it counts.
PANEL: dict[str, Sequence[Sequence[float]]] = {
    "loans": ((40, 20), (40, 20), (40, 20), (40, 20), (60, 20)),
    "npl": ((0, 0), (0, 0), (0, 0), (0, 3), (0, 3)),
    "allowance": ((1, 1), (1, 1), (1, 1), (1, 2), (1, 2)),
    "equity": ((5, 2), (5, 2), (5, 1), (4, 1), (5, 2)),
    "risk_assets": ((30, 20), (30, 20), (30, 20), (30, 20), (50, 20)),
    "capital_ratio": ((0.12, 0.12), (0.12, 0.11), (0.11, 0.10), (0.10, 0.10), (0.12, 0.12)),
    "interest": ((9, 9), (1, 0.5), (1, 0.5), (1, 0.5), (1, 0.5)),
    "relationship": ((9, 9), (0.2, 0), (0.2, 0), (0.2, 0), (0.2, 0)),
    "hosted": ((9, 9), (0.1, 0.2), (0, 0), (0.1, 0), (0, 0.1)),
    "gain": ((9, 9), (0, 0), (0, 0), (0, 0), (0.4, 0.4)),
    "funding": ((9, 9), (0.2, 0.1), (0.2, 0.1), (0.2, 0.1), (0.2, 0.1)),
    "operating": ((9, 9), (0.1, 0.1), (0.1, 0.1), (0.1, 0.1), (0.1, 0.1)),
    "screening": ((9, 9), (0.1, 0), (0, 0), (0, 0.1), (0, 0)),
    "fee": ((9, 9), (0, 0.1), (0, 0.1), (0, 0), (0, 0)),
    "provision": ((9, 9), (0, 0), (0, 0), (0, 1.0), (0, 0)),
    "policy_subsidy": ((9, 9), (0.3, 0.2), (0.3, 0.2), (0.3, 0.2), (0.3, 0.2)),
    "commitment": ((9, 9), (0.1, 0.05), (0.1, 0.05), (0.1, 0), (0.1, 0)),
    "capital_benefit": ((9, 9), (0.2, 0.1), (0.2, 0.1), (0.1, 0.1), (0.1, 0.1)),
    "free_income": ((9, 9), (0.3, 0), (0.2, 0), (0.1, 0), (0, -0.2)),
    "vat": ((9, 9), (0.1, 0.1), (0.1, 0), (0.1, 0), (0.1, 0)),
    "profit_before_tax": ((9, 9), (1.0, 0.3), (1.1, 0.3), (1.1, -1.0), (1.6, 0.9)),
    "tax": ((9, 9), (0.2, 0.1), (0.2, 0.1), (0.2, -0.2), (0.3, 0.2)),
    "profit": ((9, 9), (0.8, 0.2), (0.9, 0.2), (0.9, -0.8), (1.3, 0.7)),
    "capital_years": ((9, 9), (0.75, 0.5), (0.75, 0.5), (0.75, 0.5), (1.0, 0.5)),
    "economic_years": ((9, 9), (0.5, 0.25), (0.5, 0.25), (0.5, 0.25), (0.5, 0.25)),
    "rationed": ((9, 9), (0, 0), (2, 0), (0, 1), (0, 0)),
    "loss": ((9, 9), (0, 0), (0, 0), (0, 1.5), (0, 0)),
    "guaranteed": ((9, 9), (0, 0), (0, 0), (0, 0), (0, 0.5)),
    "relending": ((9, 9), (0.05, 0), (0.05, 0), (0, 0), (0, 0)),
    "balance_years": ((9, 9), (10, 5), (10, 5), (10, 5), (12, 3)),
    "injection": ((-9, -9), (0, 0), (0.5, -0.2), (0, 0), (-0.1, -0.3)),
    "drawn": ((9, 9), (0, 5), (0, 0), (0, 0), (20, 0)),
    "repaid": ((9, 9), (0, 5), (0, 0), (0, 0), (0, 0)),
}  # fmt: skip

SYSTEM: dict[str, Sequence[float]] = {
    "count_0": (0, 2, 2, 1, 0), "count_1": (2, 1, 1, 1, 2),
    "borrowers_0": (0, 1, 1, 1, 0), "borrowers_1": (1, 1, 2, 1, 1),
    "credit_0": (0, 4, 4, 4, 0), "credit_1": (60, 56, 56, 56, 80),
    "lines": (100, 120, 120, 120, 160),
    "gap": (10, 10, 12, 12, 14), "demand": (20, 20, 30, 30, 36),
    "register_gap": (10, 10, 12, 12, 14), "register_demand": (20, 20, 30, 30, 36),
    "outside_business": (9, 0.1, 0.2, 0.3, 0.4),
    "guarantors": (9, 0.1, 0.1, 0, -0.5),
}  # fmt: skip

# Boom for half a year, then bust.
MACRO: Path = ((-2.0, 0), (0.5, 1))
MARKET: Path = ((-2.0, 0),)


def records(table: Table, columns: Mapping[str, Sequence[Any]], rows: int) -> Rows:
    """Rows of a table with some columns filled in."""
    filled = table.empty(rows)
    for name, values in columns.items():
        filled[name] = values
    return filled


def stacked(names: Sequence[str], columns: Mapping[str, Any], shape: tuple[int, ...]) -> Any:
    """Columns in the order of `names`, along the last axis; the others are zero."""
    parts = [np.asarray(columns.get(name, np.zeros(shape)), dtype=float) for name in names]
    return np.stack(parts, axis=-1)


def sizes(n: int, sales: float = 10.0) -> tuple[Any, ...]:
    """Sales, stratum and high-tech flag of a page's firms, all alike."""
    return np.full(n, sales), np.zeros(n, np.int8), np.zeros(n, np.int8)


def history(**changes: Any) -> History:
    """The small history; `firms`, `book`, `panel`, `system` and `facts` replace columns."""
    firms, book = FIRMS | changes.pop("firms", {}), BOOK | changes.pop("book", {})
    panel, system = PANEL | changes.pop("panel", {}), SYSTEM | changes.pop("system", {})
    facts = FACTS | changes.pop("facts", {})
    fields = {
        "arrangement": "plain", "replication": 0, "dates": np.array(DATES), "macro": MACRO,
        "market": MARKET, "horizon": 1.0, "end": 1.0, "residual": 0.0,
    } | changes  # fmt: skip
    shape = (len(fields["dates"]),)
    return History(
        firms=records(FIRM, firms, len(firms["status"])),
        book=records(CONTRACT, book, len(book["firm"])),
        panel=stacked(BANK_COLUMNS, panel, (*shape, len(BANKS))),
        system=stacked(SYSTEM_COLUMNS, system, shape),
        facts=facts,
        **fields,
    )


def cohort(birth: Sequence[float], end: Sequence[float], status: Sequence[int],
           horizon: float, **columns: Sequence[Any]) -> History:  # fmt: skip
    """Firms alone, without banks or contracts, over a longer horizon."""
    n = len(birth)
    blank = {name: np.zeros((n, *np.shape(values)[1:])) for name, values in FIRMS.items()}
    firms = {"birth": birth, "end": end, "status": status, "contract": [-1] * n} | columns
    dates = np.arange(0.0, horizon + 0.1, 0.25)
    quiet = np.zeros((dates.size, len(BANKS)))
    return history(
        firms=blank | firms,
        book={name: [] if np.ndim(values) == 1 else np.zeros((0, 8))
              for name, values in BOOK.items()},
        panel=dict.fromkeys(PANEL, quiet),
        system=dict.fromkeys(SYSTEM, np.zeros(dates.size)),
        dates=dates, horizon=horizon, end=horizon,
    )  # fmt: skip


def empty(horizon: float = 1.0) -> History:
    """Nothing ever happened: no firm, no contract, no settlement."""
    none = np.zeros((0, len(BANKS)))
    return history(
        firms={name: np.zeros((0, *np.shape(values)[1:])) for name, values in FIRMS.items()},
        book={name: np.zeros((0, *np.shape(values)[1:])) for name, values in BOOK.items()},
        panel=dict.fromkeys(PANEL, none), system=dict.fromkeys(SYSTEM, np.zeros(0)),
        dates=np.zeros(0), horizon=horizon, end=horizon,
    )  # fmt: skip


def value(name: str, history: History) -> float:
    """An outcome of a history, by its name."""
    return float(registry()[name].function(history))
