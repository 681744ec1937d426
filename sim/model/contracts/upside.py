"""Who shares the gain?

Neutral: nobody. A warrant takes part in the gain at exit. A swap right comes alive at a
trigger valuation and sleeps while the firm brings banking business. A royalty takes a share of
sales up to a cap. Subscription amount, stake and strike valuation are tied: coverage times line =
subscription amount = stake times post-money strike valuation. Source: AH15, AH16, AH20,
AH21, W01 to W05.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import (
    Broken,
    Frozen,
    NonNegative,
    PositiveFloat,
    Share,
    param,
    stated_amount,
)
from sim.model.firms.record import NO_RIGHT, ROYALTY, SWAP, WARRANT

AS_WRITTEN, STAKE, DEMAND = range(3)
PARITIES = ("none", "stake", "demand")
"""What of a swap is cut at signing so that right and business are worth the same."""


class NoUpside(Frozen):
    """The lender has no part in the gain."""

    kind: Literal["none"] = "none"


class _Subscription(Frozen):
    """Terms that a warrant and a swap right have in common."""

    coverage: NonNegative | None = param(
        None, unit="share of line", meaning="subscription amount over line", high=5
    )
    amount: NonNegative | None = stated_amount(
        None, unit="CNY million", meaning="subscription amount, where it is stated"
    )
    stake: Share | None = param(None, unit="share", meaning="equity bought, post-money")
    strike_multiple: PositiveFloat | None = param(
        None, unit="x valuation at signing", meaning="post-money strike valuation"
    )
    strike_valuation: PositiveFloat | None = stated_amount(
        None, unit="CNY million", meaning="post-money strike valuation, where it is stated"
    )
    years: PositiveFloat = param(unit="years", meaning="life of the right", high=30)
    lender_gain_share: Share = param(
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
        unit="share", meaning="price of a right that is sold at expiry, over its gain then"
    )


class Swap(_Subscription):
    """A right that comes alive at a trigger valuation and sleeps while business is brought."""

    kind: Literal["swap"]
    trigger_multiple: PositiveFloat | None = param(
        None,
        unit="x valuation at signing",
        meaning="valuation at which the right comes alive",
    )
    trigger_valuation: PositiveFloat | None = stated_amount(
        None, unit="CNY million", meaning="that valuation, where it is stated"
    )
    parity: Literal["none", "stake", "demand"] = param(
        "none",
        unit="",
        meaning="what is cut at signing until the right is worth the business that is demanded",
    )
    unbookable_share: Share = param(
        0.0,
        unit="share",
        meaning="part of the worth of the right that lenders do not count, as hard to book",
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


CONDITIONS = (
    Column("upside_kind", "code", "kind of right, if any is worth writing", "i1"),
    Column("coverage", "share of line", "subscription amount over line; negative if not given"),
    Column("amount", "CNY million", "subscription amount; negative if not given"),
    Column("stake_given", "share", "share bought; zero if not given"),
    Column("strike_multiple", "x valuation at signing", "strike; negative if not given"),
    Column("strike_valuation", "CNY million", "strike valuation; negative if not given"),
    Column("trigger_multiple", "x valuation at signing", "trigger; negative if not given"),
    Column("trigger_valuation", "CNY million", "trigger, where it is stated"),
    Column("right_years", "years", "life of the right; zero for none"),
    Column("cap_multiple", "x line", "total at which a royalty ends"),
    Column("parity", "code", "what is cut at signing", "i1", codes=tuple(enumerate(PARITIES))),
    Column("counted_share", "share", "of the worth of the right, what lenders weigh"),
)
"""What rules of banks read of this clause, beside the terms of the contract."""

NOT_GIVEN = -1.0
MOST_STAKE = 0.9
"""A subscription cannot buy the whole firm, however small its value."""


def conditions(clause: NoUpside | Warrant | Swap | Royalty) -> dict[str, float]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`.

    Examples
    --------
    >>> right = Warrant(kind="warrant", coverage=0.2, strike_multiple=1.0, years=5,
    ...                 lender_gain_share=0.5, liquidity_share=0.35)
    >>> found = conditions(right)
    >>> found["coverage"], found["amount"], found["lender_gain_share"]
    (0.2, -1.0, 0.5)
    """
    if isinstance(clause, NoUpside):
        return {"upside_kind": NO_RIGHT}
    if isinstance(clause, Royalty):
        live = clause.sales_share > 0.0 and clause.cap_multiple > 0.0
        return {
            "upside_kind": ROYALTY if live else NO_RIGHT, "right_years": 100.0,
            "lender_gain_share": 1.0, "royalty_share": clause.sales_share,
            "cap_multiple": clause.cap_multiple,
        }  # fmt: skip
    found: dict[str, float] = {
        "upside_kind": WARRANT, "right_years": clause.years,
        "lender_gain_share": clause.lender_gain_share, "stake_given": clause.stake or 0.0,
        "trigger_multiple": NOT_GIVEN,
    }  # fmt: skip
    for name in ("coverage", "amount", "strike_multiple", "strike_valuation"):
        value = getattr(clause, name)
        found[name] = NOT_GIVEN if value is None else value
    if isinstance(clause, Warrant):
        return found | {"liquidity": clause.liquidity_share}
    found |= {
        "upside_kind": SWAP, "parity": PARITIES.index(clause.parity),
        "counted_share": clause.lender_gain_share * (1.0 - clause.unbookable_share),
    }  # fmt: skip
    if clause.trigger_multiple is not None:
        return found | {"trigger_multiple": clause.trigger_multiple}
    return found | {"trigger_valuation": clause.trigger_valuation or 0.0}


def grant(o: Any, k: Any, line: float, value: float) -> None:
    """Write the right that a firm grants for a line into `o`, an offer or a contract.

    Parameters
    ----------
    o : record with the terms of a right
    k : conditions of the arrangement
    line : float, CNY million
    value : float, CNY million
        Pre-money valuation at signing.
    """
    o.right = k.upside_kind
    o.stake = 0.0
    o.exercise_amount = 0.0
    o.trigger = 0.0
    o.royalty_cap = 0.0
    o.demanded_share = 1.0
    o.granted_worth = 0.0
    o.demanded_worth = 0.0
    if k.upside_kind == ROYALTY:
        o.royalty_cap = k.cap_multiple * line
    if k.upside_kind == WARRANT or k.upside_kind == SWAP:
        subscribe(o, k, line, value)
        multiple = k.trigger_multiple
        if k.upside_kind == SWAP:
            o.trigger = multiple * value if multiple >= 0.0 else k.trigger_valuation
        if o.exercise_amount <= 0.0:
            o.right = NO_RIGHT


def subscribe(o: Any, k: Any, line: float, value: float) -> None:
    """Write subscription amount and stake, from whichever two of the three are given."""
    exercise_amount = k.coverage * line if k.coverage >= 0.0 else k.amount
    valuation = k.strike_multiple * value if k.strike_multiple >= 0.0 else k.strike_valuation
    if exercise_amount < 0.0:
        o.stake = k.stake_given
        o.exercise_amount = k.stake_given * max(valuation, 0.0)
    else:
        o.exercise_amount = exercise_amount
        o.stake = k.stake_given
        if valuation >= 0.0:
            o.stake = min(exercise_amount / max(valuation, 1e-9), MOST_STAKE)
