"""Is it settled? How firms, loans, business and defaults under the baseline move over the horizon.

All of it is read from the results of one run, so nothing is simulated for it. On paths that are
constant a settled run has no drift but luck; on dated ones what moves is the answer to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.estimates import FloatArray, Interval, mean_interval
from sim.analysis.outcomes_table import ResultsView
from sim.analysis.ratios import ratio_of_means
from sim.base.language import tr
from sim.base.wording import percent_text
from sim.model.firms.record import STAGES
from sim.outcomes.sizes import GROUPS, QUANTITIES, SIZE_CLASSES, size_name
from sim.scenario.drift import unsettled
from sim.studies.findings import Findings, observations
from sim.studies.request import refused

STEADY = 0.8, 1.3
"""Last year over first year between which a level counts as steady."""
SETTLED, DRIFTS, UNKNOWN = "steady", "drifts", "not known"
_OF_BANKS = {
    "loans": ("loans",), "banking business": ("relationship", "hosted"),
    "loans that default": ("exposure_at_default",),
}  # fmt: skip
FIRMS_ALIVE = "firms alive"
UNITS = {FIRMS_ALIVE: "firms", **dict.fromkeys(_OF_BANKS, "CNY million")}


@dataclass(frozen=True, eq=False)
class Drift:
    """Yearly levels under the baseline, shape (n_replications, n_years), by what they are of."""

    scenario: Any
    levels: dict[str, FloatArray]
    confidence: float = 0.95
    sizes: pd.DataFrame = field(default_factory=pd.DataFrame)
    """One row for each stratum and quantity of its sizes, on the first and on the last day."""

    @property
    def ratios(self) -> dict[str, Interval]:
        """The last year over the first one."""
        unit = self.scenario.variance_reduction.unit
        return {
            name: ratio_of_means(observations(levels[:, [0, -1]], unit), self.confidence)
            for name, levels in self.levels.items()
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row for each quantity: first and last year, their ratio with its interval."""
        rows = []
        for name, ratio in self.ratios.items():
            first, last = self.levels[name][:, [0, -1]].mean(axis=0)
            ends = ratio.named("ratio", "low", "high")
            row = {"quantity": name, "first_year": first, "last_year": last, **ends}
            rows.append(row | {"verdict": verdict(ratio), "unit": UNITS[name]})
        return pd.DataFrame(rows)

    @property
    def by_year(self) -> pd.DataFrame:
        """Mean of each year with its interval, one row for each quantity and year."""
        rows = [
            {
                "quantity": name, "year": year + 1,
                **mean_interval(levels[:, year], self.confidence).named("mean", "low", "high"),
                "unit": UNITS[name],
            }
            for name, levels in self.levels.items() for year in range(levels.shape[1])
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def sentences(self) -> Iterator[str]:
        """Say whether the run is settled, first by what it was given, then by what it did."""
        why, cure = unsettled(self.scenario)
        if why:
            yield f"{why[0].upper()}{why[1:]} ({cure})."
        level = percent_text(self.confidence)
        for name, ratio in self.ratios.items():
            yield tr(
                "{name}: the last year over the first is {ratio} ({level} {low} to {high}),"
                " {verdict}.",
                name=tr(name).capitalize(), ratio=f"{ratio.estimate:.2f}", level=level,
                low=f"{ratio.low:.2f}", high=f"{ratio.high:.2f}", verdict=tr(verdict(ratio)),
            )  # fmt: skip
        yield from self._followed()

    def _followed(self) -> Iterator[str]:
        """Say how many firms there are of those stated, and for how long one is followed."""
        population = self.scenario.population
        if population.entries:
            alive = float(self.levels[FIRMS_ALIVE][:, 0].mean())
            yield tr(
                "In the first year {alive} firms are alive, {stock} were to be; with {entries}"
                " entries a year a firm is followed for {years} years in the mean, and entry_rate"
                " {rate} would give them.",
                alive=f"{alive:,.0f}", stock=f"{population.stock:,.0f}",
                entries=f"{population.entries:,.3g}", years=f"{alive / population.entries:.1f}",
                rate=f"{population.entries / alive:.4f}",
            )  # fmt: skip

    def findings(self) -> Findings:
        """What was found, for files and the report."""
        captions = {
            "drift": "The last year of the horizon over the first, under the baseline",
            "by_year": "Mean of each year under the baseline",
            "sizes": "Sizes of firms by stratum on the first and the last day, under the baseline;"
            " high-tech enterprises belong to either of the others",
        }
        tables = {"drift": self.table, "by_year": self.by_year, "sizes": self.sizes}
        return Findings("drift", "Is it settled?", tuple(self.sentences()), tables, captions)


def verdict(ratio: Interval) -> str:
    """Whether an interval lies between the bounds of a steady level, outside them, or neither.

    >>> verdict(Interval(1.0, 0.9, 1.1, 0.05, 9)), verdict(Interval(1.6, 1.4, 1.8, 0.1, 9))
    ('steady', 'drifts')
    """
    low, high = STEADY
    if low <= ratio.low and ratio.high <= high:
        return SETTLED
    return DRIFTS if ratio.high < low or high < ratio.low else UNKNOWN


def drift(results: ResultsView, confidence: float = 0.95) -> Drift:
    """Read how a run moves over its horizon under the baseline.

    Raises ScenarioError if its horizon is shorter than two years.
    """
    scenario = results.scenario
    years = int(scenario.experiment.horizon_years)
    if years < 2:
        raise refused("experiment.horizon_years", "must be two years or more", years, "raise it")
    baseline = scenario.experiment.baseline
    counts = results.table("series").where("series", [f"stage_count:{one}" for one in STAGES])
    counts = counts[counts["arrangement"] == baseline].rename(columns={"x": "year"})
    banks = results.table("banks").where("arrangement", [baseline])
    levels = {FIRMS_ALIVE: _yearly(counts, "value", years, is_stock=True)}
    for name, columns in _OF_BANKS.items():
        money = banks.assign(value=banks[list(columns)].sum(axis=1))
        levels[name] = _yearly(money, "value", years, is_stock=name == "loans")
    names = [size_name(quantity, group) for group in GROUPS for quantity in QUANTITIES]
    curves = results.table("series").where("series", names)
    sizes = sizes_of(curves[curves["arrangement"] == baseline], scenario.variance_reduction.unit)
    return Drift(scenario, levels, confidence, sizes)


# --- Who the firms are, at the beginning and at the end ------------------------------------------


_SIZES = {
    "firms": ("firms", None, "firms"),
    "median sales": ("median", None, "CNY million a year"),
    **{f"sales {told}": (name, "firms", "share") for name, (told, *_) in SIZE_CLASSES.items()},
    "sum of sales": ("sales", None, "CNY million a year"),
    "part of the largest in it": ("largest", "sales", "share"),
    "exponent of the tail": ("above_100", "beyond", "exponent"),
}  # fmt: skip
"""What is told of each stratum: a quantity, over which other one if any, and its unit."""
_STRATA = {
    "registered": "on the register", "high_tech": "high-tech enterprises", "large": "large firms",
    "all": "all firms",
}  # fmt: skip


def sizes_of(curves: pd.DataFrame, unit: int, confidence: float = 0.95) -> pd.DataFrame:
    """Sizes of each stratum on the first and the last day, with intervals over replications.

    Shares, the part of the largest firm and the exponent of the tail are ratios of means, so that
    each firm counts as one, in whatever replication it lives. The tail is one of all firms.
    """
    at = curves.set_index(["replication", "x", "series"])["value"].unstack(["x", "series"])
    rows = []
    for day, group in product(sorted(curves["x"].unique()), GROUPS):
        of_group = {name: at[day, size_name(name, group)].to_numpy() for name in QUANTITIES}
        for told, (quantity, over, of) in _SIZES.items():
            if over != "beyond" or group == "all":
                found = _level(of_group, quantity, over, unit, confidence)
                ends = found.named("mean", "low", "high")
                named = {"stratum": _STRATA[group], "day": day, "quantity": told}
                rows.append(named | ends | {"unit": of})
    return pd.DataFrame(rows)


def _level(
    found: dict[str, FloatArray], quantity: str, over: str | None, unit: int, confidence: float
) -> Interval:
    """Mean of a quantity, or the ratio of its mean to that of another."""
    if over is None:
        return mean_interval(observations(found[quantity], unit), confidence)
    pairs = np.column_stack([found[over], found[quantity]])
    return ratio_of_means(observations(pairs, unit), confidence)


def _yearly(rows: pd.DataFrame, column: str, years: int, is_stock: bool) -> FloatArray:
    """Sum of each year, of stocks their mean over its settlements; shape (n, n_years)."""
    at = rows.groupby(["replication", "year"])[column].sum().unstack("year")
    place = np.ceil(at.columns.to_numpy(float) - 1e-9).astype(int)
    parts = [at.to_numpy(float)[:, place == year] for year in range(1, years + 1)]
    return np.column_stack([part.mean(axis=1) if is_stock else part.sum(axis=1) for part in parts])
