"""Loans under review with round numbers: three lenders of one mind who know of a setback."""

from collections.abc import Sequence
from typing import Any

from sim.model.banks.waiting import REVIEW
from tests.model.banks.three import record

DEBT = 10.0
USUAL: dict[str, float] = {
    "cash": 4.0, "collateral": 3.0, "burn": 2.0, "rate": 0.05, "cash_left": 0.5,
    "years": 3.0, "discount": 0.0175,
}  # fmt: skip
BELIEVED = {
    "setback": 1.0, "recovery": 0.6, "failure": 0.15, "carry": 0.03, "healthy_worth": 1.008,
}  # fmt: skip


def review(shares: Sequence[float] = (1.0,), debt: float = DEBT, **values: Any) -> Any:
    """A loan of `debt` by these shares; what a lender believes may be one number for all."""
    beliefs = {name: values.pop(name, usual) for name, usual in BELIEVED.items()}
    by_lender = {
        name: [value] * len(shares) if isinstance(value, int | float) else value
        for name, value in beliefs.items()
    }
    parts = [debt * share for share in shares]
    amounts = {"lenders": len(shares), "balance": parts}
    return record(REVIEW, **USUAL | amounts | by_lender | values)


def equal(k: int) -> list[float]:
    """Shares of `k` equal lenders."""
    return [1.0 / k] * k


def by_oracle(inputs: dict[str, Any]) -> Any:
    """The loan of an independently computed value; nothing is clawed back unless it says so."""
    given = {name: value for name, value in inputs.items() if name not in {"shares", "value"}}
    return review(inputs.get("shares", (1.0,)), **given)
