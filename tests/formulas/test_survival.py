import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from sim.formulas.survival import (
    kaplan_meier,
    piecewise_incidence,
    piecewise_survival,
    survival_at,
)
from tests.formulas.oracles import cases, close

CUTS = [0.0, 1.0, 3.0, 5.0]
HAZARDS = np.column_stack([[0.10, 0.12, 0.08, 0.05], [0.01, 0.04, 0.08, 0.10]])

ages = st.lists(st.integers(1, 12).map(float), min_size=1, max_size=40)


@pytest.mark.parametrize(("inputs", "value"), cases("A2a.D."))
def test_default_by_an_age(inputs, value):
    assert piecewise_incidence(CUTS, HAZARDS, inputs["t"])[0] == close(value)


def test_survival_and_exit_by_age():
    years = [1.0, 3.0, 5.0, 10.0]
    alive = [0.895834135, 0.650509095, 0.472366553, 0.223130160]
    exits = [0.009469624, 0.070800884, 0.159872155, 0.326029750]
    found = piecewise_survival(CUTS, HAZARDS, years)
    np.testing.assert_allclose(found, alive, atol=6e-10)
    ended = piecewise_incidence(CUTS, HAZARDS, years)
    np.testing.assert_allclose(ended[:, 1], exits, atol=6e-10)


@given(st.lists(st.floats(0.0, 2.0), min_size=8, max_size=8), st.floats(0.0, 50.0))
def test_alive_and_ended_add_to_one(rates, years):
    hazards = np.reshape(rates, (4, 2))
    alive = piecewise_survival(CUTS, hazards, years)
    ended = piecewise_incidence(CUTS, hazards, years).sum()
    assert alive + ended == pytest.approx(1.0, abs=1e-12)


def test_everyone_ends_at_last():
    assert piecewise_survival(CUTS, HAZARDS, np.inf) == 0.0
    assert piecewise_incidence(CUTS, HAZARDS, np.inf).sum() == close(1.0)
    assert piecewise_survival([0.0, 1.0], [[0.1], [0.0]], np.inf) == close(np.exp(-0.1))


@given(ages)
def test_without_censoring_it_is_the_share_still_alive(durations):
    curve = kaplan_meier(durations, np.ones(len(durations), bool))
    alive = [(np.array(durations) > age).mean() for age in curve.years]
    np.testing.assert_allclose(curve.survival, alive, atol=1e-12)
    binomial = curve.survival * (1.0 - curve.survival) / len(durations)
    some = curve.survival > 0.0
    np.testing.assert_allclose(curve.variance[some], binomial[some], atol=1e-12)


@given(ages, st.randoms(use_true_random=False))
def test_it_agrees_with_an_independent_implementation(durations, random):
    observed = np.array([random.random() < 0.6 for _ in durations])
    if not observed.any():
        return
    ages_seen = np.array(durations)
    data = CensoredData(uncensored=ages_seen[observed], right=ages_seen[~observed])
    curve = kaplan_meier(durations, observed)
    reference = ecdf(data).sf
    alive = reference.evaluate(curve.years)
    np.testing.assert_allclose(curve.survival, alive, atol=1e-12)
    inner = (curve.survival > 0.0) & (curve.survival < 1.0)
    if inner.any():
        with warnings.catch_warnings():
            # it warns where nobody or everybody is alive; those points are left out here
            warnings.simplefilter("ignore", RuntimeWarning)
            ends = reference.confidence_interval(0.95, method="log-log")
        low, high = (end.evaluate(curve.years) for end in (ends.low, ends.high))
        np.testing.assert_allclose(curve.low[inner], low[inner], rtol=1e-9)
        np.testing.assert_allclose(curve.high[inner], high[inner], rtol=1e-9)


@given(ages, st.randoms(use_true_random=False))
def test_interval_holds_the_estimate_and_stays_in_range(durations, random):
    observed = [random.random() < 0.6 for _ in durations]
    curve = kaplan_meier(durations, observed, confidence=0.9)
    alive = curve.survival > 0.0
    assert (np.diff(curve.survival) < 0.0).all()
    assert (curve.low[alive] <= curve.survival[alive]).all()
    assert (curve.survival[alive] <= curve.high[alive]).all()
    assert (curve.low[alive] >= 0.0).all()
    assert (curve.high[alive] <= 1.0).all()
    assert np.isnan(curve.variance[~alive]).all()


def test_worked_example_with_censoring():
    curve = kaplan_meier([6.0, 6.0, 6.0, 7.0, 10.0], [True, True, False, True, False])
    assert curve.years.tolist() == [6.0, 7.0]
    assert curve.at_risk.tolist() == [5, 2]
    assert curve.events.tolist() == [2, 1]
    np.testing.assert_allclose(curve.survival, [0.6, 0.3], rtol=1e-12)
    greenwood = [0.36 * 2 / 15, 0.09 * (2 / 15 + 1 / 2)]
    np.testing.assert_allclose(curve.variance, greenwood, rtol=1e-12)


def test_firms_met_late_are_not_at_risk_before():
    durations, entry = [2.0, 3.0, 4.0, 5.0], [0.0, 0.0, 2.5, 3.0]
    curve = kaplan_meier(durations, [True, True, True, False], entry=entry)
    assert curve.at_risk.tolist() == [2, 2, 2]
    assert curve.survival.tolist() == [0.5, 0.25, 0.125]


def test_a_life_that_ends_at_birth_counts():
    curve = kaplan_meier([0.0, 1.0], [True, True])
    assert curve.survival.tolist() == [0.5, 0.0]


def test_curve_is_one_before_the_first_event_and_flat_after_the_last():
    curve = kaplan_meier([2.0, 3.0, 9.0], [True, True, False])
    expected = [1.0, 1.0, 2 / 3, 1 / 3, 1 / 3]
    found = survival_at(curve, [0.0, 1.9, 2.0, 3.0, 50.0])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_no_event_leaves_an_empty_curve():
    curve = kaplan_meier([2.0, 3.0], [False, False])
    assert curve.survival.size == 0
    assert survival_at(curve, 9.0) == 1.0
    assert kaplan_meier([], []).years.size == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: piecewise_survival([1.0], [[0.1]], 1.0), "starts must rise from 0"),
        (lambda: piecewise_survival([0.0, 0.0], [[0.1]] * 2, 1.0), "starts must rise"),
        (lambda: piecewise_survival([0.0], [0.1], 1.0), "one row a piece"),
        (lambda: piecewise_incidence([0.0], [[-0.1]], 1.0), "hazards must not be"),
        (lambda: piecewise_incidence([0.0], [[0.1]], -1.0), "years must not be negative"),
        (lambda: kaplan_meier([1.0], [True, False]), "equally long"),
        (lambda: kaplan_meier([-1.0], [True]), "durations must not be negative"),
        (lambda: kaplan_meier([1.0], [True], entry=1.0), "entry must be before the end"),
        (lambda: kaplan_meier([1.0, 2.0], [True] * 2, 1.0), "confidence must lie"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
