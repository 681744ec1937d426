"""Across the cycle: overtaking, profit by regime and vintage, firms saved, banks together.

All of it is read from the results of one run, so nothing is simulated for it.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.compare import compare
from sim.analysis.estimates import (
    FloatArray,
    Interval,
    finite,
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
    quantile_ranks,
    t_quantile,
)
from sim.analysis.outcomes_table import ResultsView, arrangement_order, measure
from sim.analysis.tables import replications
from sim.base.wording import arrangement_text, level_text, percent_text
from sim.model.banks.bank import endowment
from sim.outcomes.series import KINDS as EFFECTS
from sim.outcomes.series import effect_name
from sim.scenario.scenario import Scenario
from sim.studies.findings import Findings, by_replication, estimate_text, level_row, observations
from sim.studies.request import refused, several_arrangements

# --- When an arrangement overtakes the baseline, with intervals that count those that never do ---
# A history in which an arrangement never overtakes has no year of overtaking, but it is no
# gap in the data: it comes after all others. So the median counts it as infinite, and it is
# infinite itself where most histories never overtake.


def median_with_never(years: FloatArray, confidence: float = 0.95) -> Interval:
    """Give the median year of overtaking with its order-statistic interval.

    The median is infinite where "never" is reached; nan where there are too few replications.

    Parameters
    ----------
    years : shape (n_replications,)
        Nan where it is never overtaken.
    confidence : in (0, 1)

    References
    ----------
    David and Nagaraja 2003, Order Statistics, section 7.1.

    Examples
    --------
    >>> median_with_never(np.array([3.0, math.nan, 5.0, math.nan, math.nan])).estimate
    inf
    """
    data = np.sort(np.where(np.isfinite(years), years, math.inf))
    if not data.size:
        return Interval(math.nan, math.nan, math.nan, math.nan, 0)
    low, high = quantile_ranks(data.size, 0.5, confidence)
    # The lower of the two middle values: no mean is taken with infinity.
    middle = float(data[(data.size - 1) // 2])
    return Interval(
        middle,
        float(data[low - 1]) if low >= 1 else math.nan,
        float(data[high - 1]) if high <= data.size else math.nan,
        math.nan,
        int(data.size),
    )


def mean_overtakes(
    years: FloatArray, leads: FloatArray, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Give the year from which the mean lead is above zero for good, with its interval.

    Returns year, earliest, latest: infinite where it never is. Earliest: from then on no year's
        interval lies below zero; latest: from then on every year's lies above.

    Parameters
    ----------
    years : shape (n_years,)
        Rising.
    leads : shape (n_replications, n_years)
        Lead over the baseline at the end of each year.
    confidence : in (0, 1)
        Of the paired t interval of each year.

    Examples
    --------
    >>> leads = np.array([[-1.0, 0.2, 1.0], [-1.2, -0.1, 1.2]])
    >>> mean_overtakes(np.array([1.0, 2.0, 3.0]), leads)
    (2.0, 1.0, inf)
    """
    mean = leads.mean(axis=0)
    count = leads.shape[0]
    reach = np.full(mean.shape, math.inf)
    if count > 1:
        error = leads.std(axis=0, ddof=1) / math.sqrt(count)
        reach = t_quantile(confidence, count - 1) * error
    ends = (mean > 0.0, mean + reach > 0.0, mean - reach > 0.0)
    found = [_for_good(years, above) for above in ends]
    return found[0], found[1], found[2]


def _for_good(years: FloatArray, above: NDArray[np.bool_]) -> float:
    """Give the first year from which a condition holds to the end; infinite if never."""
    missed = np.flatnonzero(~above)
    first = int(missed[-1]) + 1 if missed.size else 0
    return float(years[first]) if first < years.size else math.inf


# --- Banks in distress, one by one and together --------------------------------------------------
# Sharing loans makes banks alike: each is safer alone, and they may fall together. A desk is
# in distress in a year in which its loss before policy subsidy eats a stated part of its
# opening capital.
# References: Wagner 2010, Diversification at financial institutions and systemic crises,
# Journal of Financial Intermediation 19(3); Ibragimov, Jaffee and Walden 2011, Diversification
# disasters, Journal of Financial Economics 99(2).

CURVES, OUTCOMES = "series", "outcomes"
"""The tables of results that are read."""
SERIES = "bank_annual_profit"
LEVELS = (0.05, 0.10, 0.25, 0.50)
"""Parts of a desk's opening capital whose loss within a year counts as distress."""

ALONE, TOGETHER = "one bank, of bank-years", "two or more, of years"
KINDS = (ALONE, TOGETHER)


def desk_capital(scenario: Scenario) -> dict[str, float]:
    """Give the opening capital of each bank's desk, CNY million."""
    thousands = scenario.population.stock / 1000.0
    return {
        name: endowment(bank, scenario.capital) * thousands for name, bank in scenario.bank.items()
    }


def losses(series: pd.DataFrame, arrangement: str, capital: dict[str, float]) -> FloatArray:
    """Give losses as parts of desks' capital.

    Returns shape (n_replications, n_years, n_banks): positive where money is lost.

    Parameters
    ----------
    series
        Of results.
    capital
        Dict of bank to float, CNY million.
    """
    own = series[(series["series"] == SERIES) & (series["arrangement"] == arrangement)]
    table = own.pivot_table(values="value", index=["replication", "x"], columns="bank")
    count = table.index.get_level_values("replication").nunique()
    part = table[list(capital)].to_numpy(float) / -np.array(list(capital.values()))
    return np.asarray(part.reshape(count, -1, len(capital)))


def distress(lost: FloatArray, level: float) -> tuple[FloatArray, FloatArray, float]:
    """Give how often a bank is in distress, and two or more in the same year.

    Returns alone, together (shape (n_replications,)): shares of bank-years and of years.
        independent: share of years with two or more if each bank had its own years of distress,
        whatever happens to the others.

    Parameters
    ----------
    lost : shape (n_replications, n_years, n_banks)
    level
        Part of the capital whose loss is distress.

    Examples
    --------
    >>> lost = np.array([[[0.2, 0.2], [0.0, 0.0]]])
    >>> distress(lost, 0.1)
    (array([0.5]), array([0.5]), 0.25)
    """
    hit = lost >= level
    alone = hit.mean(axis=(1, 2))
    together = (hit.sum(axis=2) >= 2).mean(axis=1)
    odds = hit.mean(axis=(0, 1))
    none = np.prod(1.0 - odds)
    one = sum(odds[k] * np.prod(np.delete(1.0 - odds, k)) for k in range(odds.size))
    return alone, together, max(float(1.0 - none - one), 0.0)


def loss_correlation(lost: FloatArray) -> FloatArray:
    """Give the mean correlation of banks' yearly losses, by replication.

    Returns shape (n_replications,): nan where a bank's losses do not vary.
    """
    found = np.full(lost.shape[0], np.nan)
    above = np.triu_indices(lost.shape[2], 1)
    for n, years in enumerate(lost):
        if years.shape[0] > 1 and above[0].size and np.all(years.std(axis=0) > 0.0):
            found[n] = float(np.corrcoef(years, rowvar=False)[above].mean())
    return found


# --- What a cycle study reads from the results of a run, table by table --------------------------

OVERTAKING = {
    "money": "cycle.crossover_years", "per unit lent": "cycle.margin_crossover_years",
}  # fmt: skip
BY_REGIME = (
    "cycle.profit_boom", "cycle.profit_bust", "cycle.profit_gap", "cycle.margin_boom",
    "cycle.margin_bust", "cycle.margin_gap", "bank.irr_vintage_boom", "bank.irr_vintage_bust",
)  # fmt: skip
FAILURES = {
    "bank.failure": "any bank fails",
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
        missing = sorted(set(NEEDED) - set(self.results.table(CURVES).words("series")))
        if missing:
            cure = "run the scenario again, with a longer horizon or more firms"
            raise refused("this run", "must hold the series", ", ".join(missing), cure)

    @property
    def _unit(self) -> int:
        """Replications that make one observation; 2 for antithetic pairs."""
        return int(self.results.scenario.variance_reduction.unit)

    def _mean(self, values: FloatArray, rule: Rule = mean_interval) -> Interval:
        """Give a mean over independent observations with its interval."""
        return rule(observations(values, self._unit), self.confidence)

    def _others(self) -> list[str]:
        order = arrangement_order(self.results, self.results.table(OUTCOMES))
        return [name for name in order if name != self.baseline]

    def _outcome(self, name: str, arrangement: str) -> FloatArray:
        rows = self.results.table(OUTCOMES).where("outcome", [name])
        return by_replication(rows, arrangement, name)

    def _rows(self, names: Collection[str]) -> pd.DataFrame:
        return self.results.table(CURVES).where("series", names)

    def _curves(self, name: str) -> dict[str, pd.DataFrame]:
        """One series by arrangement, a row for each replication and a column for each x."""
        rows = self._rows([name])
        return {
            one: rows[rows["arrangement"] == one].pivot_table(
                values="value", index="replication", columns="x"
            )
            for one in (self.baseline, *self._others())
        }

    def overtaking(self) -> Iterator[dict[str, Any]]:
        """Give when cumulative profit overtakes the baseline."""
        profit = self._curves("cumulative_profit")
        for name in self._others():
            lead = (profit[name] - profit[self.baseline]).drop(columns=0.0)
            years = lead.columns.to_numpy(float)
            paths = observations(lead.to_numpy(float), self._unit)
            of_mean = mean_overtakes(years, paths, self.confidence)
            for measure_name, outcome in OVERTAKING.items():
                # Of an antithetic pair the first stands for itself: years cannot be averaged.
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
        profit = self._curves("cumulative_profit")
        for name in self._others():
            lead = profit[name] - profit[self.baseline]
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
        profit = self._curves("vintage_profit")
        base = profit[self.baseline]
        for name, own in profit.items():
            for year in own.columns:
                row = {"arrangement": name, "year": int(year)}
                yield {**row, **self._against(name, own[year], own[year] - base[year], MONEY)}

    def firms(self) -> Iterator[dict[str, Any]]:
        """Give effects on the same firms, by group."""
        every = self.results.table(CURVES).words("series")
        names = [name for name in every if name.startswith("effect_")]
        effects = self._rows(names)
        wide = effects.pivot_table(
            values="value", index=["arrangement", "replication"], columns="series", dropna=False
        )
        groups = [name.split(":", 1)[1] for name in names]
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
        rows = self._rows([SERIES])
        base = losses(rows, self.baseline, capital)
        for name in (self.baseline, *self._others()):
            own = losses(rows, name, capital)
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


# --- Sentences on what happens across the cycle --------------------------------------------------

STATED_LEVEL = 0.10
"""Part of a desk's capital of which the sentence on distress speaks."""


def sentences(
    tables: Mapping[str, pd.DataFrame], baseline: str, replications: int
) -> Iterator[str]:
    """Say when each arrangement overtakes, whom it saves, and whether banks fall together."""
    money = tables["overtaking"].query("measure == 'money'")
    for _, row in money.iterrows():
        yield _overtaking(row, arrangement_text(baseline).lower())
    firms = tables["firms"].query("group == 'all firms'")
    for name, rows in firms.groupby("arrangement", sort=False):
        by_effect = rows.set_index("effect")
        net = by_effect.loc["saved less lost"]
        told = "" if net["clear"] else ", not clear of zero"
        saved, lost = (by_effect.loc[what]["value"] for what in ("saved", "lost"))
        yield (
            f"{arrangement_text(str(name))} saves {saved:.3g} and loses {lost:.3g} of 1,000"
            f" firms: net {estimate_text(net.rename({'value': 'part'}))}{told}."
        )
    for name, rows in tables["banks"].groupby("arrangement", sort=False):
        yield _distress(str(name), rows)
    yield (
        f"Intervals are over {replications} replications; a history in which an arrangement"
        " never overtakes counts as later than all others."
    )


def _overtaking(row: "pd.Series[float]", against: str) -> str:
    """Say how often and when an arrangement overtakes."""
    name = arrangement_text(str(row["arrangement"]))
    share = f"{level_text(row['overtakes'], 'share')}"
    ends = f"{percent_text(round(row['overtakes_low'], 3))} to"
    ends += f" {percent_text(round(row['overtakes_high'], 3))}"
    start = f"{name} overtakes {against} in cumulative profit in {share} of histories ({ends})"
    median = "the median history never"
    if math.isfinite(row["value"]):
        median = f"the median in year {row['value']:.3g} ({_within(row['low'], row['high'])})"
    mean = (
        "on average never"
        if math.isinf(row["mean_overtakes"])
        else f"on average from year {row['mean_overtakes']:.3g} on"
    )
    within = _within(row["mean_earliest"], row["mean_latest"])
    return f"{start}; {median}; {mean} ({within})."


def _within(low: float, high: float) -> str:
    """Write an interval of years; few histories give none."""
    if math.isnan(low) or math.isnan(high):
        return "too few histories for an interval"
    return f"{_year(low)} to {_year(high)}"


def _year(value: float) -> str:
    """Write a year; infinite is never."""
    return "never" if math.isinf(value) else f"{value:.3g}"


def _distress(name: str, rows: pd.DataFrame) -> str:
    """Say how often banks are in distress, alone and together."""
    own = rows[rows["of_capital"] == STATED_LEVEL].set_index("what")
    value = own["value"].to_dict()
    text = (
        f"{arrangement_text(name)}: a bank loses a tenth of its desk's capital in"
        f" {level_text(value[ALONE], 'share')} of bank-years"
    )
    if not value[TOGETHER] > 0.0:
        return f"{text}, never two or more in one year."
    text += f", two or more in {level_text(value[TOGETHER], 'share')} of years"
    independent = own["independent"].to_dict()[TOGETHER]
    if independent > 0.0:
        text += f", {value[TOGETHER] / independent:.2g} times what independent banks would"
    return text + "."


# --- Across the cycle: overtaking, profit by regime and vintage, firms saved, banks together -----


@dataclass(frozen=True, eq=False)
class CrossCycle:
    """What a run says across the cycle.

    Parameters
    ----------
    tables
        "overtaking", "leads", "regimes", "vintages", "firms" and "banks".
    """

    baseline: str
    tables: dict[str, pd.DataFrame]
    replications: int

    def frame(self) -> pd.DataFrame:
        """Give the table of overtaking.

        Columns arrangement, measure, overtakes (share of histories), overtakes_low,
        overtakes_high, value (median year), low, high, unit, mean_overtakes, mean_earliest,
        mean_latest; infinite for never.
        """
        return self.tables["overtaking"].copy()

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        against = arrangement_text(self.baseline).lower()
        captions = {
            "overtaking": f"When cumulative profit overtakes {against} for good: share of"
            " histories, median year (∞: never), and the year in which the mean does",
            "leads": f"Lead over {against} in cumulative profit, year by year",
            "regimes": f"Profit and return by macro regime, and difference from {against}",
            "vintages": "Profit from the firms whose first loan is signed in a year, over"
            " their whole life",
            "firms": f"The same firms under each arrangement and under {against}: saved, lost,"
            " founders better and worse off",
            "banks": "Banks in distress alone and together: a loss within a year of the stated"
            " part of a desk's opening capital",
        }
        units = {
            "overtakes": "share", "overtakes_low": "share", "overtakes_high": "share",
            "mean_overtakes": YEARS, "mean_earliest": YEARS, "mean_latest": YEARS,
            "of_capital": "share", "independent": "share",
        }  # fmt: skip
        told = sentences(self.tables, self.baseline, self.replications)
        return Findings("cycle", "Across the cycle", tuple(told), self.tables, captions, units)


def cycle(results: ResultsView, confidence: float = 0.95) -> CrossCycle:
    """Read from a run what happens across the cycle.

    Parameters
    ----------
    results
        Effects on firms are told against the baseline of their scenario.
    confidence : in (0, 1)

    Raises
    ------
    ScenarioError
        If the run holds one arrangement only, or was made without the curves needed.
    """
    own = results.scenario.experiment.baseline
    several_arrangements(results.scenario)
    view = View(results, own, confidence)
    view.check()
    parts: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "overtaking": view.overtaking, "leads": view.leads, "vintages": view.vintages,
        "firms": view.firms, "banks": view.banks,
    }  # fmt: skip
    tables = {name: pd.DataFrame(list(rows())) for name, rows in parts.items()}
    order = ("overtaking", "leads", "regimes", "vintages", "firms", "banks")
    tables["regimes"] = view.regimes()
    count = replications(results.table(OUTCOMES))
    return CrossCycle(own, {name: tables[name] for name in order}, count)
