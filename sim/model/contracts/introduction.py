"""Does the bank bring equity investors?

Neutral: no. A bank that knows the firm as a lender may introduce investors. Either this raises
the arrival of equity rounds while the firm seeks money; or investors whom it has found put in a
stated amount when the contract is signed, once in the life of a firm, at the firm's value of that
day. The bank certifies; it buys no share. Source: ZJ10, ZJ11 (Kanglin); how often rounds come is
an assumption.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param, stated_amount


class NoIntroduction(Frozen):
    """The bank brings nobody."""

    kind: Literal["none"] = "none"


class Referral(Frozen):
    """The bank introduces investors."""

    kind: Literal["referral"]
    round_factor: NonNegative = param(
        unit="x", meaning="arrival of equity rounds against no introduction", high=100
    )


class Investors(Frozen):
    """Investors whom the bank has found put in a stated amount at signing."""

    kind: Literal["investors"]
    amount: PositiveFloat = stated_amount(
        unit="CNY million", meaning="equity that investors whom the bank brings put in at signing"
    )
    most_stake: Share = param(
        unit="share", meaning="largest stake that they take for it; a smaller firm gets less"
    )


Introduction = Annotated[NoIntroduction | Referral | Investors, Field(discriminator="kind")]


def conditions(clause: NoIntroduction | Referral | Investors) -> dict[str, float]:
    """Terms of the contract by name, as in `sim.model.firms.record.TERMS`.

    Examples
    --------
    >>> conditions(Referral(kind="referral", round_factor=2.0))
    {'introduction': 2.0}
    >>> conditions(Investors(kind="investors", amount=40.0, most_stake=0.3))
    {'introduction': 1.0, 'brought_equity': 40.0, 'brought_stake': 0.3}
    """
    if isinstance(clause, Investors):
        brought = {"brought_equity": clause.amount, "brought_stake": clause.most_stake}
        return {"introduction": 1.0, **brought}
    return {"introduction": clause.round_factor if isinstance(clause, Referral) else 1.0}
