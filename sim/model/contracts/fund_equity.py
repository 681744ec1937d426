"""Does a fund on the bank's side buy shares?

Neutral: no. A fund of the bank's group buys new shares at signing, once, at a stated multiple of
the firm's value, and sells them when the firm is listed, sold or leaves. It has an account of its
own; everybody else is diluted. It may have a preference over common shares. Source: MK23, ZJ09.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param, stated_amount


class NoFund(Frozen):
    """No fund on the bank's side buys shares."""

    kind: Literal["none"] = "none"


class BankFund(Frozen):
    """A fund on the bank's side buys new shares."""

    kind: Literal["shares"]
    amount: PositiveFloat = stated_amount(unit="CNY million", meaning="paid for the shares")
    most_stake: Share = param(unit="share", meaning="largest stake that it takes for it")
    valuation_multiple: PositiveFloat = param(
        1.0, unit="x value at signing", meaning="pre-money valuation", high=10
    )
    preference_multiple: NonNegative = param(
        0.0, unit="x amount paid", meaning="what it has before others at an exit", high=10
    )


Fund = Annotated[NoFund | BankFund, Field(discriminator="kind")]


CONDITIONS = (
    Column("fund_amount", "CNY million", "paid by the fund for its shares"),
    Column("fund_stake", "share", "largest stake that it takes for it"),
    Column("fund_valuation", "x", "pre-money valuation over value at signing"),
    Column("fund_preference", "x", "what it has before others, over what it paid"),
)
"""What rules read of this clause."""


def conditions(clause: NoFund | BankFund) -> dict[str, Any]:
    """Conditions by name."""
    if isinstance(clause, NoFund):
        return {}
    return {
        "fund_amount": clause.amount, "fund_stake": clause.most_stake,
        "fund_valuation": clause.valuation_multiple,
        "fund_preference": clause.preference_multiple,
    }  # fmt: skip
