"""Ribbons are as wide as the flows, lie on their nodes, and moves have paired differences."""

import dataclasses

import numpy as np
import pytest
from matplotlib.patches import PathPatch, Rectangle

from sim.analysis.estimates import mean_interval
from sim.base.errors import OutcomeError
from sim.engine.history import STATES
from sim.outcomes.series import MOVED
from sim.report.figures import figures
from sim.report.figures.lifecycle import ANY, MOVES, is_move


def wide(results, flow):
    rows = results.series[results.series["series"] == MOVED + flow]
    return rows.pivot_table(
        values="value", index=["x", "replication"], columns="arrangement", observed=True
    )


def test_a_flow_of_a_period_is_a_mean_with_a_paired_difference(results):
    data = figures.lifecycle_flow_data(results)
    keys = (data["source"] == "growth") & (data["target"] == "mature") & (data["end"] == 6.0)
    (row,) = data[keys & (data["arrangement"] == "revenue_swap")].to_dict("records")
    table = wide(results, "growth>mature").loc[6.0]
    apart = mean_interval((table["revenue_swap"] - table["plain"]).to_numpy())
    assert row["start"] == 3.0
    assert row["mean"] == pytest.approx(table["revenue_swap"].mean())
    assert (row["difference"], row["difference_low"]) == pytest.approx((apart.estimate, apart.low))


def test_flows_stand_in_the_order_of_their_series(results):
    data = figures.lifecycle_flow_data(results)
    first = data[(data["arrangement"] == "plain") & (data["start"] == 0.0)]
    rows = results.series[results.series["series"].str.startswith(MOVED)]
    order = sorted(rows.loc[rows["arrangement"] == "plain", "series"].unique())
    shown = [f"{MOVED}{a}>{b}" for a, b in zip(first["source"], first["target"], strict=True)]
    assert [name for name in shown if name in order] == order


def test_moves_are_summed_over_all_periods(results):
    data = figures.lifecycle_flow_data(results)
    moves = data[(data["source"] == ANY) & (data["arrangement"] == "common_growth")]
    found = moves.set_index("target")["mean"]
    assert list(found.index) == list(MOVES)
    assert set(zip(moves["start"], moves["end"], strict=True)) == {(0.0, 15.0)}
    growth = sum(12.0 + 1 + end for end in (3, 6, 9, 12, 15))
    jumps = wide(results, "growth>mature")["common_growth"].groupby("x").mean().sum()
    assert found["to_growth"] == pytest.approx(growth)
    assert found["to_expansion"] == pytest.approx(jumps)
    assert found["to_mature"] == pytest.approx(jumps)
    assert found["left"] == pytest.approx(5 * 3.0)
    assert found["closed"] == pytest.approx(5 * 8.0)
    assert found["back"] == 0.0


@pytest.mark.parametrize("source", STATES)
@pytest.mark.parametrize("target", STATES)
def test_every_change_is_some_move_and_staying_is_none(source, target):
    found = [move for move in MOVES if is_move(move, source, target)]
    stays = source == target or (source, target) == ("unborn", "startup")
    if source in ("listed", "acquired", "departed", "closed") or target == "unborn":
        return  # such flows do not occur
    assert bool(found) != stays


def ribbons(axes):
    found = []
    for patch in axes.patches:
        if isinstance(patch, PathPatch):
            points = patch.get_path().vertices
            found.append((*points[0], *points[3], points[7][1] - points[0][1]))
    return np.array(found)


def test_ribbons_are_as_wide_as_the_flows_of_the_baseline(results):
    figure = figures.lifecycle_flow(results)
    data = figure.data
    flows = data[(data["arrangement"] == "plain") & (data["source"] != ANY)]
    sizes = ribbons(figure.axes[0])[:, 4]
    np.testing.assert_allclose(np.sort(sizes), np.sort(flows["mean"]))


def test_ribbons_begin_and_end_on_nodes(results):
    axes = figures.lifecycle_flow(results).axes[0]
    nodes = [p for p in axes.patches if isinstance(p, Rectangle)]
    lower = [(n.get_x() + n.get_width(), n.get_x(), n.get_y(), n.get_height()) for n in nodes]
    for left, low, right, high, size in ribbons(axes):
        assert any(np.isclose(left, e) and y - 1e-9 <= low <= y + h - size + 1e-9
                   for e, _, y, h in lower)  # fmt: skip
        assert any(np.isclose(right, s) and y - 1e-9 <= high <= y + h - size + 1e-9
                   for _, s, y, h in lower)  # fmt: skip


def test_moves_that_never_happen_have_no_row(results):
    axes = figures.lifecycle_flow(results).axes[1]
    labels = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert labels == [label for move, label in MOVES.items() if move != "back"]
    assert axes.get_xlabel() == "Difference from plain (firms)"


def test_one_arrangement_has_ribbons_and_no_differences(results):
    alone = results.series[results.series["arrangement"] == "consortium"]
    figure = figures.lifecycle_flow(dataclasses.replace(results, series=alone))
    assert len(figure.axes) == 1
    assert figure.axes[0].get_title("left") == "Consortium"


def test_flows_of_a_world_that_begins_empty_are_drawn(results):
    rows = results.series[results.series["series"].isin([f"{MOVED}unborn>startup"])]
    figure = figures.lifecycle_flow(dataclasses.replace(results, series=rows))
    assert len(ribbons(figure.axes[0])) == 5


def test_a_baseline_without_flows_is_refused(results):
    with pytest.raises(OutcomeError, match="nobody"):
        figures.lifecycle_flow(results, "nobody")
