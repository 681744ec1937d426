"""Plots of one line draw the numbers of the tables, into axes of one's own or as a figure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.integrate import trapezoid

from sim.analysis.compare import Comparison
from sim.analysis.outcomes_table import Outcomes
from sim.base.errors import OutcomeError
from sim.base.language import language
from sim.report.figures import figures
from sim.report.figures.style import Drawing
from tests.synthetic import MadeUpResults

OF_OUTCOME = [figures.paired_differences, figures.density, figures.ecdf]


@pytest.mark.parametrize("plot", OF_OUTCOME)
def test_a_plot_draws_into_axes_that_are_given(plot: Any, outcomes: Outcomes) -> None:
    axes = Figure().subplots()
    assert plot(outcomes, "bank.raroc", "plain", axes) is axes
    assert axes.get_title(loc="left") == "RAROC"
    assert axes.get_xlabel() == "Difference (percentage points per year)"


@pytest.mark.parametrize("plot", OF_OUTCOME)
def test_without_axes_it_is_a_figure_with_its_numbers(plot: Any, outcomes: Outcomes) -> None:
    drawn = plot(outcomes, "bank.raroc", "plain")
    assert isinstance(drawn, Drawing)
    own = drawn.data[drawn.data["arrangement"] == "revenue_swap"]["value"]
    table = outcomes.table("bank.raroc")
    np.testing.assert_array_equal(own, table["revenue_swap"] - table["plain"])
    assert set(drawn.data["unit"]) == {"per year"}
    assert "<svg" in drawn.svg()


def test_diamonds_are_the_means_of_the_comparison(
    outcomes: Outcomes, comparison: Comparison
) -> None:
    axes = Figure().subplots()
    figures.paired_differences(outcomes, "bank.raroc", "plain", axes)
    diamonds = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    rows = comparison.frame()
    expected = rows[rows["outcome"] == "bank.raroc"]["difference"] * 100.0
    np.testing.assert_allclose(diamonds, expected, rtol=1e-12)


def test_a_density_has_the_area_one(outcomes: Outcomes) -> None:
    axes = Figure().subplots()
    figures.density(outcomes, "firm.funding_gap", axes=axes)
    assert len(axes.lines) == len(outcomes.arrangements)
    for line in axes.lines:
        x, y = (np.asarray(part, dtype=float) for part in (line.get_xdata(), line.get_ydata()))
        # The line ends three kernel widths beyond the values: 0.3 % of a normal law.
        assert trapezoid(y, x) == pytest.approx(1.0, abs=0.005)


def test_histories_that_are_all_alike_stand_as_a_line_upright(outcomes: Outcomes) -> None:
    axes = Figure().subplots()
    figures.density(outcomes, "system.additional_survivors", axes=axes)
    plain = axes.lines[0]
    assert list(plain.get_xdata()) == [0.0, 0.0]


def test_a_distribution_function_counts_histories(outcomes: Outcomes) -> None:
    axes = Figure().subplots()
    figures.ecdf(outcomes, "bank.raroc", axes=axes)
    values = outcomes.table("bank.raroc")["plain"].to_numpy() * 100.0
    x, y = (np.asarray(part, dtype=float) for part in axes.lines[0].get_data())
    for at in values[:5]:
        assert y[x <= at].max() == pytest.approx(float((values <= at).mean()))


def test_a_fan_holds_the_middle_parts_of_histories(results: MadeUpResults) -> None:
    drawn = figures.fan(results, "credit_outstanding", "consortium")
    assert isinstance(drawn, Drawing)
    rows = results.series
    own = rows[(rows["series"] == "credit_outstanding") & (rows["arrangement"] == "consortium")]
    wide = own.pivot(index="x", columns="replication", values="value")
    row = drawn.data.set_index("x").loc[7.0]
    for name, level in (("p05", 0.05), ("p25", 0.25), ("median", 0.5), ("p95", 0.95)):
        assert row[name] == np.quantile(wide.loc[7.0], level)
    axes = Figure().subplots()
    assert figures.fan(results, "credit_outstanding", "consortium", axes) is axes
    assert axes.get_ylabel() == "CNY million"


@pytest.mark.parametrize(
    "call",
    [
        lambda o, _: figures.ecdf(o, "bank.raro"),
        lambda o, _: figures.paired_differences(o, "bank.raroc", "plan"),
        lambda _, r: figures.fan(r, "survival", "plan"),
        lambda _, r: figures.fan(r, "surviva", "plain"),
    ],
)
def test_what_is_not_here_is_told_with_what_is(
    call: Callable[..., Any], outcomes: Outcomes, results: MadeUpResults
) -> None:
    with pytest.raises(OutcomeError):
        call(outcomes, results)


def test_what_is_undefined_is_said(outcomes: Outcomes) -> None:
    drawn = figures.ecdf(outcomes, "cycle.crossover_years")
    assert isinstance(drawn, Drawing)
    assert "Undefined: Plain in 40, Common growth in 40." in drawn.note


def test_plots_speak_chinese(outcomes: Outcomes, results: MadeUpResults) -> None:
    with language("zh"):
        drawn = figures.fan(results, "survival", "plain")
        assert isinstance(drawn, Drawing)
        assert drawn.title == "普通贷款：未关闭企业占比（Kaplan-Meier 估计）"
        other = figures.density(outcomes, "bank.raroc")
        assert isinstance(other, Drawing)
        assert other.note == "各次模拟的密度，高斯核估计。"
