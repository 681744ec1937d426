"""What changed values do: differences from the baseline before and now, and the change."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.compare import compare
from sim.analysis.outcomes_table import Outcomes
from sim.base.language import tr
from sim.base.wording import arrangement_text, unit_style
from sim.outcomes.mark import Mark
from sim.report.figures.difference import (
    LETTERS_OF_TITLE,
    PANELS_ACROSS,
    shade_better_side,
    whisker,
)
from sim.report.figures.letters import fill
from sim.report.figures.style import (
    INK,
    MUTED,
    Drawing,
    Look,
    looks,
    named_rows,
    number_axis,
    panel_grid,
    style,
)

COLUMNS = ["outcome", "unit", "arrangement", "values", "difference", "low", "high", "verdict"]
BEFORE, NOW, CHANGE = "before", "now", "change"
_WORDS = {BEFORE: "as in the file", NOW: "now", CHANGE: "change"}


def change_data(before: Outcomes, now: Outcomes, baseline: str) -> pd.DataFrame:
    """Give the frame behind `change_figure`.

    Both of the same arrangements in the same replications, under different values. Columns
    outcome, unit, arrangement, values (before, now or change), difference, low,
    high, verdict. The change is paired by replication, as the differences are.
    """
    parts = [
        compare(outcomes, baseline).frame().assign(values=name)
        for name, outcomes in ((BEFORE, before), (NOW, now))
    ]
    for arm in (name for name in now.arrangements if name != baseline):
        both = _differences(before, now, (arm, baseline))
        parts.append(compare(both, BEFORE).frame().assign(values=CHANGE, arrangement=arm))
    whole = pd.concat(parts, ignore_index=True)[COLUMNS]
    order = {name: place for place, name in enumerate(now.names)}
    keys = whole["outcome"].map(order)
    return whole.iloc[np.argsort(keys, kind="stable")].reset_index(drop=True)


def _differences(before: Outcomes, now: Outcomes, pair: tuple[str, str]) -> Outcomes:
    """Differences of one arrangement as if they were outcomes, before and now."""
    parts = []
    for name, outcomes in ((BEFORE, before), (NOW, now)):
        for outcome in outcomes.names:
            table = outcomes.table(outcome)
            gap = (table[pair[0]] - table[pair[1]]).rename("value").reset_index()
            parts.append(gap.assign(arrangement=name, outcome=outcome))
    return replace(
        now, tidy=pd.concat(parts, ignore_index=True), arrangements=(BEFORE, NOW), controls=None
    )


@style()
def change_figure(before: Outcomes, now: Outcomes, baseline: str) -> Drawing:
    """Draw differences from the baseline before and now, one panel an outcome.

    Parameters as in `change_data`. A filled mark is clear of zero; a hollow one is not, and
    ranks nothing.
    """
    data = change_data(before, now, baseline)
    arms = [name for name in now.arrangements if name != baseline]
    places = [(arm, values) for arm in arms for values in (BEFORE, NOW, CHANGE)]
    high = (1.1, 0.85 + 0.26 * len(places))
    figure, panels = panel_grid(len(now.names), PANELS_ACROSS, (2.0, 2.9), high)
    drawn = looks(now.arrangements)
    for axes, name in zip(panels.flat, now.names, strict=False):
        own = data[data["outcome"] == name].to_dict("records")
        rows = {(row["arrangement"], row["values"]): row for row in own}
        _panel(axes, now.mark(name), [rows[place] for place in places], drawn)
    # The arrangement is named only where there are several.
    names = [f"{arrangement_text(arm)}, " if len(arms) > 1 else "" for arm, _ in places]
    labels = [name + tr(_WORDS[key]) for name, (_, key) in zip(names, places, strict=True)]
    named_rows(panels[0, 0], labels)
    title = tr("Difference from {baseline}", baseline=arrangement_text(baseline).lower())
    if len(arms) == 1:
        title = f"{arrangement_text(arms[0])}: {title[:1].lower()}{title[1:]}"
    return figure.finish(title, _note(now), data)


def _panel(axes: Axes, mark: Mark, rows: list[dict[Any, Any]], drawn: dict[str, Look]) -> None:
    scale = unit_style(mark.unit).scale
    for place, row in enumerate(rows):
        whisker(axes, place, row, scale, _seen(drawn[row["arrangement"]], row["values"]), 0.8)
    shade_better_side(axes, mark)
    axes.set_title(fill(tr(mark.label), LETTERS_OF_TITLE))
    number_axis(axes, "x", unit_style(mark.unit).step_axis)


def _seen(look: Look, values: str) -> Look:
    """Give the look of a row; the arrangement's colour is for what is now."""
    colour = {BEFORE: MUTED, NOW: look.colour, CHANGE: INK}[values]
    return replace(look, colour=colour, marker="d" if values == CHANGE else look.marker)


def _note(now: Outcomes) -> str:
    return tr(
        "Mark: mean of {count} paired replications; line: 95 % interval. Change: now less as in"
        " the file, in the same replications. Filled: clear of zero; hollow: not ranked. Shaded"
        " side: better for the party.",
        count=now.replications,
    )
