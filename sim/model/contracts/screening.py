"""What does the lender see?

Neutral: each bank's own file. Pooling lets the members of a consortium decide on all of
their signals; a score adds a public signal whose precision differs by stage. Source: the
shared file of the Zhejiang joint loan, the Jiangsu innovation points (JS04, JS08).
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

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


def added_precision(
    clause: OwnFile | Pooled | Score, stage: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Precision of the public score for each firm, zero without one; shape (n_firms,).

    Examples
    --------
    >>> points = Score(kind="score", precision=(0.1, 0.2, 0.3, 0.4))
    >>> added_precision(points, np.array([0, 3])).tolist()
    [0.1, 0.4]
    """
    if isinstance(clause, Score):
        return np.asarray(clause.precision, dtype=float)[stage]
    return np.zeros(stage.shape[0])


def is_pooled(clause: OwnFile | Pooled | Score) -> bool:
    """Whether lenders decide on one shared file.

    Examples
    --------
    >>> is_pooled(Pooled(kind="pooled"))
    True
    """
    return isinstance(clause, Pooled)
