"""What a search for a break-even found: crossings, the curve behind them, and the words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from sim.outcomes.statistics import mean_interval
from sim.outcomes.wording import arrangement_text, percent_text, range_text, step_text, unit_style
from sim.study.aims import marks_of
from sim.study.crossing import Crossing, Span
from sim.study.cube import Cube, Floats
from sim.study.findings import Findings
from sim.study.ranges import Range

KEY = "breakeven"


@dataclass(frozen=True)
class Equation:
    """What is to be equal: an outcome under two arrangements, or under one and a number.

    Parameters
    ----------
    outcome : str
    first : str
    second : str or float
        An arrangement, or the level that the outcome is to reach.
    """

    outcome: str
    first: str
    second: str | float

    def differences(self, cube: Cube) -> Floats:
        """Second less first, or first less the level, shape (n_scenarios, n_replications)."""
        if isinstance(self.second, str):
            return cube.differences(self.second, self.first, self.outcome)
        return cube.levels(self.first, self.outcome) - self.second

    def words(self) -> str:
        """The difference in words."""
        label = marks_of(self.outcome)[self.outcome].label
        first = arrangement_text(self.first)
        if isinstance(self.second, str):
            return f"{label} under {arrangement_text(self.second).lower()} less {first.lower()}"
        return f"{label} under {first.lower()} less {self.second:g}"


@dataclass(frozen=True, eq=False)
class BreakEven:
    """Break-evens of one outcome over one range.

    Parameters
    ----------
    range : Range
    equation : Equation
    crossings : tuple of Crossing
        Every root of the mean difference; empty where there is none.
    curve : DataFrame
        Differences at all values that were tried.
    runs : int
        Replications that were simulated for it.
    confidence : float
    unclear : list of (low, high)
        Stretches of the range at which the difference is not clear of zero.
    """

    range: Range
    equation: Equation
    crossings: tuple[Crossing, ...]
    curve: pd.DataFrame
    runs: int
    confidence: float
    unclear: list[Span]

    def frame(self) -> pd.DataFrame:
        """One row for each crossing.

        Returns
        -------
        DataFrame
            Columns key, then the fields of `sim.study.crossing.Crossing`.
        """
        names = ["key", *Crossing.__dataclass_fields__]
        rows = [{"key": self.range.label, **asdict(one)} for one in self.crossings]
        return pd.DataFrame(rows, columns=names)

    def findings(self) -> Findings:
        """The result in words and tables, for files and report."""
        unit = marks_of(self.equation.outcome)[self.equation.outcome].unit
        tables = {"crossings": self.frame(), "curve": self.curve.assign(unit=unit)}
        if not self.crossings:
            # Nothing to print but what was seen on the way.
            tables = dict(reversed(tables.items()))
        return Findings(
            KEY,
            f"Break-even of {self.range.key}",
            tuple(self._sentences(unit)),
            tables,
            {
                "crossings": f"Where {self.equation.words()} is zero, with"
                f" {percent_text(self.confidence)} intervals",
                "curve": f"{self.equation.words()} at every value tried",
            },
        )

    def _sentences(self, unit: str) -> list[str]:
        crossed = [self._crossing(one) for one in self.crossings]
        if not crossed:
            crossed = [f"There is no crossing in the range: {self._ends(unit)}.", *self._near()]
        elif len(crossed) > 1:
            crossed.insert(0, f"The difference is zero {len(crossed)} times.")
        most = int(self.curve["replications"].max())
        return [*crossed, f"This took {self.runs} runs; {most} replications with common luck."]

    def _crossing(self, one: Crossing) -> str:
        low = "below the range" if one.is_open_low else f"{one.low:.4g}"
        high = "above the range" if one.is_open_high else f"{one.high:.4g}"
        return (
            f"{self.equation.words()} {one.way} zero at {self.range.label} = {one.value:.4g}"
            + (f" to {one.until:.4g}" if one.until > one.value else "")
            + f"; {percent_text(self.confidence)} interval {low} to {high}."
        )

    def _ends(self, unit: str) -> str:
        ends = self.curve.iloc[[0, -1]][["at", "difference", "low", "high", "standard_error"]]
        said = [
            f"{step_text(mean, unit, error)} at {value:.4g} ({range_text(low, high, unit, error)})"
            for value, mean, low, high, error in ends.to_numpy(np.float64).tolist()
        ]
        name = unit_style(unit).axis
        return f"{self.equation.words()} ({name}) is {said[0]} and {said[1]}"

    def _near(self) -> list[str]:
        """Say where a difference of zero cannot be ruled out all the same."""
        spans = ", ".join(f"{low:.4g} to {high:.4g}" for low, high in self.unclear)
        return [f"A difference of zero cannot be ruled out at {spans}."] if spans else []


def curve_frame(known: Mapping[float, Floats], confidence: float) -> pd.DataFrame:
    """Mean difference with its interval at every value.

    Parameters
    ----------
    known : mapping of value -> array, shape (n_replications,)
    confidence : float

    Returns
    -------
    DataFrame
        Columns at (the value), replications, difference, standard_error, low, high.

    Examples
    --------
    >>> curve_frame({0.5: np.array([1.0, 3.0])}, 0.95).round(2).values.tolist()
    [[0.5, 2.0, 2.0, 1.0, -10.71, 14.71]]
    """
    rows = []
    for value in sorted(known):
        one = mean_interval(known[value], confidence)
        rows.append(
            {"at": value, "replications": one.count, "difference": one.estimate,
             "standard_error": one.standard_error, "low": one.low, "high": one.high}
        )  # fmt: skip
    return pd.DataFrame(rows)
