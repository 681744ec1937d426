"""Plots of one line: paired differences, densities, distribution functions and quantile fans.

Each draws one outcome or curve into axes that are given, and gives them back, so that a reader
lays out a page of his own; without axes it makes a figure that shows itself.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.mlab import GaussianKDE

from sim.analysis.estimates import FloatArray, finite
from sim.analysis.mean_rule import difference_interval
from sim.analysis.outcomes_table import Outcomes, ResultsView, arrangement_order, named
from sim.base.language import tr
from sim.base.wording import arrangement_text, percent_text, unit_style
from sim.outcomes.series import SERIES
from sim.report.figures.curves import CURVES, paths
from sim.report.figures.distribution import undefined_words
from sim.report.figures.style import (
    INK,
    Drawing,
    Look,
    looks,
    named_rows,
    number_axis,
    style,
)

BANDS = {0.9: 0.18, 0.5: 0.4}
"""Shares of histories inside the bands of a fan, the widest first, and how dark each is."""
Given = tuple[Axes | None, Callable[[Axes], None], str]
_GOLDEN = 0.618_033_988_75
_POINTS, _REACH = 200, 3.0
"""Points of a density, and how many kernel widths it reaches beyond the values."""


def paired_differences(
    outcomes: Outcomes, name: str, baseline: str = "", axes: Axes | None = None
) -> Axes | Drawing:
    """Draw an arrangement's difference from the baseline in every history, one row each.

    A point is a replication; the diamond is the mean with its 95 % interval, where it may have one
    (`sim.analysis.mean_rule`). The baseline is by
    default that of the scenario. Raises OutcomeError if outcome or baseline is not here.
    """
    values = _differences(outcomes, name, baseline)
    scale = unit_style(outcomes.mark(name).unit).scale

    def draw(into: Axes) -> None:
        for place, (arrangement, steps) in enumerate(values.items()):
            look = looks(outcomes.arrangements)[arrangement]
            spread = 0.5 * ((np.arange(steps.size) * _GOLDEN) % 1.0 - 0.5)
            into.scatter(steps * scale, place + spread, s=9, color=look.colour, alpha=0.4, lw=0)
            found = difference_interval(outcomes.mark(name), steps)
            ends = [found.low * scale, found.high * scale]
            into.plot(ends, [place, place], color=look.colour, lw=2.4)
            into.plot(found.estimate * scale, place, "D", ms=6, color=look.colour, mec="white")
        named_rows(into, [arrangement_text(one) for one in values])
        into.axvline(0.0, color=INK, lw=1.0, zorder=1)
        number_axis(into, "x", _label(outcomes, name, is_step=True))

    note = tr("Point: a replication; diamond: their mean with its 95 % interval.")
    return _of_outcome(outcomes, name, values, (axes, draw, note))


def density(
    outcomes: Outcomes, name: str, baseline: str = "", axes: Axes | None = None
) -> Axes | Drawing:
    """Draw the density of an outcome over histories, one line an arrangement.

    With a baseline it is that of the paired differences. A Gaussian kernel of Scott's width
    (1992); where all histories are alike, a line upright. Raises OutcomeError as
    `paired_differences`.
    """
    values = _values(outcomes, name, baseline)
    scale = unit_style(outcomes.mark(name).unit).scale

    def draw(into: Axes) -> None:
        for look, own in _looked(outcomes, values, scale):
            if np.ptp(own) > 0.0:
                kernel = GaussianKDE(own)
                beyond = _REACH * float(own.std(ddof=1)) * float(kernel.factor)
                x = np.linspace(own.min() - beyond, own.max() + beyond, _POINTS)
                into.plot(x, kernel.evaluate(x), **_line(look))
            else:
                into.axvline(own[0], **_line(look))
        into.set_ylabel(tr("Density"))
        _finish(into, outcomes, name, baseline)

    note = tr("Density over replications, with a Gaussian kernel.")
    return _of_outcome(outcomes, name, values, (axes, draw, note))


def ecdf(
    outcomes: Outcomes, name: str, baseline: str = "", axes: Axes | None = None
) -> Axes | Drawing:
    """Draw in which share of histories an outcome is at most a value, one line an arrangement.

    With a baseline it is the distribution of the paired differences. Raises OutcomeError as
    `paired_differences`.
    """
    values = _values(outcomes, name, baseline)
    scale = unit_style(outcomes.mark(name).unit).scale

    def draw(into: Axes) -> None:
        for look, own in _looked(outcomes, values, scale):
            into.ecdf(own, **_line(look))
        into.set_ylabel(tr("Share of replications at or below"))
        _finish(into, outcomes, name, baseline)

    note = tr("Empirical distribution over replications.")
    return _of_outcome(outcomes, name, values, (axes, draw, note))


def fan(
    results: ResultsView, series: str, arrangement: str, axes: Axes | None = None
) -> Axes | Drawing:
    """Draw a curve of one arrangement as a fan: its median and the middle parts of histories.

    The bands hold the middle `BANDS` of replications at each point alone. Series of several
    banks are summed. Raises OutcomeError if series or arrangement is not here.
    """
    tables = paths(results, series, adds_up=True)
    named(arrangement, tables)
    mark = next(one for one in SERIES if one.covers(series))
    unit = unit_style(mark.unit)
    data = _quantiles(tables[arrangement])
    look = looks(arrangement_order(results, results.table(CURVES)))[arrangement]

    def draw(into: Axes) -> None:
        x = data["x"].to_numpy(np.float64)
        for share, alpha in BANDS.items():
            low, high = (data[_level(end)] * unit.scale for end in _ends(share))
            label = tr("Middle {share}", share=percent_text(share))
            into.fill_between(x, low, high, color=look.colour, alpha=alpha, lw=0, label=label)
        into.plot(x, data[_level(0.5)] * unit.scale, color=look.colour, label=tr("Median"))
        number_axis(into, "x", tr(mark.x))
        number_axis(into, "y", unit.axis)

    title = tr("{name}: {value}", name=arrangement_text(arrangement), value=tr(mark.meaning))
    note = tr("Bands: middle parts of {count} replications, at each point alone.",
              count=tables[arrangement].shape[1])  # fmt: skip
    return _shown(axes, draw, (title, note), data)


# --- What the plots of outcomes share ------------------------------------------------------------


def _values(outcomes: Outcomes, name: str, baseline: str) -> dict[str, FloatArray]:
    """Give the defined values of every arrangement, or its differences from a baseline."""
    if baseline:
        return _differences(outcomes, name, baseline)
    return {str(one): finite(values) for one, values in outcomes.table(name).items()}


def _differences(outcomes: Outcomes, name: str, baseline: str) -> dict[str, FloatArray]:
    """Give the paired differences of every other arrangement, where both are defined."""
    base = baseline or outcomes.baseline or outcomes.arrangements[0]
    named(base, outcomes.arrangements)
    table = outcomes.table(name)
    return {
        str(one): finite(table[one] - table[base]) for one in table.columns if one != base
    }  # fmt: skip


def _looked(
    outcomes: Outcomes, values: Mapping[str, FloatArray], scale: float
) -> Iterator[tuple[Look, FloatArray]]:
    """Give scaled values with their look, where there are any."""
    drawn = looks(outcomes.arrangements)
    for name, own in values.items():
        if own.size:
            yield drawn[name], own * scale


def _line(look: Look) -> dict[str, Any]:
    return {"color": look.colour, "ls": look.line, "label": look.label}


def _label(outcomes: Outcomes, name: str, is_step: bool) -> str:
    """Name the axis of an outcome or of its differences, with the unit."""
    mark = outcomes.mark(name)
    unit = unit_style(mark.unit)
    if is_step:
        return tr("Difference ({unit})", unit=unit.step_axis)
    return tr("{name} ({unit})", name=tr(mark.label), unit=unit.axis)


def _finish(axes: Axes, outcomes: Outcomes, name: str, baseline: str) -> None:
    number_axis(axes, "x", _label(outcomes, name, is_step=bool(baseline)))
    if baseline:
        axes.axvline(0.0, color=INK, lw=1.0, zorder=1)


def _of_outcome(
    outcomes: Outcomes, name: str, values: Mapping[str, FloatArray], given: Given
) -> Axes | Drawing:
    """Show values of an outcome by arrangement, as `_shown` does; axes, drawing and note."""
    axes, draw, note = given
    absent = {
        arrangement_text(one): outcomes.replications - own.size for one, own in values.items()
    }
    rows = [(one, value) for one, own in values.items() for value in own]
    data = pd.DataFrame(rows, columns=["arrangement", "value"])
    words = tr(outcomes.mark(name).label), note + undefined_words(absent)
    return _shown(axes, draw, words, data.assign(unit=outcomes.mark(name).unit))


@style()
def _shown(
    axes: Axes | None, draw: Callable[[Axes], None], words: tuple[str, str], data: pd.DataFrame
) -> Axes | Drawing:
    """Draw into the axes that are given, or make a figure; words are its title and its note."""
    if axes is not None:
        draw(axes)
        axes.set_title(words[0])
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
        return axes
    figure = Drawing(6.4, 4.2)
    into = figure.subplots()
    draw(into)
    return figure.finish(*words, data, into.get_legend_handles_labels()[0])


def _quantiles(table: pd.DataFrame) -> pd.DataFrame:
    """Give the quantiles over replications (columns) at each point of a curve (index x)."""
    levels = sorted({0.5, *(end for share in BANDS for end in _ends(share))})
    found = table.quantile(levels, axis=1).T
    found.columns = pd.Index([_level(level) for level in levels])
    return found.rename_axis("x").reset_index()


def _ends(share: float) -> tuple[float, float]:
    """Give the levels between which the middle share lies.

    >>> _ends(0.5)
    (0.25, 0.75)
    """
    return round(0.5 - share / 2.0, 6), round(0.5 + share / 2.0, 6)


def _level(level: float) -> str:
    """Name the column of a quantile: p05, median, p95."""
    return "median" if level == 0.5 else f"p{round(100 * level):02d}"
