"""Who counts: firms in the experiment, cohorts, closings, contracts."""

import numpy as np

from sim.model.firms.record import ACQUIRED, FAILED_TECHNICAL, LISTED, NEVER, UNBORN
from sim.outcomes import reading
from tests.outcomes import tiny

CLOSED = FAILED_TECHNICAL


def test_a_firm_that_ended_before_the_start_date_is_not_in_the_experiment():
    history = tiny.cohort([-3.0, -3.0, 1.0], [-1.0, 1.0, NEVER], [CLOSED, CLOSED, 1], 5.0)
    assert reading.present(history).tolist() == [False, True, True]


def test_a_firm_that_never_enters_is_in_no_group():
    history = tiny.cohort([0.0], [0.0], [UNBORN], 5.0)
    for group in (reading.present, reading.newborn, reading.failed, reading.alive_at_horizon):
        assert not group(history).any()


def test_a_cohort_can_be_followed_for_as_long_as_asked():
    history = tiny.cohort([-1.0, 0.0, 2.0, 2.1], [NEVER] * 4, [1] * 4, 5.0)
    assert reading.newborn(history).tolist() == [False, True, True, True]
    assert reading.newborn(history, 3.0).tolist() == [False, True, True, False]


def test_a_closing_in_the_run_off_is_no_closing_of_the_experiment():
    history = tiny.cohort([0.0, 0.0], [4.0, 6.0], [CLOSED, CLOSED], 5.0)
    assert reading.failed(history).tolist() == [True, False]
    assert reading.alive_at_horizon(history).tolist() == [False, True]


def test_exits_are_not_closings():
    history = tiny.cohort([0.0, 0.0], [1.0, 2.0], [LISTED, ACQUIRED], 5.0)
    assert not reading.failed(history).any()
    assert reading.alive_at_horizon(history).all()


def test_losses_are_known_before_and_after_the_guarantee():
    history = tiny.history()
    assert reading.unpaid(history).tolist() == [0.0, 3.0, 0.0]
    assert reading.net_loss(history).tolist() == [0.0, 1.5, 0.0]
    assert reading.defaulted(history).tolist() == [False, True, False]


def test_exposures_are_split_over_those_who_bear_them_in_the_end():
    held = reading.at_bank(tiny.history(), np.array([20.0, 0.0, 6.0]))
    assert held.tolist() == [[20.0, 0.0, 3.0], [0.0, 0.0, 3.0]]
    # The first lender of the third firm has called a part of its half and was repaid.
    called = {"last_share": ((1.0,) + (0.0,) * 7,) * 2 + ((0.25, 0.75) + (0.0,) * 6,)}
    held = reading.at_bank(tiny.history(firms=called), np.array([20.0, 0.0, 6.0]))
    assert held.tolist() == [[20.0, 0.0, 1.5], [0.0, 0.0, 4.5]]


def test_the_first_contract_is_the_earliest_and_new_borrowers_have_it_in_the_experiment():
    history = tiny.history()
    assert reading.first_contract(history).tolist() == [0, 1, 2]
    assert reading.new_borrowers(history).tolist() == [1, 2]
    assert reading.signed_in(history).tolist() == [False, True, True, True]
    assert reading.signed_in(history, 0.5).tolist() == [False, True, True, False]
