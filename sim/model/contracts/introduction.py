"""Does the bank bring equity investors?

Neutral: no. A bank that knows the firm as a lender may introduce investors, which raises
the arrival of equity rounds while the firm seeks money. It certifies; it buys no share.
Source: ZJ10, ZJ11 (Kanglin); the size of the effect is an assumption.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.parameter import Frozen, NonNegative, param


class NoIntroduction(Frozen):
    """The bank brings nobody."""

    kind: Literal["none"] = "none"


class Referral(Frozen):
    """The bank introduces investors."""

    kind: Literal["referral"]
    round_factor: NonNegative = param(
        unit="x", meaning="arrival of equity rounds against no introduction", high=100
    )


Introduction = Annotated[NoIntroduction | Referral, Field(discriminator="kind")]


def conditions(clause: NoIntroduction | Referral) -> dict[str, float]:
    """Terms of the contract by name, as in `sim.model.firms.record.TERMS`.

    Examples
    --------
    >>> conditions(Referral(kind="referral", round_factor=2.0))
    {'introduction': 2.0}
    """
    return {"introduction": clause.round_factor if isinstance(clause, Referral) else 1.0}
