"""Losses, loans in default, vintages."""

import math
from itertools import pairwise

import numpy as np
import pytest

from sim.outcomes import bank_loss as loss
from tests.outcomes import tiny

HISTORY = tiny.history()


def test_exposure_at_default_is_that_of_all_banks():
    owed = {"exposure_at_default": ((9, 9), (0, 0), (0, 4), (0, 0), (1, 0))}
    assert loss.exposure_at_default(tiny.history(panel=owed)) == 5.0


def test_the_credit_loss_is_net_of_guarantees_and_dated_by_the_default():
    assert loss.credit_loss(HISTORY) == pytest.approx(1.5)
    assert loss.credit_loss_rate(HISTORY) == pytest.approx(1.5 / 60.0)


def test_loss_given_default_is_before_guarantees():
    assert loss.loss_given_default(HISTORY) == pytest.approx(0.75)


def test_the_npl_ratio_is_an_average_over_time_of_defaulted_over_all_loans():
    ratios = [0.0, 0.0, 0.0, 3.0 / 63.0, 3.0 / 83.0]
    mids = [0.5 * (one + two) for one, two in pairwise(ratios)]
    assert loss.npl_ratio(HISTORY) == pytest.approx(np.mean(mids))


def test_cumulative_default_counts_lines_opened_early_enough_to_be_followed():
    # lines opened at 0.25 and 0.5, followed for 0.5 years; the first firm defaults at 0.7
    assert math.isnan(loss.vintage_default_3y(HISTORY))
    longer = tiny.history(horizon=3.4)
    assert loss.vintage_default_3y(longer) == 1.0
    longest = tiny.history(horizon=3.5)
    assert loss.vintage_default_3y(longest) == 0.5
    assert loss.vintage_default_3y_signed(longest) == 1.0


def test_a_renewal_is_no_vintage_of_its_own():
    # the third firm signs at 0.5 and again at 0.75; of the two that signed one defaults
    renewed = tiny.history(horizon=4.0, book={"signed": (0, 1, 1, 1)})
    assert loss.vintage_default_3y_signed(renewed) == 0.5


def test_a_default_after_three_years_is_not_in_the_vintage():
    history = tiny.history(horizon=5.0, firms={"end": (1e300, 3.26, 0.9)})
    assert loss.vintage_default_3y(history) == 0.0


def test_the_worst_bank_year_is_among_those_with_loans():
    assert loss.bank_years(HISTORY).tolist() == pytest.approx([0.0, 1.5 / 18.0])
    assert tiny.value("bank.worst_bank_year", HISTORY) == pytest.approx(1.5 / 18.0)
    assert loss.worst_bank_loss(HISTORY) == pytest.approx(1.5 / 18.0)
    assert loss.loss_deviation(HISTORY) == pytest.approx(1.5 / 18.0 / math.sqrt(2.0))


def test_a_bank_that_lends_nothing_has_no_loss_rate():
    alone = tiny.history(panel={"balance_years": ((9, 9), (10, 0), (10, 0), (10, 0), (12, 0))})
    assert loss.bank_years(alone).tolist() == [0.0]
    for name in ("worst_bank_year", "worst_bank_loss", "loss_deviation"):
        assert math.isnan(tiny.value(f"bank.{name}", tiny.empty()))


def test_the_belief_gap_of_losses_compares_realised_with_believed_money():
    # 1.5 lost, 4.0 owed, 0.5 believed
    assert loss.belief_gap_loss(HISTORY) == pytest.approx(0.75)


def test_assets_pay_the_secured_part_first_and_the_estate_pays_the_rest_alike():
    # 4 owed, 2 of it secured; assets bring 0.5; 0.5 more of the 3.5 that they leave
    exposure, lost, terms = loss.loss_by_part(HISTORY)
    secured = 3.0 * 1.5 / 3.5
    assert exposure.tolist() == [[2.0, 2.0]]
    assert lost.tolist() == [pytest.approx([secured, 3.0 - secured])]
    assert terms.tolist() == [1]
    assert tiny.value("bank.loss_given_default_secured", HISTORY) == pytest.approx(secured / 2.0)
    rest = tiny.value("bank.loss_given_default_unsecured", HISTORY)
    assert rest == pytest.approx((3.0 - secured) / 2.0)
    assert 0.5 * (secured / 2.0 + rest) == pytest.approx(loss.loss_given_default(HISTORY))


def test_loss_by_part_is_before_what_pledges_bring():
    pledged = tiny.history(
        book={"security": (0.0, 0.4, 0.0, 0.0)}, firms={"recovery": (0.0, 4.0 - 0.6 * 3.0, 0.0)}
    )
    for part in ("secured", "unsecured"):
        name = f"bank.loss_given_default_{part}"
        assert tiny.value(name, pledged) == pytest.approx(tiny.value(name, HISTORY))


def test_a_part_that_no_defaulted_line_has_has_no_loss_given_default():
    inside = tiny.history(book={"secured": (20.0, 5.0, 10.0, 10.0)})
    assert tiny.value("bank.loss_given_default_secured", inside) == pytest.approx(0.75)
    assert math.isnan(tiny.value("bank.loss_given_default_unsecured", inside))


def test_the_belief_gap_of_a_part_compares_it_with_what_was_believed_under_its_arrangement():
    secured = 3.0 * 1.5 / 3.5
    for part, realised, believed in (
        ("secured", secured, 0.5),
        ("unsecured", 3.0 - secured, 0.8),
    ):
        gap = tiny.value(f"bank.belief_gap_loss_{part}", HISTORY)
        assert gap == pytest.approx(realised / (2.0 * believed))


def held(worth):
    """The defaulted firm had drawn 5 and paid 0.05 when its loan was held; 1.05 came since."""
    return tiny.history(firms={
        "held_worth": (9.0, worth, 0.0), "held_cash": (0.0, 0.05 - 5.0, 0.0),
        "cum_drawn": (20.0, 5.0, 0.0), "cum_repaid": (0.0, 1.0, 0.0),
    })  # fmt: skip


def test_what_waiting_lost_is_what_a_call_would_have_brought_less_what_came_since():
    assert loss.loss_of_waiting(held(2.5)) == pytest.approx(2.5 - 1.05 - 1.0)
    assert loss.loss_of_waiting(held(1.5)) == pytest.approx(1.5 - 1.05 - 1.0)
    assert loss.loss_of_waiting(HISTORY) == 0.0


def test_held_defaults_are_counted_among_defaults_and_firms_that_live_are_none():
    assert loss.held_default_share(held(2.5)) == 1.0
    assert loss.held_default_share(HISTORY) == 0.0
    assert math.isnan(loss.held_default_share(tiny.empty()))


def test_bad_borrowers_are_counted_among_those_who_borrow_for_the_first_time():
    assert loss.bad_borrower_share(HISTORY) == 0.5


def test_clients_are_lost_per_year_with_a_line():
    assert loss.clients_lost(HISTORY) == pytest.approx(1.0 / 1.85)
