"""What can be seized beyond tangible assets?

Neutral: nothing. A pledge of intellectual property adds a weak recovery. Several pledges
combine as one minus the product of what each leaves. Source: MK42, JS11; recovery values
are assumptions, since none is published.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.base.parameter import Frozen, Share, param


class NoPledge(Frozen):
    """Nothing beyond tangible assets."""

    kind: Literal["none"] = "none"


class Pledge(Frozen):
    """A pledge that returns a share of exposure at default."""

    kind: Literal["pledge"]
    recovery_share: Share = param(unit="share of exposure at default", meaning="added recovery")


Security = Annotated[NoPledge | Pledge, Field(discriminator="kind")]


def added_recovery(clause: NoPledge | Pledge) -> float:
    """Share of exposure at default that the pledge returns.

    Examples
    --------
    >>> added_recovery(Pledge(kind="pledge", recovery_share=0.1))
    0.1
    """
    return clause.recovery_share if isinstance(clause, Pledge) else 0.0


def conditions(clause: NoPledge | Pledge) -> dict[str, float]:
    """Terms of the contract by name, as in `sim.model.firms.record.TERMS`."""
    return {"security": added_recovery(clause)}
