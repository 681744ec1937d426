"""Who must stay, and what business is promised?

Neutral: nobody; lines are reviewed and firms leave as they like. Under an agreement the
firm promises its basic account, which then moves to the lender sooner, and leaving costs it
something; the business that lets a swap right sleep stands here too. Lenders may agree
that none withdraws alone, and to share the business of the basic account as they share the loan.
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
    promised_move_hazard: NonNegative = param(
        0.0,
        unit="per year",
        meaning="arrival of the basic account that is promised to the lender",
    )
    demanded_move_hazard: NonNegative = param(
        0.0,
        unit="per year",
        meaning="arrival of the basic account of a firm that delivers it to be freed of a right",
    )
    listing_wallet_share: Share = param(
        0.0, unit="share", meaning="listing proceeds to be kept at the bank"
    )
    break_cost_share: NonNegative = param(
        0.0, unit="share of line", meaning="what leaving costs the firm", high=1
    )
    lenders_stand_still: bool = param(False, unit="", meaning="whether no lender withdraws alone")
    lenders_pool_business: bool = param(
        False, unit="", meaning="whether lenders share the business of the basic account"
    )


Commitment = Annotated[NoPromise | Agreement, Field(discriminator="kind")]


def without_promise(clause: NoPromise | Agreement) -> NoPromise | Agreement:
    """What stays agreed without the business promised at signing and the cost of breaking that.

    The business that lets a right sleep is another matter.

    Examples
    --------
    >>> without_promise(Agreement(kind="agreement", promised_move_hazard=0.27))
    NoPromise(kind='none')
    >>> without_promise(Agreement(kind="agreement", lenders_stand_still=True)).kind
    'agreement'
    """
    if isinstance(clause, NoPromise):
        return clause
    bare = clause.model_copy(update={"promised_move_hazard": 0.0, "break_cost_share": 0.0})
    return NoPromise() if bare == Agreement(kind="agreement") else bare


CONDITIONS = (
    Column("break_cost", "share of line", "what leaving costs the firm"),
    Column("stands_still", "flag", "lenders decide on withdrawal together only", "i1"),
)
"""What rules of banks read of this clause, beside the terms of the contract."""


def conditions(clause: NoPromise | Agreement) -> dict[str, float]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`.

    Examples
    --------
    >>> found = conditions(Agreement(kind="agreement", promised_move_hazard=0.27))
    >>> found["promised_move_hazard"], found["stands_still"], found["break_cost"]
    (0.27, 0, 0.0)
    """
    if isinstance(clause, NoPromise):
        return {
            "promised_move_hazard": 0.0, "demanded_move_hazard": 0.0, "listing_wallet_share": 0.0,
            "pools_business": 0, "break_cost": 0.0, "stands_still": 0,
        }  # fmt: skip
    return {
        "promised_move_hazard": clause.promised_move_hazard,
        "demanded_move_hazard": clause.demanded_move_hazard,
        "listing_wallet_share": clause.listing_wallet_share,
        "pools_business": int(clause.lenders_pool_business),
        "break_cost": clause.break_cost_share, "stands_still": int(clause.lenders_stand_still),
    }  # fmt: skip
