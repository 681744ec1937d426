"""Paired comparison of arrangements with a baseline, and a verdict that may refuse to rank.

Every replication gives one difference, because all arrangements use common random numbers in it.
A verdict speaks only where the whole interval lies on one side of zero.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.chart_sheet import chart_sheet
from sim.analysis.controls import Adjusted, adjust, unadjusted
from sim.analysis.estimates import (
    MINIMUM_PAIRS,
    FloatArray,
    Interval,
    TailIndex,
    averaged,
    complete_pairs,
    correlation,
    finite,
    hill_index,
    holm,
    paired_proportion_p_value,
    quantile_interval,
    replications_needed,
    unseen_bound,
    variance_reduction,
)
from sim.analysis.labelled import by_party, labelled
from sim.analysis.mean_rule import (
    MEAN,
    MEDIAN,
    OF_MEDIAN,
    difference_interval,
    median_words,
    refusal,
    sign_p_value,
    told_range,
    without_ends,
)
from sim.analysis.outcomes_table import OF_OUTCOME, Outcomes, named
from sim.analysis.sheets import definitions_sheet, table_sheet
from sim.base.columns import TEXT, Column
from sim.base.errors import OutcomeError
from sim.base.language import tr
from sim.base.wording import (
    RowStyle,
    arrangement_text,
    level_text,
    percent_text,
    row_style,
)
from sim.base.workbook import Sheet, write_workbook
from sim.outcomes.mark import Better, Mark
from sim.outcomes.reading import mean

# --- The words of a verdict, and the cases in which it refuses to rank ---------------------------


COVERS_ZERO = "no ranking: interval covers zero"
ROUNDING = "no ranking: within rounding"
HEAVY_TAIL = "no ranking: mean and median disagree"
UNDEFINED = "no ranking: undefined for the baseline"
TOO_FEW = "not enough replications"
UNRESOLVED = "not resolved"
"""No history differs: seldom events may be missed, so this is not "equal"."""

_NO_RANKING = "no ranking: "
_ROUNDING_SHARE = 1e-12
_FEWEST_DIFFERENT = 10


def is_ranking(verdict: str) -> bool:
    """Say whether a verdict puts one arrangement above another.

    >>> is_ranking("better (higher)"), is_ranking(COVERS_ZERO)
    (True, False)
    """
    return verdict.startswith(("better", "worse", "higher", "lower"))


def reason(verdict: str) -> str:
    """Say why a verdict ranks nothing.

    >>> reason(ROUNDING), reason(TOO_FEW)
    ('within rounding', 'not enough replications')
    """
    return verdict.removeprefix(_NO_RANKING)


def verdict_words(side: int, better: Better) -> str:
    """Give the verdict for an interval on one side (1 or -1) of zero, or covering it (0).

    >>> verdict_words(1, "lower"), verdict_words(0, "lower"), verdict_words(-1, "neither")
    ('worse (higher)', 'no ranking: interval covers zero', 'lower')
    """
    if side == 0:
        return COVERS_ZERO
    word = "higher" if side > 0 else "lower"
    if better == "neither":
        return word
    return f"{'better' if word == better else 'worse'} ({word})"


def decide(
    mark: Mark, pairs: tuple[FloatArray, FloatArray], interval: Interval, median: Interval
) -> str:
    """Give the verdict on one arrangement against the baseline.

    Pairs are the values of the two, each of shape (n_pairs,); the intervals are those of the mean
    and of the median difference. Where the mean has no interval the median decides, and the mean
    must lie on its side.

    >>> one = np.array([1.0, 2.0])
    >>> nothing = Interval(0.0, 0.0, 0.0, 0.0, 2)
    >>> decide(None, (one, one), nothing, nothing)
    'not resolved'
    """
    one, two = pairs
    difference = one - two
    if difference.size < MINIMUM_PAIRS:
        return TOO_FEW
    if not difference.any():
        return UNRESOLVED
    size = np.maximum(np.abs(one), np.abs(two))
    if bool(np.all(np.abs(difference) <= _ROUNDING_SHARE * size)):
        return ROUNDING
    if math.isfinite(interval.low):
        return verdict_words(interval.side, mark.better)
    return _by_median(mark, interval.estimate, median)


def _by_median(mark: Mark, mean: float, median: Interval) -> str:
    """Give the verdict where the mean has no interval."""
    if math.isnan(median.low):
        return TOO_FEW
    return HEAVY_TAIL if median.side * mean < 0.0 else verdict_words(median.side, mark.better)


def unseen_words(pairs: int, bound: float, confidence: float) -> str:
    """Say what histories without any difference allow.

    >>> unseen_words(20, 0.1391, 0.95)
    'differs in none of 20 replications, so in at most 13.9 % of histories (95 % confidence)'
    """
    return tr(
        "differs in none of {count} replications, so in at most {share} of histories"
        " ({level} confidence)",
        count=pairs,
        share=level_text(bound, "share"),
        level=percent_text(confidence),
    )


def warning_words(row: Mapping[Any, Any], mark: Mark, confidence: float) -> str:
    """Say what a reader of one row should keep in mind; empty where nothing is odd.

    The row is one of `Comparison.details`: pairs, dropped, different, differs_at_most, refusal,
    and what `median_words` reads.

    >>> row = {"pairs": 3, "dropped": 2, "different": 1, "refusal": ""}
    >>> warning_words(row, None, 0.95)
    'undefined in 2 of 5 replications; differs in only 1 replication'
    """
    pairs, dropped, different = (int(row[name]) for name in ("pairs", "dropped", "different"))
    parts = []
    if mark is not None and mark.needs is not None and mark.held is not None:
        words = "needs at least {least} {unit} in a history; this run has {held}"
        unit = tr(mark.needs.unit)
        parts.append(tr(words, least=mark.needs.least, unit=unit, held=mark.held))
    if dropped:
        total = pairs + dropped
        words = "undefined in {count} of {total} replications"
        parts.append(tr(words, count=dropped, total=total))
    if not different and pairs >= MINIMUM_PAIRS:
        parts.append(unseen_words(pairs, row["differs_at_most"], confidence))
    elif different == 1 < pairs:
        parts.append(tr("differs in only 1 replication"))
    elif 0 < different < min(_FEWEST_DIFFERENT, pairs):
        parts.append(tr("differs in only {count} replications", count=different))
    if row["refusal"]:
        parts.append(median_words(row, mark))
    return tr("; ").join(parts)


def undefined_baseline(one: FloatArray, two: FloatArray) -> bool:
    """Say whether an outcome exists for the arrangement and never for the baseline.

    >>> undefined_baseline(np.array([1.0, 2.0]), np.array([np.nan]))
    True
    """
    enough = int(np.isfinite(one).sum()) >= MINIMUM_PAIRS
    return enough and not bool(np.isfinite(two).any())


def method_words(mark: Mark, unit: int, controls: int, refused: str = "") -> str:
    """Say how the interval of a difference was made.

    A `unit` of replications makes one observation; `controls` control variates are used; the
    median has the interval where that of the mean is `refused`.
    """
    words = tr(OF_MEDIAN if refused else mark.interval_method)
    if unit > 1:
        words += tr(", means of antithetic pairs")
    if controls == 1:
        words += tr(", adjusted by 1 control variate")
    elif controls:
        words += tr(", adjusted by {count} control variates", count=controls)
    return words


# --- The result of a comparison: differences from a baseline, as numbers and for people ----------


ARM, NEIGHBOUR = "arm", "neighbour"

FRAME = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("unit", TEXT, "its unit", TEXT),
    Column("arrangement", TEXT, "arrangement that is compared", TEXT),
    Column("baseline", TEXT, "arrangement that it is compared with", TEXT),
    Column("mean", OF_OUTCOME, "mean over the replications in which both are defined"),
    Column("baseline_mean", OF_OUTCOME, "mean of the baseline over the same replications"),
    Column("difference", OF_OUTCOME, "of the two, paired by replication: mean, or median as told"),
    Column("low", OF_OUTCOME, "lower end of its interval"),
    Column("high", OF_OUTCOME, "upper end of its interval"),
    Column("told", TEXT, "mean, or median where the mean has no interval", TEXT),
    Column("correlation", "correlation", "of the two over replications", low=-1.0, high=1.0),
    Column("variance_reduction", "x", "variance with independent over that with common draws"),
    Column("replications_needed", "count", "for the half-width that was asked for", low=0.0),
    Column(
        "verdict",
        TEXT,
        "better, worse, higher, lower, not resolved, or why there is no ranking",
        TEXT,
    ),
    Column("role", TEXT, "arm, or neighbour: run to tell what a part of an arm does", TEXT),
)
"""What `Comparison.frame` and ``comparison.csv`` hold."""

BEHIND = (
    Column("standard_error", OF_OUTCOME, "standard error of the difference", low=0.0),
    Column("pairs", "count", "replications in which both are defined", "i8", low=0.0),
    Column("median_difference", OF_OUTCOME, "median of the differences"),
    Column("median_low", OF_OUTCOME, "lower end of its interval"),
    Column("median_high", OF_OUTCOME, "upper end of its interval"),
    Column("lower_quartile", OF_OUTCOME, "a quarter of the differences lie below"),
    Column("upper_quartile", OF_OUTCOME, "a quarter of the differences lie above"),
    Column("mean_difference", OF_OUTCOME, "mean of the differences"),
    Column("refusal", TEXT, "why it has no interval; empty where it has one", TEXT),
    Column("clear_of_all", "flag", "clear of zero when all rows are judged together", "i1"),
    Column("method", TEXT, "how the interval is made", TEXT),
    Column("warning", TEXT, "what a reader should keep in mind", TEXT),
)
"""Columns of `Comparison.details` that a workbook shows beside those of `FRAME`."""

FRAME_COLUMNS = tuple(column.name for column in FRAME)
DETAIL_COLUMNS = (
    "outcome", "arrangement", "replications", "pairs", "dropped", "standard_error",
    "half_width", "method", "median_difference", "median_low", "median_high",
    "lower_quartile", "upper_quartile", "mean_difference", "refusal", "tail_index",
    "p_value", "clear_of_all", "different", "differs_at_most", "heavy", "warning",
)  # fmt: skip
TEXT_COLUMNS = (
    "outcome", "unit", "arrangement", "value", "baseline", "difference", "interval",
    "verdict",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Paired differences of every outcome from the baseline, with verdicts.

    `rows` and `attributes`, row by row, are what `frame` and `details` give; `arrangements` are
    all that were run, the baseline too, in the order of the scenario.
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

    def frame(self, labels: bool = False) -> pd.DataFrame:
        """Give the comparison as numbers: one row per outcome and arrangement, in columns `FRAME`.

        Means are over the replications in which both values are defined. Where a run has
        control variates, ``difference`` and its interval are adjusted by them, so it need not
        equal ``mean`` less ``baseline_mean`` to the last digit. Where the mean has no interval
        (`sim.analysis.mean_rule`) they are those of the median, and ``told`` says so. With
        `labels` it is written for people: names in words, numbers in the units people read.
        """
        if not labels:
            return self.rows.copy()
        return labelled(self.rows, FRAME, self.marks, self._styles())

    def sheets(self) -> tuple[Sheet, ...]:
        """Give the sheets of a workbook: a chart, all differences, and what outcomes are."""
        names = definitions_sheet(self.marks)
        if self.rows.empty:
            return (names,)
        behind = self.attributes.drop(columns=["outcome", "arrangement"])
        whole = self.rows.join(behind)
        whole["warning"] = [
            warning_words(row, self.marks[row["outcome"]], self.confidence)
            for row in whole.to_dict("records")
        ]
        about = tr(
            "Difference of every outcome from the baseline, paired by replication, with {level}"
            " intervals and verdicts.",
            level=percent_text(self.confidence),
        )
        data = table_sheet(
            tr("Comparison"), whole, (*FRAME, *BEHIND), self.marks, about, self._styles()
        )
        return chart_sheet(data, names, FRAME, self.confidence), data, names

    def to_excel(self, path: str | Path) -> Path:
        """Write the comparison as an Excel workbook, with its folder, and name it.

        Raises SimError if XlsxWriter, of the extra ``excel``, is not installed.
        """
        return write_workbook(path, self.sheets())

    def details(self) -> pd.DataFrame:
        """Give what stands behind each row of `frame`, in the same order.

        Besides outcome, arrangement, replications, pairs and dropped: standard_error,
        half_width (to which replications_needed refers), method, median_difference with
        median_low and median_high (order statistics) and quartiles, mean_difference, refusal
        (why the mean has no interval, empty where it has one), tail_index (Hill, of absolute
        deviations), p_value, clear_of_all (clear of zero after Holm's correction for all rows),
        different (replications with a difference), differs_at_most (where there are none:
        largest share of histories that could differ, at the confidence of the comparison),
        heavy (whether the tail index is believed to be below 2) and warning.
        """
        return self.attributes.copy()

    def table(self, outcomes: str | Iterable[str] | None = None) -> pd.DataFrame:
        """Give the comparison for people: numbers as text, in the units people read.

        Columns are outcome, unit, arrangement, value, baseline, difference, interval and
        verdict; rows those of the outcomes named, one or several, in this order, all by
        default.

        Raises OutcomeError if a name was not compared.
        """
        return self._texts(named(outcomes, self.marks))

    def _texts(self, names: Iterable[str], arrangement: str | None = None) -> pd.DataFrame:
        """Write rows as text: those of some outcomes, of all arrangements or of one."""
        rows = self.rows if arrangement is None else self._of(arrangement)
        texts = [
            self._text_row(row, written)
            for name in names
            for written in (self.style(name),)
            for row in rows[rows["outcome"] == name].to_dict("records")
        ]
        return pd.DataFrame(texts, columns=list(TEXT_COLUMNS))

    def _of(self, arrangement: str) -> pd.DataFrame:
        return self.rows[self.rows["arrangement"] == arrangement]

    def style(self, name: str, divisor: float = 1.0, unit: str = "") -> RowStyle:
        """Give the unit and the decimals in which an outcome's row is written.

        The numbers may be divided by something, and then have the unit that is given.
        """
        own = (self.rows["outcome"] == name).to_numpy()
        rows = self.rows[own]
        columns = ["mean", "baseline_mean", "difference"]
        return row_style(
            unit or self.marks[name].unit,
            (rows[columns].to_numpy(np.float64) / divisor).ravel(),
            self.attributes.loc[own, "standard_error"].to_numpy(np.float64) / divisor,
            rows.loc[rows["verdict"].map(is_ranking), "difference"] / divisor,
        )

    def _styles(self) -> list[RowStyle]:
        """Give the style of each row, that of its outcome."""
        styles = {name: self.style(name) for name in self.marks}
        return [styles[name] for name in self.rows["outcome"]]

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Give the rows of an outcome or of an arrangement as `table` writes them."""
        if name in self.arrangements:
            return self._texts(self.marks, name)
        named(name, (*self.marks, *self.arrangements))
        return self.table(name)

    def _ipython_key_completions_(self) -> list[str]:
        """Give the names that a notebook completes between brackets."""
        return [*self.marks, *(name for name in self.arrangements if name != self.baseline)]

    def _repr_html_(self) -> str:
        """Show the differences in a notebook, folded by party."""
        rows = self.table().set_index(pd.Index(self.rows["outcome"]))
        shown = rows.drop(columns="outcome").rename(columns=lambda name: tr(str(name)))
        return by_party(repr(self), shown, self.marks)

    def _text_row(self, row: Mapping[Any, Any], written: RowStyle) -> dict[str, str]:
        """Write one row as text."""
        return {
            "outcome": tr(self.marks[row["outcome"]].label),
            "unit": written.style.axis,
            "arrangement": arrangement_text(row["arrangement"]),
            "value": written.level(row["mean"]),
            "baseline": written.level(row["baseline_mean"]),
            "difference": written.step(row["difference"]),
            "interval": told_range(written, row),
            "verdict": tr(str(row["verdict"])),
        }


# --- One row for each outcome and arrangement ----------------------------------------------------


HALF_WIDTH_SHARE = 0.05
_ENOUGH_IN_TAIL = 10
# All other columns are numbers, also in a comparison without rows.
_COUNTS = frozenset({"replications", "pairs", "dropped", "different", "heavy", "clear_of_all"})
_WORDS = frozenset({
    "outcome", "unit", "arrangement", "baseline", "told", "verdict", "role", "method", "refusal",
    "warning",
})  # fmt: skip


@dataclass(frozen=True)
class _Aim:
    """What a comparison is asked for, handed from row to row."""

    baseline: str
    confidence: float
    half_width: float | Mapping[str, float] | None
    half_width_share: float

    def width(self, mark: Mark, mean: float, baseline_mean: float) -> float:
        """Give the half-width that is wanted for one row, in the outcome's unit."""
        stated = self.half_width
        if isinstance(stated, Mapping):
            stated = stated.get(mark.name)
        if stated is not None:
            return float(stated)
        # A paired outcome is zero under the baseline, which gives no scale.
        scale = mean if mark.paired and not baseline_mean else baseline_mean
        return self.half_width_share * abs(scale)


def compare(
    outcomes: Outcomes,
    baseline: str = "plain",
    confidence: float = 0.95,
    half_width: float | Mapping[str, float] | None = None,
    half_width_share: float = HALF_WIDTH_SHARE,
) -> Comparison:
    """Compare every arrangement with the baseline, replication by replication.

    Parameters
    ----------
    outcomes : Outcomes
        What `measure` returned.
    baseline : str
        Arrangement the others are compared with.
    confidence : float, in (0, 1)
        Of each interval.
    half_width : float or mapping of outcome to float, optional
        Half-width, in the outcome's unit, for which the replications needed are given.
    half_width_share : float
        Where no half-width is stated: share of the absolute mean of the baseline.

    Raises
    ------
    OutcomeError
        If the baseline is not among the arrangements.

    References
    ----------
    Law 2015, Simulation Modeling and Analysis, sections 10.2.1 and 11.2.
    """
    if baseline not in outcomes.arrangements:
        known = ", ".join(outcomes.arrangements)
        raise OutcomeError(f'baseline "{baseline}"', "was not run", f"choose one of: {known}")
    aim = _Aim(baseline, confidence, half_width, half_width_share)
    everything = _all_rows(outcomes, aim)
    return Comparison(
        everything[list(FRAME_COLUMNS)].copy(),
        everything[list(DETAIL_COLUMNS)].copy(),
        outcomes.marks,
        outcomes.arrangements,
        baseline,
        confidence,
    )


def _all_rows(outcomes: Outcomes, aim: _Aim) -> pd.DataFrame:
    """Compare every outcome of every other arrangement, with all columns."""
    rows: list[dict[str, Any]] = []
    for mark in outcomes.marks.values():
        others = [name for name in outcomes.arrangements if name != aim.baseline]
        rows += [_row(mark, outcomes, arrangement, aim) for arrangement in others]
    columns = [*dict.fromkeys(FRAME_COLUMNS + DETAIL_COLUMNS)]
    everything = pd.DataFrame(rows, columns=columns)
    for column in everything.columns.difference([*_WORDS, *_COUNTS]):
        everything[column] = everything[column].astype(np.float64)
    ranked = everything["verdict"].map(is_ranking).to_numpy(bool)
    everything["clear_of_all"] = ranked & holm(everything["p_value"], 1.0 - aim.confidence)
    return everything


def _row(mark: Mark, outcomes: Outcomes, arrangement: str, aim: _Aim) -> dict[str, Any]:
    """Compare one outcome of one arrangement with the baseline."""
    table = outcomes.table(mark.name)
    values, baseline = table[arrangement].to_numpy(), table[aim.baseline].to_numpy()
    one, two = complete_pairs(values, baseline)
    judged = _judged(mark, outcomes, (arrangement, aim.baseline), aim.confidence)
    found = judged.found
    level = mean(finite(values) if judged.verdict == UNDEFINED else one)
    baseline_level = mean(two)
    width = aim.width(mark, level, baseline_level)
    return {
        "outcome": mark.name,
        "unit": mark.unit,
        "arrangement": arrangement,
        "baseline": aim.baseline,
        "mean": level,
        "baseline_mean": baseline_level,
        **judged.told.named("difference", "low", "high"),
        "told": MEDIAN if judged.refused else MEAN,
        "correlation": correlation(one, two),
        "variance_reduction": _factor(one, two, outcomes, found),
        "replications_needed": outcomes.unit
        * replications_needed(_deviation(mark, found), width, aim.confidence, found.used),
        "verdict": judged.verdict,
        "role": NEIGHBOUR if arrangement in outcomes.neighbours else ARM,
        "half_width": width,
        **_behind(mark, values, (one - two, outcomes.unit), judged, aim.confidence),
    }


class _Judged(NamedTuple):
    """A difference, the median of its observations, and what can be said of it."""

    found: Adjusted
    median: Interval
    verdict: str
    refused: str

    @property
    def told(self) -> Interval:
        """What a row tells: the mean, or the median where the mean has no interval."""
        return self.median if self.refused else self.found.interval


def _judged(mark: Mark, outcomes: Outcomes, pair: tuple[str, str], confidence: float) -> _Judged:
    """Judge the difference of an arrangement from the baseline."""
    table = outcomes.table(mark.name)
    values, baseline = (table[name].to_numpy() for name in pair)
    found = adjusted_difference(mark, outcomes, pair, confidence)
    # Order statistics need independent values: those before a fit to controls.
    median = quantile_interval(found.observed, 0.5, confidence)
    refused = refusal(mark, found.values) if found.observed.size >= MINIMUM_PAIRS else ""
    if mark.paired and undefined_baseline(values, baseline):
        return _Judged(found, median, UNDEFINED, "")
    sides = complete_pairs(values, baseline)
    return _Judged(found, median, decide(mark, sides, found.interval, median), refused)


def differences(
    outcomes: Outcomes, baseline: str = "plain", confidence: float = 0.95
) -> pd.DataFrame:
    """Give what a comparison says first, for those who ask again and again.

    Columns outcome, unit, arrangement, difference, low, high, told and verdict of the `frame` of
    a comparison, with its rows.
    """
    rows = []
    for mark in outcomes.marks.values():
        for arrangement in (name for name in outcomes.arrangements if name != baseline):
            judged = _judged(mark, outcomes, (arrangement, baseline), confidence)
            rows.append({
                "outcome": mark.name, "unit": mark.unit, "arrangement": arrangement,
                **judged.told.named("difference", "low", "high"),
                "told": MEDIAN if judged.refused else MEAN, "verdict": judged.verdict,
            })  # fmt: skip
    return pd.DataFrame(rows)


def adjusted_difference(
    mark: Mark, outcomes: Outcomes, pair: tuple[str, str], confidence: float = 0.95
) -> Adjusted:
    """Estimate the mean difference from independent observations, with its interval.

    The pair is an arrangement and the baseline; the values are those of the observations.
    """
    table = outcomes.table(mark.name)
    by_replication = (table[pair[0]] - table[pair[1]]).dropna()
    values = averaged(by_replication, outcomes.unit)
    if mark.binary:
        # A regression on controls would leave the range of a probability.
        interval = difference_interval(mark, values, confidence)
        return Adjusted(values, interval, paired_proportion_p_value(values), 0, values)
    if outcomes.controls is None or mark.paired or mark.heavy_tailed:
        found = unadjusted(values, confidence)
    else:
        known = outcomes.control_table(*pair)
        known = known.loc[by_replication.index]
        found = adjust(values, averaged(known, outcomes.unit), confidence)
    if not refusal(mark, found.values):
        return found
    told = without_ends(found.interval)
    return replace(found, interval=told, p_value=sign_p_value(found.observed))


def _factor(one: FloatArray, two: FloatArray, outcomes: Outcomes, found: Adjusted) -> float:
    """Give the factor against independent seeds that all methods in use reach together."""
    error = found.interval.standard_error
    if (outcomes.unit == 1 and not found.used) or not error > 0.0:
        return variance_reduction(one, two)
    return float(one.var(ddof=1) + two.var(ddof=1)) / (one.size * error**2)


def _behind(
    mark: Mark,
    values: FloatArray,
    drawn: tuple[FloatArray, int],
    judged: _Judged,
    confidence: float,
) -> dict[str, Any]:
    """Give the attributes of a row that stand in `Comparison.details` only."""
    (difference, unit), (found, median, _, refused) = drawn, judged
    tail = hill_index(np.abs(found.observed - median.estimate))
    quarters = (0.25, 0.75)
    ends = np.quantile(found.observed, quarters) if found.observed.size else (math.nan,) * 2
    defined = int(np.isfinite(values).sum()) if mark.paired else difference.size
    dropped = values.size - min(defined, values.size)
    different, count = int(np.count_nonzero(difference)), found.interval.count
    row = {
        "replications": values.size,
        "pairs": difference.size,
        "dropped": dropped,
        "standard_error": found.interval.standard_error,
        "method": method_words(mark, unit, 0 if refused else found.used, refused),
        **median.named("median_difference", "median_low", "median_high"),
        "lower_quartile": float(ends[0]),
        "upper_quartile": float(ends[1]),
        "mean_difference": found.interval.estimate,
        "refusal": refused,
        "tail_index": tail.index,
        "p_value": found.p_value,
        "different": different,
        "differs_at_most": math.nan if different else unseen_bound(count, confidence),
        "heavy": _is_heavy(mark, tail),
    }
    return row | {"warning": warning_words(row, mark, confidence)}


def _is_heavy(mark: Mark, tail: TailIndex) -> bool:
    """Believe an index below 2 where it is expected, or where enough values say so."""
    return tail.warning and (mark.heavy_tailed or tail.used >= _ENOUGH_IN_TAIL)


def _deviation(mark: Mark, found: Adjusted) -> float:
    """Give the standard deviation of one observation; nan where the mean has no interval."""
    if found.values.size < MINIMUM_PAIRS or math.isnan(found.interval.low):
        return math.nan
    if not (found.used or mark.binary):
        return float(found.values.std(ddof=1))
    return found.interval.standard_error * math.sqrt(found.values.size)
