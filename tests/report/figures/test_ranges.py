"""Figures of studies over ranges show what the study found."""

import pytest

from sim.report.figures import figures
from sim.report.figures.style import looks
from sim.studies.breakeven import breakeven
from sim.studies.design import design
from sim.studies.frontier import frontier
from sim.studies.robustness import robustness
from tests.studies.planted import OUTCOME, Planted, common_noise, scenario

TOLERANCE = "underwriting.policy_subsidy_rate"


def rule(s, n, arm):
    own = {"consortium": s.underwriting.policy_subsidy_rate - 0.01, "revenue_swap": 1.0}
    return 0.001 * common_noise(n, len(arm)) + own.get(arm, 0.0)


def test_a_break_even_is_drawn_with_its_interval_on_the_zero_line():
    found = breakeven(scenario(), f"{TOLERANCE}=0:0.05", OUTCOME, ("plain", "consortium"),
                      points=5, replications=8, store=Planted(bank__profit=rule))  # fmt: skip
    figure = figures.breakeven(found)
    (axes,) = figure.axes
    assert axes.get_xlabel() == "Underwriting: policy subsidy rate (basis points per year)"
    assert "CNY million" in axes.get_ylabel()
    assert "8 replications" in figure.note
    (one,) = found.crossings
    drawn = [line.get_xdata() for line in axes.lines]
    assert any(list(x) == [1e4 * one.low, 1e4 * one.high] for x in drawn)
    assert figure.data is found.curve


def test_a_frontier_joins_its_efficient_points():
    swap = "arrangement.revenue_swap"
    store = Planted(
        bank__raroc=lambda s, n, _: s.arrangement["revenue_swap"].upside.coverage,
        firm__survival_5y=lambda s, n, _: 1.0 - s.arrangement["revenue_swap"].upside.coverage,
    )
    found = frontier(
        scenario(), [f"{swap}.upside.coverage=0:0.4:3", f"{swap}.pricing.concession_rate=0:0.1:2"],
        replications=3, store=store,
    )  # fmt: skip
    figure = figures.frontier(found)
    assert figure.axes[0].get_xlabel() == "RAROC (% per year)"
    assert "3 replications" in figure.note
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["Revenue swap", "efficient set", "clearly dominated", "neither"]
    # Only the swap is drawn, in the colour that it has in every run.
    assert found.scope.every == ("plain", "consortium", "revenue_swap")
    lines = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    colour = looks(found.scope.every)["revenue_swap"].colour
    assert {line.get_markeredgecolor() for line in lines} == {colour}
    assert figure.svg() == figures.frontier(found).svg()


def test_a_design_stands_beside_shipped_terms_and_its_limit():
    swap = "arrangement.revenue_swap"
    store = Planted(
        bank__raroc=lambda s, n, _: s.arrangement["revenue_swap"].upside.coverage,
        firm__survival_5y=lambda s, n, _: (
            1.0 - s.arrangement["revenue_swap"].upside.coverage + 0.01 * common_noise(n)
        ),
    )
    found = design(
        scenario(), f"{swap}.upside.coverage=0:0.4", maximise="bank.raroc",
        subject_to="firm.survival_5y >= 80 %", points=4, replications=5, store=store,
    )  # fmt: skip
    figure = figures.design(found)
    (axes,) = figure.axes
    assert axes.get_ylabel() == "RAROC (% per year)"
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["keeps its bounds", "cannot be told", "breaks a bound", "answer", "Plain",
                     "Consortium", "Revenue swap"]  # fmt: skip
    assert any(list(line.get_xdata()) == [80.0, 80.0] for line in axes.lines)
    assert figure.data["drawn"].value_counts()["shipped terms"] == 3
    # The line through the answer ends where the bound is just kept.
    room = found.observed.ends_of(0, found.best)
    drawn = [list(line.get_xdata()) for line in axes.lines]
    assert [80.0 + 100.0 * room[0], 80.0 + 100.0 * room[1]] in drawn
    assert room[0] >= 0.0
    # The answer is marked where it was simulated.
    best = 100.0 * figure.data.loc[figure.data["answer"].astype(bool), "bank.raroc"].item()
    assert any(line.get_marker() == "D" and line.get_ydata() == [best] for line in axes.lines)
    assert figure.svg() == figures.design(found).svg()


def test_a_tornado_is_labelled_as_one_at_a_time():
    found = robustness(
        scenario(), [f"{TOLERANCE}=0:0.04", "macro.frailty_variance=0.1:0.3"], [OUTCOME],
        points=8, replications=3, tornado=2, store=Planted(bank__profit=rule),
    )  # fmt: skip
    figure = figures.tornado(found, OUTCOME, "consortium")
    assert figure.title.startswith("One at a time")
    assert figure.axes[0].get_yticklabels()[0].get_text() == "Underwriting: policy subsidy rate"
    assert len(figure.data) == 4
    with pytest.raises(ValueError, match="was not moved"):
        figures.tornado(found, OUTCOME, "no_such")
