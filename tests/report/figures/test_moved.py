"""What changed values do is drawn with its interval, paired by replication."""

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.compare import compare
from sim.report.figures.moved import BEFORE, CHANGE, NOW, change_data, change_figure
from tests.synthetic import ARRANGEMENTS, outcomes

NAMES = ("firm.survival_5y", "firm.funding_gap")
STEP = 0.01


def pair():
    """Made-up outcomes, and the same with one arrangement moved by a known step."""
    whole = outcomes()
    few = replace(whole, marks={name: whole.mark(name) for name in NAMES})
    tidy = few.frame()
    tidy = tidy[tidy["outcome"].isin(NAMES)].copy()
    is_moved = (tidy["arrangement"] == "consortium") & (tidy["outcome"] == NAMES[0])
    tidy.loc[is_moved, "value"] += STEP
    return few, replace(few, tidy=tidy)


def row(data, arrangement, values, outcome=NAMES[0]):
    (found,) = data[
        (data["arrangement"] == arrangement)
        & (data["values"] == values)
        & (data["outcome"] == outcome)
    ].to_dict("records")
    return found


def test_the_change_is_paired_so_a_known_step_has_no_spread():
    data = change_data(*pair(), "plain")
    change = row(data, "consortium", CHANGE)
    assert change["difference"] == pytest.approx(STEP)
    assert change["high"] - change["low"] < 1e-12
    assert change["verdict"].startswith("better")
    assert row(data, "revenue_swap", CHANGE)["difference"] == 0.0
    assert row(data, "revenue_swap", CHANGE)["verdict"] == "not resolved"


def test_before_and_now_are_the_comparisons_themselves():
    before, now = pair()
    data = change_data(before, now, "plain")
    for values, one in ((BEFORE, before), (NOW, now)):
        expected = compare(one, "plain").frame().set_index(["outcome", "arrangement"])
        for outcome in NAMES:
            found = row(data, "consortium", values, outcome)
            assert found["difference"] == expected.loc[(outcome, "consortium"), "difference"]
            assert found["low"] == expected.loc[(outcome, "consortium"), "low"]


def test_a_changed_baseline_counts_as_part_of_the_change():
    before, now = pair()
    data = change_data(before, now, "consortium")
    assert row(data, "plain", CHANGE)["difference"] == pytest.approx(-STEP)


def test_every_outcome_has_a_panel_and_every_arrangement_three_rows():
    figure = change_figure(*pair(), "plain")
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == len(NAMES)
    labels = [text.get_text() for text in shown[0].get_yticklabels()]
    assert len(labels) == 3 * (len(ARRANGEMENTS) - 1)
    assert "Revenue swap, now" in labels
    assert "40 paired replications" in figure.note
    assert len(figure.data) == len(NAMES) * len(labels)


def test_what_is_not_defined_is_said():
    before, now = pair()
    tidy = now.frame()
    tidy.loc[tidy["outcome"] == NAMES[1], "value"] = np.nan
    figure = change_figure(before, replace(now, tidy=tidy), "plain")
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts.count(" not defined") == 2 * (len(ARRANGEMENTS) - 1)
