"""Entry: everything about a newborn comes from its own stream."""

import math

import numpy as np
import pytest

from sim.base.draws import THRESHOLD, exponential
from sim.model.firms import record as r
from sim.model.firms.operations import margin_flow
from sim.model.firms.population import be_born, next_threshold, set_nature, set_opening
from tests.model.firms.hand import market, quiet, rules


def born(p, dates=(0.1, 0.6, 2.0), c=None):
    """Three newborn firms."""
    firms = r.FIRM.empty(3)
    firms.stream = np.arange(3)
    for f, date in zip(firms, dates, strict=True):
        be_born(f, p, market() if c is None else c, date)
    return firms


def test_a_newborn_is_a_living_startup_without_debt_owned_by_its_founders():
    firms = born(rules(outside_share=1.0))
    assert firms.status.tolist() == [r.ALIVE] * 3
    for name, value in {
        "stage": r.STARTUP, "founders": 1.0, "investors": 0.0, "holder": 0.0, "balance": 0.0,
        "limit": 0.0, "contract": -1, "right": r.NO_RIGHT, "host": r.OUTSIDE,
        "old_host": r.OUTSIDE, "end": r.NEVER,
        "maturity": r.NEVER, "introduction": 1.0,
    }.items():  # fmt: skip
        assert firms[name].tolist() == [value] * 3, name
    assert firms.cum_equity.tolist() == firms.cash.tolist()


def test_dates_of_a_newborn():
    firms = born(rules())
    for name in ("birth", "now", "shocked", "may_apply"):
        assert firms[name].tolist() == [0.1, 0.6, 2.0]
    assert firms.stage_date[:, 0].tolist() == [0.1, 0.6, 2.0]
    # The quarter whose end comes next; one that begins at the date of birth counts.
    assert firms.quarter.tolist() == [1, 3, 9]


def test_in_the_history_quarters_have_negative_numbers():
    assert born(rules(), (-1.1, -0.25, -0.1)).quarter.tolist() == [-4, 0, 0]


def test_the_date_of_entry_changes_nothing_else_about_a_firm():
    p = rules()
    early, late = born(p), born(p, (3.0, 4.0, 5.0))
    for name in (
        "quality",
        "venture",
        "switching_cost_weight",
        "tangible",
        "log_scale",
        "cash",
        "left",
    ):
        assert early[name].tobytes() == late[name].tobytes(), name
    assert len({float(f.quality) for f in early}) == 3


def test_a_cohort_may_start_at_a_later_stage():
    firms = born(rules(first_stage=2))
    assert firms.stage.tolist() == [2] * 3


@pytest.mark.parametrize(("logit", "venture"), [(50.0, 1), (-50.0, 0)])
def test_venture_backing_decides_scale_and_cash_at_entry(logit, venture):
    firms = born(
        quiet(
            venture_logit=logit, opening_scale=5.0, opening_scale_log_sd=0.0,
            venture_scale_factor=0.6, opening_cash=4.0, venture_opening_cash=12.0,
            opening_cash_log_sd=0.0,
        )
    )  # fmt: skip
    assert firms.venture.tolist() == [venture] * 3
    assert np.exp(firms.log_scale) == pytest.approx([3.0 if venture else 5.0] * 3)
    assert firms.cash == pytest.approx([12.0 if venture else 4.0] * 3)
    assert firms.log_value.tolist() == [0.0] * 3


@pytest.mark.parametrize(("logit", "power", "burn"), [(50.0, 0.5, 8.0), (-50.0, 0.8, 1.0)])
def test_cash_and_outlays_at_entry_rise_with_scale_by_a_power(logit, power, burn):
    p = quiet(
        venture_logit=logit, opening_scale=5.0, opening_scale_log_sd=1.5,
        venture_scale_factor=1.0, opening_cash=4.0, venture_opening_cash=4.0,
        opening_cash_log_sd=0.0, size_exponent=0.8, venture_size_exponent=0.5,
        burn=1.0, venture_burn=8.0,
    )  # fmt: skip
    firms = born(p)
    means = (np.exp(firms.log_scale) / 5.0) ** power
    assert firms.cash == pytest.approx(4.0 * means)
    for f, mean in zip(firms, means, strict=True):
        assert margin_flow(f, p, market()) == pytest.approx(-burn * mean)


def test_investors_back_better_firms_more_often():
    p, c = rules(venture_logit=0.0, venture_quality_slope=2.0), market()
    firms = r.FIRM.empty(400)
    firms.stream = np.arange(400)
    for f in firms:
        set_nature(f, p, c)
    backed = firms.venture == 1
    assert firms.quality[backed].mean() > 0.3
    assert firms.quality[~backed].mean() < -0.3
    assert firms.quality.mean() == pytest.approx(0.0, abs=0.2)


def test_effects_of_quality_are_one_for_an_average_firm_and_log_linear_for_others():
    p = rules(
        progress_quality_slope=0.4, failure_quality_slope=0.3, recovery_quality_slope=0.2,
        exit_quality_slope=0.5,
    )  # fmt: skip
    for f in born(p):
        q = float(f.quality)
        found = (
            f.quality_on_progress,
            f.quality_on_failure,
            f.quality_on_recovery,
            f.quality_on_exit,
        )
        expected = [math.exp(slope * q) for slope in (0.4, -0.3, 0.2, 0.5)]
        assert found == pytest.approx(expected)


def test_means_at_entry_do_not_depend_on_the_spread():
    p = rules(
        venture_logit=-50.0, opening_cash=4.0, opening_cash_log_sd=0.6, size_exponent=0.0,
        tangible_mean=0.5, tangible_log_sd=0.8,
    )  # fmt: skip
    firms, c = r.FIRM.empty(2000), market()
    firms.stream = np.arange(2000)
    for f in firms:
        set_nature(f, p, c)
        set_opening(f, p, c)
    assert firms.cash.mean() == pytest.approx(4.0, rel=0.06)
    assert firms.tangible.mean() == pytest.approx(0.5, rel=0.09)
    assert firms.cash.std() > 2.0


def test_thresholds_are_fresh_and_counted_by_cause():
    (f, *_), c = born(rules()), market()
    assert f["count"].tolist() == [1] * r.N_CAUSES
    assert f.left.tolist() == [exponential(1, 2, 0, THRESHOLD, n, 0) for n in range(r.N_CAUSES)]
    assert next_threshold(f, c, r.ROUND) == exponential(1, 2, 0, THRESHOLD, r.ROUND, 1)
    assert f["count"][r.ROUND] == 2
    assert f["count"][r.OFFER] == 1


def test_thresholds_are_exponential_with_mean_one():
    c, f = market(), r.FIRM.empty(1)[0]
    drawn = np.array([next_threshold(f, c, r.FAILURE) for _ in range(2000)])
    assert drawn.min() > 0.0
    assert drawn.mean() == pytest.approx(1.0, abs=0.09)
    assert (drawn > 1.0).mean() == pytest.approx(math.exp(-1.0), abs=0.045)
