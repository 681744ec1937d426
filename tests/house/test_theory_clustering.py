"""The simulator meets the closed forms of defaults that come together.

The regime of the cycle and the yearly gamma factor are all that firms share here. The
independent unit is the replication.
"""

from functools import cache

import numpy as np
import pytest

from tests.house.cycles import PACE, REPLICATIONS, cycle, one_stage
from tests.house.limits import (
    CODES,
    Estimate,
    assert_meets,
    causes,
    estimate,
    limit,
    lived,
    lives,
    mean,
)  # fmt: skip
from tests.oracles.values import cases, oracle_values

pytestmark = pytest.mark.full

Runs = list[np.ndarray]


def correlation(runs: Runs) -> Estimate:
    """Pairwise correlation of default, from who has failed in each replication."""
    rate = [run.mean() for run in runs]
    size, count = np.array([(run.size, run.sum()) for run in runs]).T
    both = count * (count - 1.0) / (size * (size - 1.0))
    return estimate(lambda p, joint: (joint - p * p) / (p - p * p), rate, both)


def failed_by(opening: str, years: float) -> Runs:
    """Which firms have failed by a date, among those that cannot be sold."""
    return [run.failed_by(years) for run in one_stage(opening)["default_only"]]


@cache
def in_one_year(variance: float, hazard: float, replications: int = REPLICATIONS) -> Runs:
    """Which firms fail in one calendar year with a gamma factor."""
    values = {
        "macro.frailty_variance": variance, "population.firms": 500,
        "experiment.horizon_years": 1.0,
    }  # fmt: skip
    life = causes([hazard] * 4, [0.0] * 4)
    scenario = limit({"firm": {"share": 1.0, **life}}, values)
    return [lives(lived(scenario, r), "firm").failed for r in range(replications)]


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.PD."))
def test_default_probability_in_the_cycle(inputs, value):
    runs = failed_by(inputs["start"], inputs["t"])
    assert_meets(mean([run.mean() for run in runs]), value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.rho."))
def test_default_correlation_of_the_cycle(inputs, value):
    found = correlation(failed_by(inputs["start"], inputs["t"]))
    assert_meets(found, value, 0.2)


@cache
def defaults_among_twenty() -> Runs:
    """Defaults within five years in books of twenty loans."""
    runs = failed_by("stat", 5.0)
    whole = [run[: 20 * (run.size // 20)] for run in runs]
    return [run.reshape(-1, 20).sum(axis=1).astype(float) for run in whole]


@pytest.mark.parametrize("defaults", [0, 1, 4, 8])
def test_chance_of_a_number_of_defaults_in_a_small_book(defaults):
    value = oracle_values()[f"A2c.K.{defaults}"]["value"]
    hits = [(books == defaults).mean() for books in defaults_among_twenty()]
    assert_meets(mean(hits), value, 0.15)


def test_mean_number_of_defaults_in_a_small_book():
    found = mean([books.mean() for books in defaults_among_twenty()])
    assert_meets(found, oracle_values()["A2c.Kmean"]["value"], 0.03)


def test_variance_of_the_number_of_defaults_in_a_small_book():
    books = defaults_among_twenty()
    moments = [book.mean() for book in books], [(book**2).mean() for book in books]
    variance = estimate(lambda one, two: two - one * one, *moments)
    assert_meets(variance, oracle_values()["A2c.Kvar"]["value"], 0.1)


@cache
def arrivals() -> list[np.ndarray]:
    """Dates of arrivals, 30 a year in a boom and 120 in a bust, by replication.

    Equity rounds do not end a firm, so thirty firms that always look for money are a
    constant population with arrivals at a rate that follows the cycle.
    """
    seeking = {
        "equity.round_hazard": [PACE] * 4, "equity.raise_below_runway": 1e9,
        "operations.burn": 1e-3, "operations.venture_burn": 1e-3, "population.firms": 30,
    }  # fmt: skip
    factors = cycle("stat", {"rounds": 1.0}, {"rounds": 4.0})
    values = {**factors, **seeking, "experiment.horizon_years": 10.0 / PACE}
    scenario = limit({"firm": {"share": 1.0}}, values)
    worlds = (lived(scenario, r, trace=True) for r in range(REPLICATIONS))
    logs = (np.concatenate(w.events) for w in worlds)
    return [log["date"][log["event"] == CODES["equity round"]] * PACE for log in logs]


@pytest.mark.parametrize(("inputs", "value"), cases("A2e.var."))
def test_variance_of_arrivals_whose_rate_follows_the_cycle(inputs, value):
    counts = np.array([(dates <= inputs["t"]).sum() for dates in arrivals()], float)
    variance = estimate(lambda one, two: two - one * one, counts, counts**2)
    assert_meets(variance, value, 0.15)


@pytest.mark.slow
@pytest.mark.parametrize(("inputs", "value"), cases("A2g.PD."))
def test_default_probability_under_a_gamma_factor(inputs, value):
    runs = in_one_year(inputs["frailty_var"], inputs["cum_hazard"])
    assert_meets(mean([run.mean() for run in runs]), value, 0.06)


@pytest.mark.slow
@pytest.mark.parametrize(("inputs", "value"), cases("A2g.rho."))
def test_default_correlation_of_a_gamma_factor(inputs, value):
    runs = in_one_year(inputs["frailty_var"], inputs["cum_hazard"])
    assert_meets(correlation(runs), value, 0.12)


def test_one_regime_without_frailty_gives_no_default_correlation():
    found = correlation(in_one_year(0.0, 0.15, replications=100))
    assert 0.0 < found.error < 5e-4
    assert abs(found.value) <= 4.0 * found.error
