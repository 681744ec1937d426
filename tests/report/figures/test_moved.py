"""What changed values do is drawn with its interval, paired by replication."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from sim.analysis.compare import compare
from sim.report.figures.moved import BEFORE, CHANGE, NOW, Moving, change_data, change_figure
from sim.report.figures.style import INK
from tests.synthetic import ARRANGEMENTS, outcomes

NAMES = ("firm.survival_5y", "firm.funding_gap")
STEP = 0.01


def pair(step=STEP):
    """Made-up outcomes, and the same with one arrangement moved by a known step."""
    whole = outcomes()
    few = replace(whole, marks={name: whole.mark(name) for name in NAMES})
    tidy = few.frame()
    tidy = tidy[tidy["outcome"].isin(NAMES)].copy()
    is_moved = (tidy["arrangement"] == "consortium") & (tidy["outcome"] == NAMES[0])
    tidy.loc[is_moved, "value"] += step
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


def marks_of(figure):
    """Places and filling of all marks and lines, panel by panel, whatever the panels hold."""
    return [
        [(line.get_xydata().tolist(), line.get_markerfacecolor()) for line in axes.get_lines()
         if line.get_color() != INK or line.get_marker() != "None"]
        for axes in figure.axes if axes.get_visible()
    ]  # fmt: skip


def test_marks_move_to_where_a_new_figure_has_them_and_come_back():
    before, now = pair()
    kept = Moving(before, before, "plain")
    home = kept.picture(before)
    for step in (STEP, 100.0 * STEP, -3.0, STEP):
        _, now = pair(step)
        kept.picture(now)
        fresh = change_figure(before, now, "plain")
        assert marks_of(kept.drawing) == marks_of(fresh)
        assert kept.drawing.data.equals(fresh.data)
    assert kept.picture(before) == home


def test_a_kept_picture_is_the_figure_itself():
    before, now = pair()
    kept = Moving(before, now, "plain")
    with Image.open(BytesIO(kept.picture(now))) as file:
        quick = np.asarray(file.convert("RGB"), dtype=int)
    with Image.open(BytesIO(change_figure(before, now, "plain")._repr_png_())) as file:
        whole = np.asarray(file.convert("RGB"), dtype=int)
    # Marks lie over the frames of panels instead of under them, and nowhere else.
    assert quick.shape == whole.shape
    assert (np.abs(quick - whole).max(axis=2) > 0).mean() < 1e-3


def test_panels_are_drawn_again_only_where_an_interval_leaves_them(monkeypatch):
    before, _ = pair()
    kept = Moving(before, before, "plain")
    drawn = []
    real = kept.drawing.draw
    monkeypatch.setattr(kept.drawing, "draw", lambda r: (drawn.append(1), real(r)))
    for step, draws in ((1e-6, 1), (0.0, 1), (5.0, 2), (4.0, 2), (0.0, 2), (4.5, 2), (50.0, 3)):
        kept.picture(pair(step)[1])
        assert len(drawn) == draws
        low, high = kept.drawing.axes[0].get_xlim()
        rows = kept.drawing.data[kept.drawing.data["outcome"] == NAMES[0]]
        # Of percentage points.
        assert low <= 100.0 * rows["low"].min()
        assert high >= 100.0 * rows["high"].max()
