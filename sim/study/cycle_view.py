"""What a cycle study reads from the results of a run, table by table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.outcomes.compare import compare
from sim.outcomes.effects import KINDS as EFFECTS
from sim.outcomes.effects import effect_name
from sim.outcomes.measure import ResultsView, arrangement_order, measure
from sim.outcomes.statistics import (
    FloatArray,
    Interval,
    finite,
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
)
from sim.study.aims import refused
from sim.study.distress import (
    ALONE,
    LEVELS,
    TOGETHER,
    desk_capital,
    distress,
    loss_correlation,
    losses,
)
from sim.study.intervals import by_replication, level_row, observations
from sim.study.overtaking import mean_overtakes, median_with_never

OVERTAKING = {
    "money": "cycle.crossover_years", "per unit lent": "cycle.margin_crossover_years",
}  # fmt: skip
BY_REGIME = (
    "cycle.profit_boom", "cycle.profit_bust", "cycle.profit_gap", "cycle.margin_boom",
    "cycle.margin_bust", "cycle.margin_gap", "bank.irr_vintage_boom", "bank.irr_vintage_bust",
)  # fmt: skip
FAILURES = {
    "system.any_bank_failure": "any bank fails",
    "system.joint_bank_failure": "banks fail together",
}
NEEDED = ("cumulative_profit", "vintage_profit", effect_name("saved", "all firms"))
Rule = Callable[[FloatArray, float], Interval]
FIRMS, MONEY, YEARS = "firms per 1,000", "CNY million", "years"


@dataclass(frozen=True)
class View:
    """Results, read series by series."""

    results: ResultsView
    baseline: str
    confidence: float

    def check(self) -> None:
        """Refuse results that lack what is told."""
        missing = sorted(set(NEEDED) - set(self.results.series["series"].unique()))
        if missing:
            cure = "run the scenario again, with a longer horizon or more firms"
            raise refused("this run", "must hold the series", ", ".join(missing), cure)

    @property
    def _unit(self) -> int:
        """Replications that make one observation; 2 for mirrored pairs."""
        return int(self.results.scenario.variance_reduction.unit)

    def _mean(self, values: FloatArray, rule: Rule = mean_interval) -> Interval:
        """Give a mean over independent observations with its interval."""
        return rule(observations(values, self._unit), self.confidence)

    def _others(self) -> list[str]:
        order = arrangement_order(self.results, self.results.outcomes)
        return [name for name in order if name != self.baseline]

    def _outcome(self, name: str, arrangement: str) -> FloatArray:
        return by_replication(self.results.outcomes, arrangement, name)

    def _curve(self, name: str, arrangement: str) -> pd.DataFrame:
        """One series, a row for each replication and a column for each x."""
        frame = self.results.series
        rows = frame[(frame["series"] == name) & (frame["arrangement"] == arrangement)]
        return rows.pivot_table(values="value", index="replication", columns="x")

    def overtaking(self) -> Iterator[dict[str, Any]]:
        """Give when cumulative profit overtakes the baseline."""
        base = self._curve("cumulative_profit", self.baseline)
        for name in self._others():
            lead = (self._curve("cumulative_profit", name) - base).drop(columns=0.0)
            years = lead.columns.to_numpy(float)
            paths = observations(lead.to_numpy(float), self._unit)
            of_mean = mean_overtakes(years, paths, self.confidence)
            for measure_name, outcome in OVERTAKING.items():
                # Of a mirrored pair the first stands for itself: years cannot be averaged.
                found = self._outcome(outcome, name)[:: self._unit]
                crossed = proportion_interval(np.isfinite(found), self.confidence)
                row = {
                    "arrangement": name, "measure": measure_name,
                    **crossed.named("overtakes", "overtakes_low", "overtakes_high"),
                    **level_row(median_with_never(found, self.confidence), YEARS),
                }  # fmt: skip
                mean = of_mean if measure_name == "money" else (np.nan,) * 3
                ends = ("mean_overtakes", "mean_earliest", "mean_latest")
                yield row | dict(zip(ends, mean, strict=True))

    def leads(self) -> Iterator[dict[str, Any]]:
        """Give the lead in cumulative profit, year by year."""
        base = self._curve("cumulative_profit", self.baseline)
        for name in self._others():
            lead = self._curve("cumulative_profit", name) - base
            for year in lead.columns:
                found = self._mean(lead[year].to_numpy(float))
                yield {"arrangement": name, "year": float(year), **level_row(found, MONEY)}

    def regimes(self) -> pd.DataFrame:
        """Give outcomes by regime with their differences."""
        outcomes = measure(self.results, BY_REGIME)
        frame = compare(outcomes, self.baseline, self.confidence).frame()
        frame = frame.rename(columns={"mean": "value", "baseline_mean": "baseline_value"})
        columns = ["outcome", "arrangement", "value", "difference", "low", "high", "unit"]
        return frame[[*columns, "verdict"]]

    def vintages(self) -> Iterator[dict[str, Any]]:
        """Give profit by year of the first loan."""
        base = self._curve("vintage_profit", self.baseline)
        for name in (self.baseline, *self._others()):
            own = self._curve("vintage_profit", name)
            for year in own.columns:
                row = {"arrangement": name, "year": int(year)}
                yield {**row, **self._against(name, own[year], own[year] - base[year], MONEY)}

    def firms(self) -> Iterator[dict[str, Any]]:
        """Give effects on the same firms, by group."""
        series = self.results.series
        effects = series[series["series"].str.startswith("effect_")]
        wide = effects.pivot_table(
            values="value", index=["arrangement", "replication"], columns="series", dropna=False
        )
        groups = [name.split(":", 1)[1] for name in effects["series"].unique()]
        for name in self._others():
            own = wide.xs(name, level="arrangement")
            for group in dict.fromkeys(groups):
                value = {k: _column(own, effect_name(k, group)) for k in EFFECTS}
                better = value["founders_better"] - value["founders_worse"]
                told = {
                    "saved": (value["saved"], FIRMS), "lost": (value["lost"], FIRMS),
                    "saved less lost": (value["saved"] - value["lost"], FIRMS),
                    "founders better less worse off": (better, FIRMS),
                    "mean gain of founders": (value["founder_gain"], MONEY),
                }  # fmt: skip
                for effect, (amount, unit) in told.items():
                    found = self._mean(amount)
                    row = {"arrangement": name, "group": group, "effect": effect}
                    yield {**row, **level_row(found, unit), "clear": found.side != 0}

    def banks(self) -> Iterator[dict[str, Any]]:
        """Give distress of banks alone and together, and difference from the baseline."""
        capital = desk_capital(self.results.scenario)
        base = losses(self.results.series, self.baseline, capital)
        for name in (self.baseline, *self._others()):
            own = losses(self.results.series, name, capital)
            for level in LEVELS:
                alone, together, independent = distress(own, level)
                first, second, _ = distress(base, level)
                row = {"arrangement": name, "of_capital": level}
                yield {**row, "what": ALONE, **self._against(name, alone, alone - first)}
                told = self._against(name, together, together - second)
                yield {**row, "what": TOGETHER, **told, "independent": independent}
            moved, row = loss_correlation(own), {"arrangement": name}
            told = self._against(name, moved, moved - loss_correlation(base), "correlation")
            yield {**row, "what": "correlation of losses", **told}
            for outcome, what in FAILURES.items():
                value = self._outcome(outcome, name)
                step = value - self._outcome(outcome, self.baseline)
                told = self._against(name, value, step, rule=paired_proportion_interval)
                yield {**row, "what": what, **told}

    def _against(
        self, name: str, own: Any, step: Any, unit: str = "share", rule: Rule = mean_interval
    ) -> dict[str, Any]:
        """A mean, and its difference from the baseline with its interval."""
        known = finite(own)
        missing = np.nan if name == self.baseline else 1.0
        found = self._mean(np.asarray(step) * missing, rule)
        return {
            "value": float(known.mean()) if known.size else np.nan,
            "difference": found.estimate, "low": found.low, "high": found.high, "unit": unit,
        }  # fmt: skip


def _column(frame: Any, name: str) -> FloatArray:
    return frame[name].to_numpy(float) if name in frame else np.full(len(frame), np.nan)
