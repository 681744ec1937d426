"""Bars of the loss split are as long as the losses, and their parts add up."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from sim.analysis.estimates import mean_interval
from sim.outcomes.bank_loss import BORNE
from sim.report.figures import figures
from sim.report.figures.losses import ALL, OTHER_BANKS
from tests import synthetic


def of(data, arrangement, bearer, role="whole"):
    keys = (data["arrangement"] == arrangement) & (data["bearer"] == bearer)
    (row,) = data[keys & (data["role"] == role)].to_dict("records")
    return row


@pytest.mark.parametrize("arrangement", synthetic.ARRANGEMENTS)
def test_the_parts_add_up_to_the_loss(results, arrangement):
    data = figures.loss_split_data(results)
    rows = results.series[results.series["series"].str.startswith(BORNE)]
    rows = rows[rows["arrangement"] == arrangement]
    whole = mean_interval(rows.groupby("replication")["value"].sum().to_numpy())
    found = of(data, arrangement, ALL)
    for end, value in (("mean", whole.estimate), ("low", whole.low), ("high", whole.high)):
        assert found[end] == pytest.approx(value)
    own = data[data["arrangement"] == arrangement]
    parts = own[(own["role"] == "whole") & (own["bearer"] != ALL)]
    assert parts["mean"].sum() == pytest.approx(found["mean"])
    assert parts["share"].sum() == pytest.approx(1.0)
    for bank in synthetic.BANKS:
        roles = sum(of(data, arrangement, bank, role)["mean"] for role in ("lead", "beside"))
        assert roles == pytest.approx(of(data, arrangement, bank)["mean"])


def test_bars_are_as_long_as_the_means_and_lines_as_the_intervals(results):
    figure = figures.loss_split(results)
    place = synthetic.ARRANGEMENTS.index("consortium")
    axes, data = figure.axes[place], figure.data
    roles = [of(data, "consortium", b, r) for b in synthetic.BANKS for r in ("lead", "beside")]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == pytest.approx([row["mean"] for row in roles])
    # Filled for the lead, hollow beside it.
    assert [bar.get_facecolor()[3] for bar in axes.patches] == [0.9, 0.0] * 3
    wholes = [of(data, "consortium", bank) for bank in synthetic.BANKS]
    lines = [line.get_xdata() for line in axes.lines][:3]
    np.testing.assert_allclose(lines, [[row["low"], row["high"]] for row in wholes])
    assert figure.axes[place].get_title("left").startswith("Consortium: ")


def test_only_parties_that_bear_something_have_a_row(results):
    axes = figures.loss_split(results).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["City commercial", "Joint stock", "Large state", "Guarantors and pools"]


def test_many_banks_are_put_together_and_nothing_is_lost(results):
    every = figures.loss_split_data(results)
    few = figures.loss_split_data(results, most_banks=1)
    for name in synthetic.ARRANGEMENTS:
        assert of(few, name, ALL)["mean"] == pytest.approx(of(every, name, ALL)["mean"])
        rest = sum(of(every, name, bank)["mean"] for bank in synthetic.BANKS[:2])
        assert of(few, name, OTHER_BANKS)["mean"] == pytest.approx(rest)
    assert list(dict.fromkeys(few["bearer"]))[:2] == ["large_state", OTHER_BANKS]


def test_a_hundred_banks_stay_legible(results):
    series = results.series
    rows = series[series["series"].str.startswith(BORNE) & (series["bank"] == "joint_stock")]
    more = [rows.assign(bank=f"bank_{n}", value=rows["value"] / (n + 2)) for n in range(100)]
    wide = dataclasses.replace(results, series=pd.concat([series, *more]))
    figure = figures.loss_split(wide)
    assert len(figure.axes[0].get_yticklabels()) == 14
    assert figure.get_figheight() < 15.0


def test_no_loss_at_all_is_drawn_without_shares(results):
    series = results.series
    none = series.assign(value=series["value"].where(~series["series"].str.startswith(BORNE), 0.0))
    data = figures.loss_split(dataclasses.replace(results, series=none)).data
    assert data["share"].isna().all()


def test_where_controls_adjust_differences_the_note_says_that_bars_are_plain(results):
    assert "control variates" not in figures.loss_split(results).note
    one = results.outcomes.iloc[:1].assign(outcome="control.cycle")
    adjusted = dataclasses.replace(results, outcomes=pd.concat([results.outcomes, one]))
    assert "Bars are plain means; control variates" in figures.loss_split(adjusted).note
