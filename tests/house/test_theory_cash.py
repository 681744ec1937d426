"""The simulator meets the closed forms of cash: burn, runway, and the race for money."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from sim.engine.world import World
from tests.house.limits import CODES, assert_meets, events, limit, lived, lives, mean
from tests.oracles.runway import runway
from tests.oracles.values import oracle_values

# A firm in arrears closes at once: what matters here is the day on which cash is gone.
AT_ONCE = {"credit_line.arrears_window": 1e-9}
# Firms look for money from the first day, and are worth enough to raise all they need.
ALWAYS_RAISING = {
    "equity.raise_below_runway": 1e6, "equity.valuation_multiple": [1e9] * 4,
}  # fmt: skip


def burning(burn: float, cash: float) -> dict:
    """Both kinds of start-up burn the same and open with the same cash."""
    return {
        "burn": burn, "venture_burn": burn, "opening_cash": cash,
        "venture_opening_cash": cash,
    }  # fmt: skip


def first_dates(w: World, *names: str) -> pd.DataFrame:
    """Date of the first event of each kind, one row for each firm; never is infinite."""
    log = events(w)
    log = log[log.event.isin([CODES[name] for name in names])]
    dates = log.groupby(["firm", "event"]).date.first().unstack()
    dates = dates.reindex(index=range(w.firms.shape[0]), columns=[CODES[n] for n in names])
    return dates.fillna(np.inf).set_axis(list(names), axis=1)


def test_constant_burn_ends_cash_on_the_exact_day():
    values = {
        "operations.opening_cash_log_sd": 0.8, "operations.opening_cash": 2.0,
        "operations.venture_opening_cash": 2.0, "operations.burn": 1.3,
        "operations.venture_burn": 1.3, "growth.volatility": 0.3,
        "population.initial_share": 0.0, "population.firms": 2000,
        "experiment.horizon_years": 12.0, **AT_ONCE,
    }  # fmt: skip
    w = lived(limit({"firm": {"share": 1.0}}, values), trace=True)
    log = events(w).pivot_table(index="firm", columns="event", values=["date", "value"])
    ended = log["date"][CODES["cash exhausted"]]
    # Cash at birth is the value of that line of the log.
    expected = log["date"][CODES["birth"]] + log["value"][CODES["birth"]] / 1.3
    inside = expected < 12.0 - 1e-9
    assert inside.sum() > 1500
    assert ended[~inside].isna().all()
    np.testing.assert_allclose(ended[inside], expected[inside], rtol=0.0, atol=1e-12)


def months_of_growing_burn(years_per_month: float) -> float:
    """Months until cash is gone, at a given length of the source's month."""
    inputs = oracle_values()["A7.grow"]
    values = {
        "operations.opening_cash": inputs["C"], "operations.venture_opening_cash": inputs["C"],
        "operations.research": [inputs["b"] / years_per_month] * 4,
        "growth.growth_at_birth": inputs["g"] / years_per_month,
        "growth.growth_of_old": inputs["g"] / years_per_month,
        "population.firms": 1, "experiment.horizon_years": 10.0 * years_per_month, **AT_ONCE,
    }  # fmt: skip
    w = lived(limit({"firm": {"share": 1.0}}, values), trace=True)
    return float(first_dates(w, "cash exhausted").iloc[0, 0]) / years_per_month


@pytest.mark.parametrize("years_per_month", [0.5, 1.0, 2.5, 10.0])
def test_growing_burn_ends_cash_within_a_quarter_of_growth(years_per_month):
    # Inside a quarter the burn stays at its level at the quarter's start, so it lies
    # between the growing burn and that burn less a quarter of growth.
    inputs = oracle_values()["A7.grow"]
    quarter = np.exp(-inputs["g"] * 0.25 / years_per_month)
    found = months_of_growing_burn(years_per_month)
    latest = runway(inputs["C"], inputs["b"] * quarter, inputs["g"])
    assert inputs["value"] <= found <= latest
    if years_per_month == 10.0:
        assert latest - inputs["value"] < 0.01


def test_error_of_growing_burn_falls_in_proportion_to_the_quarter():
    value = oracle_values()["A7.grow"]["value"]
    coarse, fine = (months_of_growing_burn(years) - value for years in (2.5, 10.0))
    assert coarse / fine == pytest.approx(4.0, rel=0.05)


# A month of the race is a little short, so that cash ends between two committees and no
# firm in arrears is there to ask for a loan.
MONTH = 0.99 / 12.0


@cache
def race() -> tuple[World, pd.DataFrame]:
    """A fixed runway against rounds at three speeds."""
    sectors = {
        name: {
            "share": 1.0 / 3.0,
            "equity": {"round_hazard": [1.0 / (entry["mean_wait_months"] * MONTH)] * 4},
            "operations": burning(1.0, entry["runway"] * MONTH),
        }
        for name, entry in races().items()
    }
    values = {"population.firms": 20_000, "experiment.horizon_years": 1.0}
    w = lived(limit(sectors, values | ALWAYS_RAISING | AT_ONCE), trace=True)
    return w, first_dates(w, "equity round", "cash exhausted")


def races() -> dict[str, dict]:
    """The three races of the source by the name of their sector."""
    names = {f"wait_{months}": f"A7.race.{months}" for months in (18, 12, 9)}
    return {name: oracle_values()[key] for name, key in names.items()}


@pytest.mark.parametrize("name", races())
def test_chance_of_a_round_before_cash_is_gone(name):
    w, dates = race()
    mine = w.firms.sector == list(w.scenario.sector).index(name)
    in_time = (dates["equity round"] < dates["cash exhausted"])[mine]
    assert_meets(mean(in_time), races()[name]["value"], 0.015)
    # Whoever is not funded runs out on the very day.
    late = dates["cash exhausted"][mine][~in_time]
    np.testing.assert_allclose(late, 12.0 * MONTH, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("name", races())
def test_months_until_a_round_or_the_end_of_cash(name):
    w, dates = race()
    mine = w.firms.sector == list(w.scenario.sector).index(name)
    months = dates.min(axis=1)[mine] / MONTH
    inputs = races()[name]
    assert_meets(mean(months), inputs["mean_wait_months"] * inputs["value"], 0.01)


def duals() -> dict[str, dict]:
    """The dual risk models of the source by the name of their sector."""
    return {
        key.replace(".", "_"): entry
        for key, entry in oracle_values().items()
        if key.startswith("A7.dual.")
    }


# A month of the source passes in a thousandth of a year, so that a long life is short.
PACE = 1000.0
EARNING = 4.0
SALES = 2.0 * PACE * EARNING
"""Twice what a healthy firm earns, so that it has outlays."""
# What is earned is kept.
KEEPING = {"cash.target_cash_months": 1e-9, "cash.sweep_above": 1e30}


def spells(inputs: dict) -> dict:
    """Cash falls by one a month, and rises fast in spells that start at random.

    A firm in a setback burns, a healthy one earns; both stays are exponential, so what a
    spell brings is exponential too. Cash falls only between spells, so ruin is that of
    jumps of the same size, however long a spell lasts.
    """
    return {
        "lifecycle": {
            "recovery_hazard": PACE * inputs["rate"],
            "setback_hazard": [PACE * EARNING / inputs["mean_raise_months"]] * 4,
        },
        "operations": {
            **burning(0.0, inputs["runway"]), "opening_scale": SALES,
            "startup_margin": PACE * EARNING / SALES,
            "setback_margin": PACE * (1.0 + EARNING) / SALES,
        },
    }  # fmt: skip


@cache
def spell_world() -> World:
    sectors = {name: {"share": 1.0 / 3.0, **spells(e)} for name, e in duals().items()}
    values = {"population.firms": 18_000, "experiment.horizon_years": 10.0}
    return lived(limit(sectors, values | AT_ONCE | KEEPING))


@pytest.mark.parametrize("name", duals())
def test_ruin_of_a_firm_that_lives_from_random_earnings(name):
    inputs, w = duals()[name], spell_world()
    found = mean(lives(w, name).failed)
    # Firms start with a spell, which multiplies the chance of ruin by 1 / (rate x mean).
    after_a_spell = inputs["value"] / (inputs["rate"] * inputs["mean_raise_months"])
    assert_meets(found, after_a_spell, 0.02)
    slope = inputs["rate"] - 1.0 / inputs["mean_raise_months"]
    f = w.firms[(w.firms.sector == list(w.scenario.sector).index(name)) & (w.firms.end > 1e9)]
    later = np.exp(-slope * f.cash).sum() / (lives(w, name).failed.shape[0])
    assert later < 0.1 * found.error


@pytest.mark.parametrize(("waits", "months"), [(12.0, 15.0), (10.0, 12.0), (12.0, 20.0)])
def test_ruin_of_a_firm_that_lives_from_rounds_of_one_size(waits, months):
    # Rounds that cover a fixed number of months: ruin is exp(-slope * cash), where the
    # slope solves rate * (1 - exp(-slope * months)) = slope (Avanzi, Gerber and Shiu 2007).
    rate, cash = 1.0 / waits, 12.0
    slope = brentq(lambda s: rate * (1.0 - np.exp(-s * months)) - s, 1e-6, rate)
    values = {
        "equity.round_hazard": [PACE * rate] * 4, "equity.raise_for_years": months / PACE,
        "population.firms": 3000, "experiment.horizon_years": 8.0, **AT_ONCE,
        **ALWAYS_RAISING,
    }  # fmt: skip
    w = lived(limit({"firm": {"share": 1.0, "operations": burning(PACE, cash)}}, values))
    found = mean(lives(w, "firm").failed)
    assert_meets(found, float(np.exp(-slope * cash)), 0.025)
    still = w.firms[w.firms.end > 1e9]
    assert np.exp(-slope * still.cash).sum() / w.firms.shape[0] < 0.1 * found.error
