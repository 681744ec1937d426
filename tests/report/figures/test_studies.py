"""Figures of studies have a title, a note, units and the frame behind them."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.report.figures import studies
from sim.report.figures.gains import gains
from sim.report.figures.style import Drawing
from sim.report.parts import inline_svg
from sim.studies.attribution import attribute, decompose
from sim.studies.cycle import cycle
from sim.studies.discovery import discover
from sim.studies.effects import ProgrammeEffects, effects
from sim.studies.stress import reverse_stress
from tests.studies.small import small, store
from tests.studies.test_cycle import results
from tests.studies.test_discovery import KEYS, Planted
from tests.studies.test_stress import SPACE, Known

PAIR = ("plain", "common_growth")


@cache
def drawn() -> dict[str, Drawing]:
    worlds = discover(small(), vary=KEYS, points=60, replications=2, store=Planted())
    stressed = reverse_stress(small(), "bank.raroc < 0.9", ["plain"], space=SPACE, store=Known())
    return {
        "attribution": studies.attribution(
            attribute(small(), PAIR, ["bank.profit"], store=store())
        ),
        "decomposition": studies.decomposition(
            decompose(small(), PAIR, ["bank.profit"], store=store())
        ),
        "gains": gains(effects(results())),
        "leads": studies.leads(cycle(results())),
        "stress": studies.stress(stressed),
        "worlds": studies.worlds(worlds, studies.boxed(worlds)[0]),
    }


NAMES = ("attribution", "decomposition", "gains", "leads", "stress", "worlds")


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_shows_and_holds_its_numbers(name: str) -> None:
    figure = drawn()[name]
    assert figure.title
    assert "replications" in figure.note
    assert isinstance(figure.data, pd.DataFrame)
    assert len(figure.data)
    assert "<svg" in inline_svg(figure, name)


def test_a_part_that_is_not_defined_does_not_vanish_without_a_word() -> None:
    result = attribute(small(), PAIR, ["bank.profit"], store=store())
    frame = result.frame()
    frame.loc[0, ["part", "low", "high"]] = np.nan
    figure = studies.attribution(Changed(result, frame=lambda: frame))
    (axes,) = figure.axes
    assert [text.get_text().strip() for text in axes.texts] == ["not defined"]
    assert f"Not drawn, as not defined: 1 of {len(frame)}." in figure.note
    assert len(axes.patches) == len(frame) - 1
    assert "not defined" not in drawn()["attribution"].note


def test_a_stress_without_a_value_or_an_interval_is_counted() -> None:
    result = reverse_stress(small(), "bank.raroc < 0.9", ["plain"], space=SPACE, store=Known())
    tried = result.tried.copy()
    tried.loc[0, ["value", "low", "high"]] = np.nan
    tried.loc[1, ["low", "high"]] = np.nan
    note = studies.stress(replace(result, tried=tried)).note
    assert f"Not drawn, as not defined: 1 of {len(tried)}." in note
    assert f"Drawn without an interval: 1 of {len(tried)}." in note


def test_a_world_without_a_difference_is_neither_drawn_nor_forgotten() -> None:
    result = discover(small(), vary=KEYS, points=60, replications=2, store=Planted())
    region = studies.boxed(result)[0]
    worlds = result.worlds.copy()
    worlds.loc[:2, f"{region.arrangement}: difference"] = np.nan
    figure = studies.worlds(Changed(result, worlds=worlds), region)
    assert sum(len(one.get_offsets()) for one in figure.axes[0].collections) == 57
    assert "Not drawn, as not defined: 3 of 60." in figure.note


def test_a_gain_is_filled_where_its_interval_is_clear_of_zero() -> None:
    columns = ["arrangement", "size", "firms", "banks", "banks_low", "banks_high", "founders",
               "founders_low", "founders_high"]  # fmt: skip
    rows = [
        ("common_growth", "micro", 9.0, -1.0, -2.0, 0.5, 3.0, 2.0, 4.0),
        ("common_growth", "large", 2.0, 5.0, 1.0, 9.0, np.nan, np.nan, np.nan),
    ]
    figure = gains(ProgrammeEffects({"gains": pd.DataFrame(rows, columns=columns)}, "plain", 4))
    faces = [
        [line.get_markerfacecolor() for line in axes.lines if line.get_marker() != "None"]
        for axes in figure.axes
    ]
    assert [[face != "white" for face in panel] for panel in faces] == [[False, True], [True]]
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["Micro", "Large"]
    assert "Not drawn, as not defined: 1 of 2." in figure.note


class Changed:
    """A result of which some fields are others."""

    def __init__(self, result: object, **fields: object) -> None:
        self.__dict__.update(fields)
        self._result = result

    def __getattr__(self, name: str) -> object:
        return getattr(self._result, name)


def test_bars_of_a_gap_end_where_the_parts_do() -> None:
    figure = drawn()["attribution"]
    (axes,) = figure.axes
    widths = [patch.get_width() for patch in axes.patches]
    np.testing.assert_allclose(widths, figure.data["part"])
    assert "percentage points" not in axes.get_xlabel()
    assert axes.get_xlabel() == "CNY million"
