"""From results to outcomes: every number with its mark, one value per replication."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column
from sim.base.errors import OutcomeError
from sim.outcomes.control import PREFIX
from sim.outcomes.mark import Mark, registry
from sim.outcomes.pairs import averaged, unit_of
from sim.outcomes.statistics import mean_interval
from sim.outcomes.tails import level_interval, quantile_interval

GROUPS = ("bank", "firm", "system", "cycle")
COLUMNS = ["arrangement", "replication", "outcome", "value"]
_OF_OUTCOME = "that of the outcome"
SUMMARY = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    Column("replications", "count", "histories", "i8", low=0.0),
    Column("defined", "count", "histories in which the outcome is defined", "i8", low=0.0),
    Column("mean", _OF_OUTCOME, "mean over those histories"),
    Column("low", _OF_OUTCOME, "lower end of its interval"),
    Column("high", _OF_OUTCOME, "upper end of its interval"),
    Column("median", _OF_OUTCOME, "median over those histories"),
    Column("median_low", _OF_OUTCOME, "lower end of its interval"),
    Column("median_high", _OF_OUTCOME, "upper end of its interval"),
)
"""What `Outcomes.summary` and ``summary.csv`` hold."""


class ResultsView(Protocol):
    """What measuring and drawing need from results; the engine's Results has all of it."""

    @property
    def scenario(self) -> Any:
        """The scenario that was run; its experiment gives the order of arrangements."""

    @property
    def outcomes(self) -> pd.DataFrame:
        """Columns arrangement, replication, outcome, value."""

    @property
    def series(self) -> pd.DataFrame:
        """Columns arrangement, replication, series, bank, x, value."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Seed, versions, largest accounting residual and the like."""


@dataclass(frozen=True, eq=False, repr=False)
class Outcomes:
    """The value of every outcome in every replication of every arrangement.

    Parameters
    ----------
    tidy : DataFrame
        Columns arrangement, replication, outcome, value; nan where undefined.
    marks : mapping of str to Mark
        Unit, direction, formula and source by outcome name, in reading order.
    arrangements : tuple of str
        In the order of the scenario; colours follow this order.
    unit : int
        Replications that make one independent observation: 2 for mirrored pairs.
    controls : DataFrame, optional
        Controls of every replication, in the columns of ``tidy``.
    baseline : str
        Arrangement that paired outcomes refer to, under which they are zero by definition.
    """

    tidy: pd.DataFrame
    marks: Mapping[str, Mark]
    arrangements: tuple[str, ...]
    unit: int = 1
    controls: pd.DataFrame | None = None
    baseline: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the outcomes, in reading order."""
        return tuple(self.marks)

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.tidy["replication"].nunique())

    def __repr__(self) -> str:
        """Say in one line what this is."""
        return (
            f"Outcomes: {len(self.names)} outcomes of {len(self.arrangements)} arrangements"
            f" in {self.replications} replications"
        )

    def frame(self) -> pd.DataFrame:
        """Give a copy of the tidy table: arrangement, replication, outcome, value."""
        return self.tidy.copy()

    def mark(self, outcome: str) -> Mark:
        """Give the mark of an outcome.

        Raises
        ------
        OutcomeError
            If these outcomes do not hold it; names near to it are suggested.
        """
        if outcome not in self.marks:
            raise _unknown(outcome, self.marks)
        return self.marks[outcome]

    def table(self, outcome: str) -> pd.DataFrame:
        """Give one outcome by replication (rows) and arrangement (columns).

        Parameters
        ----------
        outcome : str
            Dotted name.

        Returns
        -------
        DataFrame, shape (n_replications, n_arrangements), in the unit of the mark
            nan where undefined or not run.

        Raises
        ------
        OutcomeError
            If these outcomes do not hold it.
        """
        self.mark(outcome)
        return self._tables[outcome].copy()

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        """Lay out every outcome once, since each is asked for many times."""
        order = pd.Index(self.arrangements, name="arrangement")
        parts = dict(list(self.tidy.groupby("outcome", observed=True)))
        found = {}
        for name in self.marks:
            rows = parts.get(name, self.tidy.iloc[:0])
            wide = rows.pivot(index="replication", columns="arrangement", values="value")
            found[name] = wide.reindex(columns=order)
        return found

    def summary(self, confidence: float = 0.95) -> pd.DataFrame:
        """Give mean and median of every outcome under every arrangement, with intervals.

        Parameters
        ----------
        confidence : float, in (0, 1)

        Returns
        -------
        DataFrame
            Columns outcome, unit, arrangement, replications, defined, mean, low, high,
            median, median_low, median_high.  The mean has a t interval, that of a yes/no
            Wilson's, the median one from order statistics (nan where there are too few
            replications).
        """
        rows = [
            self._summary_row(name, arrangement, values, confidence)
            for name in self.names
            for arrangement, values in self.table(name).items()
        ]
        return pd.DataFrame(rows, columns=[column.name for column in SUMMARY])

    def _summary_row(
        self, name: str, arrangement: Any, values: "pd.Series[float]", confidence: float
    ) -> dict[str, Any]:
        """Describe one outcome under one arrangement."""
        is_known = self.marks[name].paired and arrangement == self.baseline
        rule = mean_interval if is_known else partial(level_interval, self.marks[name])
        mean = rule(averaged(values, self.unit), confidence)
        # Of a mirrored pair only the first counts here: a median needs independent values.
        first = values[values.index % self.unit == 0]
        median = quantile_interval(first.to_numpy(), 0.5, confidence)
        return {
            "outcome": name,
            "unit": self.marks[name].unit,
            "arrangement": arrangement,
            "replications": values.size,
            "defined": int(values.notna().sum()),
            **mean.named("mean", "low", "high"),
            **median.named("median", "median_low", "median_high"),
        }


def measure(results: ResultsView, names: str | Iterable[str] | None = None) -> Outcomes:
    """Give results their meaning: attach to every outcome its mark.

    Parameters
    ----------
    results : Results
        What `simulate` returned.
    names : str or iterable of str, optional
        Outcomes to keep; all of them by default.

    Returns
    -------
    Outcomes

    Raises
    ------
    OutcomeError
        If a name is not in the results or has no mark, or if a value is given twice.
    """
    everything = results.outcomes
    is_control = everything["outcome"].str.startswith(PREFIX)
    frame, controls = everything[~is_control], everything[is_control]
    present = set(frame["outcome"].unique())
    wanted = [names] if isinstance(names, str) else list(names or sorted(present))
    for name in wanted:
        if name not in present:
            raise _unknown(name, present)
    known = registry()
    marks = {
        name: known[name].of_run(results.scenario)
        for name in _reading_order(known)
        if name in wanted
    }
    for name in wanted:
        if name not in marks:
            raise OutcomeError(
                name,
                "has no mark, so its unit is unknown",
                "import the file that defines it",
            )
    tidy = frame.loc[frame["outcome"].isin(wanted), COLUMNS].reset_index(drop=True)
    _refuse_doubles(tidy)
    tidy["value"] = tidy["value"].astype(np.float64)
    order, unit = arrangement_order(results, tidy), unit_of(results.scenario)
    kept = controls if len(controls) else None
    return Outcomes(tidy, marks, order, unit, kept, results.scenario.experiment.baseline)


def arrangement_order(results: ResultsView, frame: pd.DataFrame) -> tuple[str, ...]:
    """Give the arrangements that a frame holds, in the order of the scenario.

    Those that the scenario does not name (merged runs) follow as they appear.
    """
    present = frame["arrangement"].unique().tolist()
    stated = [name for name in results.scenario.experiment.arrangements if name in present]
    return tuple(stated + [name for name in present if name not in stated])


def _reading_order(marks: Mapping[str, Mark]) -> list[str]:
    """Put banks first, then firms, the system and the cycle; others after them."""
    place = {group: position for position, group in enumerate(GROUPS)}
    return sorted(marks, key=lambda name: place.get(marks[name].group, len(GROUPS)))


def _refuse_doubles(tidy: pd.DataFrame) -> None:
    """Refuse a value given twice: it would count one history as two."""
    double = tidy.duplicated(["arrangement", "replication", "outcome"])
    if double.any():
        row = tidy[double].iloc[0]
        raise OutcomeError(
            f"{row['outcome']}, {row['arrangement']}, replication {row['replication']}",
            "is given more than once",
            "merge runs with different replications only",
        )


def _unknown(name: str, known: Iterable[str]) -> OutcomeError:
    """Build the error for a name that is not there, with the nearest ones."""
    near = get_close_matches(name, list(known), n=3)
    cure = (
        "did you mean " + " or ".join(f'"{one}"' for one in near) + "?"
        if near
        else ("see the names in outcomes.names")
    )
    return OutcomeError(name, "is not among these outcomes", cure)
