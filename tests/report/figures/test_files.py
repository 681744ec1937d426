"""Figures as files: rendered once, and the same bytes whoever draws them."""

import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.base.language import language
from sim.report.figures.files import draw_files
from sim.report.figures.gallery import Planned, planned
from sim.report.figures.style import Drawing
from sim.report.parts import inline_svg
from tests import synthetic


@pytest.fixture(scope="module")
def plans() -> list[Planned]:
    outcomes = synthetic.outcomes(6)
    return list(planned(outcomes, compare(outcomes), synthetic.results(6)))[-3:]


@pytest.mark.full
def test_two_processes_give_the_same_bytes_in_the_same_order(
    tmp_path: Path, plans: list[Planned]
) -> None:
    found = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        with language("zh"):
            found.append(draw_files(folder, plans, workers))
    one, two = found
    assert list(one) == list(two) == [plan.key for plan in plans]
    for key, picture in one.items():
        assert picture.written == two[key].written == "zh"
        assert inline_svg(picture, key) == inline_svg(two[key], key)
        pd.testing.assert_frame_equal(picture.data, two[key].data)
    files = {file.name: file.read_bytes() for file in (tmp_path / "1").iterdir()}
    assert files == {file.name: file.read_bytes() for file in (tmp_path / "2").iterdir()}
    assert len(files) == 3 * len(plans)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Drawing]]:
    """Every figure, each time that it is rendered as SVG."""
    seen: list[Drawing] = []
    plain = Drawing.svg

    def counted(drawing: Drawing) -> str:
        seen.append(drawing)
        return plain(drawing)

    monkeypatch.setattr(Drawing, "svg", counted)
    return seen


def test_a_figure_is_rendered_once_for_its_file_and_its_page(
    tmp_path: Path, plans: list[Planned], rendered: list[Drawing]
) -> None:
    for key, picture in draw_files(tmp_path, plans).items():
        assert "<svg" in inline_svg(picture, key)
    assert len(rendered) == len(plans)


class Counting(Executor):
    """Does nothing but count what it is asked for."""

    asked = 0

    def submit(self, *task: Any, **given: Any) -> Future[Any]:  # type: ignore[override]
        self.asked += 1
        return Future()


def test_a_figure_that_cannot_go_to_another_process_is_an_error_before_one_is_asked(
    tmp_path: Path, plans: list[Planned]
) -> None:
    # A process pool that meets it while feeding its processes never ends.
    pool, plans = Counting(), [*plans[1:], plans[0]._replace(draw=lambda: None)]
    with pytest.raises((AttributeError, pickle.PicklingError), match="pickle"):
        draw_files(tmp_path, plans, 2, pool)
    assert pool.asked == 0
