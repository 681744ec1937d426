"""Small studies, measured replication by replication, and differences in standard errors.

Two studies with the same size use common random numbers, so replication k of one is compared with
replication k of the other. The seed is fixed: a test passes or fails, it does not flicker.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.history import History
from sim.experiment.simulate import freeze, worlds
from sim.outcomes.mark import evaluate
from sim.scenario.scenario import Scenario
from tests.house.small import shipped

Floats = NDArray[np.float64]
Measure = Callable[[History], float]
FAR = 3.0
"""Standard errors of the paired difference beyond which something has moved."""
ROUNDING = 1e-9
"""Share of the level below which a difference is rounding."""


@dataclass(frozen=True)
class Size:
    """How large a small study is.

    Parameters
    ----------
    firms, replications : int
    warm_up_years, horizon_years : float
    initial_share : float
        Part of the firms that is there on the first day of the history.
    """

    firms: int
    replications: int
    warm_up_years: float
    horizon_years: float
    initial_share: float

    def values(self) -> dict[str, Any]:
        """The size as values of a scenario."""
        return {
            "population.firms": self.firms, "population.initial_share": self.initial_share,
            "experiment.replications": self.replications,
            "experiment.warm_up_years": self.warm_up_years,
            "experiment.horizon_years": self.horizon_years,
        }  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """A mean of differences over replications, with its standard error.

    Parameters
    ----------
    value, error : float
    level : float
        What the difference is to be seen against: a mean size of what is compared.
    pairs : int
        Replications in which all that is compared is defined.
    """

    value: float
    error: float
    level: float
    pairs: int

    @property
    def is_zero(self) -> bool:
        """Whether nothing but rounding differs."""
        return abs(self.value) + self.error <= ROUNDING * self.level

    @property
    def z(self) -> float:
        """The difference in standard errors; without any spread, as good as certain."""
        if self.is_zero or self.pairs < 2:
            return 0.0
        return float(self.value / self.error) if self.error > 0.0 else float("inf")

    def __str__(self) -> str:
        """Value, error and size in standard errors."""
        return f"{self.value:+.4g} with standard error {self.error:.2g} ({self.z:+.1f})"


def small(
    size: Size, values: Mapping[str, Any] | None = None, arrangements: Iterable[str] = ("plain",)
) -> Scenario:
    """The shipped comparison, made small, with some values and arrangements of its own.

    Parameters
    ----------
    size : Size
    values : mapping of dotted key -> value, optional
        New arrangements are whole tables: ``"arrangement.NAME": {...}``.
    arrangements : iterable of str
        Which to run, the baseline first.
    """
    run = {"experiment.arrangements": list(arrangements)}
    return shipped().with_values({**size.values(), **run, **(values or {})})


def with_sectors(scenario: Scenario, group: str, field: str, factor: float) -> dict[str, Any]:
    """Values that multiply a number of the firms, in the base and in every sector."""
    changed = {f"{group}.{field}": factor * getattr(getattr(scenario, group), field)}
    for name, sector in scenario.sector.items():
        own = getattr(getattr(sector, group), field, None)
        if own is not None:
            changed[f"sector.{name}.{group}.{field}"] = factor * own
    return changed


def scaled_banks(scenario: Scenario, field: str, factor: float) -> dict[str, Any]:
    """Values that multiply a number of every bank."""
    return {
        f"bank.{name}.{field}": factor * getattr(bank, field)
        for name, bank in scenario.bank.items()
    }


def lived(
    scenario: Scenario, measures: Mapping[str, Measure] | None = None
) -> dict[str, dict[str, Floats]]:
    """Every outcome by arrangement and name, one value for each replication.

    Parameters
    ----------
    scenario : Scenario
    measures : mapping of name -> function of a history, optional
        Further numbers to measure.
    """
    count = scenario.experiment.replications
    return in_columns([lived_in(scenario, k, measures or {}) for k in range(count)])


def lived_in(
    scenario: Scenario,
    replication: int,
    measures: Mapping[str, Measure],
    names: Collection[str] | None = None,
) -> dict[str, dict[str, float]]:
    """Measures, and every outcome or those named, of one replication by arrangement and name."""
    found, baseline = {}, None
    for world in worlds(scenario, replication):
        history = freeze(world)
        baseline = history if baseline is None else baseline
        own = {name: float(rule(history)) for name, rule in measures.items()}
        found[world.name] = evaluate(history, baseline, names) | own
    return found


def in_columns(rows: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, Floats]]:
    """One value for each replication, by arrangement and name."""
    return {
        arm: {name: np.array([row[arm][name] for row in rows]) for name in rows[0][arm]}
        for arm in rows[0]
    }


def contrast(parts: Iterable[tuple[float, Floats]]) -> Difference:
    """A weighted sum of values that are paired by replication.

    Parameters
    ----------
    parts : iterable of (weight, array of shape (n_replications,))
        Replications in which any part is undefined are left out, and those that the
        shortest study does not have.
    """
    weights, columns = zip(*parts, strict=True)
    common = min(column.size for column in columns)
    table = np.array([column[:common] for column in columns])
    table = table[:, np.isfinite(table).all(axis=0)]
    pairs = table.shape[1]
    if pairs == 0:
        return Difference(float("nan"), float("nan"), 0.0, 0)
    sums = np.asarray(weights) @ table
    error = float(sums.std(ddof=1) / np.sqrt(pairs)) if pairs > 1 else float("nan")
    return Difference(float(sums.mean()), error, float(np.abs(table).mean()), pairs)


def difference(one: Floats, two: Floats) -> Difference:
    """One less two, replication by replication."""
    return contrast([(1.0, one), (-1.0, two)])
