"""Bars of sensitivity are as long as the indices, and say where their lines come from."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from sim.report.figures import figures
from sim.scenario.key_words import key_text
from sim.studies.sensitivity import Sensitivity, sensitivity
from tests.studies.planted import OUTCOME, Planted, scenario

VARY = ["underwriting.policy_subsidy_rate=0:1", "macro.frailty_variance=0:1"]


@cache
def found(method: str, count: int = 1) -> Sensitivity:
    def rule(s, n, arm):
        t, f = s.underwriting.policy_subsidy_rate, s.macro.frailty_variance
        return 3.0 * t + (2.0 * f + 4.0 * t * f if arm == "consortium" else 0.0)

    return sensitivity(scenario(), VARY, [OUTCOME], method=method, points=64, replications=count,
                       store=Planted(bank__profit=rule))  # fmt: skip


def test_sobol_bars_are_both_indices_with_their_intervals():
    figure = figures.sensitivity(found("sobol"), OUTCOME, "consortium")
    (axes,) = figure.axes
    rows = figure.data
    assert rows["rank"].tolist() == [1, 2]
    wanted = 100.0 * rows[["S1", "ST"]].to_numpy().ravel()
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], wanted)
    half = 100.0 * rows[["S1_conf", "ST_conf"]].to_numpy().ravel()
    lines = [line.get_xdata() for line in axes.lines if len(set(line.get_xdata())) > 1]
    np.testing.assert_allclose(lines, np.stack([wanted - half, wanted + half], axis=1))
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [key_text(key) for key in rows["key"]]
    assert axes.get_xlabel() == "Share of the variance over all ranges (%)"
    # The two bars of a number differ by more than their colour.
    assert [bar.get_facecolor()[3] for bar in axes.patches] == [1.0, 0.0] * 2


def test_morris_bars_are_in_the_unit_of_the_outcome():
    figure = figures.sensitivity(found("morris"), OUTCOME, "consortium")
    (axes,) = figure.axes
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], figure.data["mu_star"])
    assert axes.get_xlabel() == "Effect over the whole range (CNY million)"


@pytest.mark.parametrize("kind", ["level", "difference"])
def test_the_title_names_the_response(kind):
    figure = figures.sensitivity(found("sobol"), OUTCOME, "consortium", kind)
    assert figure.title.startswith("Shares of variance (Sobol): Profit, consortium")
    assert figure.title.endswith("less plain") == (kind == "difference")
    assert set(figure.data["kind"]) == {kind}


def test_the_note_counts_replications():
    note = figures.sensitivity(found("sobol", 3), OUTCOME, "consortium").note
    assert "95 %" in note
    assert "in 3 replications" in note


@pytest.mark.parametrize(("method", "column"), [("sobol", "S1"), ("morris", "mu_star")])
def test_an_index_that_is_not_defined_does_not_vanish_without_a_word(method: str, column: str):
    result = found(method)
    indices = result.indices.copy()
    kept = (indices["arrangement"] == "consortium") & (indices["kind"] == "difference")
    indices.loc[indices.index[kept & (indices["rank"] == 2)], column] = np.nan
    other = dataclasses.replace(result, indices=indices)
    figure = figures.sensitivity(other, OUTCOME, "consortium")
    assert [text.get_text().strip() for text in figure.axes[0].texts] == ["not defined"]
    assert "Not drawn, as not defined: 1 of 2." in figure.note
    assert "not defined" not in figures.sensitivity(result, OUTCOME, "consortium").note


def test_a_response_that_was_not_analysed_is_refused():
    with pytest.raises(ValueError, match="revenue_swap was not analysed"):
        figures.sensitivity(found("sobol"), OUTCOME, "revenue_swap")
