"""Growth by hand: drift by age, part that needs a project, Laplace shocks of mean one."""

import math

import numpy as np
import pytest

from sim.base.draws import SHOCK, flagged, normal_pair, uniform_pair
from sim.base.special import gamma_quarter
from sim.model.firms.advance import advance
from sim.model.firms.clock import refresh
from sim.model.firms.growth import (
    Growth,
    growth_now,
    mean_growth,
    mean_one,
    organic_growth,
    project_arrival,
    project_gain,
    spread,
    take_shock,
)
from tests.model.firms.hand import Diary, base, firm, market, quiet, rules, three

GROWING = {
    "growth_at_birth": 0.4, "growth_of_old": 0.1, "growth_decay_years": 2.0,
    "growth_quality_slope": 0.05, "growth_of_venture": [0.1, 0.3, 0.0, 0.0],
    "growth_in_trouble": -0.05,
}  # fmt: skip
OLD = 1e6


@pytest.mark.parametrize(
    ("state", "drift", "expected"),
    [
        ({}, 0.0, 0.4),
        ({"shocked": OLD}, 0.0, 0.1),
        ({"shocked": 2.0}, 0.0, 0.1 + 0.3 / math.e),
        ({"shocked": 5.0, "birth": 3.0}, 0.0, 0.1 + 0.3 / math.e),
        ({"quality": 2.0}, 0.0, 0.5),
        ({"quality": 2.0}, -0.1, 0.4),
        ({"venture": 1}, 0.0, 0.5),
        ({"venture": 1, "stage": 1}, 0.0, 0.7),
        ({"setback": 1}, 0.0, -0.05),
        ({"arrears": 1}, 0.0, -0.05),
        ({"setback": 1, "quality": -10.0}, 0.0, -0.1),  # no better than it would be anyway
    ],
)
def test_growth_by_age_quality_investors_market_conditions_and_trouble(state, drift, expected):
    found = growth_now(firm(**state), quiet(**GROWING), market(drift=drift))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("scale", "lost"), [(1.0, 0.0), (20.0, 0.0), (200.0, 0.01)])
def test_growth_of_large_firms_falls_with_each_log_of_size(scale, lost):
    p = quiet(growth_of_old=0.1, growth_at_birth=0.1, growth_size_slope=0.01 / math.log(10.0))
    assert mean_growth(firm(log_scale=math.log(scale)), p, 9.0, 0.0) == pytest.approx(0.1 - lost)


@pytest.mark.parametrize("quality", [-2.0, 0.0, 2.0, 5.0])
def test_every_quality_has_a_size_beyond_which_large_firms_leave_faster_than_they_grow(quality):
    p = rules()
    old = p.growth_of_old + p.growth_quality_slope * quality
    logs = max((old - p.large_departure_hazard) / p.growth_size_slope, 0.0)
    for above in (logs + 0.1, logs + 9.0):
        f = firm(quality=quality, log_scale=math.log(20.0) + above, stage=3)
        assert mean_growth(f, p, OLD, 0.0) < p.large_departure_hazard


def test_quarters_of_falling_growth_add_up_to_its_integral():
    p, f = quiet(**GROWING), firm(birth=0.1, shocked=0.1)
    for quarter in range(1, 41):
        take_shock(f, p, market(), 0.25 * quarter)
    # Level growth from birth at 0.1 to 10.
    expected = 0.1 * 9.9 + 0.3 * 2.0 * (1.0 - math.exp(-9.9 / 2.0))
    assert f.log_scale == pytest.approx(expected, rel=1e-12)
    assert f.shocked == 10.0


# --- The part that needs a project ---------------------------------------------------------------


PROJECTS = {"progress_hazard": [0.2, 0.1, 0.5, 0.0], "project_share": 0.25, "growth_of_old": 0.1}


@pytest.mark.parametrize(("stage", "gain"), [(0, 0.125), (1, 0.25), (2, 0.05)])
def test_projects_bring_what_the_business_does_not_grow_by_itself(stage, gain):
    p, f = quiet(**PROJECTS, growth_at_birth=0.1), firm(stage=stage)
    organic = organic_growth(f, p, market(), 0.0, 0.25)
    assert (organic, project_gain(f, p)) == pytest.approx((0.075, gain))
    # A firm whose projects are all paid for grows as measured growth says.
    assert organic + project_arrival(f, p) * project_gain(f, p) == pytest.approx(0.1)


def test_better_firms_have_smaller_projects_more_often():
    f = firm(quality_on_progress=4.0)
    assert project_gain(f, quiet(**PROJECTS, growth_at_birth=0.1)) == pytest.approx(0.125 / 4.0)


def test_projects_that_may_fail_bring_more_when_they_succeed():
    p = quiet(**PROJECTS, growth_at_birth=0.1, success_share=[0.5] * 4)
    assert project_gain(firm(), p) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("state", "values"),
    [({"stage": 3}, {}), ({}, {"progress_hazard": [0.0] * 4}), ({}, {"success_share": [0.0] * 4})],
)
def test_without_a_next_stage_all_growth_is_the_firms_own(state, values):
    p, f = quiet(**(PROJECTS | {"growth_at_birth": 0.1} | values)), firm(**state)
    assert (growth_now(f, p, market()), project_gain(f, p)) == (0.1, 0.0)


def test_a_firm_that_shrinks_has_nothing_that_a_project_could_bring():
    p = quiet(**(PROJECTS | {"growth_of_old": -0.1}), growth_at_birth=-0.1)
    assert (growth_now(firm(), p, market()), project_gain(firm(), p)) == (-0.1, 0.0)


# --- Shocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "sd"), [(20.0, 0.1), (20.0 * 32.0, 0.05), (1.0, 0.1 * 20.0**0.2), (0.01, None)]
)
def test_spread_falls_as_a_power_of_size_and_is_constant_below_one_million(scale, sd):
    p = quiet(volatility=0.1, volatility_size_exponent=0.2)
    expected = spread(firm(log_scale=0.0), p) if sd is None else sd
    assert spread(firm(log_scale=math.log(scale)), p) == pytest.approx(expected)


def gammas(count):
    luck = np.random.default_rng(20250930)
    return np.array([gamma_quarter(*three) for three in luck.random((count, 3))])


def test_gamma_quarters_have_the_moments_of_their_law():
    found = gammas(40_000)
    # E G**n = a (a + 1) ... (a + n - 1) at shape a; the error is that of a mean.
    for n in (1, 2, 3):
        expected = math.prod(0.25 + k for k in range(n))
        error = (found**n).std() / math.sqrt(found.size)
        assert (found**n).mean() == pytest.approx(expected, abs=4.0 * error), n


def years_of_shocks(firms=400, years=40, sd=0.4):
    """Yearly steps of log scale of firms that do nothing else, shape (firms * years,)."""
    p, c = quiet(volatility=sd, volatility_size_exponent=0.0), market()
    steps = []
    for row in range(firms):
        f = firm(stream=row)
        for year in range(years):
            before = float(f.log_scale)
            for quarter in range(4):
                take_shock(f, p, c, year + 0.25 * (quarter + 1))
            steps.append(float(f.log_scale) - before)
    return np.array(steps)


@pytest.mark.full
def test_four_quarters_are_a_laplace_number_and_leave_the_mean_of_the_level():
    sd, steps = 0.4, years_of_shocks()
    level = np.exp(steps)
    assert level.mean() == pytest.approx(1.0, abs=4.0 * level.std() / math.sqrt(level.size))
    unit = (steps - math.log1p(-0.5 * sd * sd)) / sd
    # Even moments of a Laplace number of variance one are n! / 2**(n / 2); odd ones are 0.
    for n in (1, 2, 3, 4):
        expected = 0.0 if n % 2 else math.factorial(n) / 2.0 ** (n / 2)
        moment = unit**n
        error = moment.std() / math.sqrt(moment.size)
        assert moment.mean() == pytest.approx(expected, abs=4.0 * error), n
    # Its distribution function, at the points that split it into ten equal parts.
    tenths = np.arange(0.1, 0.95, 0.1)
    points = np.where(tenths < 0.5, 1.0, -1.0) * np.log(2.0 * np.minimum(tenths, 1.0 - tenths))
    below = (unit[:, None] <= points / math.sqrt(2.0)).mean(axis=0)
    error = np.sqrt(tenths * (1.0 - tenths) / unit.size)
    assert np.all(np.abs(below - tenths) < 4.0 * error)


def test_years_do_not_depend_on_each_other():
    steps = years_of_shocks(firms=200).reshape(200, 40)
    before, after = steps[:, :-1].ravel(), steps[:, 1:].ravel()
    assert abs(np.corrcoef(before, after)[0, 1]) < 4.0 / math.sqrt(before.size)


def test_a_shock_is_its_variance_gamma_step_and_valuation_has_its_own():
    p = quiet(volatility=0.4, volatility_size_exponent=0.0, valuation_volatility=0.2)
    z_scale, z_value = normal_pair(1, 2, 1, SHOCK, 1, 0)
    u, v = uniform_pair(1, 2, 1, SHOCK, 1, 1)
    w, _ = uniform_pair(1, 2, 1, SHOCK, 1, 2)
    for years in (0.25, 0.04, 0.0):
        f = firm()
        take_shock(f, p, market(), years)
        sd = 0.4 * math.sqrt(4.0 * years)
        expected = sd * math.sqrt(gamma_quarter(u, v, w)) * z_scale
        expected += 0.25 * math.log(1.0 - 0.5 * sd * sd)
        assert f.log_scale == pytest.approx(expected, rel=1e-12)
        assert f.log_value == pytest.approx(0.2 * math.sqrt(years) * z_value)
        assert (f.shocked, f.quarter) == (years, 2)


def test_mirrored_shocks_have_the_opposite_sign():
    p, steps = quiet(volatility=0.2, volatility_size_exponent=0.0), []
    for key in (flagged((1, 2), [SHOCK], [], False), flagged((1, 2), [SHOCK], [], True)):
        c, own = market(), []
        c.k0, c.k1 = key
        for row in range(200):
            f = firm(stream=row)
            take_shock(f, p, c, 0.25)
            own.append(float(f.log_scale) - 0.25 * math.log1p(-0.02))
        steps.append(own)
    first, second = np.array(steps)
    assert np.all(np.sign(first) == -np.sign(second))


def test_a_step_without_spread_is_no_step():
    assert mean_one(0.0, 3.0, 2.0) == 0.0


def test_a_quarter_moves_scale_and_valuation_by_drift_and_reversion():
    p = quiet(growth_of_old=0.4, growth_at_birth=0.4, valuation_reversion=0.5)
    f = firm(log_scale=1.0, log_value=0.8)
    take_shock(f, p, market(), 0.25)
    assert (f.log_scale, f.log_value) == pytest.approx((1.1, 0.7))
    assert (f.shocked, f.quarter) == (0.25, 2)


def test_each_firm_and_each_quarter_has_a_shock_of_its_own():
    p, steps = quiet(volatility=0.4), []
    for f in three():
        for t in (0.25, 0.5):
            before = float(f.log_scale)
            take_shock(f, p, market(), t)
            steps.append(round(float(f.log_scale) - before, 12))
    assert len(set(steps)) == 6


def test_shocks_are_those_of_the_quarter_whatever_else_befalls_the_firm():
    """Same luck: a debt, a setback and a different stage leave the shock as it is."""
    p = quiet(volatility=0.4, volatility_size_exponent=0.0)
    steps = []
    for state in ({}, {"balance": 5.0, "limit": 9.0}, {"setback": 1}, {"stage": 2}):
        f = firm(quarter=9, shocked=2.0, **state)
        take_shock(f, p, market(), 2.25)
        steps.append(float(f.log_scale))
    assert len(set(steps)) == 1


# --- Sales ---------------------------------------------------------------------------------------


def test_sales_without_revenue_stay_zero_until_the_project_brings_them():
    p = quiet(**(GROWING | {"sales_share": [0.0, 1.0, 1.0, 1.0], "volatility": 0.3}))
    rows = three(cash=100.0)
    next_time = np.array([refresh(f, p, market()) for f in rows])
    diary = Diary(4096)
    advance(rows, next_time, np.zeros(3, np.uint8), [p], [market()], 5.0, *diary.both)
    assert np.all(rows.scale != 1.0)
    assert np.all(rows.cum_sales == 0.0)
    rows.project, rows.deadline, rows.cash = 1, 9.0, 100.0
    next_time[:] = [refresh(f, p, market()) for f in rows]
    advance(rows, next_time, np.zeros(3, np.uint8), [p], [market()], 6.0, *diary.both)
    assert np.all(rows.stage == 1)
    assert np.all(rows.sales > 0.0)


def test_the_smallest_firms_keep_a_mean():
    values = base().growth.model_dump() | {"volatility": 0.8}
    with pytest.raises(ValueError, match="spread of the smallest firms below 1"):
        Growth(**values)
    assert rules().volatility == base().growth.volatility
