"""Who shares the gain?

Neutral: nobody. A warrant takes part in the gain at exit. A swap right comes alive at a
trigger valuation and is given up for banking business. A royalty takes a share of sales up
to a cap. Subscription amount, stake and strike valuation are tied: coverage times line =
subscription amount = stake times post-money strike valuation. Source: AH15, AH16, AH20,
AH21, W01 to W05.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, Share, param
from sim.model.firms.record import NEVER, NO_RIGHT, ROYALTY, SWAP, WARRANT


class NoUpside(Frozen):
    """The lender has no part in the gain."""

    kind: Literal["none"] = "none"


class _Subscription(Frozen):
    """Terms that a warrant and a swap right have in common."""

    coverage: NonNegative | None = param(
        None, unit="share of line", meaning="subscription amount over line", high=5
    )
    amount: NonNegative | None = param(
        None, unit="CNY million", meaning="subscription amount, where it is stated"
    )
    stake: Share | None = param(None, unit="share", meaning="equity bought, post-money")
    strike_multiple: PositiveFloat | None = param(
        None, unit="x valuation at signing", meaning="post-money strike valuation"
    )
    strike_valuation: PositiveFloat | None = param(
        None, unit="CNY million", meaning="post-money strike valuation, where it is stated"
    )
    years: PositiveFloat = param(unit="years", meaning="life of the right", high=30)
    pass_through_share: Share = param(
        unit="share",
        meaning="part of a gain that reaches the lenders; the holder keeps the rest",
    )

    def broken_rules(self) -> Iterator[Broken]:
        """Two of amount, stake and strike are given; the third follows."""
        sized = [self.coverage is not None, self.amount is not None]
        struck = [self.strike_multiple is not None, self.strike_valuation is not None]
        if sum(sized) > 1 or sum(struck) > 1:
            rule = "give one of coverage and amount, one of strike_multiple and strike_valuation"
            yield "coverage", rule, "remove the surplus key"
            return
        staked = self.stake is not None
        given = {"coverage": any(sized), "stake": staked, "strike_multiple": any(struck)}
        known = sum(given.values())
        if known < 2:
            rule = "two of amount (or coverage), stake and strike must be given"
            missing = [name for name, is_given in given.items() if not is_given]
            yield "coverage", rule, f"add {' or '.join(missing)}"
        if known == 3 and not self._three_agree():
            rule = "conflicts with the subscription amount and the strike"
            yield "stake", rule, "give any two of amount, stake and strike; the third follows"

    def _three_agree(self) -> bool:
        if self.coverage == 0.0 or self.stake == 0.0:
            return True
        stated = self.amount is not None and self.strike_valuation is not None
        return stated and abs(self.amount - self.stake * self.strike_valuation) <= 1e-9  # type: ignore[operator]


class Warrant(_Subscription):
    """The lenders' holder may subscribe at exit, and sell the right at expiry."""

    kind: Literal["warrant"]
    liquidity_share: Share = param(
        unit="share", meaning="part of a private gain that is realised at expiry"
    )


class Swap(_Subscription):
    """A right that comes alive at a trigger valuation and is waived for business."""

    kind: Literal["swap"]
    trigger_multiple: PositiveFloat | None = param(
        None,
        unit="x valuation at signing",
        meaning="valuation at which the right comes alive",
    )
    trigger_valuation: PositiveFloat | None = param(
        None, unit="CNY million", meaning="that valuation, where it is stated"
    )

    def broken_rules(self) -> Iterator[Broken]:
        """One trigger beside what holds for every right."""
        yield from super().broken_rules()
        if (self.trigger_multiple is None) == (self.trigger_valuation is None):
            rule = "give one of trigger_multiple and trigger_valuation"
            yield "trigger_multiple", rule, "add or remove one"


class Royalty(Frozen):
    """A share of sales until the total reaches a multiple of the line."""

    kind: Literal["royalty"]
    sales_share: Share = param(unit="share of sales", meaning="royalty")
    cap_multiple: NonNegative = param(unit="x line", meaning="total at which it ends")


Upside = Annotated[NoUpside | Warrant | Swap | Royalty, Field(discriminator="kind")]


@dataclass(frozen=True)
class RightTerms:
    """Terms of the right for each firm; arrays of shape (n_firms,)."""

    kind: int
    stake: NDArray[np.float64]
    strike: NDArray[np.float64]
    trigger: NDArray[np.float64]
    years: float
    pass_through: float
    liquidity: float
    royalty_share: float
    royalty_cap: NDArray[np.float64]

    def contract_terms(self, rows: Any, date: float) -> dict[str, Any]:
        """Terms of contracts signed at `date`, by name, as in `sim.model.firms.record.TERMS`.

        Parameters
        ----------
        rows : index of the firms that sign
        date : float, years
        """
        return {
            "right": self.kind, "stake": self.stake[rows], "strike": self.strike[rows],
            "trigger": self.trigger[rows],
            "expiry": date + self.years if self.years > 0.0 else NEVER,
            "pass_through": self.pass_through, "liquidity": self.liquidity,
            "royalty_share": self.royalty_share, "royalty_cap": self.royalty_cap[rows],
        }  # fmt: skip


def right_terms(
    clause: NoUpside | Warrant | Swap | Royalty,
    line: NDArray[np.float64],
    value: NDArray[np.float64],
) -> RightTerms:
    """The right that each firm grants.

    Parameters
    ----------
    clause : a kind of upside
    line : array, shape (n_firms,), CNY million
    value : array, shape (n_firms,), CNY million
        Pre-money valuation at signing.

    Returns
    -------
    RightTerms

    Examples
    --------
    >>> right = Warrant(kind="warrant", coverage=0.2, strike_multiple=1.0, years=5,
    ...                 pass_through_share=0.5, liquidity_share=0.35)
    >>> terms = right_terms(right, np.array([10.0]), np.array([100.0]))
    >>> terms.strike.tolist(), terms.stake.tolist()
    ([2.0], [0.02])
    """
    zero = np.zeros_like(line)
    if isinstance(clause, NoUpside):
        return RightTerms(NO_RIGHT, zero, zero, zero, 0.0, 0.0, 0.0, 0.0, zero)
    if isinstance(clause, Royalty):
        cap = clause.cap_multiple * line
        live = clause.sales_share > 0.0 and clause.cap_multiple > 0.0
        kind = ROYALTY if live else NO_RIGHT
        return RightTerms(kind, zero, zero, zero, 100.0, 1.0, 0.0, clause.sales_share, cap)
    strike, stake = _subscription(clause, line, value)
    if isinstance(clause, Swap):
        multiple = clause.trigger_multiple
        stated = clause.trigger_valuation or 0.0
        trigger = multiple * value if multiple is not None else zero + stated
        kind, liquidity = SWAP, 0.0
    else:
        trigger, kind, liquidity = zero, WARRANT, clause.liquidity_share
    if not np.any(strike > 0.0):
        kind = NO_RIGHT
    return RightTerms(
        kind,
        stake,
        strike,
        trigger,
        clause.years,
        clause.pass_through_share,
        liquidity,
        0.0,
        zero,
    )


def _subscription(
    clause: Warrant | Swap, line: NDArray[np.float64], value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Subscription amount and stake, from whichever two of the three terms are given."""
    zero = np.zeros_like(line)
    strike: NDArray[np.float64] | None = None
    if clause.coverage is not None:
        strike = clause.coverage * line
    elif clause.amount is not None:
        strike = zero + clause.amount
    valuation: NDArray[np.float64] | None = None
    if clause.strike_multiple is not None:
        valuation = clause.strike_multiple * value
    elif clause.strike_valuation is not None:
        valuation = zero + clause.strike_valuation
    if strike is None:
        stake = zero + (clause.stake or 0.0)
        return stake * (zero if valuation is None else valuation), stake
    if valuation is None:
        return strike, zero + (clause.stake or 0.0)
    # A subscription cannot buy the whole firm, however small its value.
    return strike, np.minimum(strike / np.maximum(valuation, 1e-9), 0.9)
