"""Figures of a history that nothing was fitted to: growth, concentration, exits, ages."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.processes import run_world
from sim.engine.world import new_world
from sim.experiment.run import freeze, worlds
from sim.firms.record import ALIVE, LISTED, STAGES
from sim.outcomes.bank_loss import npl_ratio
from sim.outcomes.bank_stage import default_rate
from sim.outcomes.columns import Floats, of_book, of_firms
from sim.outcomes.groups import defaulted, ended, entered, failed, newborn
from sim.outcomes.reading import between, mean, of_all_stages, quarters, ratio, share
from sim.outcomes.spells import contract_years
from sim.scenario.model import Scenario
from sim.state.history import History
from sim.study.cube import Table
from sim.study.moments import multiples

SMALL_LINE = 10.0
"""CNY million: lines below it are those that policy calls inclusive small loans."""

LARGE_MULTIPLE = 5.0
TAIL_PART = 0.05


def patterns_of(scenario: Scenario, replication: int) -> pd.DataFrame:
    """Figures of plain lending in one replication.

    Returns
    -------
    DataFrame
        Columns arrangement, replication, outcome, value.
    """
    baseline = scenario.experiment.baseline
    alone = scenario.with_values({"experiment.arrangements": [baseline]})
    history = freeze(next(worlds(alone, replication)))
    values = {**age_figures(history), **credit_figures(history), **exit_figures(history)}
    values |= growth_figures(alone, replication)
    return Table.of_rows([baseline], [values]).frame(replication)


def age_figures(history: History) -> dict[str, float]:
    """How old firms are, and how old they grow."""
    firms = of_firms(history)
    alive = entered(history) & (firms["birth"] <= 0.0) & (firms["end"] > 0.0)
    closed = failed(history)
    life = (firms["end"] - firms["birth"])[closed] + history.facts["registration_lag"]
    return {
        "stock_under_5": share(np.asarray(-firms["birth"] < 5.0), np.asarray(alive)),
        "mean_life_of_closed": mean(life),
        "closed_within_5": ratio(float((life <= 5.0).sum()), float(life.size)),
    }


def credit_figures(history: History) -> dict[str, float]:
    """Bad loans, defaults by size of the line, and defaults in a bust over a boom."""
    book = of_book(history)
    years = contract_years(history)
    rows = of_firms(history)["contract"][defaulted(history)]
    bad = np.bincount(rows[rows >= 0], minlength=history.book.shape[0])
    small = book["limit"] < SMALL_LINE
    rates = [ratio(float(bad[s].sum()), float(years[s].sum())) for s in (small, ~small)]
    return {
        "npl_ratio": npl_ratio(history),
        "default_rate": default_rate(history),
        "default_small_over_large": ratio(rates[0], rates[1]),
        "default_bust_over_boom": bust_over_boom(history),
    }


def bust_over_boom(history: History) -> float:
    """Defaults per loan-year in quarters that end in a bust over those in a boom."""
    inside = history.during()
    dates = history.dates[inside]
    bust = history.series("regime")[inside] > 0.0
    loans = between(history, of_all_stages(history, "borrowers")) * quarters(history)
    when = np.searchsorted(dates, of_firms(history)["end"][defaulted(history)] - 1e-9)
    bad = np.bincount(when, minlength=dates.size)[: dates.size]
    rates = [ratio(float(bad[q].sum()), float(loans[q].sum())) for q in (bust, ~bust)]
    return ratio(rates[0], rates[1])


def exit_figures(history: History) -> dict[str, float]:
    """What exits are made of, and in how few of them the value lies."""
    firms = of_firms(history)
    listed = ended(history, LISTED, LISTED)
    found = multiples(history)
    large = found > LARGE_MULTIPLE
    gone = newborn(history, 10.0) & (firms["venture"] == 1)
    nothing = np.asarray(firms["founder_proceeds"] <= 0.0)
    done = gone & np.asarray(firms["status"] > ALIVE)
    return {
        "listed_with_rounds": share(np.asarray(firms["rounds"] > 0), listed),
        "listing_age": mean((firms["end"] - firms["birth"])[listed]),
        "large_multiples": ratio(float(large.sum()), float(found.size)),
        "return_in_large": ratio(float(found[large].sum()), float(found.sum())),
        "founders_with_nothing": share(nothing, done),
        "tail_index": tail_index(found),
    }


def tail_index(values: Floats) -> float:
    """Hill's estimate of the tail index from the largest values.

    Examples
    --------
    >>> u = (np.arange(4000) + 0.5) / 4000
    >>> round(tail_index(u ** (-1 / 1.8)), 1)
    1.8
    """
    ordered = np.sort(values)[::-1]
    count = int(TAIL_PART * ordered.size)
    if count < 2 or ordered[count] <= 0.0:
        return math.nan
    return ratio(1.0, float(np.log(ordered[:count] / ordered[count]).mean()))


def growth_figures(scenario: Scenario, replication: int) -> dict[str, float]:
    """Spread of log growth over two years running, by stage, and its persistence.

    The history before the start date is lived twice more, a year apart each time, and
    firms that live through both years in one stage are compared with themselves.
    """
    world = new_world(scenario, replication)
    run_world(world, -scenario.experiment.warm_up_years, 0.0)
    before = _scales(world.firms)
    years = []
    for year in (0, 1):
        run_world(world, float(year), float(year + 1))
        after = _scales(world.firms)
        stay = np.asarray(before[1] & after[1] & (before[2] == after[2]))
        years.append((after[0] - before[0], stay, after[2]))
        before = after
    growth, stay, stage = years[0]
    found = {
        f"growth_sd_{name}": float(growth[stay & (stage == k)].std())
        for k, name in enumerate(STAGES)
        if (stay & (stage == k)).any()
    }
    both = stay & years[1][1]
    known = both.sum() > 2 and growth[both].std() > 0.0
    found["growth_persistence"] = (
        float(np.corrcoef(growth[both], years[1][0][both])[0, 1]) if known else math.nan
    )
    centred = growth[stay] - growth[stay].mean() if stay.any() else np.zeros(1)
    found["growth_kurtosis"] = ratio(float((centred**4).mean()), float((centred**2).mean()) ** 2)
    return found


def _scales(firms: np.recarray) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    """Log scale, whether alive, and stage, copied."""
    alive = np.asarray(firms["status"] == ALIVE)
    return np.array(firms["log_scale"]), alive, np.array(firms["stage"], dtype=np.int64)
