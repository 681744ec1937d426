"""The simulator meets the closed forms of hazards that change with the regime.

Firms of one replication share its path, so the independent unit is the replication, and
standard errors come from the spread between replications.
"""

from functools import cache

import numpy as np
import pytest

from tests.house.cycles import (
    WHOLE_LIFE,
    failed,
    mean_life,
    one_stage,
    sold,
    three_stages,
)  # fmt: skip
from tests.house.limits import (
    Lives,
    assert_meets,
    causes,
    estimate,
    limit,
    lived,
    lives,
    mean,
)  # fmt: skip
from tests.oracles.survival import piecewise_incidence, piecewise_survival
from tests.oracles.values import cases, oracle_values

pytestmark = pytest.mark.full

STARTS = [0.0, 1.0, 3.0, 5.0]
NAMES = ["first", "second", "third", "fourth"]
FAILURE, EXITS = [0.10, 0.12, 0.08, 0.05], [0.01, 0.04, 0.08, 0.10]
HAZARDS = np.column_stack([FAILURE, EXITS])


@cache
def on_a_stated_path() -> Lives:
    """Lives under a stated path of four regimes, whose factors are the hazards."""
    regimes = {
        f"macro.regime.{name}": {"mean_years": 1.0, "setback": a, "acquisition": b}
        for name, a, b in zip(NAMES, FAILURE, EXITS, strict=True)
    }
    path = [{"years_from_start": a, "regime": n} for a, n in zip(STARTS, NAMES, strict=True)]
    still = dict.fromkeys(["boom", "bust", *NAMES], 0.0)
    values = {
        **regimes, "macro.opening": "first", "macro.path": path,
        "equity_market.enter_winter_hazard": still,
        "equity_market.leave_winter_hazard": still,
        "population.firms": 40_000, "experiment.horizon_years": 10.0,
    }  # fmt: skip
    life = causes([1.0] * 4, [1.0] * 4)
    return lives(lived(limit({"firm": {"share": 1.0, **life}}, values)), "firm")


@pytest.mark.parametrize(("inputs", "value"), cases("A2a.D."))
def test_failed_by_a_date_on_a_stated_path(inputs, value):
    assert_meets(mean(on_a_stated_path().failed_by(inputs["t"])), value, 0.02)


@pytest.mark.parametrize("years", [1.0, 3.0, 5.0, 10.0])
def test_sold_by_a_date_on_a_stated_path(years):
    value = piecewise_incidence(STARTS, HAZARDS, years)[1]
    assert_meets(mean(on_a_stated_path().left_by(years)), value, 0.06)


@pytest.mark.parametrize("years", [1.0, 3.0, 5.0, 10.0])
def test_alive_at_a_date_on_a_stated_path(years):
    value = piecewise_survival(STARTS, HAZARDS, years)
    assert_meets(mean(on_a_stated_path().years > years), value, 0.01)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.D."))
def test_failed_by_a_date_in_the_cycle(inputs, value):
    runs = one_stage(inputs["start"])["firm"]
    assert_meets(failed(runs, inputs["t"]), value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.X."))
def test_sold_by_a_date_in_the_cycle(inputs, value):
    assert_meets(sold(one_stage(inputs["start"])["firm"], inputs["t"]), value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.ultD."))
def test_ever_failed_in_the_cycle(inputs, value):
    assert_meets(failed(one_stage(inputs["start"])["firm"], WHOLE_LIFE), value, 0.02)


@pytest.mark.parametrize(("inputs", "value"), cases("A2b.life."))
def test_mean_life_in_the_cycle(inputs, value):
    assert_meets(mean_life(one_stage(inputs["start"])["firm"]), value, 0.01)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.D."))
def test_failed_by_a_date_with_stages_in_the_cycle(inputs, value):
    runs = three_stages(inputs["start"].split(",")[1])
    assert_meets(failed(runs, inputs["t"]), value, 0.02)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.X."))
def test_sold_by_a_date_with_stages_in_the_cycle(inputs, value):
    runs = three_stages(inputs["start"].split(",")[1])
    assert_meets(sold(runs, inputs["t"]), value, 0.05)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.ultD."))
def test_ever_failed_with_stages_in_the_cycle(inputs, value):
    runs = three_stages(inputs["start"].split(",")[1])
    assert_meets(failed(runs, WHOLE_LIFE), value, 0.015)


@pytest.mark.parametrize(("inputs", "value"), cases("A2d.life."))
def test_mean_life_with_stages_in_the_cycle(inputs, value):
    assert_meets(mean_life(three_stages(inputs["start"].split(",")[1])), value, 0.01)


def loan_values(opening: str, rate: float, loss: float) -> np.ndarray:
    """Present values of a coupon of one and of a loan's end, shape (2, n_replications)."""

    def paid(run: Lives) -> tuple[float, float]:
        discount = np.exp(-rate * run.years)
        last = np.where(run.failed, 1.0 - loss, 1.0)
        return ((1.0 - discount) / rate).mean(), (discount * last).mean()

    return np.array([paid(run) for run in one_stage(opening)["loan"]]).T


@pytest.mark.parametrize("opening", ["boom", "bust"])
def test_value_of_a_loan_over_the_cycle(opening):
    inputs = oracle_values()[f"A2f.V.{opening}"]
    values = loan_values(opening, inputs["r"], inputs["LGD"])
    found = estimate(lambda coupon, end: inputs["coupon"] * coupon + end, *values)
    assert_meets(found, inputs["value"], 0.003)


@pytest.mark.parametrize(("inputs", "value"), cases("A2f.par."))
def test_coupon_at_which_a_loan_is_worth_par(inputs, value):
    values = loan_values(inputs["start"], inputs["r"], inputs["LGD"])
    found = estimate(lambda coupon, end: (1.0 - end) / coupon, *values)
    assert_meets(found, value, 0.015)
