"""Figures of studies have a title, a note, units and the frame behind them."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.report.figures import studies
from sim.report.figures.style import Drawing
from sim.report.parts import inline_svg
from sim.studies.attribution import attribute, decompose
from sim.studies.cycle import cycle
from sim.studies.discovery import Sample, discover
from sim.studies.stress import reverse_stress
from tests.studies.small import small, store
from tests.studies.test_cycle import results
from tests.studies.test_discovery import KEYS, Planted
from tests.studies.test_stress import SPACE, Known

PAIR = ("plain", "common_growth")


@cache
def drawn() -> dict[str, Drawing]:
    worlds = discover(small(), vary=KEYS, sample=Sample(60, 2), store=Planted())
    stressed = reverse_stress(small(), "bank.raroc < 0.9", ["plain"], space=SPACE, store=Known())
    return {
        "attribution": studies.attribution(
            attribute(small(), PAIR, ["bank.profit"], store=store())
        ),
        "decomposition": studies.decomposition(
            decompose(small(), PAIR, ["bank.profit"], store=store())
        ),
        "leads": studies.leads(cycle(results())),
        "stress": studies.stress(stressed),
        "worlds": studies.worlds(worlds, studies.boxed(worlds)[0]),
    }


NAMES = ("attribution", "decomposition", "leads", "stress", "worlds")


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_shows_and_holds_its_numbers(name: str) -> None:
    figure = drawn()[name]
    assert figure.title
    assert "replications" in figure.note
    assert isinstance(figure.data, pd.DataFrame)
    assert len(figure.data)
    assert "<svg" in inline_svg(figure, name)


def test_bars_of_a_gap_end_where_the_parts_do() -> None:
    figure = drawn()["attribution"]
    (axes,) = figure.axes
    widths = [patch.get_width() for patch in axes.patches]
    np.testing.assert_allclose(widths, figure.data["part"])
    assert "percentage points" not in axes.get_xlabel()
    assert axes.get_xlabel() == "CNY million"
