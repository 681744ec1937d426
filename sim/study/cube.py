"""Outcomes of many scenarios under the same luck, as one array, and their differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.outcomes.statistics import t_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Table:
    """All outcomes of one replication.

    Parameters
    ----------
    arrangements, outcomes : tuple of str
    values : array, shape (n_arrangements, n_outcomes)
        In the unit of each outcome's mark; nan where undefined.
    seconds : float
        Processor time that it took; nan where it was read from a file.
    """

    arrangements: tuple[str, ...]
    outcomes: tuple[str, ...]
    values: Floats
    seconds: float = float("nan")

    def frame(self, replication: int) -> pd.DataFrame:
        """The tidy form: columns arrangement, replication, outcome, value."""
        per = len(self.outcomes)
        return pd.DataFrame(
            {
                "arrangement": np.repeat(np.array(self.arrangements, dtype=object), per),
                "replication": replication,
                "outcome": np.tile(np.array(self.outcomes, dtype=object), len(self.arrangements)),
                "value": self.values.ravel(),
            }
        )

    @staticmethod
    def of_rows(arrangements: Sequence[str], rows: Sequence[Mapping[str, float]]) -> "Table":
        """The table of one mapping of outcome to value for each arrangement.

        Examples
        --------
        >>> Table.of_rows(["plain", "swap"], [{"a": 1.0}, {"a": 2.0, "b": 3.0}]).values
        array([[ 1., nan],
               [ 2.,  3.]])
        """
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        values = [[row.get(name, np.nan) for name in names] for row in rows]
        return Table(tuple(arrangements), names, np.array(values, dtype=np.float64))

    @staticmethod
    def of(frame: pd.DataFrame) -> "Table":
        """The table that a tidy form was made from."""
        arrangements = tuple(frame["arrangement"].unique())
        outcomes = tuple(frame["outcome"].unique())
        values = frame["value"].to_numpy(np.float64)
        return Table(arrangements, outcomes, values.reshape(len(arrangements), len(outcomes)))


@dataclass(frozen=True, eq=False)
class Cube:
    """Outcomes of several scenarios in the same replications.

    Parameters
    ----------
    arrangements, outcomes : tuple of str
    values : array, shape (n_scenarios, n_replications, n_arrangements, n_outcomes)
        nan where undefined.

    Examples
    --------
    >>> values = np.array([[[[1.0], [3.0]], [[2.0], [5.0]]]])
    >>> cube = Cube(("plain", "swap"), ("bank.profit",), values)
    >>> cube.differences("swap", "plain", "bank.profit")
    array([[2., 3.]])
    """

    arrangements: tuple[str, ...]
    outcomes: tuple[str, ...]
    values: Floats

    @staticmethod
    def of(tables: Sequence[Sequence[Table]]) -> "Cube":
        """Stack tables, one row for each scenario and one column for each replication."""
        first = tables[0][0]
        values = np.array([[table.values for table in row] for row in tables])
        return Cube(first.arrangements, first.outcomes, values)

    def paired(self, numbers: Sequence[int], unit: int) -> "Cube":
        """The mean over replications that belong together, as one observation each.

        Parameters
        ----------
        numbers : sequence of int
            Of the replications, in their order.
        unit : int
            How many belong together, counted from number 0; 2 for mirrored pairs.

        Examples
        --------
        >>> values = np.array([[[[1.0]], [[3.0]], [[5.0]]]])
        >>> Cube(("plain",), ("a",), values).paired(range(3), 2).levels("plain", "a")
        array([[2., 5.]])
        """
        if unit == 1:
            return self
        groups = np.array(numbers) // unit
        parts = [self.values[:, groups == group] for group in np.unique(groups)]
        known = [np.isfinite(part) for part in parts]
        with np.errstate(invalid="ignore"):
            means = [
                np.where(k, part, 0.0).sum(axis=1) / k.sum(axis=1)
                for part, k in zip(parts, known, strict=True)
            ]
        return Cube(self.arrangements, self.outcomes, np.stack(means, axis=1))

    def levels(self, arrangement: str, outcome: str) -> Floats:
        """One outcome under one arrangement, shape (n_scenarios, n_replications)."""
        place = self.arrangements.index(arrangement), self.outcomes.index(outcome)
        return self.values[:, :, *place]

    def differences(self, arrangement: str, other: str, outcome: str) -> Floats:
        """Arrangement less the other, replication by replication, same shape."""
        return self.levels(arrangement, outcome) - self.levels(other, outcome)


def means(values: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean, standard error and number of the defined values of each row.

    Parameters
    ----------
    values : array, shape (n, n_replications)
        nan where undefined.

    Returns
    -------
    mean, standard error : arrays, shape (n,)
        nan without values; the error is nan below two.
    count : int array, shape (n,)

    Examples
    --------
    >>> mean, error, count = means(np.array([[1.0, 3.0], [2.0, float("nan")]]))
    >>> mean, error, count
    (array([2., 2.]), array([ 1., nan]), array([2, 1]))
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=1) / count
        squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
        error = np.sqrt(np.where(count > 1, squares / (count - 1.0), np.nan) / count)
    return mean, error, count


def half_widths(error: Floats, count: NDArray[np.int64], confidence: float = 0.95) -> Floats:
    """Half of the t interval of each mean that `means` gives; nan below two values."""
    wide = [t_quantile(confidence, n - 1) if n > 1 else np.nan for n in count.tolist()]
    return np.asarray(np.array(wide) * error)


def sides(values: Floats, confidence: float = 0.95) -> NDArray[np.int64]:
    """1 or -1 where the interval of the mean of a row is clear of zero, otherwise 0.

    Parameters
    ----------
    values : array, shape (n, n_replications)
    confidence : float, in (0, 1)

    Examples
    --------
    >>> sides(np.array([[1.0, 1.1, 1.2], [1.0, -1.0, 0.5], [-1.0, -1.1, -0.9]])).tolist()
    [1, 0, -1]
    """
    mean, error, count = means(values)
    clear = np.abs(mean) > half_widths(error, count, confidence)
    return np.where(clear, np.sign(mean), 0.0).astype(np.int64)
