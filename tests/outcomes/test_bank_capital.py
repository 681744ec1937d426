"""What capital earns, when it is short, and how exposures are spread."""

import math

import numpy as np
import pytest

from sim.model.firms.record import ALIVE, SWAP, WARRANT
from sim.outcomes import bank_capital as capital
from tests.outcomes import tiny

HISTORY = tiny.history()


def test_raroc_is_profit_over_average_required_capital_and_years():
    assert capital.capital_used(HISTORY) == pytest.approx(5.25)
    assert capital.raroc(HISTORY) == pytest.approx(4.2 / 5.25)
    assert capital.capital_intensity(HISTORY) == pytest.approx(5.25 / 60.0)
    # A tenth of what is used is what it must earn.
    assert capital.economic_profit(HISTORY) == pytest.approx(4.2 - 0.525)


def test_a_desk_without_loans_has_neither_margin_nor_raroc():
    nothing = {"capital_years": 0, "economic_years": 0, "balance_years": 0}
    idle = tiny.history(panel=dict.fromkeys(nothing, ((0, 0),) * 5))
    for name in ("net_margin", "raroc", "economic_return", "capital_intensity"):
        assert math.isnan(tiny.value(f"bank.{name}", idle)), name


def test_economic_capital_stands_in_the_account_and_below_the_line():
    # Three of it for a year, credited at the two, later four percent that required capital was
    # credited with; a quarter of the difference is taxed.
    rates = np.array([[9.0], [0.02], [0.02], [0.04], [0.04]])
    benefit = rates * HISTORY.bank("capital_years")
    history = tiny.history(panel={"capital_benefit": benefit.tolist()})
    profit = 4.2 + 0.75 * (0.03 * 3.0 - (0.02 * 2.5 + 0.04 * 2.75))
    assert capital.economic_return(history) == pytest.approx(profit / 3.0)


def test_loans_refused_for_want_of_capital_are_counted():
    assert capital.rationed(HISTORY) == 3.0


def test_each_bank_is_held_to_what_is_demanded_of_it():
    assert tiny.value("bank.failure", HISTORY) == tiny.value("bank.buffer_breach", HISTORY) == 1.0
    # Bank A is never below 0.10, and 0.08 is demanded of it; bank B is, and more is.
    first = tiny.history(panel={"capital_ratio": ((0.12, 0.12),) * 4 + ((0.10, 0.12),)})
    assert tiny.value("bank.failure", first) == 1.0
    assert tiny.value("bank.buffer_breach", first) == 0.0
    second = tiny.history(panel={"capital_ratio": ((0.12, 0.12),) * 4 + ((0.12, 0.11),)})
    assert tiny.value("bank.failure", second) == 0.0
    assert tiny.value("bank.buffer_breach", second) == 1.0
    assert math.isnan(tiny.value("bank.failure", tiny.empty()))


def test_the_lowest_capital_ratio_is_of_any_bank_at_any_settlement():
    assert capital.capital_ratio_low(HISTORY) == pytest.approx(0.10)
    assert math.isnan(capital.capital_ratio_low(tiny.empty()))


def test_the_shortfall_is_what_the_desks_lack_at_the_worst_date():
    # required 3 and 2; bank B holds 1 in two quarters
    assert capital.capital_shortfall(HISTORY) == pytest.approx(1.0)


def test_concentration_is_the_herfindahl_index_of_each_bank_weighted_with_exposure():
    firms = {"status": (ALIVE,) * 3, "balance": (20.0, 10.0, 20.0)}
    # bank A: 20 of firm 0 and 10 of firm 2; bank B: 10 of firm 1 and 10 of firm 2
    index_a, index_b = (20.0**2 + 10.0**2) / 30.0**2, 0.5
    expected = (30.0 * index_a + 20.0 * index_b) / 50.0
    assert capital.concentration(tiny.history(firms=firms)) == pytest.approx(expected)
    assert capital.concentration(HISTORY) == 1.0


def test_market_concentration_is_the_index_of_the_banks():
    early, late = (40**2 + 20**2) / 60**2, (60**2 + 20**2) / 80**2
    assert capital.market_concentration(HISTORY) == pytest.approx(
        (3.0 * early + 0.5 * (early + late)) / 4.0
    )


def test_the_residual_book_is_carried_net_of_allowance():
    assert capital.residual_book(HISTORY) == pytest.approx(80.0 + 3.0 - 3.0)


def test_a_living_right_is_worth_what_exercise_would_pass_on():
    right = {"right": (WARRANT, 0, 0), "stake": (0.02, 0, 0), "exercise_amount": (1.0, 0, 0),
             "lender_gain_share": (0.5, 0, 0)}  # fmt: skip
    assert capital.living_rights(tiny.history(firms=right)) == pytest.approx(0.5 * 1.02)
    swap = right | {"right": (SWAP, 0, 0), "trigger": (101.0, 0, 0)}
    assert capital.living_rights(tiny.history(firms=swap)) == 0.0


@pytest.mark.parametrize(
    ("asleep", "worth"),
    [({}, 0.51), ({"deliver": (1, 0, 0)}, 0.0), ({"compliant": (4, 0, 0)}, 0.0)],
)
def test_a_swap_right_that_sleeps_is_worth_nothing(asleep, worth):
    swap = {"right": (SWAP, 0, 0), "stake": (0.02, 0, 0), "exercise_amount": (1.0, 0, 0),
            "lender_gain_share": (0.5, 0, 0), "trigger": (50.0, 0, 0)}  # fmt: skip
    assert capital.living_rights(tiny.history(firms=swap | asleep)) == pytest.approx(worth)


def test_shares_held_are_worth_their_value_less_the_subscription():
    held = {
        "holder": (0.05, 0, 0),
        "cum_exercise_amount": (2.0, 0, 0),
        "lender_gain_share": (0.5, 0, 0),
    }
    assert capital.living_rights(tiny.history(firms=held)) == pytest.approx(0.5 * 3.0)


def test_the_internal_rate_of_return_values_the_book_at_both_ends():
    flat = tiny.history(
        panel=dict.fromkeys(tiny.PANEL, tiny.np.zeros((5, 2)))
        | {"loans": ((100, 0),) * 5, "interest": ((9, 9), (0, 0), (0, 0), (0, 0), (5, 0))}
    )
    assert capital.irr(flat) == pytest.approx(0.05)
    assert math.isnan(capital.irr(tiny.empty()))


def test_the_book_is_bought_as_it_opens_and_sold_as_it_closes():
    # It doubles on the last day, by what is drawn then.
    grown = {
        "loans": (*((100, 0),) * 4, (200, 0)), "drawn": (*((0, 0),) * 4, (100, 0)),
        "interest": ((9, 9), (0, 0), (0, 0), (0, 0), (5, 0)),
    }  # fmt: skip
    history = tiny.history(panel=dict.fromkeys(tiny.PANEL, tiny.np.zeros((5, 2))) | grown)
    assert capital.irr(history) == pytest.approx(0.05)
