"""Reading a history: ratios, sums and time averages. No outcome is defined here.

Date 0 is the start of the experiment. What came before is a common past and counts only as
an opening level.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.firms.record import STAGES
from sim.outcomes.columns import Floats, Mask
from sim.state.history import History

Array = NDArray[Any]
HOUSE = "house definition"
BY_STAGE = {
    code: {"stage": stage, "firms": firms, "told": told, "short": short}
    for code, (stage, firms, told, short) in enumerate((
        ("startup", "start-ups", "start-ups", "start-ups"),
        ("growth", "growth firms", "growth stage", "growth"),
        ("expansion", "expanding firms", "expansion stage", "expansion"),
        ("mature", "mature firms", "mature firms", "mature"),
    ))
}  # fmt: skip
"""Words of a stage in the names, formulas and labels of a family of outcomes, by its code."""
_ROUNDING = 1e-9


def ratio(part: float, whole: float) -> float:
    """Part over whole; nan where the whole is not above zero.

    Examples
    --------
    >>> ratio(1.0, 4.0), ratio(1.0, 0.0)
    (0.25, nan)
    """
    return float(part) / float(whole) if whole > 0.0 else math.nan


def share(chosen: Mask, among: Mask) -> float:
    """Share of the rows `among` that are also `chosen`; nan of none."""
    return ratio(float(np.count_nonzero(chosen & among)), float(np.count_nonzero(among)))


def quotient(part: Array, whole: Array, empty: float = math.nan) -> Floats:
    """Part over whole, element by element; `empty` where the whole is not above zero.

    Examples
    --------
    >>> quotient(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    found = np.full(np.shape(whole), empty)
    return np.asarray(np.divide(part, whole, out=found, where=whole > 0.0))


def mean(values: Floats) -> float:
    """Mean, nan of nothing."""
    return float(values.mean()) if values.size else math.nan


def total(history: History, *columns: str) -> float:
    """Sum of bank flows over banks and the experiment, CNY million."""
    return float(sum(history.flow(column).sum() for column in columns))


def balance_years(history: History) -> float:
    """Time integral of the balance lent in the experiment, CNY million years."""
    return total(history, "balance_years")


def quarters(history: History, run_off: bool = False) -> Floats:
    """Length of the period that each settlement closes, shape (n_during,), years."""
    before = np.concatenate([[0.0], history.dates[:-1]])
    length = history.dates - np.maximum(before, 0.0)
    return np.asarray(length[history.during(run_off)])


def between(history: History, levels: Floats) -> Floats:
    """Level half-way between settlements, for each period of the experiment, (n_during,).

    Levels are read at settlements, shape (n_dates,); straight lines lie between them.
    """
    before = np.concatenate([levels[:1], levels[:-1]])
    return np.asarray(0.5 * (before + levels)[history.during()])


def time_average(history: History, levels: Floats) -> float:
    """Average over the experiment of a level that is read at settlements, shape (n_dates,).

    Periods next to a date at which it is undefined (nan) are left out.
    """
    inside, length = between(history, levels), quarters(history)
    known = np.isfinite(inside)
    return ratio(float(inside[known] @ length[known]), float(length[known].sum()))


def of_stage(history: History, kind: str, stage: int) -> Floats:
    """What the system holds of one stage (0 start-up to 3 mature) at each settlement.

    Of kind "count" living firms, "borrowers" firms with a line, "credit" balances in CNY
    million; shape (n_dates,).
    """
    return history.series(f"{kind}_{stage}")


def of_all_stages(history: History, kind: str) -> Floats:
    """What the system holds of all stages at each settlement, shape (n_dates,)."""
    stages = [of_stage(history, kind, stage) for stage in range(len(STAGES))]
    return np.asarray(np.sum(stages, axis=0))


def years_of_stage(history: History, kind: str, stage: int) -> float:
    """Time integral of the same over the experiment."""
    return float(between(history, of_stage(history, kind, stage)) @ quarters(history))


def opening(history: History, levels: Floats) -> float:
    """A level on the first day; zero where nothing was settled before."""
    before = np.flatnonzero(history.dates <= _ROUNDING)
    return float(levels[before[-1]]) if before.size else 0.0


def closing(history: History, levels: Floats) -> float:
    """A level at the horizon; nan where nothing was settled."""
    inside = np.flatnonzero(history.during())
    return float(levels[inside[-1]]) if inside.size else math.nan


def year_ends(history: History) -> Floats:
    """Ends of the years of the experiment, shape (n_years,)."""
    return np.arange(1.0, np.ceil(history.horizon - _ROUNDING) + 1.0)


def yearly(history: History, column: str) -> Floats:
    """A bank flow by year of the experiment, shape (n_years, n_banks), CNY million."""
    inside = history.during()
    year = np.ceil(history.dates[inside] - _ROUNDING).astype(np.int64) - 1
    flow = history.bank(column)[inside]
    sums = np.zeros((int(year.max()) + 1 if year.size else 0, flow.shape[1]))
    np.add.at(sums, year, flow)
    return sums


def code_of(history: History, regime: str) -> int:
    """Code of a macro regime by its name; -1, which no date has, where there is none."""
    names = history.facts["regimes"]
    return names.index(regime) if regime in names else -1
