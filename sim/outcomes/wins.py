"""In how many replications an arrangement does better than the baseline."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.outcomes.mark import Better
from sim.outcomes.statistics import complete_pairs, proportion_interval

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Wins:
    """Replications counted by which of the two does better.

    Parameters
    ----------
    better, equal, worse : int
    low, high : float, in [0, 1]
        Wilson interval of the chance to do better; nan without replications.
    """

    better: int
    equal: int
    worse: int
    low: float
    high: float

    @property
    def pairs(self) -> int:
        """Replications in which both values are defined."""
        return self.better + self.equal + self.worse

    @property
    def share(self) -> float:
        """Share of the pairs in which the arrangement does better; nan without pairs."""
        return self.better / self.pairs if self.pairs else float("nan")


def count_wins(
    values: pd.DataFrame, baseline: str, better: Better, unit: int = 1, confidence: float = 0.95
) -> dict[str, Wins]:
    """Count for every arrangement how often it does better than the baseline.

    Parameters
    ----------
    values : DataFrame, shape (n_replications, n_arrangements)
        One outcome by number of the replication; nan where undefined.
    baseline : str
        A column.
    better : {"higher", "lower", "neither"}
        Where neither is better, the higher one is counted.
    unit : int
        Replications that make one independent observation; of mirrored pairs only the
        first counts, since the interval needs independent values.
    confidence : float, in (0, 1)

    Returns
    -------
    dict of str to Wins
        Without the baseline.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.5, 2.0, 4.0]})
    >>> count_wins(table, "a", "lower")["b"].better
    1
    """
    first = values[values.index % unit == 0]
    sign = -1.0 if better == "lower" else 1.0
    found = {}
    for name in (column for column in first.columns if column != baseline):
        one, two = complete_pairs(first[name], first[baseline])
        apart = np.where(np.isclose(one, two, rtol=_ROUNDING, atol=0.0), 0.0, one - two)
        sides = np.sign(sign * apart)
        higher, even, lower = (int((sides == side).sum()) for side in (1, 0, -1))
        share = proportion_interval(sides == 1, confidence)
        found[str(name)] = Wins(higher, even, lower, share.low, share.high)
    return found
