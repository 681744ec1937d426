"""The simulator meets the closed forms of hazards that follow the cycle.

Firms of one replication share its path, so the independent unit is the replication, and
standard errors come from the spread between replications. A closed form in years has no
unit of its own: a year of it passes in two weeks of the run, which saves settlements.
"""

from functools import cache

import numpy as np
import pytest

from sim.formulas.survival import piecewise_incidence, piecewise_survival
from tests.formulas.oracles import cases, oracle_values
from tests.house.limits import (
    Estimate, Lives, assert_meets, causes, estimate, limit, lived, lives, mean,
)  # fmt: skip

PACE = 24.0
BOOM_YEARS, BUST_YEARS = 5.0, 1.5
# All but one in a thousand have ended; what they still have to live is below a fiftieth
# of a standard error.
WHOLE_LIFE = 54.0
REPLICATIONS = 400
OPENING = {"boom": "boom", "bust": "bust", "stat": "stationary"}
DATES = ["boom.1", "boom.3", "boom.5", "stat.1", "stat.3", "stat.5"]

START, CUTS = [0.0, 1.0, 3.0, 5.0], ["first", "second", "third", "fourth"]
FAILURE, EXITS = [0.10, 0.12, 0.08, 0.05], [0.01, 0.04, 0.08, 0.10]


def cycle(opening: str, boom: dict[str, float], bust: dict[str, float]) -> dict:
    """Two regimes at random, and nothing else in them but the factors given."""
    plain = {"margin": 0.0, "drift": 0.0, "recovery": 1.0, "collateral": 1.0}
    return {
        "macro.path": [], "macro.opening": OPENING[opening],
        "macro.regime.boom": {**plain, "mean_years": BOOM_YEARS / PACE, **boom},
        "macro.regime.bust": {**plain, "mean_years": BUST_YEARS / PACE, **bust},
        "experiment.horizon_years": WHOLE_LIFE / PACE,
    }  # fmt: skip


@cache
def one_stage(opening: str) -> dict[str, list[Lives]]:
    """Lives by sector and replication: failure or sale, failure alone, a loan's ends."""
    four = lambda hazard: [hazard] * 4  # noqa: E731
    loan = causes(four(0.03), four(0.0), pace=PACE)
    # Prepayment does not follow the cycle, as listings do not here.
    loan["equity"]["listing_hazard"] = four(0.25 * PACE)
    sectors = {
        "firm": {"share": 0.3, **causes(four(0.03), four(0.10), pace=PACE)},
        "default_only": {"share": 0.4, **causes(four(0.03), four(0.0), pace=PACE)},
        "loan": {"share": 0.3, **loan},
    }
    factors = cycle(opening, {"setback": 1.0, "acquisition": 1.0},
                    {"setback": 4.0, "acquisition": 0.2})  # fmt: skip
    return ensemble(sectors, {**factors, "population.firms": 300})


@cache
def three_stages(opening: str) -> list[Lives]:
    """Lives by replication, with the stages and factors of the source."""
    life = causes([0.0, 0.15, 0.08, 0.03], [0.0, 0.03, 0.10, 0.12],
                  [0.0, 0.40, 0.25, 0.0], pace=PACE)  # fmt: skip
    factors = cycle(
        opening, {"setback": 0.8, "acquisition": 1.2, "progress": 1.1},
        {"setback": 2.0, "acquisition": 0.3, "progress": 0.6},
    )  # fmt: skip
    values = {**factors, "population.firms": 100, "population.first_stage": 1}
    return ensemble({"firm": {"share": 1.0, **life}}, values)["firm"]


def ensemble(sectors: dict, values: dict) -> dict[str, list[Lives]]:
    """Lives by sector, one entry for each replication."""
    scenario = limit(sectors, values)
    worlds = (lived(scenario, r) for r in range(REPLICATIONS))
    found = [{name: lives(w, name, PACE) for name in sectors} for w in worlds]
    return {name: [one[name] for one in found] for name in sectors}


def share(runs: list[Lives], cause: str, years: float) -> Estimate:
    """Share of firms ended by a cause by a date."""
    return mean([getattr(run, f"{cause}_by")(years).mean() for run in runs])


def pairs(failed: np.ndarray) -> float:
    """Share of pairs of firms of one replication in which both have failed."""
    n, k = failed.shape[0], failed.sum()
    return k * (k - 1.0) / (n * (n - 1.0))


def correlation(runs: list[np.ndarray]) -> Estimate:
    """Pairwise correlation of default, from who failed in each replication."""
    rate, both = [run.mean() for run in runs], [pairs(run) for run in runs]
    return estimate(lambda p, joint: (joint - p * p) / (p - p * p), rate, both)


def failed_by(opening: str, years: float) -> list[np.ndarray]:
    return [run.failed_by(years) for run in one_stage(opening)["default_only"]]


@cache
def stated_path() -> Lives:
    """Lives under a stated path of four regimes."""
    regimes = {
        f"macro.regime.{name}": {"mean_years": 1.0, "setback": a, "acquisition": b}
        for name, a, b in zip(CUTS, FAILURE, EXITS, strict=True)
    }
    path = [
        {"from_years": a, "regime": name} for a, name in zip(START, CUTS, strict=True)
    ]
    still = {"boom": 0.0, "bust": 0.0} | dict.fromkeys(CUTS, 0.0)
    life = causes([1.0] * 4, [1.0] * 4)
    values = {
        **regimes, "macro.opening": "first", "macro.path": path,
        "equity_market.enter_winter_hazard": still,
        "equity_market.leave_winter_hazard": still,
        "population.firms": 40_000, "experiment.horizon_years": 10.0,
    }  # fmt: skip
    return lives(lived(limit({"firm": {"share": 1.0, **life}}, values)), "firm")


@cache
def frail(variance: float, hazard: float) -> list[np.ndarray]:
    """Who fails in one calendar year with a gamma factor, by replication."""
    values = {
        "macro.frailty_variance": variance, "population.firms": 1000,
        "experiment.horizon_years": 1.0,
    }  # fmt: skip
    life = causes([hazard] * 4, [0.0] * 4)
    scenario = limit({"firm": {"share": 1.0, **life}}, values)
    return [lives(lived(scenario, r), "firm").failed for r in range(REPLICATIONS)]


@pytest.mark.parametrize(("inputs", "value"), cases("A2a.D."))
def test_failed_by_a_date_on_a_stated_path(inputs, value):
    assert_meets(mean(stated_path().failed_by(inputs["t"])), value, 0.02)


@pytest.mark.parametrize("years", [1.0, 3.0, 5.0, 10.0])
def test_sold_by_a_date_and_alive_on_a_stated_path(years):
    hazards = np.column_stack([FAILURE, EXITS])
    sold = piecewise_incidence(START, hazards, years)[1]
    alive = piecewise_survival(START, hazards.sum(axis=1), years)
    assert_meets(mean(stated_path().left_by(years)), float(sold), 0.06)
    assert_meets(mean(stated_path().years > years), float(alive), 0.01)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.D."))
def test_failed_by_a_date_in_the_cycle(inputs, value):
    found = share(one_stage(inputs["start"])["firm"], "failed", inputs["t"])
    assert_meets(found, value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.X."))
def test_sold_by_a_date_in_the_cycle(inputs, value):
    found = share(one_stage(inputs["start"])["firm"], "left", inputs["t"])
    assert_meets(found, value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.ultD."))
def test_ever_failed_in_the_cycle(inputs, value):
    found = share(one_stage(inputs["start"])["firm"], "failed", WHOLE_LIFE)
    assert_meets(found, value, 0.02)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.life."))
def test_mean_life_in_the_cycle(inputs, value):
    runs = one_stage(inputs["start"])["firm"]
    assert_meets(mean([mean_life(run) for run in runs]), value, 0.02)


def mean_life(run: Lives) -> float:
    """Mean life up to the end of the run."""
    return float(np.minimum(run.years, WHOLE_LIFE).mean())


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.PD."))
def test_default_probability_in_the_cycle(inputs, value):
    runs = failed_by(inputs["start"], inputs["t"])
    assert_meets(mean([run.mean() for run in runs]), value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.rho."))
def test_default_correlation_of_the_cycle(inputs, value):
    found = correlation(failed_by(inputs["start"], inputs["t"]))
    assert_meets(found, value, 0.25)


@cache
def defaults_among_twenty() -> list[np.ndarray]:
    """Defaults within five years in books of twenty loans, by replication."""
    runs = failed_by("stat", 5.0)
    whole = [run[: 20 * (run.shape[0] // 20)] for run in runs]
    return [run.reshape(-1, 20).sum(axis=1) for run in whole]


@pytest.mark.parametrize(("inputs", "value"), cases("A2c.K."))
def test_chance_of_a_number_of_defaults_in_a_small_book(inputs, value):
    hits = [(book == inputs["k"]).mean() for book in defaults_among_twenty()]
    assert_meets(mean(hits), value, 0.2)


def test_mean_and_variance_of_defaults_in_a_small_book():
    books = defaults_among_twenty()
    one = [book.mean() for book in books]
    two = [(book.astype(float) ** 2).mean() for book in books]
    assert_meets(mean(one), oracle_values()["A2c.Kmean"]["value"], 0.02)
    variance = estimate(lambda m, square: square - m * m, one, two)
    assert_meets(variance, oracle_values()["A2c.Kvar"]["value"], 0.1)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.D."))
def test_failed_by_a_date_with_stages_in_the_cycle(inputs, value):
    runs = three_stages(inputs["start"].split(",")[1])
    assert_meets(share(runs, "failed", inputs["t"]), value, 0.03)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.X."))
def test_sold_by_a_date_with_stages_in_the_cycle(inputs, value):
    runs = three_stages(inputs["start"].split(",")[1])
    assert_meets(share(runs, "left", inputs["t"]), value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.ultD."))
def test_ever_failed_with_stages_in_the_cycle(inputs, value):
    runs = three_stages(inputs["start"].split(",")[1])
    assert_meets(share(runs, "failed", WHOLE_LIFE), value, 0.02)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.life."))
def test_mean_life_with_stages_in_the_cycle(inputs, value):
    runs = three_stages(inputs["start"].split(",")[1])
    assert_meets(mean([mean_life(run) for run in runs]), value, 0.02)


def paid(run: Lives, rate: float, loss: float) -> tuple[float, float]:
    """Present values, per unit lent, of a coupon of one and of the end of a loan."""
    discount = np.exp(-rate * run.years)
    last = np.where(run.failed, 1.0 - loss, 1.0)
    return float(((1.0 - discount) / rate).mean()), float((discount * last).mean())


@pytest.mark.parametrize("opening", ["boom", "bust"])
def test_value_of_a_loan_over_the_cycle(opening):
    inputs = oracle_values()[f"A2f.V.{opening}"]
    coupon, end = loan_values(inputs, opening)
    found = estimate(lambda a, b: inputs["coupon"] * a + b, coupon, end)
    assert_meets(found, inputs["value"], 0.005)


def loan_values(inputs: dict, opening: str) -> np.ndarray:
    """Both present values by replication, shape (2, n_replications)."""
    runs = one_stage(opening)["loan"]
    return np.array([paid(run, inputs["r"], inputs["LGD"]) for run in runs]).T


@pytest.mark.parametrize(("inputs", "value"), cases("A2f.par."))
def test_coupon_at_which_a_loan_is_worth_par(inputs, value):
    coupon, end = loan_values(inputs, inputs["start"])
    found = estimate(lambda a, b: (1.0 - b) / a, coupon, end)
    assert_meets(found, value, 0.02)


@pytest.mark.parametrize(("inputs", "value"), cases("A2g.PD."))
def test_default_probability_under_a_gamma_factor(inputs, value):
    runs = frail(inputs["frailty_var"], inputs["cum_hazard"])
    assert_meets(mean([run.mean() for run in runs]), value, 0.06)


@pytest.mark.parametrize(("inputs", "value"), cases("A2g.rho."))
def test_default_correlation_of_a_gamma_factor(inputs, value):
    runs = frail(inputs["frailty_var"], inputs["cum_hazard"])
    assert_meets(correlation(runs), value, 0.2)
