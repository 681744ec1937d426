"""The simulator meets the closed forms of a lifecycle without market conditions or cash.

Each value is compared within four standard errors, which the sample itself gives; the last
argument of `assert_meets` says how small they must be. A closed form in years has no unit
of its own: here a year of it passes in a quarter of the run, to save settlements.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.engine.history import SYSTEM_COLUMNS
from sim.engine.world import World
from tests.house.limits import (
    CODES,
    Estimate,
    Lives,
    assert_meets,
    causes,
    estimate,
    events,
    limit,
    lived,
    lives,
    mean,
)  # fmt: skip
from tests.oracles.absorbing_chain import (
    absorbing_chain,
    absorption_probabilities,
    mean_lifetime,
    state_probabilities,
    years_in_states,
)  # fmt: skip
from tests.oracles.values import cases, oracle_values

# The source calls the stages seed, startup, growth and mature.
STARTS = {"seed": 0, "startup": 1, "growth": 2, "mature": 3}
PROGRESS, REGRESS = [0.50, 0.40, 0.25, 0.0], [0.0, 0.0, 0.05, 0.0]
FAILURE, EXITS = [0.25, 0.15, 0.08, 0.03], [0.00, 0.03, 0.10, 0.12]
PACE = 4.0
LIFE = causes(FAILURE, EXITS, PROGRESS, REGRESS, PACE)
MOVES = np.diag(PROGRESS[:3], 1) + np.diag(REGRESS[1:], -1)
CHAIN = absorbing_chain(MOVES, np.column_stack([FAILURE, EXITS]))
# A chance of exp(-15) to outlive 100 years in the longest stage: no end is cut off.
WHOLE_LIFE = 100.0
HORIZON = {"experiment.horizon_years": WHOLE_LIFE / PACE}
ENTRIES_PER_YEAR = 750.0


@cache
def lives_from(start: str) -> Lives:
    return lives(cohort(), start, PACE)


@cache
def cohort() -> World:
    """Firms that enter at each of the stages and live to the end."""
    sectors = {
        start: {"share": 0.7 if start == "seed" else 0.1, **LIFE,
                "population": {"first_stage": stage}}
        for start, stage in STARTS.items()
    }  # fmt: skip
    return lived(limit(sectors, {"population.firms": 60_000, **HORIZON}))


@cache
def traced() -> World:
    """Firms from the first stage, every event kept."""
    values = {"population.firms": 25_000, **HORIZON}
    return lived(limit({"seed": {"share": 1.0, **LIFE}}, values), trace=True)


@cache
def stock() -> World:
    """Steady entry at 750 firms a year, for 59 years before the start date and one after."""
    years = 60.0
    values = {
        "population.firms": int(ENTRIES_PER_YEAR * years), "population.initial_share": 0.0,
        "experiment.warm_up_years": (years - 1.0) / PACE,
        "experiment.horizon_years": 1.0 / PACE,
    }  # fmt: skip
    return lived(limit({"seed": {"share": 1.0, **LIFE}}, values))


def alive_at(w: World, years: float) -> dict[str, float]:
    """Living firms by stage at the settlement that many years after the first day."""
    first = -w.scenario.experiment.warm_up_years
    row = next(row for date, row in w.system if abs(date - first - years / PACE) < 1e-9)
    return {
        start: float(row[SYSTEM_COLUMNS.index(f"count_{code}")]) for start, code in STARTS.items()
    }


@cache
def years_in_stages() -> dict[str, np.ndarray]:
    """Time that each traced firm spent in each stage, shape (n_firms,)."""
    log = events(traced())
    moves = {CODES["project carried out"]: 1, CODES["falls back a stage"]: -1}
    log = log[log.event.isin([CODES["birth"], *moves])]
    stage = log.event.map(moves).fillna(0).groupby(log.firm).cumsum()
    end = pd.Series(traced().firms.end)
    until = log.date.groupby(log.firm).shift(-1).fillna(log.firm.map(end))
    spent = PACE * (until - log.date).groupby([log.firm, stage]).sum().unstack(fill_value=0.0)
    return {start: spent[code].to_numpy() for start, code in STARTS.items()}


@pytest.mark.parametrize(("inputs", "value"), cases("A1.ultD."))
def test_share_of_firms_that_ever_fail(inputs, value):
    assert_meets(mean(lives_from(inputs["start"]).failed), value, 0.03)


@pytest.mark.parametrize("start", STARTS)
def test_share_of_firms_that_ever_leave_by_sale(start):
    value = absorption_probabilities(CHAIN)[STARTS[start], 1]
    assert_meets(mean(lives_from(start).left), value, 0.015)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.tau."))
def test_mean_life(inputs, value):
    assert_meets(mean(lives_from(inputs["start"]).years), value, 0.015)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.sdtau."))
def test_spread_of_lives(inputs, value):
    years = lives_from(inputs["start"]).years
    spread = estimate(lambda one, two: np.sqrt(two - one**2), years, years**2)
    assert_meets(spread, value, 0.01)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.S."))
def test_share_alive_at_a_date(inputs, value):
    assert_meets(mean(lives_from("seed").years > inputs["t"]), value, 0.015)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.D."))
def test_share_failed_by_a_date(inputs, value):
    assert_meets(mean(lives_from("seed").failed_by(inputs["t"])), value, 0.015)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.X."))
def test_share_sold_by_a_date(inputs, value):
    assert_meets(mean(lives_from("seed").left_by(inputs["t"])), value, 0.075)


@pytest.mark.parametrize("years", [1.0, 3.0, 5.0])
@pytest.mark.parametrize("start", STARTS)
def test_share_in_each_stage_at_a_date(start, years):
    firms = traced().firms.shape[0]
    value = state_probabilities(CHAIN, years)[0, STARTS[start]]
    share = alive_at(traced(), years)[start] / firms
    error = np.sqrt(share * (1.0 - share) / firms)
    assert_meets(Estimate(share, error), value, 0.1)


@pytest.mark.parametrize(("inputs", "value"), cases("A1.N."))
def test_mean_years_in_each_stage(inputs, value):
    assert_meets(mean(years_in_stages()[inputs["time_in"]]), value, 0.02)


@pytest.mark.parametrize(
    ("cause", "value"),
    [("left", oracle_values()["A1.discX.seed"]), ("failed", oracle_values()["A1.discD.seed"])],
)
def test_value_of_one_paid_at_the_end(cause, value):
    seed = lives_from("seed")
    paid = np.exp(-value["r"] * seed.years) * getattr(seed, cause)
    assert_meets(mean(paid), value["value"], 0.01)


@pytest.mark.parametrize(
    ("cause", "value"),
    [("left", oracle_values()["A1.tauX.seed"]), ("failed", oracle_values()["A1.tauD.seed"])],
)
def test_mean_life_of_those_who_end_in_one_way(cause, value):
    seed = lives_from("seed")
    found = estimate(np.divide, seed.years * getattr(seed, cause), getattr(seed, cause))
    assert_meets(found, value["value"], 0.01)


@pytest.mark.parametrize(("inputs", "value"), cases("A12.pop."))
def test_number_alive_under_steady_entry(inputs, value):
    years = inputs.get("t", 60.0)
    assert_meets(per_twenty(sum(alive_at(stock(), years).values())), value, 0.05)


@pytest.mark.parametrize("start", STARTS)
def test_number_alive_by_stage_in_the_steady_state(start):
    value = 20.0 * years_in_states(CHAIN)[0, STARTS[start]]
    assert_meets(per_twenty(alive_at(stock(), 60.0)[start]), value, 0.05)


def per_twenty(alive: float) -> Estimate:
    """A count among independent dates of entry, for 20 entries a year."""
    firms = stock().scenario.population.firms
    share = 20.0 / ENTRIES_PER_YEAR
    return Estimate(share * alive, share * np.sqrt(alive * (1.0 - alive / firms)))


def test_the_length_of_a_year_changes_no_life():
    sectors = [{"seed": {"share": 1.0, **causes(FAILURE, EXITS, PROGRESS, REGRESS, pace)}}
               for pace in (1.0, PACE)]  # fmt: skip
    values = {"population.firms": 500, "experiment.horizon_years": WHOLE_LIFE}
    one, fast = (lived(limit(sector, values)) for sector in sectors)
    np.testing.assert_array_equal(one.firms.status, fast.firms.status)
    np.testing.assert_allclose(one.firms.end, PACE * fast.firms.end, rtol=1e-12)


def test_the_closed_forms_used_here_are_those_of_the_source():
    for start, stage in STARTS.items():
        assert mean_lifetime(CHAIN)[stage] == pytest.approx(
            oracle_values()[f"A1.tau.{start}"]["value"], rel=1e-11
        )
