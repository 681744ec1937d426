"""The result of a comparison: differences from a baseline, as numbers and for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.outcomes.mark import Mark
from sim.outcomes.verdict import is_ranking
from sim.outcomes.wording import (
    arrangement_text,
    level_text,
    percent_text,
    range_text,
    step_text,
    unit_style,
)

OF_OUTCOME = "that of the outcome"
FRAME = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that is compared", TEXT),
    Column("baseline", TEXT, "arrangement that it is compared with", TEXT),
    Column("mean", OF_OUTCOME, "mean over the replications in which both are defined"),
    Column("baseline_mean", OF_OUTCOME, "mean of the baseline over the same replications"),
    Column("difference", OF_OUTCOME, "mean of the differences, paired by replication"),
    Column("low", OF_OUTCOME, "lower end of its interval"),
    Column("high", OF_OUTCOME, "upper end of its interval"),
    Column("correlation", "correlation", "of the two over replications", low=-1.0, high=1.0),
    Column("variance_reduction", "x", "variance with independent luck over that with common luck"),
    Column("replications_needed", "count", "for the half-width that was asked for", low=0.0),
    Column(
        "verdict",
        TEXT,
        "better, worse, higher, lower, not resolved, or why there is no ranking",
        TEXT,
    ),
)
"""What `Comparison.frame` and ``comparison.csv`` hold."""

FRAME_COLUMNS = tuple(column.name for column in FRAME)
DETAIL_COLUMNS = (
    "outcome", "arrangement", "replications", "pairs", "dropped", "standard_error",
    "half_width", "method", "median_difference", "median_low", "median_high", "tail_index",
    "p_value", "clear_of_all", "different", "differs_at_most", "heavy", "warning",
)  # fmt: skip
TEXT_COLUMNS = (
    "outcome", "unit", "arrangement", "value", "baseline", "difference", "interval",
    "verdict",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Paired differences of every outcome from the baseline, with verdicts.

    Parameters
    ----------
    rows : DataFrame
        What `frame` gives.
    attributes : DataFrame
        What `details` gives, row by row with ``rows``.
    marks : mapping of str to Mark
    arrangements : tuple of str
        All of them, the baseline too, in the order of the scenario.
    baseline : str
    confidence : float, in (0, 1)
    """

    rows: pd.DataFrame
    attributes: pd.DataFrame
    marks: Mapping[str, Mark]
    arrangements: tuple[str, ...]
    baseline: str
    confidence: float

    def __repr__(self) -> str:
        """Say in one line what this is and how much of it ranks."""
        ranked = int(self.rows["verdict"].map(is_ranking).sum())
        return (
            f"Comparison: {len(self.marks)} outcomes of {len(self.arrangements)}"
            f" arrangements against {self.baseline}; {ranked} of {len(self.rows)}"
            f" differences are clear of zero at {percent_text(self.confidence)}"
        )

    def frame(self) -> pd.DataFrame:
        """Give the comparison as numbers: one row per outcome and arrangement.

        Returns
        -------
        DataFrame
            Columns outcome, unit, arrangement, baseline, mean, baseline_mean, difference,
            low, high, correlation, variance_reduction, replications_needed, verdict.
            Means are over the replications in which both values are defined.
            Where a run has control variates, ``difference`` and its interval are adjusted
            by them, so it need not equal ``mean`` less ``baseline_mean`` to the last digit.
        """
        return self.rows.copy()

    def details(self) -> pd.DataFrame:
        """Give what stands behind each row of `frame`, in the same order.

        Returns
        -------
        DataFrame
            Columns outcome, arrangement, replications, pairs, dropped, standard_error,
            half_width (to which replications_needed refers), method, median_difference
            with median_low and median_high (order statistics), tail_index (Hill, of
            absolute deviations), p_value, clear_of_all (clear of zero after Holm's
            correction for all rows), different (replications with a difference),
            differs_at_most (where there are none: largest share of histories that could
            differ, at the confidence of the comparison), heavy (whether the tail index is
            believed to be below 2), warning.
        """
        return self.attributes.copy()

    def table(self, outcomes: Iterable[str] | None = None) -> pd.DataFrame:
        """Give the comparison for people: numbers as text, in the units people read.

        Parameters
        ----------
        outcomes : iterable of str, optional
            Names to show, in this order; all by default.

        Returns
        -------
        DataFrame of str
            Columns outcome, unit, arrangement, value, baseline, difference, interval,
            verdict.

        Raises
        ------
        OutcomeError
            If a name was not compared.
        """
        names = list(self.marks) if outcomes is None else list(outcomes)
        for name in names:
            if name not in self.marks:
                raise OutcomeError(name, "was not compared", "see comparison.marks")
        errors = self.attributes["standard_error"].to_numpy()
        rows = [
            self._text_row(self.rows.iloc[place], float(errors[place]))
            for name in names
            for place in np.flatnonzero(self.rows["outcome"] == name)
        ]
        return pd.DataFrame(rows, columns=list(TEXT_COLUMNS))

    def _text_row(self, row: "pd.Series[Any]", error: float) -> dict[str, str]:
        """Write one row as text."""
        unit = str(row["unit"])
        return {
            "outcome": tr(self.marks[row["outcome"]].label),
            "unit": unit_style(unit).axis,
            "arrangement": arrangement_text(row["arrangement"]),
            "value": level_text(row["mean"], unit, error),
            "baseline": level_text(row["baseline_mean"], unit, error),
            "difference": step_text(row["difference"], unit, error),
            "interval": range_text(row["low"], row["high"], unit, error),
            "verdict": tr(str(row["verdict"])),
        }
