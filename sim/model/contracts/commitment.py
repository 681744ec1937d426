"""Who must stay, and what business is promised?

Neutral: nobody; lines are reviewed and firms leave as they like. Under an agreement the
firm promises priority business and leaving costs it something; the business demanded for
the waiver of a swap right stands here too. Lenders may agree that none withdraws alone.
Source: AH10, AH13, AH21; the analyst comment on joint lending in the programme notes.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, NonNegative, Share, param


class NoPromise(Frozen):
    """Nobody promises anything."""

    kind: Literal["none"] = "none"


class Agreement(Frozen):
    """A cooperation agreement beside the loan."""

    kind: Literal["agreement"]
    priority_wallet_share: Share | None = param(
        None,
        unit="share",
        meaning="banking business that comes with the promise of priority",
    )
    demanded_wallet_share: Share | None = param(
        None,
        unit="share",
        meaning="banking business demanded for the waiver of a swap right",
    )
    listing_wallet_share: Share = param(
        0.0, unit="share", meaning="listing proceeds to be kept at the bank"
    )
    break_cost_share: NonNegative = param(
        0.0, unit="share of line", meaning="what leaving costs the firm", high=1
    )
    lenders_stand_still: bool = param(False, unit="", meaning="whether no lender withdraws alone")


Commitment = Annotated[NoPromise | Agreement, Field(discriminator="kind")]


def wallet_shares(clause: NoPromise | Agreement, plain: float) -> tuple[float, float, float]:
    """Business kept without delivery, business demanded, share of listing proceeds.

    Parameters
    ----------
    clause : a kind of commitment
    plain : float, share
        Business kept without any agreement.

    Examples
    --------
    >>> wallet_shares(Agreement(kind="agreement", priority_wallet_share=0.43), 0.18)
    (0.43, 0.43, 0.0)
    """
    if isinstance(clause, NoPromise):
        return plain, plain, 0.0
    base = plain if clause.priority_wallet_share is None else clause.priority_wallet_share
    full = base if clause.demanded_wallet_share is None else clause.demanded_wallet_share
    return base, full, clause.listing_wallet_share


CONDITIONS = (
    Column("break_cost", "share of line", "what leaving costs the firm"),
    Column("stands_still", "flag", "lenders decide on withdrawal together only", "i1"),
)
"""What rules of banks read of this clause, beside the terms of the contract."""


def conditions(clause: NoPromise | Agreement, plain: float) -> dict[str, float]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`.

    Arguments as those of `wallet_shares`.

    Examples
    --------
    >>> found = conditions(Agreement(kind="agreement", break_cost_share=0.006), 0.18)
    >>> found["break_cost"], found["stands_still"], found["full_wallet_share"]
    (0.006, 0, 0.18)
    """
    base, full, listing = wallet_shares(clause, plain)
    found: dict[str, float] = {
        "base_wallet_share": base, "full_wallet_share": full, "listing_wallet_share": listing,
    }  # fmt: skip
    if isinstance(clause, NoPromise):
        return found | {"break_cost": 0.0, "stands_still": 0}
    return found | {
        "break_cost": clause.break_cost_share, "stands_still": int(clause.lenders_stand_still),
    }  # fmt: skip
