"""Paired differences from the baseline, with intervals: a forest plot in small panels."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.analysis.compare import Comparison, is_ranking
from sim.base.errors import OutcomeError
from sim.base.language import gap, tr
from sim.base.wording import arrangement_text, percent_text, unit_style
from sim.outcomes.mark import Mark
from sim.report.figures.letters import fill
from sim.report.figures.style import (
    BETTER_SIDE,
    INK,
    Drawing,
    Look,
    largest_size,
    looks,
    named_rows,
    number_axis,
    panel_grid,
    style,
    undefined_row,
)

COLUMNS = ["outcome", "unit", "arrangement", "difference", "low", "high", "told", "verdict"]
PANELS_ACROSS = 3
LETTERS_OF_TITLE = 34


def difference_data(comparison: Comparison, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Give the frame behind `difference`.

    Of the named outcomes, by default of all: columns outcome, unit, arrangement, difference,
    low, high, told (mean or median), verdict. Outcomes of one group and one unit stand together,
    in the order in which they were named. Raises OutcomeError if a name was not compared.
    """
    marks = comparison.marks
    wanted = list(marks) if names is None else list(names)
    for name in wanted:
        if name not in marks:
            raise OutcomeError(name, "was not compared", "see comparison.marks")
    groups = list(dict.fromkeys(marks[name].group for name in wanted))
    units = list(dict.fromkeys(marks[name].unit for name in wanted))
    wanted.sort(key=lambda n: (groups.index(marks[n].group), units.index(marks[n].unit)))
    frame = comparison.frame()
    parts = [frame.loc[frame["outcome"] == name, COLUMNS] for name in wanted]
    return pd.concat(parts, ignore_index=True)


@style()
def difference(
    comparison: Comparison, names: Iterable[str] | None = None, subject: str = ""
) -> Drawing:
    """Draw paired differences from the baseline, one panel per outcome.

    Parameters and errors as in `difference_data`, and `subject`, what the outcomes have in
    common, for the title; an OutcomeError too where there is only the baseline. Every panel
    has its own scale, because money, shares and years do not share one. A filled mark is
    clear of zero; a hollow one is not, and ranks nothing.
    """
    data = difference_data(comparison, names)
    shown = list(dict.fromkeys(data.loc[data["difference"].notna(), "outcome"]))
    others = [name for name in comparison.arrangements if name != comparison.baseline]
    if not others:
        raise OutcomeError("figure of differences", "nothing but the baseline", "run two")
    drawn = looks(comparison.arrangements)
    high = (1.1, 0.85 + 0.24 * len(others))
    figure, panels = panel_grid(len(shown), PANELS_ACROSS, (2.2, 2.9), high)
    for axes, name in zip(panels.flat, shown, strict=False):
        rows = data[data["outcome"] == name].set_index("arrangement")
        _panel(axes, comparison.marks[name], rows.reindex(others), drawn)
    named_rows(panels[0, 0], [arrangement_text(a) for a in others])
    against = arrangement_text(comparison.baseline).lower()
    words = "Difference from {baseline}, common random numbers"
    if subject:
        words = "{subject}: difference from {baseline}, common random numbers"
    title = tr(words, subject=subject, baseline=against)
    return figure.finish(title, _note(comparison, data, shown), data)


def shade_better_side(axes: Axes, mark: Mark, limits: tuple[float, float] | None = None) -> None:
    """Draw the line of no difference, and shade the side that is better for the party.

    Without limits the panel holds what is drawn in it.
    """
    axes.axvline(0.0, color=INK, lw=1.0, zorder=1)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.08)
    low, high = limits or axes.get_xlim()
    if mark.better != "neither":
        edge = high if mark.better == "higher" else low
        axes.axvspan(0.0, edge, color=BETTER_SIDE, lw=0, zorder=0)
    axes.set_xlim(low, high)


def _panel(axes: Axes, mark: Mark, rows: pd.DataFrame, drawn: dict[str, Look]) -> None:
    read = unit_style(mark.unit, largest_size(rows["difference"]))
    for place, (name, row) in enumerate(rows.iterrows()):
        whisker(axes, place, row.to_dict(), read.scale, drawn[str(name)])
    shade_better_side(axes, mark)
    axes.set_title(panel_title(mark))
    number_axis(axes, "x", read.step_axis)
    # Long numbers would run into each other at the usual number of ticks.
    axes.xaxis.set_major_locator(MaxNLocator(5))


def panel_title(mark: Mark) -> str:
    """Write the outcome's label, with the direction that is better."""
    # The arrow keeps its word; a wide space stands before it unless a new line does.
    better = tr("better")
    arrow = {
        "higher": f" \u2002{better}\u00a0→", "lower": f" \u2002←\u00a0{better}", "neither": "",
    }[mark.better]  # fmt: skip
    lines = fill(tr(mark.label) + arrow, LETTERS_OF_TITLE).split("\n")
    return "\n".join(line.strip() for line in lines)


def whisker(
    axes: Axes, place: float, row: Mapping[Any, Any], scale: float, look: Look, alpha: float = 0.0
) -> list[Artist]:
    """Draw one difference with its interval; the words "not defined" where there is none.

    The row has keys difference, low, high, verdict; `scale` is the factor to the reader's scale,
    `alpha` the opacity of the line: by default full where the verdict ranks, paler where not.
    """
    if not np.isfinite(row["difference"]):
        return [undefined_row(axes, place)]
    clear = is_ranking(str(row["verdict"]))
    low, middle, high = (row[name] * scale for name in ("low", "difference", "high"))
    line: dict[str, Any] = {
        "color": look.colour, "lw": 2.0, "alpha": alpha or (1.0 if clear else 0.6),
    }  # fmt: skip
    drawn = axes.plot([low, high], [place, place], solid_capstyle="butt", **line)
    face = look.colour if clear else "white"
    mark: dict[str, Any] = {
        "marker": look.marker, "ms": 7, "mfc": face, "mec": look.colour, "mew": 1.5,
    }  # fmt: skip
    return [*drawn, *axes.plot(middle, place, ls="", **mark)]


def _note(comparison: Comparison, data: pd.DataFrame, shown: list[str]) -> str:
    pairs = comparison.details()["pairs"]
    count = int(pairs.max()) if len(pairs) else 0
    note = tr(
        "Mark: mean of {count} paired replications, or their median where the mean has no"
        " interval; line: {level} interval. Filled: clear of zero; hollow: not ranked, as the"
        " interval covers zero or mean and median disagree."
        " Shaded side: better for the party. Every panel has its own scale.",
        count=count,
        level=percent_text(comparison.confidence),
    )
    absent = [name for name in dict.fromkeys(data["outcome"]) if name not in shown]
    if absent:
        labels = tr("; ").join(tr(comparison.marks[name].label) for name in absent)
        note += gap() + tr("Not drawn, as no difference is defined: {names}.", names=labels)
    return note
