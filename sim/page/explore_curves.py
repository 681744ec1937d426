"""The curves that a reader can call up on the page: levels, bands and paired differences."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.base.language import tr
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import ResultsView
from sim.outcomes.wording import decimals, unit_style
from sim.page.explore_data import rounded
from sim.show.curve_data import LEVEL, STEP, curve_data, has_series
from sim.show.curves import CREDIT, CUMULATIVE_PROFIT, DATE, SURVIVAL, VALUE_BY_AGE, VINTAGE, Curve
from sim.show.lifecycle import PREFIX, STAGES

_LEVEL, _STEP = (("mean", *LEVEL[::2]), ("difference", *STEP[::2]))
_FINE = 0.01
"""Values are kept to four digits of the largest: two of a hundredth of it."""


def curve_records(results: ResultsView, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Give every curve that a run has, as the page holds it.

    Words of the axes; ``x``: shape (n_x,); ``places``: decimals; ``level`` and ``steps``: by
    arrangement None or three lists, the mean and the ends of its band.
    """
    for curve in _curves():
        if has_series(results, curve.series):
            data = curve_data(results, curve.series, comparison.baseline, curve.adds_up)
            yield _record(curve, data, comparison)


def _curves() -> Iterator[Curve]:
    """Give the curves in reading order; firms of each stage are curves too."""
    yield from (SURVIVAL, VALUE_BY_AGE, VINTAGE, CUMULATIVE_PROFIT, CREDIT)
    for stage, label in STAGES.items():
        title = tr("Firms in stage: {stage}", stage=tr(label).lower())
        yield Curve(PREFIX + stage, title, DATE, "firms")


def _record(curve: Curve, data: pd.DataFrame, comparison: Comparison) -> dict[str, Any]:
    """Write one curve for the page."""
    x = sorted(data["x"].unique())
    parts = {name: part.set_index("x").reindex(x) for name, part in data.groupby("arrangement")}
    scale = unit_style(curve.unit).scale
    shown = {name: part[[*_LEVEL, *_STEP]] * scale for name, part in parts.items()}
    size = max(float(part["mean"].abs().max()) for part in shown.values())
    places = decimals(size, size * _FINE)
    return {
        "name": f"curve.{curve.series}",
        "label": tr(curve.title),
        "x": [round(float(one), 4) for one in x],
        "across": tr(curve.x),
        "unit": curve.level,
        "step": curve.step,
        "places": places,
        "level": [_lists(shown.get(one), _LEVEL, places) for one in comparison.arrangements],
        "steps": [
            _lists(shown.get(one) if one != comparison.baseline else None, _STEP, places)
            for one in comparison.arrangements
        ],
    }


def _lists(
    part: pd.DataFrame | None, columns: tuple[str, ...], places: int
) -> list[list[float | None]] | None:
    """Give columns as lists; None for an arrangement that has no such curve."""
    return None if part is None else [rounded(part[column], places) for column in columns]
