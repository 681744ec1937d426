"""From results to outcomes: every number with its mark, one value per replication."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.analysis.controls import PREFIX, control_table
from sim.analysis.estimates import (
    FloatArray,
    Interval,
    averaged,
    finite,
    hill_index,
    mean_interval,
    quantile_interval,
    t_interval,
    unit_of,
)
from sim.analysis.labelled import PARTIES, by_party, labelled, row_styles
from sim.analysis.mean_rule import level_interval, ruled_interval
from sim.analysis.sheets import definitions_sheet, histories_sheet, table_sheet
from sim.analysis.tables import Held, Table
from sim.base.columns import TEXT, Column
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text
from sim.base.workbook import Sheet, write_workbook
from sim.engine.history import BANK_COLUMNS as PANEL_COLUMNS
from sim.engine.history import History
from sim.outcomes.bank_capital import capital_ratio_low, raroc
from sim.outcomes.bank_loss import credit_loss
from sim.outcomes.mark import Mark, registry
from sim.outcomes.quantiles_of_losses import sample_expected_shortfall, sample_quantile
from sim.outcomes.reading import ROUNDING, mean, total, yearly

COLUMNS = ["arrangement", "replication", "outcome", "value"]
OF_OUTCOME = "that of the outcome"
TIDY = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    Column("replication", "count", "number of the history, from 0", "i8", low=0.0),
    Column("value", OF_OUTCOME, "value in this history; nan where undefined"),
)
"""What `Outcomes.frame` holds for people."""
SUMMARY = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    Column("replications", "count", "histories", "i8", low=0.0),
    Column("defined", "count", "histories in which the outcome is defined", "i8", low=0.0),
    Column("mean", OF_OUTCOME, "mean over those histories"),
    Column("low", OF_OUTCOME, "lower end of its interval"),
    Column("high", OF_OUTCOME, "upper end of its interval"),
    Column("median", OF_OUTCOME, "median over those histories"),
    Column("median_low", OF_OUTCOME, "lower end of its interval"),
    Column("median_high", OF_OUTCOME, "upper end of its interval"),
)
"""What `Outcomes.summary` and ``summary.csv`` hold."""


class ResultsView(Protocol):
    """What measuring and drawing need from results; the engine's Results has all of it."""

    @property
    def scenario(self) -> Any:
        """The scenario that was run; its experiment gives the order of arrangements."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Seed, versions, largest accounting residual and the like."""

    def table(self, name: str) -> Table:
        """Give a table that the run left, to be read by parts.

        ``outcomes`` (columns arrangement, replication, outcome, value), ``series`` (arrangement,
        replication, series, bank, x, value) or ``banks``.
        """


@dataclass(frozen=True, eq=False, repr=False)
class Outcomes:
    """The value of every outcome in every replication of every arrangement.

    Parameters
    ----------
    tidy : DataFrame
        Columns arrangement, replication, outcome, value; nan where undefined. Names may be
        categories.
    marks : mapping of str to Mark
        Unit, direction, formula and source by outcome name, in reading order.
    arrangements : tuple of str
        In the order of the scenario; colours follow this order.
    unit : int
        Replications that make one independent observation: 2 for antithetic pairs.
    controls : DataFrame, optional
        Controls of every replication, in the columns of ``tidy``.
    baseline : str
        Arrangement that paired outcomes refer to, under which they are zero by definition.
    neighbours : tuple of str
        What was run beside the arrangements, to tell what a part of one does; tables hold it
        where `with_neighbours` is asked for, or its name.
    """

    tidy: pd.DataFrame
    marks: Mapping[str, Mark]
    arrangements: tuple[str, ...]
    unit: int = 1
    controls: pd.DataFrame | None = None
    baseline: str = ""
    neighbours: tuple[str, ...] = ()

    @property
    def all_run(self) -> tuple[str, ...]:
        """All that was run: the arrangements, then their neighbours."""
        return tuple(dict.fromkeys((*self.arrangements, *self.neighbours)))

    @property
    def with_neighbours(self) -> "Outcomes":
        """The same outcomes with neighbours in every table, behind the arrangements."""
        return self.among(*self.all_run)

    def among(self, *arrangements: str) -> "Outcomes":
        """Give the same outcomes with some of what was run as the arrangements, in this order."""
        return replace(self, arrangements=arrangements)

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

    def frame(self, labels: bool = False) -> pd.DataFrame:
        """Give a copy of the tidy table: arrangement, replication, outcome, value.

        With `labels` it is written for people: names in words, numbers in the units people read.
        """
        if labels:
            return labelled(self.tidy, TIDY, self.marks)
        return self.tidy.astype({"arrangement": str, "outcome": str})

    def sheets(self, confidence: float = 0.95) -> tuple[Sheet, ...]:
        """Give the sheets of a workbook: levels, every history, and what outcomes are."""
        about = tr(
            "Mean and median of every outcome over replications, with {level} intervals.",
            level=percent_text(confidence),
        )
        every = self.with_neighbours
        levels = table_sheet(
            tr("Levels"), every.summary(confidence=confidence), SUMMARY, self.marks, about
        )
        return levels, histories_sheet(every._tables, self.marks), definitions_sheet(self.marks)

    def to_excel(self, path: str | Path) -> Path:
        """Write the outcomes as an Excel workbook, with its folder, and name it.

        Raises SimError if XlsxWriter, of the extra ``excel``, is not installed.
        """
        return write_workbook(path, self.sheets())

    def mark(self, outcome: str) -> Mark:
        """Give the mark of an outcome; OutcomeError, with names near to it, if it is not here."""
        named(outcome, self.marks)
        return self.marks[outcome]

    def table(self, outcomes: str | Iterable[str]) -> pd.DataFrame:
        """Give outcomes by replication (rows) and arrangement (columns).

        Values are in the unit of the mark, nan where undefined or not run. Of one name the
        columns are arrangements; of several each column is an outcome and an arrangement. Raises
        OutcomeError if an outcome is not here.
        """
        names = named(outcomes, self.marks)
        if isinstance(outcomes, str):
            return self._tables[outcomes].copy()
        return pd.concat({name: self._tables[name] for name in names}, axis=1, names=["outcome"])

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Give an outcome by replication and arrangement, or an arrangement by its outcomes."""
        if name in self.all_run:
            rows = self.tidy[self.tidy["arrangement"] == name]
            wide = rows.pivot(index="replication", columns="outcome", values="value")
            return wide.reindex(columns=pd.Index(self.names, name="outcome"))
        named(name, (*self.marks, *self.all_run))
        return self.table(name)

    def _ipython_key_completions_(self) -> list[str]:
        """Give the names that a notebook completes between brackets."""
        return [*self.marks, *self.all_run]

    def _repr_html_(self) -> str:
        """Show the means in a notebook, folded by party."""
        rows = self.summary()
        styles = row_styles(rows, self.marks)
        rows["cell"] = [row.level(mean) for row, mean in zip(styles, rows["mean"], strict=True)]
        units = dict(zip(rows["outcome"], (row.style.axis for row in styles), strict=True))
        wide = rows.pivot(index="outcome", columns="arrangement", values="cell")
        wide = wide.reindex(index=list(self.names), columns=list(self.arrangements))
        wide = wide.rename(columns=arrangement_text)
        wide.insert(0, tr("Unit"), [units[name] for name in self.names])
        return by_party(repr(self), wide, self.marks)

    def control_table(self, arrangement: str, baseline: str) -> pd.DataFrame:
        """Give the controls of one difference, as `sim.analysis.controls.control_table` does."""
        pair = arrangement, baseline
        if pair not in self._control_tables:
            assert self.controls is not None, "without controls there is nothing to lay out"
            self._control_tables[pair] = control_table(self.controls, *pair)
        return self._control_tables[pair]

    @cached_property
    def _control_tables(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Controls by pair, laid out once, since every outcome asks for them."""
        return {}

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

    def summary(
        self, outcomes: str | Iterable[str] | None = None, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Give mean and median of outcomes under every arrangement, with intervals.

        One outcome is named or several, all by default; an OutcomeError where one is not here.
        Columns are those of `SUMMARY`. The mean has a t interval, that of a yes/no Wilson's, or
        none (`sim.analysis.mean_rule`), the median one from order statistics (nan where there are
        too few replications).
        """
        rows = [
            self._summary_row(name, arrangement, values, confidence)
            for name in named(outcomes, self.marks)
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
        # Of an antithetic pair only the first counts here: a median needs independent values.
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

    Only outcomes that are named are kept, all by default. Raises OutcomeError if a name is not
    in the results or has no mark, or if a value is given twice.
    """
    table = results.table("outcomes")
    words = table.words("outcome")
    controls = [name for name in words if name.startswith(PREFIX)]
    wanted = named(names, sorted({*words}.difference(controls)))
    known = registry()
    marks = {
        name: known[name].of_run(results.scenario)
        for name in _reading_order(known)
        if name in wanted
    }
    for name in wanted:
        if name not in marks:
            raise OutcomeError(
                name, "has no mark, so its unit is unknown", "import the file that defines it"
            )
    tidy = _told(table, wanted)
    _refuse_doubles(tidy)
    order, unit = arrangement_order(results, tidy), unit_of(results.scenario)
    kept = table.where("outcome", controls) if controls else None
    given = results.scenario.experiment
    present = set(table.words("arrangement"))
    beside = tuple(name for name in neighbours_of(results) if name in present)
    return Outcomes(tidy, marks, order, unit, kept, given.baseline, beside)


def _told(table: Table, names: list[str]) -> pd.DataFrame:
    """Read some outcomes by parts; names are codes, since of all tables this one is held."""
    codes = {one: pd.CategoricalDtype(table.words(one)) for one in ("arrangement", "outcome")}
    parts = [part[part["outcome"].isin(names)].astype(codes) for part in table.parts(COLUMNS)]
    tidy = pd.concat(parts, ignore_index=True)
    tidy["value"] = tidy["value"].astype(np.float64)
    return tidy


def arrangement_order(results: ResultsView, rows: pd.DataFrame | Table) -> tuple[str, ...]:
    """Give the arrangements that a table or some rows hold, in the order of the scenario.

    Those that the scenario does not name (merged runs) follow as they appear; its neighbours are
    none of them.
    """
    table = Held(rows) if isinstance(rows, pd.DataFrame) else rows
    present = table.words("arrangement")
    stated = [name for name in results.scenario.experiment.arrangements if name in present]
    known = {*stated, *neighbours_of(results)}
    return tuple(stated + [name for name in present if name not in known])


def neighbours_of(results: ResultsView) -> tuple[str, ...]:
    """Give what the scenario runs beside its arrangements."""
    return tuple(getattr(results.scenario.experiment, "neighbours", ()))


def _reading_order(marks: Mapping[str, Mark]) -> list[str]:
    """Put banks first, then firms, the system and the cycle; others after them."""
    place = {group: position for position, group in enumerate(PARTIES)}
    return sorted(marks, key=lambda name: place.get(marks[name].group, len(PARTIES)))


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


def named(given: Any, known: Iterable[str]) -> list[str]:
    """Read what is asked for: one name, several of them, or all where nothing is given.

    Raises OutcomeError, with names near to it, for what is no name among those known.

    >>> named("bank.raroc", ["bank.raroc", "bank.profit"]), named(None, ["bank.raroc"])
    (['bank.raroc'], ['bank.raroc'])
    >>> named(0.95, ["bank.raroc"])
    Traceback (most recent call last):
    sim.base.errors.OutcomeError: 0.95
      is no name of an outcome
      give one name or a list of names
    """
    names = [given] if isinstance(given, str) else given
    every = list(known)
    if names is None:
        return every
    if not isinstance(names, Iterable) or not all(isinstance(one, str) for one in names):
        what, cure = "is no name of an outcome", "give one name or a list of names"
        raise OutcomeError(repr(given), what, cure)
    for name in names:
        if name not in every:
            raise _unknown(name, every)
    return list(names)


def _unknown(name: str, known: Iterable[str]) -> OutcomeError:
    """Build the error for a name that is not there, with the nearest ones."""
    near = " or ".join(f'"{one}"' for one in get_close_matches(name, list(known), n=3))
    cure = f"did you mean {near}?" if near else "see the names in outcomes.names"
    return OutcomeError(name, "is not among these outcomes", cure)


# --- Quantiles and expected shortfall of an outcome over histories, or a refusal -----------------
# The observation is a whole history: how bad can fifteen years turn out?  A quantile has an
# interval from order statistics that needs no law; where there are too few histories to
# bound it, it is refused and the number that is needed is said.  Expected shortfall needs a
# finite variance in the tail; where the tail index is below 2 it is refused too.
# References
# ----------
# David and Nagaraja (2003), Order Statistics, section 7.1; Manistre and Hancock (2005),
# Variance of the CTE estimator, North American Actuarial Journal 9(2); Acerbi and Tasche
# (2002) for expected shortfall.


FEWEST_BEYOND = 10
"""Values that must lie beyond a quantile before its expected shortfall is estimated."""
QUANTILE_COLUMNS = (
    "outcome", "unit", "arrangement", "measure", "level", "estimate", "low", "high",
    "observations", "tail_index",
)  # fmt: skip


def paths_for_quantile(probability: float, confidence: float = 0.95) -> int:
    """Fewest independent values whose order statistics bound a quantile on both sides.

    >>> paths_for_quantile(0.999), paths_for_quantile(0.99), paths_for_quantile(0.5)
    (3688, 368, 6)
    """
    tail = 0.5 - confidence / 2.0
    # All values below the quantile, or all above it, must be unlikely enough.
    rarer = max(probability, 1.0 - probability)
    return math.ceil(math.log(tail) / math.log(rarer))


def paths_for_tail(probability: float, confidence: float = 0.95) -> int:
    """Fewest independent values for both a quantile and the expected shortfall beyond it.

    >>> paths_for_tail(0.95), paths_for_tail(0.99)
    (200, 1000)
    """
    return max(paths_for_quantile(probability, confidence), _for_shortfall(probability))


def _for_shortfall(probability: float) -> int:
    # The last digits of 1 - probability are rounding.
    return math.ceil(round(FEWEST_BEYOND / (1.0 - probability), 6))


def bounded_quantile(
    values: ArrayLike, probability: float, confidence: float = 0.95, name: str = "quantile"
) -> Interval:
    """A quantile with its order-statistic interval, or a refusal.

    Values are independent, shape (n,); undefined ones (nan) are left out. Raises OutcomeError, by
    the outcome's name, if there are too few; it says how many are needed.

    >>> bounded_quantile(np.arange(1.0, 1001.0), 0.99).estimate
    990.0
    """
    data = finite(values)
    found = quantile_interval(data, probability, confidence)
    if math.isnan(found.low) or math.isnan(found.high):
        needed = paths_for_quantile(probability, confidence)
        raise _too_few(f"{percent_text(probability)} quantile of {name}", data.size, needed)
    estimate = sample_quantile(data, probability)
    return Interval(estimate, found.low, found.high, math.nan, found.count)


def shortfall_interval(
    values: ArrayLike, probability: float, confidence: float = 0.95, name: str = "shortfall"
) -> Interval:
    """Mean of the worst (largest) values beyond a quantile, with its interval, or a refusal.

    The variance adds the spread beyond the quantile and that of the quantile itself. Values are
    independent, shape (n,); undefined ones (nan) are left out. Raises OutcomeError, by the
    outcome's name, if fewer than ten values lie beyond the quantile, or their tail is so heavy
    that the variance does not exist.

    >>> values = np.random.default_rng(3).normal(size=4000)
    >>> found = shortfall_interval(values, 0.95)
    >>> found.low < 2.0627 < found.high
    True
    """
    data = finite(values)
    label = f"expected shortfall {percent_text(probability)} of {name}"
    beyond = data.size * (1.0 - probability)
    if data.size < _for_shortfall(probability):
        raise _too_few(label, data.size, _for_shortfall(probability))
    tail = hill_index(data)
    if tail.warning and tail.used >= FEWEST_BEYOND:
        what = f"has no interval: the tail index is {tail.index:.1f}, below 2"
        raise OutcomeError(label, what, "read the quantile or the median instead")
    quantile = sample_quantile(data, probability)
    estimate = sample_expected_shortfall(data, probability)
    worst = data[data >= quantile]
    variance = float(worst.var(ddof=1)) + probability * (estimate - quantile) ** 2
    error = math.sqrt(variance / beyond)
    return t_interval(estimate, error, data.size, max(worst.size - 1, 1), confidence)


def tail_table(
    outcomes: Outcomes, name: str, probability: float = 0.95, confidence: float = 0.95
) -> pd.DataFrame:
    """Quantile and expected shortfall of an outcome on its bad side, by arrangement.

    A probability of 0.95 asks for the quantile that 5 % of histories are worse than. Of antithetic
    pairs only the first histories count, since values must be independent. Columns are those of
    `QUANTILE_COLUMNS`; tail_index is Hill's, of the values on the bad side.

    Raises OutcomeError if there are too few histories; it says how many are needed.
    """
    mark = outcomes.mark(name)
    sign = -1.0 if mark.better == "higher" else 1.0
    table = outcomes.table(name)
    table = table[table.index % outcomes.unit == 0]
    rows: list[dict[str, Any]] = []
    for arrangement, column in table.items():
        values = sign * column.to_numpy(np.float64)
        for measure, function in (
            ("quantile", bounded_quantile),
            ("shortfall", shortfall_interval),
        ):
            found = function(values, probability, confidence, name)
            low, high = sorted((sign * found.low, sign * found.high))
            rows.append({
                "outcome": name, "unit": mark.unit, "arrangement": arrangement,
                "measure": measure, "level": probability, "estimate": sign * found.estimate,
                "low": low, "high": high, "observations": found.count,
                "tail_index": hill_index(values).index,
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(QUANTILE_COLUMNS))


def _too_few(what: str, count: int, needed: int) -> OutcomeError:
    return OutcomeError(
        what,
        f"needs {needed:,} independent histories; there are {count:,}",
        f"run with --replications {needed}, or ask for a level further from the end",
    )


# --- Bank by bank: what each bank earns, loses and keeps under every arrangement -----------------
# Outcomes put all banks together or name the worst one. Here each bank stands alone, read from
# the table of banks that a run leaves, with differences paired by replication.


_OF_MEASURE = "that of the measure"
TABLE = (
    Column("measure", TEXT, "what is told of a bank", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("bank", TEXT, "name of the bank", TEXT),
    Column("arrangement", TEXT, "arrangement that was run", TEXT),
    Column("replications", "count", "histories", "i8", low=0.0),
    Column("mean", _OF_MEASURE, "mean over histories"),
    Column("low", _OF_MEASURE, "lower end of its interval"),
    Column("high", _OF_MEASURE, "upper end of its interval"),
    Column("difference", _OF_MEASURE, "mean difference from the baseline, paired"),
    Column("difference_low", _OF_MEASURE, "lower end of its interval"),
    Column("difference_high", _OF_MEASURE, "upper end of its interval"),
)
"""What `by_bank` and ``by_bank.csv`` hold."""

BANK_COLUMNS = tuple(column.name for column in TABLE)
_READ = (
    "arrangement", "replication", "bank", "year", "loans", "profit", "loss", "capital_years",
    "capital_ratio",
)  # fmt: skip
"""Columns of the table of banks that measures read."""


@dataclass(frozen=True)
class Measure:
    """What is told of a bank; name, label, unit, formula and better as those of an outcome.

    `value` measures a history whose panel is that of the bank alone; where there is an outcome of
    the name, it is that one.
    """

    name: str
    label: str
    unit: str
    formula: str
    better: str
    value: Callable[[History], float]


MEASURES = (
    Measure(
        "loans", "Loans", "CNY million",
        "Performing loans, averaged over the settlements of the experiment.", "neither",
        lambda one: mean(one.bank("loans")[one.during()]),
    ),
    Measure(
        "profit", "Profit", "CNY million",
        "Profit after tax and before policy subsidy, summed over the experiment.", "higher",
        lambda one: total(one, "profit"),
    ),
    Measure(
        "credit_loss", "Credit loss", "CNY million",
        "Owed at default less recovery and guarantees, summed over the experiment.", "lower",
        credit_loss,
    ),
    Measure(
        "raroc", "RAROC", "per year",
        "Profit after tax and before policy subsidy over the time integral of required capital.",
        "higher", raroc,
    ),
    Measure(
        "worst_year_loss", "Loss of the worst year", "CNY million",
        "Largest credit loss of a year in a history, averaged over histories; it grows with the"
        " years of a history and is no tail measure.", "lower",
        lambda one: float(yearly(one, "loss").max()),
    ),
    Measure(
        "capital_ratio_low", "Lowest capital ratio", "share",
        "Lowest capital ratio at any settlement of the experiment, the parent bank included.",
        "higher", capital_ratio_low,
    ),
)  # fmt: skip


def by_bank(results: Any, baseline: str, confidence: float = 0.95) -> pd.DataFrame:
    """Give every measure of every bank under every arrangement, with intervals.

    Columns are those of `TABLE`, banks in the order of the results' table of banks. Differences
    from the baseline are paired by replication and empty for the baseline itself.
    """
    table, unit = results.table("banks"), unit_of(results.scenario)
    # A part is reduced to a number for each history before the next one is read.
    parts = [_measured(part, results.scenario) for part in table.parts(_READ)]
    values = pd.concat(parts).sort_index(axis="columns")
    order, found = arrangement_order(results, table), []
    for measure in MEASURES:
        for bank in table.words("bank"):
            wide = values[measure.name, bank]
            for name in order:
                level = ruled_interval(averaged(wide[name], unit), confidence)
                step = ruled_interval(averaged(wide[name] - wide[baseline], unit), confidence)
                row = {
                    "measure": measure.name, "unit": measure.unit, "bank": bank,
                    "arrangement": name, "replications": int(wide[name].count()),
                    **level.named("mean", "low", "high"),
                }  # fmt: skip
                ends = ("difference", "difference_low", "difference_high")
                found.append(row | ({} if name == baseline else step.named(*ends)))
    return pd.DataFrame(found, columns=list(BANK_COLUMNS))


def _measured(part: pd.DataFrame, scenario: Any) -> pd.DataFrame:
    """Measure every bank: replications by measure, bank and arrangement."""
    nothing: Any = None
    horizon, found = scenario.experiment.horizon_years, []
    # Straight lines lie between settlements of the experiment: its opening is none of them.
    rows = part[part["year"] > ROUNDING]
    by_history: Iterable[Any] = rows.groupby(["arrangement", "replication"], sort=False)
    for key, own in by_history:
        dates, panel = panel_of(own)
        for place, bank in enumerate(dict.fromkeys(own["bank"])):
            one = History(
                key[0], key[1], nothing, nothing, dates, panel[:, place : place + 1], nothing,
                nothing, nothing, horizon, horizon, 0.0, {},
            )  # fmt: skip
            found.append((*key, bank, *(measure.value(one) for measure in MEASURES)))
    names = [measure.name for measure in MEASURES]
    frame = pd.DataFrame(found, columns=["arrangement", "replication", "bank", *names])
    return frame.pivot(index="replication", columns=["bank", "arrangement"], values=names)


def panel_of(rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Give settlements and panel of banks, as `History` has them, of one history's rows."""
    dates = rows["year"].drop_duplicates().to_numpy()
    panel = rows.reindex(columns=PANEL_COLUMNS).to_numpy(np.float64)
    return dates, panel.reshape(dates.size, -1, len(PANEL_COLUMNS))
