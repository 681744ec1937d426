"""The matrix of payments holds what the ledger says, and fills what is clear of zero."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from sim.analysis.estimates import mean_interval
from sim.base.errors import OutcomeError
from sim.engine import ledger
from sim.outcomes.series import PAID
from sim.report.figures import figures
from sim.report.figures.payments import PARTIES, amount_text
from sim.report.figures.style import COLOURS
from tests import synthetic


def cell(data, arrangement, payer, payee):
    keys = (data["arrangement"] == arrangement) & (data["payer"] == payer)
    (row,) = data[keys & (data["payee"] == payee)].to_dict("records")
    return row


def yearly(results, account):
    rows = results.series[results.series["series"] == PAID + account]
    return rows.pivot_table(values="value", index="replication", columns="arrangement") / 15.0


def test_a_cell_is_the_yearly_mean_over_all_accounts(results):
    data = figures.payments_data(results)
    found = cell(data, "revenue_swap", "firms", "banks")
    values = yearly(results, "interest:firms:banks")["revenue_swap"] + 30.0 / 15.0
    wanted = mean_interval(values.to_numpy())
    assert (found["mean"], found["low"]) == pytest.approx((wanted.estimate, wanted.low))
    assert found["accounts"] == "interest; royalty"
    assert found["replications"] == 40


def test_differences_are_paired_by_replication(results):
    data = figures.payments_data(results, "consortium")
    table = yearly(results, "interest:firms:banks")
    wanted = mean_interval((table["common_growth"] - table["consortium"]).to_numpy())
    found = cell(data, "common_growth", "firms", "banks")
    assert found["difference"] == pytest.approx(wanted.estimate)
    assert found["difference_high"] == pytest.approx(wanted.high)
    assert (data.loc[data["arrangement"] == "consortium", "difference"] == 0.0).all()


def test_what_is_paid_the_other_way_changes_sides(results):
    data = figures.payments_data(results)
    found = cell(data, "plain", "banks", "parent banks")
    values = yearly(results, "capital of the desk:parent banks:banks")["plain"]
    assert found["mean"] == pytest.approx(-values.mean())
    assert "parent banks" not in set(data["payer"])


@pytest.mark.parametrize("arrangement", synthetic.ARRANGEMENTS)
def test_what_each_party_pays_less_what_it_receives_is_the_ledgers(results, arrangement):
    data = figures.payments_data(results)
    own = data[data["arrangement"] == arrangement]
    rows = results.series[results.series["series"].str.startswith(PAID)]
    rows = rows[rows["arrangement"] == arrangement]
    names = rows["series"].str.split(":", expand=True)
    for party in ledger.PARTIES:
        net = own.loc[own["payer"] == party, "mean"].sum()
        net -= own.loc[own["payee"] == party, "mean"].sum()
        posted = rows.loc[names[2] == party, "value"].sum()
        posted -= rows.loc[names[3] == party, "value"].sum()
        assert net == pytest.approx(posted / 15.0 / 40.0)


def texts(axes):
    return {(round(t.get_position()[0]), round(t.get_position()[1])): t for t in axes.texts}


def test_the_first_panel_has_amounts_and_the_others_differences(results):
    figure = figures.payments(results)
    assert len([axes for axes in figure.axes if axes.get_visible()]) == 5
    level, swap = figure.axes[0], figure.axes[4]
    payers = [label.get_text() for label in level.get_yticklabels()]
    payees = [label.get_text() for label in level.get_xticklabels()]
    at = (payees.index("Banks"), payers.index("Firms"))
    rows = [cell(figure.data, name, "firms", "banks") for name in ("plain", "revenue_swap")]
    assert texts(level)[at].get_text() == amount_text(rows[0]["mean"])
    assert texts(swap)[at].get_text() == amount_text(rows[1]["difference"], sign=True)
    assert swap.get_title("left") == "Revenue swap: difference from plain"


def test_only_what_is_clear_of_zero_is_filled_in_the_colour_of_who_pays_more(results):
    series = results.series
    interest = series["series"] == f"{PAID}interest:firms:banks"
    change = {"common_growth": -99.0, "consortium": 0.0}
    values = series["value"] + series["arrangement"].map(change).fillna(0.0)
    noise = np.random.default_rng(3).normal(0.0, 4000.0, len(series))
    unclear = series["arrangement"] == "loan_with_warrant"
    series = series.assign(value=series["value"].where(~interest, values + noise * unclear))
    figure = figures.payments(dataclasses.replace(results, series=series))
    colours = []
    for axes in figure.axes[1:4]:
        found = [p for p in axes.patches if isinstance(p, Rectangle) and p.get_xy() == (0.5, 0.5)]
        colours.append([to_hex(patch.get_facecolor()) for patch in found])
    assert colours == [[COLOURS[0]], [COLOURS[2]], []]


def test_every_party_of_the_ledger_has_a_name():
    assert set(PARTIES) == set(ledger.PARTIES)


def test_a_baseline_without_payments_is_refused(results):
    with pytest.raises(OutcomeError, match="nobody"):
        figures.payments(results, "nobody")


def test_an_account_that_one_replication_lacks_counts_as_nothing_paid(results):
    series = results.series
    royalty = series["series"] == f"{PAID}royalty:firms:banks"
    less = series[~(royalty & (series["replication"] < 20))]
    data = figures.payments_data(dataclasses.replace(results, series=pd.DataFrame(less)))
    every = figures.payments_data(results)
    apart = cell(every, "revenue_swap", "firms", "banks")["mean"]
    apart -= cell(data, "revenue_swap", "firms", "banks")["mean"]
    assert apart == pytest.approx(1.0)


def test_every_party_of_the_ledger_has_its_place() -> None:
    assert set(PARTIES) == set(ledger.PARTIES)
