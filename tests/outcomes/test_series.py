"""Curves over time, age and years since signing."""

import numpy as np
import pytest

from sim.model.firms.record import ALIVE, FAILED_CASH, NEVER
from sim.outcomes.effects import sums_name
from sim.outcomes.series import COLUMNS, SERIES, all_series, effect_name
from sim.outcomes.uptake import offer_curves, uptake
from tests.outcomes import tiny

HISTORY = tiny.history()


def curve(history, name, bank="", baseline=None):
    rows = all_series(history, baseline).query("series == @name and bank == @bank")
    return dict(zip(rows["x"].tolist(), rows["value"].tolist(), strict=True))


def test_every_curve_has_name_bank_place_and_value():
    frame = all_series(HISTORY, HISTORY)
    assert tuple(frame.columns) == COLUMNS
    assert not frame.duplicated(["series", "bank", "x"]).any()
    effects = {name for name in frame["series"] if name.startswith(("effect_", "helped_"))}
    assert effect_name("saved", "sector software") in effects
    assert sums_name("balance", "who", "supported") in effects
    assert set(frame["series"]) - effects == {
        "survival", "survival_at_risk", "vintage_default", "cumulative_value_by_age",
        "credit_outstanding",
        "cumulative_profit", "profit_by_regime", "bank_annual_loss", "bank_annual_profit",
        "vintage_profit", "additional_survivors", "stage_count:startup", "stage_count:growth",
        "stage_count:expansion", "stage_count:mature", "contracts:plain", "contracts:special",
        "uptake:special",
        "loss_borne:lead", "loss_borne:beside", "loss_borne:guarantors", "loss_borne:insurers",
        "loss_borne:lessors", "loss_borne:trusts", "loss_of_year:lenders",
        "loss_of_year:guarantors", "loss_of_year:insurers", "loss_of_year:lessors",
        "loss_of_year:trusts",
    }  # fmt: skip


def test_every_curve_is_declared_with_unit_and_meaning():
    found = set(all_series(HISTORY, HISTORY)["series"])
    assert [name for name in found if sum(mark.covers(name) for mark in SERIES) != 1] == []
    assert all(mark.unit and mark.meaning and mark.x for mark in SERIES)


def test_additional_survivors_need_a_baseline():
    assert "additional_survivors" not in set(all_series(HISTORY)["series"])
    ends = ([1.5, NEVER], [0.5, 1.5])
    status = ([FAILED_CASH, ALIVE], [FAILED_CASH, FAILED_CASH])
    here, there = (
        tiny.cohort([0.0, 0.0], end, state, 3.0) for end, state in zip(ends, status, strict=True)
    )
    found = curve(here, "additional_survivors", baseline=there)
    assert found == {0.0: 0.0, 1.0: 500.0, 2.0: 500.0, 3.0: 500.0}


def test_survival_is_read_every_quarter_of_age():
    found = curve(tiny.cohort([0.0, 0.0], [0.6, NEVER], [FAILED_CASH, ALIVE], 1.0), "survival")
    assert found == {0.0: 1.0, 0.25: 1.0, 0.5: 1.0, 0.75: 0.5, 1.0: 0.5}


def test_firms_at_risk_are_those_followed_up_to_an_age():
    # One closes at age 0.6, one enters at 1.5 and is followed for half a year only.
    cohort = tiny.cohort([0.0, 0.0, 1.5], [0.6, NEVER, NEVER], [FAILED_CASH, ALIVE, ALIVE], 2.0)
    assert curve(cohort, "survival_at_risk") == {0.0: 3.0, 1.0: 1.0, 2.0: 1.0}


def test_levels_start_on_the_first_day():
    assert curve(HISTORY, "credit_outstanding") == {0: 60, 0.25: 60, 0.5: 60, 0.75: 60, 1.0: 80}
    assert curve(HISTORY, "stage_count:startup") == {0: 0, 0.25: 2, 0.5: 2, 0.75: 1, 1.0: 0}


def test_cumulative_profit_is_read_at_the_end_of_each_year():
    assert curve(HISTORY, "cumulative_profit") == pytest.approx({0.0: 0.0, 1.0: 4.2})


def test_each_bank_has_its_loss_and_profit_of_each_year():
    assert curve(HISTORY, "bank_annual_loss", "bank_b") == {1.0: 1.5}
    assert curve(HISTORY, "bank_annual_profit", "bank_a") == pytest.approx({1.0: 3.9})


def test_profit_by_regime_is_by_code():
    assert curve(HISTORY, "profit_by_regime") == pytest.approx({0.0: 4.2, 1.0: 4.2})


def test_default_since_signing_counts_lines_opened_and_is_followed_to_the_horizon():
    longer = tiny.history(horizon=3.0, end=3.0)
    assert curve(longer, "vintage_default") == {0.0: 0.0, 1.0: 0.5, 2.0: 0.5, 3.0: 0.5}


def test_the_j_curve_dates_losses_by_the_end_and_income_by_the_contracts():
    firms = {"end": (NEVER, 1.6, 3.0), "birth": (-1.0, 0.0, 1.0), "status": (1, 5, 1),
             "cum_interest": (1.0, 0.6, 0.0), "cum_balance": (9.0, 0.0, 0.0),
             "credit_years": (3.5, 1.2, 0.0), "contract": (0, 1, -1)}  # fmt: skip
    book = {"date": (-0.5, 0.4, 2.9, 2.95)}
    history = tiny.history(horizon=3.0, end=3.0, firms=firms, book=book)
    # the first year is seen of two firms, the second of both, the third of one;
    # firm 1 pays 0.6 over 1.2 years from age 0.4 and costs 1.5 at age 1.6
    found = curve(history, "cumulative_value_by_age")
    first = 100.0 * 0.5 * 0.6 / 2.0
    second = first + 100.0 * (0.5 * 0.6 - 1.5) / 2.0
    assert found == pytest.approx({0.0: 0.0, 1.0: first, 2.0: second, 3.0: second})


def test_the_j_curve_is_discounted_to_entry():
    firms = {"end": (NEVER, 1.6, NEVER), "birth": (-1.0, 0.0, 3.0), "status": (1, 5, 1),
             "cum_interest": (0.0,) * 3, "cum_balance": (0.0,) * 3}  # fmt: skip
    history = tiny.history(horizon=3.0, end=3.0, firms=firms, facts={"discount_rate": 0.05})
    found = curve(history, "cumulative_value_by_age")
    assert found[2.0] == pytest.approx(-150.0 * 1.05**-1.6)


def test_a_world_without_firms_or_settlements_has_no_curve_with_values():
    frame = all_series(tiny.empty())
    money = {"cumulative_profit", "profit_by_regime", "survival_at_risk"}
    counted = ("contracts:", "loss_borne:", "loss_of_year:")
    sums = {name for name in frame["series"] if name.startswith(counted)}
    assert set(frame["series"]) <= money | sums
    assert np.nansum(frame["value"]) == 0.0


def test_contracts_are_counted_by_what_was_signed() -> None:
    curves = {name: (x.tolist(), y.tolist()) for name, _, x, y in offer_curves(HISTORY)}
    # three plain contracts and one of the arrangement in the only year; one is from before
    assert curves.pop("uptake:special")[0] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert curves == {"contracts:plain": ([1.0], [2.0]), "contracts:special": ([1.0], [1.0])}


def test_uptake_is_of_firms_alive_and_counts_each_once_from_its_first_signature() -> None:
    firms = {"birth": [-1.0, 0.2, -2.0], "end": [9.0, 9.0, 0.6]}
    history = tiny.history(horizon=1.0, end=1.0, firms=firms)
    signers, dates = np.array([0, 0, 2]), np.array([0.7, 0.3, 0.1])
    found = uptake(history, signers, dates, np.array([0.0, 0.1, 0.25, 0.5, 1.0, 20.0]))
    # The third has closed in the end; later nobody is left.
    assert found.tolist() == pytest.approx([0.0, 0.5, 1 / 3, 2 / 3, 0.5, np.nan], nan_ok=True)
