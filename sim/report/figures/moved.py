"""What changed values do: differences from the baseline before and now, and the change."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.image import imsave
from numpy.typing import NDArray

from sim.analysis.compare import differences
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
Limits = tuple[float, float]
_WORDS = {BEFORE: "as in the file", NOW: "now", CHANGE: "change"}


def change_data(before: Outcomes, now: Outcomes, baseline: str) -> pd.DataFrame:
    """Give the frame behind `change_figure`.

    Both of the same arrangements in the same replications, under different values. Columns
    outcome, unit, arrangement, values (before, now or change), difference, low,
    high, verdict. The change is paired by replication, as the differences are.
    """
    parts = [
        _compared(before, baseline).assign(values=BEFORE),
        differences(now, baseline).assign(values=NOW),
    ]
    for arm in (name for name in now.arrangements if name != baseline):
        both = _differences(before, now, (arm, baseline))
        parts.append(differences(both, BEFORE).assign(values=CHANGE, arrangement=arm))
    whole = pd.concat(parts, ignore_index=True)[COLUMNS]
    order = {name: place for place, name in enumerate(now.names)}
    keys = whole["outcome"].map(order)
    return whole.iloc[np.argsort(keys, kind="stable")].reset_index(drop=True)


@lru_cache(maxsize=1)
def _compared(before: Outcomes, baseline: str) -> pd.DataFrame:
    """Compare what all moves start from, once."""
    return differences(before, baseline)


def _differences(before: Outcomes, now: Outcomes, pair: tuple[str, str]) -> Outcomes:
    """Differences of one arrangement as if they were outcomes, before and now."""
    parts = []
    for name, outcomes in ((BEFORE, before), (NOW, now)):
        values = outcomes.tidy.set_index(["arrangement", "outcome", "replication"])["value"]
        gap = values.loc[pair[0]] - values.loc[pair[1]]
        parts.append(gap.reset_index().assign(arrangement=name))
    return replace(
        now, tidy=pd.concat(parts, ignore_index=True), arrangements=(BEFORE, NOW), controls=None
    )


def change_figure(before: Outcomes, now: Outcomes, baseline: str) -> Drawing:
    """Draw differences from the baseline before and now, one panel an outcome.

    Parameters as in `change_data`. A filled mark is clear of zero; a hollow one is not, and
    ranks nothing.
    """
    return Moving(before, now, baseline).drawing


class Moving:
    """The figure of `change_figure`, whose marks go on moving.

    Words, axes and ticks are drawn once, and again only where an interval leaves its panel; the
    panels of the first picture come back as soon as all intervals are within them. `drawing` is
    the figure, as it is now.
    """

    @style()
    def __init__(self, before: Outcomes, now: Outcomes, baseline: str) -> None:
        self._before, self._baseline = before, baseline
        self._marks = [now.mark(name) for name in now.names]
        arms = [name for name in now.arrangements if name != baseline]
        self._rows = [(arm, values) for arm in arms for values in (BEFORE, NOW, CHANGE)]
        self._looks = looks(now.arrangements)
        high = (1.1, 0.85 + 0.26 * len(self._rows))
        self.drawing, panels = panel_grid(len(self._marks), PANELS_ACROSS, (2.0, 2.9), high)
        self._panels: list[Axes] = list(panels.flat)[: len(self._marks)]
        self._drawn: list[tuple[Axes, Artist]] = []
        data = self._placed(now)
        for axes, mark in zip(self._panels, self._marks, strict=True):
            shade_better_side(axes, mark)
            axes.set_title(fill(tr(mark.label), LETTERS_OF_TITLE))
            number_axis(axes, "x", unit_style(mark.unit).step_axis)
        # The arrangement is named only where there are several.
        names = [f"{arrangement_text(arm)}, " if len(arms) > 1 else "" for arm, _ in self._rows]
        words = [tr(_WORDS[values]) for _, values in self._rows]
        named_rows(self._panels[0], [n + word for n, word in zip(names, words, strict=True)])
        title = tr("Difference from {baseline}", baseline=arrangement_text(baseline).lower())
        if len(arms) == 1:
            title = f"{arrangement_text(arms[0])}: {title[:1].lower()}{title[1:]}"
        self.drawing.finish(title, _note(now), data)
        self._home = self._wide = self._now = tuple(axes.get_xlim() for axes in self._panels)
        self._grounds: dict[tuple[Limits, ...], Any] = {}

    def picture(self, now: Outcomes) -> bytes:
        """Move all marks to what is measured now; gives the figure as a PNG file."""
        with style(self.drawing.written):
            data = self._placed(now)
            self._widen(data)
            canvas: Any = self.drawing.canvas
            canvas.restore_region(self._ground(canvas))
            for axes, artist in self._drawn:
                axes.draw_artist(artist)
        self.drawing.data = data
        picture = BytesIO()
        # A picture that is looked at once is written quickly rather than tightly.
        imsave(picture, canvas.buffer_rgba(), format="png", pil_kwargs={"compress_level": 1})
        return picture.getvalue()

    def _placed(self, now: Outcomes) -> pd.DataFrame:
        """Put all marks where they belong, in place of those that were there."""
        for _, artist in self._drawn:
            artist.remove()
        self._drawn = []
        data = change_data(self._before, now, self._baseline)
        records = data.to_dict("records")
        rows = {(row["outcome"], row["arrangement"], row["values"]): row for row in records}
        for axes, mark in zip(self._panels, self._marks, strict=True):
            scale = unit_style(mark.unit).scale
            for place, (arm, values) in enumerate(self._rows):
                look = _seen(self._looks[arm], values)
                artists = whisker(axes, place, rows[mark.name, arm, values], scale, look, 0.8)
                self._drawn += [(axes, artist) for artist in artists]
        return data

    def _widen(self, data: pd.DataFrame) -> None:
        """Take the first panels, or wide ones where those do not hold all."""
        names, rows = data["outcome"].to_numpy(), data[["difference", "low", "high"]].to_numpy()
        ends = [_ends(rows[names == mark.name], mark) for mark in self._marks]
        self._wide = tuple(map(_wider, self._wide, ends))
        self._now = self._home if _hold(self._home, ends) else self._wide
        for axes, mark, limits in zip(self._panels, self._marks, self._now, strict=True):
            if limits != axes.get_xlim():
                for artist in (*axes.patches, *axes.get_lines()):
                    if all(artist is not one for _, one in self._drawn):
                        artist.remove()
                shade_better_side(axes, mark, limits)

    def _ground(self, canvas: Any) -> Any:
        """Give the picture without marks, in the present panels."""
        if self._now not in self._grounds:
            for _, artist in self._drawn:
                artist.set_visible(False)
            canvas.draw()
            for _, artist in self._drawn:
                artist.set_visible(True)
            home = {key: kept for key, kept in self._grounds.items() if key == self._home}
            self._grounds = {**home, self._now: canvas.copy_from_bbox(self.drawing.bbox)}
        return self._grounds[self._now]


def _ends(rows: NDArray[np.float64], mark: Mark) -> Limits:
    """Give the least and the largest number of a panel, as it is drawn; zero is in it."""
    known = rows[np.isfinite(rows)] * unit_style(mark.unit).scale
    return float(known.min(initial=0.0)), float(known.max(initial=0.0))


def _hold(limits: Sequence[Limits], ends: Sequence[Limits]) -> bool:
    """Whether every panel holds its numbers."""
    return all(
        low <= least and most <= high
        for (low, high), (least, most) in zip(limits, ends, strict=True)
    )


def _wider(limits: Limits, ends: Limits) -> Limits:
    """Give the limits of a panel, with room for further moves where they must be widened.

    >>> _wider((-1.0, 1.0), (-0.5, 0.5)), _wider((-1.0, 1.0), (-0.5, 3.0))
    ((-1.0, 1.0), (-1.0, 4.0))
    """
    (low, high), (least, most) = limits, ends
    room = 0.25 * (max(high, most) - min(low, least))
    return low if low <= least else least - room, high if most <= high else most + room


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
