"""How much?

Neutral: what tangible collateral supports, within each lender's own cap. A cash-flow line
rests on sales and the last equity round instead; a fixed line or a path of lines states
the published amount of one contract. Source: AH08, AH14, AH21, ZJ03, ZJ10, ZJ11.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, param


class Collateral(Frozen):
    """A secured line: the lender's own advance rate on tangible assets."""

    kind: Literal["collateral"] = "collateral"


class CashFlow(Frozen):
    """An unsecured line on sales and on the last equity round."""

    kind: Literal["cash_flow"]
    sales_share: NonNegative = param(unit="years of sales", meaning="line per unit of sales")
    round_share: NonNegative = param(unit="share", meaning="line per unit of the last round")
    cap_factor: PositiveFloat = param(
        1.0, unit="x", meaning="each lender's cap against its cap for plain loans"
    )


class FixedAmount(Frozen):
    """An unsecured line of a stated amount."""

    kind: Literal["fixed"]
    amount: PositiveFloat = param(unit="CNY million", meaning="line")


class Path(Frozen):
    """Unsecured lines of stated amounts, one after another by years since entry."""

    kind: Literal["path"]
    amounts: tuple[PositiveFloat, ...] = param(unit="CNY million", meaning="lines in order")
    from_years: tuple[NonNegative, ...] = param(unit="years", meaning="age at which each starts")

    def broken_rules(self) -> Iterator[Broken]:
        """One date for each amount, in order."""
        if len(self.amounts) != len(self.from_years) or not self.amounts:
            cure = f"give {len(self.amounts)} ages"
            yield "from_years", "must have one entry for each of amounts", cure
        if any(later <= earlier for earlier, later in pairwise(self.from_years)):
            yield "from_years", "must increase", "give the ages in order"


Limit = Annotated[Collateral | CashFlow | FixedAmount | Path, Field(discriminator="kind")]


def is_unsecured(clause: Collateral | CashFlow | FixedAmount | Path) -> bool:
    """Whether the line does without tangible collateral.

    Examples
    --------
    >>> is_unsecured(Collateral()), is_unsecured(FixedAmount(kind="fixed", amount=5.0))
    (False, True)
    """
    return not isinstance(clause, Collateral)


def is_stated(clause: Collateral | CashFlow | FixedAmount | Path) -> bool:
    """Whether the amount is written in the contract, beyond any lender's cap.

    Examples
    --------
    >>> is_stated(CashFlow(kind="cash_flow", sales_share=0.5, round_share=0.1))
    False
    """
    return isinstance(clause, FixedAmount | Path)


def line(
    clause: Collateral | CashFlow | FixedAmount | Path,
    firms: Any,
    secured: NDArray[np.float64],
    date: float,
) -> NDArray[np.float64]:
    """The line that the clause allows, before lenders' caps.

    Parameters
    ----------
    clause : a kind of limit
    firms : record array, shape (n_firms,)
    secured : array, shape (n_firms,), CNY million
        What tangible collateral supports.
    date : float, years

    Returns
    -------
    array, shape (n_firms,), CNY million

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> path = Path(kind="path", amounts=(5.0, 15.0), from_years=(0.0, 4.0))
    >>> firms = SimpleNamespace(birth=np.array([0.0, -3.0]))
    >>> line(path, firms, np.zeros(2), 2.0).tolist()
    [5.0, 15.0]
    """
    if isinstance(clause, Collateral):
        return secured
    if isinstance(clause, CashFlow):
        cash_flow = clause.sales_share * firms.sales + clause.round_share * firms.last_round
        return np.asarray(np.maximum(cash_flow, secured))
    if isinstance(clause, FixedAmount):
        return np.full(firms.shape[0], clause.amount)
    steps = np.searchsorted(clause.from_years, date - firms.birth, side="right") - 1
    amounts = np.asarray(clause.amounts)
    return np.where(steps >= 0, amounts[np.maximum(steps, 0)], 0.0)


def cap_factor(clause: Collateral | CashFlow | FixedAmount | Path) -> float:
    """Factor on each lender's own cap; infinite where the contract states the amount.

    Examples
    --------
    >>> cap_factor(Collateral()), float(cap_factor(FixedAmount(kind="fixed", amount=5.0)))
    (1.0, inf)
    """
    if isinstance(clause, CashFlow):
        return clause.cap_factor
    return np.inf if is_stated(clause) else 1.0


def contract_terms(clause: Collateral | CashFlow | FixedAmount | Path) -> dict[str, int]:
    """Terms of the contract that are the same for every firm, by name.

    Names are those of `sim.model.firms.record.TERMS`.
    """
    return {"unsecured": int(is_unsecured(clause))}
