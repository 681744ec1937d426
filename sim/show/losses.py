"""The loss distribution of each bank, with value-at-risk and expected shortfall."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.base.errors import OutcomeError
from sim.formulas.loss_distribution import sample_expected_shortfall, sample_quantile
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.statistics import FloatArray
from sim.outcomes.tails import quantile_ranks
from sim.outcomes.wording import arrangement_text, percent_text
from sim.show.style import Drawing, Look, looks, number_axis, style

SERIES = "bank_annual_loss"
LEVELS = (0.999, 0.99, 0.95, 0.90)
_RESAMPLES = 400
_ROUNDING = 1e-12
_SEED = 20_020_726
_FEWEST_FOR_999 = 10_000
_ACROSS = 3
_LEGIBLE = 400


@dataclass(frozen=True)
class _Tail:
    """Tail measures of one bank under one arrangement, with intervals."""

    var: float
    var_low: float
    var_high: float
    es: float
    es_low: float
    es_high: float


def honest_level(count: int, confidence: float = 0.95) -> float:
    """Give the highest level of value-at-risk that this many values can bound.

    Parameters
    ----------
    count : int
        Number of bank-years.
    confidence : float, in (0, 1)
        Of the order-statistic interval that must exist.

    Returns
    -------
    float
        0.999 (only from 10,000 values), 0.99, 0.95 or 0.90; nan where none can be.

    Examples
    --------
    >>> honest_level(20), honest_level(100), honest_level(400), honest_level(20_000)
    (nan, 0.95, 0.99, 0.999)
    """
    for level in LEVELS:
        if level > 0.99 and count < _FEWEST_FOR_999:
            continue
        if quantile_ranks(count, level, confidence)[1] <= count:
            return level
    return math.nan


def loss_distribution_data(results: ResultsView, level: float | None = None) -> pd.DataFrame:
    """Give the frame behind `loss_distribution`.

    Parameters
    ----------
    results : Results
        With the series ``bank_annual_loss``.
    level : float, in (0, 1), optional
        Level of the tail measures; by default the highest that the data can bound.

    Returns
    -------
    DataFrame
        One row per bank and arrangement: bank, arrangement, replications, bank_years,
        mean, level, var, var_low, var_high, es, es_low, es_high, in CNY million per year.
        Intervals (95 %) come from drawing whole replications again, because the years of
        one replication belong to one history.

    Raises
    ------
    OutcomeError
        If the results hold no such series.

    References
    ----------
    Acerbi and Tasche 2002 for both measures; Davison and Hinkley 1997, section 3.8, for
    the bootstrap of whole groups.
    """
    parts = _losses(results)
    fewest = min(len(part) for part in parts.values())
    chosen = honest_level(fewest) if level is None else level
    return pd.DataFrame(
        [_describe(bank, name, part, chosen) for (bank, name), part in parts.items()]
    )


def _losses(results: ResultsView) -> dict[tuple[Any, str], pd.DataFrame]:
    """Give the annual losses by bank and arrangement, defined ones only."""
    rows = results.series[results.series["series"] == SERIES].dropna(subset=["value"])
    if rows.empty:
        raise OutcomeError(
            f'series "{SERIES}"', "is not in these results", "run with a longer horizon"
        )
    order = arrangement_order(results, rows)
    found = dict(list(rows.groupby(["bank", "arrangement"], observed=True)))
    return {
        (bank, name): found[bank, name]
        for bank in rows["bank"].unique()
        for name in order
        if (bank, name) in found
    }


def _describe(bank: Any, name: str, part: pd.DataFrame, level: float) -> dict[str, Any]:
    """Describe one bank under one arrangement."""
    values = part["value"].to_numpy(np.float64)
    head = {"bank": bank, "arrangement": name}
    head |= {"replications": part["replication"].nunique(), "bank_years": values.size}
    return head | {"mean": values.mean(), "level": level} | vars(_tail(part, level))


def _tail(part: pd.DataFrame, level: float) -> _Tail:
    """Estimate the tail measures and their intervals."""
    if math.isnan(level):
        return _Tail(*[math.nan] * 6)
    order = np.argsort(-part["value"].to_numpy(np.float64), kind="stable")
    values = part["value"].to_numpy(np.float64)[order]
    group = np.unique(part["replication"], return_inverse=True)[1][order]
    generator = np.random.Generator(np.random.PCG64(_SEED))
    count = int(group.max()) + 1
    times = generator.multinomial(count, np.full(count, 1.0 / count), _RESAMPLES)
    drawn = np.array([weighted_tail(values, one[group], level) for one in times])
    (var_low, es_low), (var_high, es_high) = np.quantile(drawn, (0.025, 0.975), axis=0)
    var = sample_quantile(values, level)
    es = sample_expected_shortfall(values, level)
    return _Tail(var, var_low, var_high, es, es_low, es_high)


def weighted_tail(
    falling: FloatArray, weights: NDArray[np.int64], level: float
) -> tuple[float, float]:
    """Give value-at-risk and expected shortfall of values that are drawn several times.

    Parameters
    ----------
    falling : array, shape (n,)
        Losses, largest first.
    weights : array of int, shape (n,)
        How often each is drawn; the sum is positive.
    level : float, in (0, 1)

    Returns
    -------
    value_at_risk, expected_shortfall : float
        As for the sample in which each value is repeated by its weight.

    References
    ----------
    Acerbi and Tasche 2002, On the coherence of expected shortfall.

    Examples
    --------
    >>> weighted_tail(np.array([4.0, 3.0, 2.0, 1.0]), np.array([1, 1, 1, 1]), 0.5)
    (2.0, 3.5)
    """
    reached = np.cumsum(weights)
    worst = reached[-1] * (1.0 - level)
    # The last place keeps a draw for the case that rounding reaches the very end.
    at = int(np.searchsorted(reached, worst + _ROUNDING * reached[-1], side="right"))
    at = min(at, falling.size - 1)
    above = float(reached[at - 1]) if at else 0.0
    total = float(weights[:at] @ falling[:at]) + (worst - above) * float(falling[at])
    return float(falling[at]), float(total / worst)


@style()
def loss_distribution(results: ResultsView, level: float | None = None) -> Drawing:
    """Draw how often each bank's annual loss exceeds a size, under every arrangement.

    Parameters
    ----------
    results : Results
        With the series ``bank_annual_loss``.
    level : float, in (0, 1), optional
        Level of the tail measures; by default the highest that the data can bound.

    Returns
    -------
    Figure
        One panel per bank; the vertical axis is logarithmic, so that the tail is legible.

    Raises
    ------
    OutcomeError
        If the results hold no such series.
    """
    data, parts = loss_distribution_data(results, level), _losses(results)
    banks = list(dict.fromkeys(data["bank"]))
    drawn = looks(arrangement_order(results, results.series))
    shown = {name: look for name, look in drawn.items() if name in set(data["arrangement"])}
    across = min(_ACROSS, len(banks))
    down = math.ceil(len(banks) / across)
    figure = Drawing(2.0 + 2.7 * across, 1.4 + 2.9 * down)
    panels = figure.subplots(down, across, squeeze=False, sharey=True)
    handles: list[Any] = []
    for axes, bank in zip(panels.flat, banks, strict=False):
        tails = data[data["bank"] == bank].set_index("arrangement")
        handles = [
            _exceedance(axes, parts[bank, name], look)
            for name, look in shown.items()
            if name in tails.index
        ]
        for place, (name, tail) in enumerate(tails.iterrows()):
            _mark_tail(axes, tail, shown[str(name)], place)
        axes.set_title(arrangement_text(str(bank)))
        axes.set_yscale("log")
        number_axis(axes, "x", "Loss in a year (CNY million)")
    for axes in list(panels.flat)[len(banks) :]:
        axes.set_visible(False)
    for axes in panels[:, 0]:
        number_axis(axes, "y", "Share of years with a larger loss (%)")
    return figure.finish("Annual credit loss of each bank", _note(data), data, handles)


def _exceedance(axes: Axes, part: pd.DataFrame, look: Look) -> Any:
    """Draw the share of years with a larger loss."""
    values = np.sort(part["value"].to_numpy(np.float64))
    share = 100.0 * (values.size - np.arange(1, values.size + 1)) / values.size
    kept = _legible(values.size)
    (line,) = axes.plot(
        values[kept],
        share[kept],
        color=look.colour,
        ls=look.line,
        lw=1.5,
        drawstyle="steps-post",
        marker=look.marker,
        markevery=[],
        ms=5,
        label=look.label,
    )
    return line


def _legible(count: int) -> NDArray[np.int64]:
    """Keep every value of the tail and thin the body, which a screen cannot resolve."""
    last = count - 2  # the largest value has no larger loss, and no place on a log axis
    from_top = np.unique(np.round(np.geomspace(1, max(count - 1, 1), _LEGIBLE)))
    kept = last + 1 - from_top.astype(np.int64)
    return np.sort(kept[kept >= 0])


def _mark_tail(axes: Axes, tail: "pd.Series[Any]", look: Look, place: int) -> None:
    """Mark value-at-risk on the curve, and expected shortfall in a row for each look."""
    if math.isnan(tail["level"]):
        return
    height = 100.0 * (1.0 - tail["level"])
    axes.plot(tail["var"], height, marker="|", ms=12, mew=2.2, color=look.colour)
    # Rows a little apart keep marks apart that would hide each other.
    row = height * 10.0 ** (0.075 * (place + 1.5))
    axes.plot(tail["es"], row, marker=look.marker, ms=6, ls="", color=look.colour)


def _note(data: pd.DataFrame) -> str:
    """Say what lines and marks are and from how many replications."""
    years, count = int(data["bank_years"].min()), int(data["replications"].max())
    note = f"Line: {years:,} years per bank and arrangement, from {count} replications."
    level = float(data["level"].iloc[0])
    if math.isnan(level):
        return note + " Too few years for a tail measure."
    worst = percent_text(1 - level)
    return note + (
        f" Bar: value-at-risk {percent_text(level)}. Mark just above: expected shortfall,"
        f" the mean of the worst {worst} of years. Intervals of both stand in the frame"
        " behind the figure. Scales differ between banks."
    )
