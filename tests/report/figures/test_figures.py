"""Every figure: units on axes, what the band is, the frame behind it, and edge cases."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.compare import compare
from sim.analysis.estimates import mean_interval, proportion_interval
from sim.base.errors import OutcomeError
from sim.report.figures import figures
from sim.report.figures.difference import difference_data
from sim.report.figures.losses import honest_level
from sim.report.figures.style import COLOURS
from tests import synthetic

pytestmark = pytest.mark.full

UNITS = ("%", "CNY million", "years", "Firms", "firms", "percentage points")
OF_RESULTS = {
    "survival": figures.survival,
    "profit_by_age": figures.profit_by_age,
    "vintage": figures.vintage,
    "credit": figures.credit,
    "cumulative_profit": figures.cumulative_profit,
    "lifecycle": figures.lifecycle,
    "loss_distribution": figures.loss_distribution,
    "loss_split": figures.loss_split,
    "payments": figures.payments,
    "lifecycle_flow": figures.lifecycle_flow,
}
SERIES_OF = {
    "survival": "survival",
    "profit_by_age": "cumulative_value_by_age",
    "vintage": "vintage_default",
    "credit": "credit_outstanding",
    "cumulative_profit": "cumulative_profit",
    "lifecycle": "stage_count:startup",
    "loss_distribution": "bank_annual_loss",
    "loss_split": "loss_borne:lead",
    "payments": "paid:",
    "lifecycle_flow": "stage_flow:",
}


@pytest.fixture(scope="module")
def drawn(outcomes, comparison, results):
    every = {name: draw(results) for name, draw in OF_RESULTS.items()}
    every["distribution"] = figures.distribution(outcomes, "bank.raroc")
    every["difference"] = figures.difference(comparison)
    every["profit_by_regime"] = figures.profit_by_regime(outcomes)
    return every


def names() -> list[str]:
    return [*OF_RESULTS, "distribution", "difference", "profit_by_regime"]


@pytest.mark.parametrize("name", names())
def test_it_is_a_figure_with_a_title_a_note_and_data(drawn, name):
    figure = drawn[name]
    assert isinstance(figure, Figure)
    assert figure.title
    assert len(figure.data)
    assert "40" in figure.note
    assert "replications" in figure.note


@pytest.mark.parametrize("name", names())
def test_every_axis_of_numbers_has_its_unit(drawn, name):
    for axes in drawn[name].axes:
        # Rows of numbers in words have a title and no axis.
        if not (axes.get_visible() and axes.spines["bottom"].get_visible()):
            continue
        labels = {axes.get_xlabel(), axes.get_ylabel()}
        assert any(unit in label for label in labels for unit in UNITS)
    left = [axes for axes in drawn[name].axes if axes.get_subplotspec().is_first_col()]
    for axes in left:
        words = axes.get_ylabel() or "".join(t.get_text() for t in axes.get_yticklabels())
        assert words


@pytest.mark.parametrize("name", names())
def test_nothing_but_legend_title_and_note_stands_in_the_margins(drawn, name):
    """Title, legend and note keep free of the panels and of each other."""
    figure = drawn[name]
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    free = [*figure.texts, *figure.legends]
    boxes = [artist.get_window_extent(renderer) for artist in free]
    panels = [axes.get_tightbbox(renderer) for axes in figure.axes if axes.get_visible()]
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])
        assert not any(box.overlaps(panel) for panel in panels)
        assert box.x1 <= figure.bbox.x1


@pytest.mark.parametrize("name", list(OF_RESULTS))
def test_a_figure_without_its_series_says_which_one_is_missing(results, name):
    empty = dataclasses.replace(results, series=results.series.iloc[:0])
    with pytest.raises(OutcomeError, match=SERIES_OF[name]):
        OF_RESULTS[name](empty)


@pytest.mark.parametrize("name", list(OF_RESULTS))
def test_one_replication_is_drawn_without_intervals(name):
    OF_RESULTS[name](synthetic.results(1)).svg()


@pytest.mark.parametrize("name", ["survival", "lifecycle"])
def test_an_arrangement_has_the_same_colour_in_every_panel(drawn, name):
    for axes in drawn[name].axes:
        for line in axes.get_lines():
            label = line.get_label()
            if label in ("Plain", "Revenue swap"):
                place = ("Plain", "Revenue swap").index(label) * 4
                assert line.get_color() == COLOURS[place]


def test_the_distribution_frame_has_the_percentiles(outcomes):
    data = figures.distribution_data(outcomes, "bank.raroc").set_index("arrangement")
    values = outcomes.table("bank.raroc")["consortium"]
    assert data.loc["consortium", "median"] == pytest.approx(values.median())
    assert data.loc["consortium", "p95"] == pytest.approx(values.quantile(0.95))
    assert data.loc["consortium", "defined"] == 40


def test_the_distribution_says_where_the_outcome_is_undefined(outcomes):
    figure = figures.distribution(outcomes, "cycle.crossover_years")
    assert "Undefined: Plain in 40, Common growth in 40" in figure.note
    assert "Lower is better" in figure.note


def test_a_wide_heavy_tail_gets_a_logarithmic_axis():
    frame = synthetic.outcome_frame(60)
    wide = frame["outcome"] == "firm.founder_wealth"
    frame.loc[wide, "value"] = np.exp(2.0 * (frame.loc[wide, "value"] - 20.0) / 6.0)
    outcomes = dataclasses.replace(synthetic.outcomes(), tidy=frame)
    axes = figures.distribution(outcomes, "firm.founder_wealth").axes[0]
    assert axes.get_xscale() == "log"
    assert figures.distribution(outcomes, "bank.raroc").axes[0].get_xscale() == "linear"


@pytest.mark.parametrize("lowest", [0.0, -3.0])
def test_on_an_axis_of_decades_every_history_has_a_place(lowest):
    """A value of nothing or less has no place on a logarithmic axis, and must not vanish."""
    frame = synthetic.outcome_frame(60)
    wide = frame["outcome"] == "firm.founder_wealth"
    values = np.exp(2.0 * (frame.loc[wide, "value"] - 20.0) / 6.0)
    # Too few to move the 5th percentile, which decides on the axis.
    values[frame.loc[wide, "replication"] == 7] = lowest
    frame.loc[wide, "value"] = values
    outcomes = dataclasses.replace(synthetic.outcomes(), tidy=frame)
    axes = figures.distribution(outcomes, "firm.founder_wealth").axes[0]
    places = np.concatenate([dots.get_offsets() for dots in axes.collections])
    seen = axes.transData.transform(places)
    assert len(seen) == 60 * len(synthetic.ARRANGEMENTS)
    assert np.isfinite(seen).all()
    assert axes.get_xlim()[0] <= lowest


def test_the_line_of_losses_reaches_the_largest_one(results):
    figure = figures.loss_distribution(results)
    losses = results.series.query("series == 'bank_annual_loss'").groupby("bank")["value"].max()
    ends = [max(line.get_xdata().max() for line in axes.get_lines()) for axes in figure.axes[::2]]
    assert ends == pytest.approx(losses.tolist())


def test_an_unknown_outcome_is_refused(outcomes, comparison):
    with pytest.raises(OutcomeError):
        figures.distribution(outcomes, "bank.nothing")
    with pytest.raises(OutcomeError):
        figures.difference(comparison, ["bank.nothing"])


def test_the_difference_frame_keeps_one_unit_together(comparison):
    data = difference_data(comparison)
    banks = data[data["outcome"].str.startswith("bank.")]
    units = list(banks["unit"])
    assert len({*units}) == sum(a != b for a, b in zip(units, ["", *units], strict=False))
    assert len(data) == 48


def test_only_clear_differences_are_filled(comparison):
    figure = figures.difference(comparison, ["bank.raroc"])
    verdicts = difference_data(comparison, ["bank.raroc"])["verdict"]
    marks = [line for line in figure.axes[0].get_lines() if line.get_marker() in "os^DvPXp"]
    filled = [line.get_markerfacecolor() != "white" for line in marks]
    assert filled == [not verdict.startswith("no ranking") for verdict in verdicts]
    assert True in filled
    assert False in filled


def test_what_has_no_difference_is_named_and_not_drawn(comparison):
    figure = figures.difference(comparison, ["bank.raroc", "cycle.crossover_years"])
    assert len([axes for axes in figure.axes if axes.get_visible()]) == 1
    assert "Years to overtake plain lending" in figure.note


def test_a_comparison_with_nothing_cannot_be_drawn(outcomes):
    alone = dataclasses.replace(
        outcomes,
        tidy=outcomes.tidy[outcomes.tidy["arrangement"] == "plain"],
        arrangements=("plain",),
    )
    with pytest.raises(OutcomeError, match="baseline"):
        figures.difference(compare(alone))


def test_the_curve_frame_has_paired_differences(results):
    data = figures.curve_data(results, "survival")
    row = data[(data["arrangement"] == "revenue_swap") & (data["x"] == 5.0)].iloc[0]
    series = results.series.query("series == 'survival' and x == 5.0")
    wide = series.pivot(index="replication", columns="arrangement", values="value")
    apart = mean_interval((wide["revenue_swap"] - wide["plain"]).to_numpy())
    assert row["mean"] == pytest.approx(wide["revenue_swap"].mean())
    assert row["difference"] == pytest.approx(apart.estimate)
    assert row["difference_low"] == pytest.approx(apart.low)
    assert row["low"] == pytest.approx(wide["revenue_swap"].quantile(0.05))


def test_the_baseline_of_a_curve_differs_from_itself_by_nothing(results):
    data = figures.curve_data(results, "survival", "consortium")
    own = data[data["arrangement"] == "consortium"]
    assert (own["difference"] == 0.0).all()


def test_an_undefined_point_is_left_out_and_not_taken_for_zero(results):
    series = results.series.copy()
    hole = (series["series"] == "survival") & (series["x"] == 5.0)
    hole &= (series["replication"] == 3) & (series["arrangement"] == "plain")
    series.loc[hole, "value"] = np.nan
    data = figures.curve_data(dataclasses.replace(results, series=series), "survival")
    row = data[(data["arrangement"] == "plain") & (data["x"] == 5.0)].iloc[0]
    assert row["replications"] == 39
    assert row["low"] > 0.4
    note = figures.survival(dataclasses.replace(results, series=series)).note
    assert "39 to 40 replications" in note


def test_a_regime_that_some_histories_lack_is_counted(outcomes):
    frame = synthetic.outcome_frame()
    hole = (frame["outcome"] == "cycle.profit_boom") & (frame["arrangement"] == "consortium")
    frame.loc[hole & (frame["replication"] < 3), "value"] = np.nan
    figure = figures.profit_by_regime(dataclasses.replace(outcomes, tidy=frame))
    assert figure.note.endswith("Undefined: Consortium (boom) in 3.")
    assert "Undefined" not in figures.profit_by_regime(outcomes).note


def test_the_numbers_at_risk_stand_beneath_the_curve(results):
    figure = figures.survival(results)
    rows = results.series.query("series == 'survival_at_risk' and arrangement == 'consortium'")
    wanted = rows.groupby("x")["value"].mean()
    data = figure.data[figure.data["arrangement"] == "consortium"].set_index("x")["at_risk"]
    assert data.dropna().to_dict() == pytest.approx(wanted.to_dict())
    beneath = figure.axes[2]
    place = synthetic.ARRANGEMENTS.index("consortium")
    found = {t.get_position()[0]: t.get_text() for t in beneath.texts
             if t.get_position()[1] == place}  # fmt: skip
    assert found == {age: f"{wanted[age]:,.0f}" for age in (0.0, 3.0, 6.0, 9.0, 12.0, 15.0)}
    assert list(beneath.get_xticks()) == list(found)


def test_survival_without_numbers_at_risk_is_drawn_without_them(results):
    kept = results.series[results.series["series"] != "survival_at_risk"]
    figure = figures.survival(dataclasses.replace(results, series=kept))
    assert len(figure.axes) == 2
    assert "at_risk" not in figure.data


def test_a_baseline_without_the_series_is_refused(results):
    with pytest.raises(OutcomeError, match="nobody"):
        figures.survival(results, "nobody")


def test_shares_of_several_banks_are_not_added_up(results):
    double = pd.concat([results.series, results.series.query("series == 'survival'")])
    with pytest.raises(OutcomeError, match="several values"):
        figures.survival(dataclasses.replace(results, series=double))


def test_money_of_several_banks_is_added_up(results):
    credit = results.series.query("series == 'credit_outstanding'")
    double = pd.concat([results.series, credit.assign(bank="another")])
    one = figures.curve_data(results, "credit_outstanding", adds_up=True)
    two = figures.curve_data(
        dataclasses.replace(results, series=double), "credit_outstanding", adds_up=True
    )
    assert two["mean"].to_numpy() == pytest.approx(2.0 * one["mean"].to_numpy())


def test_the_loss_frame_orders_its_measures(results):
    data = figures.loss_distribution_data(results)
    assert len(data) == 15
    assert (data["mean"] < data["var"]).all()
    assert (data["var"] <= data["es"]).all()
    assert (data["var_low"] <= data["var"]).all()
    assert (data["var"] <= data["var_high"]).all()


def test_the_interval_of_the_tail_counts_histories_and_not_years(results):
    """Years that repeat their history must not make the interval narrower."""
    series = results.series
    again = series[series["series"] == "bank_annual_loss"].assign(x=lambda f: f["x"] + 15)
    twice = dataclasses.replace(results, series=pd.concat([series, again]))
    one = figures.loss_distribution_data(results, 0.95)
    two = figures.loss_distribution_data(twice, 0.95)
    width = [(data["es_high"] - data["es_low"]).mean() for data in (one, two)]
    assert width[1] == pytest.approx(width[0], rel=0.05)


def test_sharing_thins_the_tail_of_every_bank(results):
    data = figures.loss_distribution_data(results).set_index(["bank", "arrangement"])
    for bank in synthetic.BANKS:
        assert data.loc[(bank, "consortium"), "es"] < data.loc[(bank, "plain"), "es"]


@pytest.mark.parametrize(
    ("count", "level"),
    [(100, 0.90), (199, 0.90), (600, 0.95), (1_000, 0.99), (9_999, 0.99), (10_000, 0.999)],
)
def test_a_level_with_fewer_than_ten_years_in_its_tail_is_not_shown(count, level):
    assert honest_level(count) == level


def test_each_tail_stands_beside_the_years_and_histories_that_it_rests_on(results):
    data = figures.loss_distribution_data(results)
    assert (data["tail_years"] == 30).all()
    assert data["tail_histories"].between(5, 30).all()
    assert "at least 30 years" in figures.loss_distribution(results).note


def test_the_tail_measures_stand_beneath_the_curve_with_their_intervals(results):
    figure = figures.loss_distribution(results)
    data = figure.data.set_index(["bank", "arrangement"])
    curve, rows = figure.axes[0], figure.axes[1]
    assert curve.get_title("left") == "City commercial"
    wanted = data.loc["city_commercial"]
    marks = [line for line in rows.lines if line.get_linestyle() == "None"]
    values = wanted[["var", "es"]].to_numpy().ravel()
    assert [float(line.get_xdata()[0]) for line in marks] == pytest.approx(list(values))
    assert [line.get_markerfacecolor() == "white" for line in marks] == [True, False] * 5
    lines = [line.get_xdata() for line in rows.lines if line.get_linestyle() != "None"]
    ends = wanted[["var_low", "var_high", "es_low", "es_high"]].to_numpy().reshape(-1, 2)
    np.testing.assert_allclose(lines, ends)


def test_of_many_banks_those_with_the_largest_losses_are_drawn(results):
    series = results.series
    rows = series[(series["series"] == "bank_annual_loss") & (series["bank"] == "joint_stock")]
    more = [rows.assign(bank=f"bank_{n}", value=rows["value"] / (n + 2)) for n in range(9)]
    figure = figures.loss_distribution(
        dataclasses.replace(results, series=pd.concat([series, *more])), 0.9
    )
    titles = [axes.get_title("left") for axes in figure.axes if axes.get_title("left")]
    assert titles == ["City commercial", "Joint stock", "Large state",
                      *(f"Bank {n}" for n in range(6))]  # fmt: skip
    assert figure.data["bank"].nunique() == 12
    assert "The 9 banks with the largest losses of 12" in figure.note


def test_ages_that_few_firms_reach_are_left_out_of_money(results):
    """From 400 firms at risk, the mean falls below 30 after ten years."""
    series = results.series
    risk = series["series"] == "survival_at_risk"
    few = series.assign(value=series["value"].where(~risk, series["value"] / 2.0))
    figure = figures.profit_by_age(dataclasses.replace(results, series=few))
    count = few[risk].groupby("x")["value"].mean()
    assert figure.data["x"].max() < count[count < 30].index.min()
    assert figure.data["x"].max() >= count[count > 31].index.max()
    assert "fewer than 30 firms" in figure.note
    assert "fewer than" not in figures.survival(results).note


def test_too_few_years_give_no_tail_measure():
    results = synthetic.results(1)
    data = figures.loss_distribution_data(results)
    assert data["var"].isna().all()
    assert "not available" in figures.loss_distribution(results).note


def test_a_stated_level_is_used(results):
    data = figures.loss_distribution_data(results, 0.9)
    assert (data["level"] == 0.9).all()
    assert "value-at-risk 90 %" in figures.loss_distribution(results, 0.9).note


def yes_or_no(outcomes):
    """A quarter of the values of an outcome are yes, one is undefined under plain lending."""
    mark = dataclasses.replace(outcomes.marks["firm.survival_5y"], binary=True)
    tidy = outcomes.tidy[outcomes.tidy["outcome"] == mark.name]
    tidy = tidy.assign(value=(tidy["replication"] % 4 == 0).astype(float))
    tidy.loc[tidy.index[:1], "value"] = np.nan
    return dataclasses.replace(outcomes, tidy=tidy, marks={mark.name: mark})


def test_a_yes_or_no_has_a_share_with_its_interval_and_no_box(outcomes):
    known = yes_or_no(outcomes)
    figure = figures.distribution(known, "firm.survival_5y")
    (axes,) = figure.axes
    assert not any(isinstance(patch, Rectangle) for patch in axes.patches)
    assert len(axes.collections) == 0
    data = figure.data.set_index("arrangement")
    assert list(data.columns) == ["unit", "replications", "defined", "mean", "low", "high"]
    assert data.loc["consortium", "mean"] == 0.25
    wanted = proportion_interval(np.repeat([1.0, 0.0], [10, 30]))
    assert data.loc["consortium", ["low", "high"]].tolist() == [wanted.low, wanted.high]
    ends = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(ends, 100.0 * data[["low", "high"]].to_numpy())
    assert "share of replications" in figure.title
    assert "Box" not in figure.note
    assert "Undefined: Plain in 1." in figure.note


def test_profit_by_regime_needs_such_outcomes(outcomes):
    marks = {"bank.raroc": outcomes.marks["bank.raroc"]}
    with pytest.raises(OutcomeError, match=r"cycle\.profit_"):
        figures.profit_by_regime(dataclasses.replace(outcomes, marks=marks))


def test_profit_by_regime_has_a_row_for_each_regime_and_arrangement(outcomes):
    data = figures.profit_by_regime_data(outcomes)
    assert set(data["regime"]) == {"boom", "bust"}
    assert len(data) == 10


def test_the_public_figures_are_the_listed_ones():
    assert set(figures.__all__) <= set(vars(figures))
    assert {*OF_RESULTS, "distribution", "difference", "profit_by_regime"} <= {*figures.__all__}
