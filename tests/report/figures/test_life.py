"""One firm's life as a strip: bands where stages were, marks where events happened."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from sim.base.errors import OutcomeError
from sim.model.firms.record import EVENT_NAMES, STAGES
from sim.report.figures import figures
from sim.report.figures.life import SIGNS
from sim.report.figures.life import STAGES as BANDS
from sim.report.figures.style import COLOURS
from sim.report.parts import inline_svg
from sim.studies.story import SPELL_COLUMNS, Story, story
from tests.experiment.small import tiny

EVENTS = [
    (-1.0, "birth", 6.0), (-0.5, "loan signed", 2.0), (1.0, "project carried out", 9.0),
    (2.0, "setback", 3.0), (3.0, "quarter", 1.0), (4.0, "cash exhausted", 0.0),
    (4.5, "loan default", 2.5),
]  # fmt: skip


def spells(*rows):
    return pd.DataFrame(rows, columns=list(SPELL_COLUMNS))


def made() -> Story:
    bad = pd.DataFrame(EVENTS, columns=["date", "event", "value"])
    good = bad.iloc[:3]
    weather = spells(("boom", -2.0, 1.5), ("bust", 1.5, 2.5), ("boom", 2.5, 6.0))
    return Story(
        7, 2, {"plain": bad, "swap": good},
        {"plain": "closed: out of cash in year 4.50", "swap": "alive in the growth stage"},
        {"plain": spells(("startup", -1.0, 1.0), ("growth", 1.0, 4.5), ("setback", 2.0, 4.5)),
         "swap": spells(("startup", -1.0, 1.0), ("growth", 1.0, 6.0))},
        weather.astype({"what": pd.CategoricalDtype(["boom", "bust"])}),
    )  # fmt: skip


def bands(axes):
    return [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_y() > 0]


def test_bands_lie_where_the_stages_were_in_the_lane_of_the_arrangement():
    (axes,) = figures.life(made()).axes
    found = [
        (int(band.get_y()), band.get_x(), band.get_x() + band.get_width())
        for band in bands(axes) if band.get_height() < 1.0
    ]  # fmt: skip
    assert found == [(0, -1.0, 1.0), (0, 1.0, 4.5), (1, -1.0, 1.0), (1, 1.0, 6.0)]


def test_marks_lie_at_the_dates_of_the_events_and_quarters_are_passed_over():
    (axes,) = figures.life(made()).axes
    marked = [
        (int(line.get_ydata()[0]), line.get_marker(), float(line.get_xdata()[0]))
        for line in axes.lines if line.get_linestyle() == "None"
    ]  # fmt: skip
    signs = {name: sign.marker for name, sign in SIGNS.items()}
    assert marked == [
        (0, signs["loan signed"], -0.5), (0, signs["setback"], 2.0),
        (0, signs["cash exhausted"], 4.0), (0, signs["loan default"], 4.5),
        (0, signs["closed"], 4.5), (1, signs["loan signed"], -0.5),
    ]  # fmt: skip


def test_the_bust_is_shaded_and_named():
    figure = figures.life(made())
    (axes,) = figure.axes
    grey = [patch for patch in axes.patches if patch.get_zorder() == 0]
    assert [(one.get_x(), one.get_width()) for one in grey] == [(1.5, 1.0)]
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "Bust" in words
    assert "Boom" not in words


def test_an_arrangement_keeps_the_colour_that_it_has_in_the_scenario():
    (axes,) = figures.life(made(), ["plain", "other", "swap"]).axes
    edges = [to_hex(band.get_edgecolor()) for band in bands(axes) if band.get_y() > 1.0]
    assert set(edges) == {COLOURS[2]}


def test_it_says_what_it_shows_and_that_there_is_no_interval():
    figure = figures.life(made())
    assert figure.title == "The life of firm 7 in replication 2, by arrangement"
    assert "no interval" in figure.note
    assert "Plain: closed: out of cash in year 4.50" in figure.note
    assert figure.axes[0].get_xlabel() == "Time from the start date (years)"
    assert set(figure.data["kind"]) == {"regime", "stage", "setback", "event"}
    assert "<svg" in inline_svg(figure, "life")


def test_marks_of_different_events_differ_by_more_than_colour():
    assert len({(sign.marker, sign.is_filled) for sign in SIGNS.values()}) == len(SIGNS)


def test_every_sign_and_every_stage_is_known_to_the_engine():
    assert set(SIGNS) - {"closed"} <= set(EVENT_NAMES.values())
    assert tuple(BANDS) == STAGES


def test_labels_of_short_bands_are_left_out():
    (axes,) = figures.life(made()).axes
    assert [text.get_text() for text in axes.texts] == ["Start-up", "Growth"] * 2
    short = made()
    short.spells["plain"].loc[1, "end"] = 1.05
    (axes,) = figures.life(short).axes
    assert [text.get_text() for text in axes.texts].count("Growth") == 1


def test_a_firm_that_never_enters_is_refused():
    empty = Story(3, 0, {"plain": made().events["plain"].iloc[:0]}, {"plain": "not yet founded"})
    with pytest.raises(OutcomeError, match="firm 3"):
        figures.life(empty)


def test_a_simulated_life_is_drawn():
    told = story(tiny(), 3, replication=1)
    figure = figures.life(told)
    assert len(figure.data[figure.data["kind"] == "stage"]) >= 2
    assert set(figure.data["arrangement"]) == {"", "plain", "revenue_swap"}
