"""Flows of firms between the stages of life as tables, by period and over the whole."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import OutcomeError
from sim.outcomes.flows import MOVED
from sim.outcomes.measure import ResultsView, arrangement_order
from sim.outcomes.statistics import FloatArray
from sim.show.curve_data import family, level_and_difference

STAGES = ("startup", "growth", "expansion", "mature")
LEFT = ("listed", "acquired")
STAY = f"{MOVED}startup>startup"
"""The series that is there where any flow is."""
MOVES = {
    "to_growth": "From start-up to growth or further",
    "to_expansion": "From growth to expansion or further",
    "to_mature": "From expansion to mature",
    "back": "Back to an earlier stage",
    "left": "Listed or sold",
    "closed": "Closed",
}
"""Moves between two dates of a firm, of all periods together."""
ANY = "any"
Flow = tuple[str, str, float, float]
"""Source, target, start and end of the period."""


def lifecycle_flow_data(results: ResultsView, baseline: str | None = None) -> pd.DataFrame:
    """Give the frame behind `lifecycle_flow`.

    Parameters
    ----------
    results : Results
        With the series ``stage_flow:SOURCE>TARGET``.
    baseline : str, optional
        Arrangement that differences refer to; the scenario's first by default.

    Returns
    -------
    DataFrame
        Columns arrangement, source, target, start, end (years), replications, mean, low,
        high (95 % interval of the mean), difference, difference_low, difference_high
        (firms). First the flows of each period, then the moves of `MOVES` over all periods,
        whose source is ``any``.

    Raises
    ------
    OutcomeError
        If the results hold no such series.
    """
    flows = _flows(results)
    order = arrangement_order(results, results.series)
    against = baseline or order[0]
    if against not in flows:
        raise OutcomeError(f'baseline "{against}"', "has no flows", f"choose of {list(flows)}")
    names = [name for name in order if name in flows]
    # Not a set: its order, and so that of the rows, differs from process to process.
    every = dict.fromkeys(key for name in names for key in flows[name])
    keys = sorted(every, key=lambda key: key[2:])
    none = np.zeros(next(iter(flows[against].values())).size)
    rows = [
        _row(name, key, flows[name].get(key, none), flows[against].get(key, none))
        for name in names
        for key in keys
    ]
    span = (min(key[2] for key in keys), max(key[3] for key in keys))
    for name in names:
        for move in MOVES:
            own, base = (_total(flows[one], move, none) for one in (name, against))
            rows.append(_row(name, (ANY, move, *span), own, base))
    return pd.DataFrame(rows)


def _flows(results: ResultsView) -> dict[str, dict[Flow, FloatArray]]:
    """Give each flow of each period by replication, by arrangement."""
    rows = family(results, MOVED)
    wide = rows.pivot_table(
        values="value", index=["arrangement", "series", "x"], columns="replication",
        fill_value=0.0, observed=True,
    )  # fmt: skip
    starts = {end: start for start, end in pairwise([0.0, *sorted(rows["x"].unique())])}
    found: dict[str, dict[Flow, FloatArray]] = {}
    for (name, flow, end), values in zip(wide.index, wide.to_numpy(np.float64), strict=True):
        source, target = flow.removeprefix(MOVED).split(">")
        found.setdefault(name, {})[source, target, starts[end], end] = values
    return found


def _total(flows: dict[Flow, FloatArray], move: str, none: FloatArray) -> FloatArray:
    """Sum one kind of move over all periods, by replication."""
    own = [values for key, values in flows.items() if is_move(move, key[0], key[1])]
    return np.asarray(np.sum([none, *own], axis=0))


def is_move(move: str, source: str, target: str) -> bool:
    """Say whether a flow belongs to a kind of move; one may belong to several.

    Examples
    --------
    >>> [move for move in MOVES if is_move(move, "startup", "expansion")]
    ['to_growth', 'to_expansion']
    >>> [move for move in MOVES if is_move(move, "unborn", "startup")]
    []
    """
    if move == "left":
        return target in LEFT
    if move == "closed":
        return target == move
    if target not in STAGES:
        return False
    # A firm that entered in the period began as a start-up.
    before = STAGES.index(source) if source in STAGES else 0
    after = STAGES.index(target)
    if move == "back":
        return after < before
    return before < STAGES.index(move.removeprefix("to_")) <= after


def _row(name: str, key: Flow, own: FloatArray, base: FloatArray) -> dict[str, Any]:
    """Describe one flow of one arrangement."""
    row: dict[str, Any] = {"arrangement": name, "source": key[0], "target": key[1]}
    return row | {"start": key[2], "end": key[3]} | level_and_difference(own, base)
