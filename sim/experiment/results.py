"""Results of an experiment: what every replication left behind, frozen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.scenario.model import Scenario


@dataclass(frozen=True)
class Reduced:
    """What is kept of one replication; the same fields as `Results`, for one number."""

    replication: int
    outcomes: pd.DataFrame
    series: pd.DataFrame
    banks: pd.DataFrame
    firms: pd.DataFrame | None
    events: pd.DataFrame | None
    residual: float
    checks: int
    seconds: float


@dataclass(frozen=True, eq=False, repr=False)
class Results:
    """All replications of an experiment.

    Parameters
    ----------
    scenario : Scenario
    outcomes : DataFrame
        Columns arrangement, replication, outcome, value.
    series : DataFrame
        Columns arrangement, replication, series, bank, x, value.
    banks : DataFrame
        Columns arrangement, replication, bank, year and the bank columns, CNY million.
    firms, events : DataFrame or None
        Kept only where asked for.
    manifest : mapping
        Seed, versions, largest accounting residual.
    """

    scenario: Scenario
    outcomes: pd.DataFrame
    series: pd.DataFrame
    banks: pd.DataFrame
    firms: pd.DataFrame | None
    events: pd.DataFrame | None
    manifest: Mapping[str, Any]

    def __repr__(self) -> str:
        """Say in one line what this is."""
        names = ", ".join(self.scenario.experiment.arrangements)
        count = self.outcomes["replication"].nunique()
        return f"Results({count} replications of {names})"

    def frame(self) -> pd.DataFrame:
        """The tidy table of outcomes."""
        return self.outcomes


def joined(parts: Iterable[pd.DataFrame | None], columns: Sequence[str]) -> pd.DataFrame:
    """Stack tables, or give an empty one with the columns.

    Examples
    --------
    >>> joined([None, pd.DataFrame({"value": [1.0]})], ("value",))["value"].tolist()
    [1.0]
    >>> list(joined([], ("value",)).columns)
    ['value']
    """
    found = [part for part in parts if part is not None and len(part)]
    if not found:
        return pd.DataFrame({name: [] for name in columns})
    return pd.concat(found, ignore_index=True)
