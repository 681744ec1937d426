"""Profit by regime and the horizon at which an arrangement overtakes the baseline."""

import math

import numpy as np
import pytest

from sim.outcomes import cycle
from tests.outcomes import tiny

HISTORY = tiny.history()


def profits(*quarters, end=1.0):
    """A world whose banks earn these profits in its quarters and lend one unit a quarter."""
    rows = [(9.0, 9.0), *((profit, 0.0) for profit in quarters)]
    lent = [(9.0, 9.0), *((1.0, 0.0) for _ in quarters)]
    dates = np.arange(0.0, 0.25 * len(rows), 0.25)
    columns = dict.fromkeys(tiny.PANEL, np.zeros((len(rows), 2)))
    return tiny.history(
        panel=columns | {"profit": rows, "balance_years": lent},
        system=dict.fromkeys(tiny.SYSTEM, np.zeros(len(rows))), dates=dates, end=end,
    )  # fmt: skip


def test_a_quarter_is_split_between_regimes_by_time():
    history = tiny.history(macro=((-2.0, 0), (0.35, 1), (0.9, 0)))
    assert cycle.years_in(history, 0).tolist() == pytest.approx([0.25, 0.10, 0.0, 0.10])
    assert cycle.years_in(history, 1).tolist() == pytest.approx([0.0, 0.15, 0.25, 0.15])


def test_profit_is_per_year_of_the_regime():
    assert cycle.profit_rate(HISTORY, "boom") == pytest.approx((1.0 + 1.1) / 0.5)
    assert cycle.profit_rate(HISTORY, "bust") == pytest.approx((0.1 + 2.0) / 0.5)
    assert cycle.profit_gap(HISTORY) == pytest.approx(0.0)


def test_profit_of_a_quarter_in_which_the_regime_changes_is_split_by_time():
    # A boom until 0.6: all of two quarters, and two fifths of the third, which earns a tenth.
    history = tiny.history(macro=((-2.0, 0), (0.6, 1)))
    assert cycle.profit_rate(history, "boom") == pytest.approx((1.0 + 1.1 + 0.04) / 0.6)
    assert cycle.profit_rate(history, "bust") == pytest.approx((0.06 + 2.0) / 0.4)


def test_margins_are_per_unit_lent():
    # Before tax.
    assert cycle.margin(HISTORY, "boom") == pytest.approx(2.7 / 30.0)
    assert cycle.margin(HISTORY, "bust") == pytest.approx(2.6 / 30.0)
    assert cycle.margin_gap(HISTORY) == pytest.approx(0.1 / 30.0)


def test_profit_is_undefined_in_a_regime_that_does_not_occur_or_exist():
    assert math.isnan(cycle.profit_rate(tiny.history(macro=((-2.0, 0),)), "bust"))
    assert math.isnan(cycle.profit_gap(tiny.history(facts={"regimes": ("calm", "storm")})))
    assert math.isnan(cycle.margin_gap(tiny.history(facts={"regimes": ("calm", "storm")})))


def test_the_crossover_is_the_date_from_which_the_lead_is_for_good():
    base = profits(1.0, 1.0, 1.0, 1.0)
    ahead_then_behind_then_ahead = profits(2.0, -1.0, 2.0, 2.0)
    assert cycle.crossover_years(ahead_then_behind_then_ahead, base) == 1.0
    assert cycle.crossed(ahead_then_behind_then_ahead, base) == 1.0
    assert cycle.crossover_years(profits(2.0, 2.0, 2.0, 2.0), base) == 0.25


def test_a_lead_that_is_lost_in_the_end_is_no_crossover():
    base = profits(1.0, 1.0, 1.0, 1.0)
    assert math.isnan(cycle.crossover_years(profits(3.0, 0.0, 0.0, 0.0), base))
    assert cycle.crossed(profits(3.0, 0.0, 0.0, 0.0), base) == 0.0


def test_a_world_does_not_overtake_itself_nor_by_rounding():
    assert math.isnan(cycle.crossover_years(HISTORY, HISTORY))
    base, nearly = profits(1.0, 1.0, 1.0, 1.0), profits(1.0, 1.0, 1.0, 1.0 + 1e-13)
    assert math.isnan(cycle.crossover_years(nearly, base))
    assert cycle.crossed(nearly, base) == cycle.margin_crossed(nearly, base) == 0.0


def test_the_run_off_counts_for_the_crossover():
    base = profits(1.0, 1.0, 1.0, 1.0, 0.0, end=1.25)
    late = profits(0.0, 0.0, 0.0, 0.0, 9.0, end=1.25)
    assert cycle.crossover_years(late, base) == 1.25


def test_the_crossover_per_unit_lent_can_differ_from_that_in_money():
    base = profits(-1.0, -1.0, -1.0, -1.0)
    losing_less_per_unit = tiny.history(
        panel={"profit": [(9, 9)] + [(-1.5, 0)] * 4, "balance_years": [(9, 9)] + [(3, 0)] * 4}
    )
    assert math.isnan(cycle.crossover_years(losing_less_per_unit, base))
    assert cycle.margin_crossover_years(losing_less_per_unit, base) == 0.25
    assert cycle.margin_crossed(losing_less_per_unit, base) == 1.0


def test_new_lending_in_winters_is_a_share_of_lines_opened():
    assert cycle.new_lending_winter_share(HISTORY) == pytest.approx(10.0 / 15.0)
    assert math.isnan(cycle.new_lending_winter_share(tiny.empty()))


def test_gains_and_losses_are_correlated_over_years():
    dates = np.array([0.0, 1.0, 2.0, 3.0])
    still = dict.fromkeys(tiny.PANEL, np.zeros((4, 2)))
    flows = {"gain": [(0, 0), (1, 0), (0, 0), (2, 0)], "loss": [(0, 0), (1, 1), (4, 0), (0, 0)]}
    history = tiny.history(
        dates=dates, horizon=3.0, end=3.0, panel=still | flows,
        system=dict.fromkeys(tiny.SYSTEM, np.zeros(4)),
    )  # fmt: skip
    assert cycle.gain_loss_correlation(history) == pytest.approx(-1.0)
    assert math.isnan(cycle.gain_loss_correlation(HISTORY))
