import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from sim.outcomes.firm import kaplan_meier, survival_at

ages = st.lists(st.integers(1, 12).map(float), min_size=1, max_size=40)


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


def test_ones_and_noughts_are_flags():
    flags = kaplan_meier([1.0, 2.0, 3.0], [True, False, True])
    for same in ([1, 0, 1], [1.0, 0.0, 1.0]):
        assert kaplan_meier([1.0, 2.0, 3.0], same).survival.tolist() == flags.survival.tolist()


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
        (lambda: kaplan_meier([1.0], [True, False]), "equally long"),
        (lambda: kaplan_meier([-1.0], [True]), "durations must not be negative"),
        (lambda: kaplan_meier([1.0, 2.0], [0, 2]), "must hold True or False; got 2"),
        (lambda: kaplan_meier([1.0, 2.0], [0.0, np.nan]), "must hold True or False; got nan"),
        (lambda: kaplan_meier([1.0, 2.0], ["no", "yes"]), "must hold True or False; got 'no'"),
        (lambda: kaplan_meier([1.0], [True], entry=1.0), "entry must be before the end"),
        (lambda: kaplan_meier([1.0, 2.0], [True] * 2, 1.0), "confidence must lie"),
    ],
)
def test_bad_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
