"""What does the lender see?

Neutral: each bank's own file. Pooling lets the members of a consortium decide on all of
their signals; a score adds a public signal whose precision differs by stage. Source: the
shared file of the Zhejiang joint loan, the Jiangsu innovation points (JS04, JS08).
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import Frozen, StageVector, param


class OwnFile(Frozen):
    """Each bank sees its own signal only."""

    kind: Literal["own_file"] = "own_file"


class Pooled(Frozen):
    """The lenders of a contract share their signals."""

    kind: Literal["pooled"]


class Score(Frozen):
    """A public score adds precision."""

    kind: Literal["score"]
    precision: StageVector = param(
        unit="per variance of quality", meaning="precision of the score by stage", low=0
    )


Screening = Annotated[OwnFile | Pooled | Score, Field(discriminator="kind")]


CONDITIONS = (
    Column("pooled", "flag", "lenders decide on one shared file", "i1"),
    Column("score_precision", "per variance of quality", "of a public score, by stage", length=4),
)
"""What rules of banks read of this clause."""


def conditions(clause: OwnFile | Pooled | Score) -> dict[str, Any]:
    """Conditions by name, as in `CONDITIONS`.

    Examples
    --------
    >>> conditions(Pooled(kind="pooled"))["pooled"]
    1
    """
    precision = clause.precision if isinstance(clause, Score) else (0.0, 0.0, 0.0, 0.0)
    return {"pooled": int(isinstance(clause, Pooled)), "score_precision": precision}
