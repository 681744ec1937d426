"""What can be seized beyond tangible assets, and before or after whom?

Neutral: nothing. A pledge of intellectual property adds a weak recovery. Several pledges
combine as one minus the product of what each leaves. Source: MK42, JS11; recovery values
are assumptions, since none is published. The rank of the line among all claims matters where
others lend beside it.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, Share, param


class NoPledge(Frozen):
    """Nothing beyond tangible assets."""

    kind: Literal["none"] = "none"


class Pledge(Frozen):
    """A pledge that returns a share of exposure at default."""

    kind: Literal["pledge"]
    recovery_share: Share = param(unit="share of exposure at default", meaning="added recovery")
    claim_rank: int = param(
        1,
        unit="-",
        meaning="rank of the line beyond what assets bring; 1 is first",
        low=1,
        high=7,
        words="Beyond what assets bring the line has rank {value} among claims.",
    )


Security = Annotated[NoPledge | Pledge, Field(discriminator="kind")]


CONDITIONS = (Column("line_rank", "-", "rank of the line among claims", "i1", neutral=1),)
"""What rules read of this clause, beside the terms of the contract."""


def added_recovery(clause: NoPledge | Pledge) -> float:
    """Share of exposure at default that the pledge returns.

    Examples
    --------
    >>> added_recovery(Pledge(kind="pledge", recovery_share=0.1))
    0.1
    """
    return clause.recovery_share if isinstance(clause, Pledge) else 0.0


def conditions(clause: NoPledge | Pledge) -> dict[str, Any]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`."""
    rank = clause.claim_rank if isinstance(clause, Pledge) else 1
    return {"security": added_recovery(clause), "line_rank": rank}
