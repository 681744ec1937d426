"""A shown number times its unit is the number at full precision: tables, axes, terminal."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import Comparison, compare
from sim.base.language import language
from sim.base.wording import verdict_word
from sim.cli.screen import summary
from sim.report.figures.gallery import planned
from sim.report.figures.style import Drawing
from sim.report.tables import outcome_cells, shown_table
from sim.studies.moments import PATTERNS, Patterns
from tests import synthetic

pytestmark = pytest.mark.full

NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?")
PER_CENT = re.compile(r"%|percentage points|百分点|\bpp\b")


AMOUNTS = {"CNY billion": 1e3, "CNY million": 1.0, "亿元": 1e2, "万元": 1e-2}
"""What one unit of money is in CNY million."""


def factor(*words: str) -> float:
    """What one unit of a text is, read off the text as a reader does."""
    if any(PER_CENT.search(text) for text in words):
        return 0.01
    amounts = [size for text in words for name, size in AMOUNTS.items() if name in text]
    return amounts[0] if amounts else 1.0


def agree(text: str, values: list[float], unit: float) -> bool:
    """Whether the numbers in a text, in their unit, are some values rounded as written."""
    written = [one.replace(",", "").replace("−", "-") for one in NUMBER.findall(text)]
    places = [len(one.partition(".")[2]) for one in written]
    return len(written) == len(values) and all(
        abs(float(one) * unit - value) <= 0.5000001 * unit * 10.0**-place
        for one, value, place in zip(written, values, places, strict=True)
    )


def wrong(table: dict[str, Any], frame: pd.DataFrame) -> Iterator[tuple[str, str, list[float]]]:
    """Cells of a table that are not the numbers of the frame; every interval has its word."""
    heads = table["columns"]
    units = [head for head in heads if head in ("unit", "单位")]
    for place, row in enumerate(table["rows"]):
        for head, cell in zip(heads, row, strict=True):
            names = cell.cell.rpartition("/")[2].split("+") if cell.cell else []
            values = [frame.iloc[place][name] for name in names]
            if not values or any(isinstance(value, str) or pd.isna(value) for value in values):
                continue
            own = [row[heads.index(units[0])].text] if units and "(" not in head else []
            is_count = all(isinstance(value, int | np.integer) for value in values)
            if not agree(
                cell.text,
                values,
                factor(head.partition("(")[2], cell.text, *([] if is_count else own)),
            ):
                yield head, cell.text, values


@pytest.fixture(scope="module", params=["en", "zh"])
def drawings(request: pytest.FixtureRequest) -> dict[str, Drawing]:
    outcomes = synthetic.outcomes()
    with language(request.param):
        plans = planned(outcomes, compare(outcomes), synthetic.results())
        return {plan.key: plan.draw() for plan in plans}


def test_every_number_behind_a_figure_is_shown_in_its_unit(drawings: dict[str, Drawing]) -> None:
    assert len(drawings) > 15
    for key, one in drawings.items():
        with language(one.written):
            table = shown_table(one.data, one.units, ("figures", key), one.heads)
        assert list(wrong(table, one.data)) == [], key
        assert {"x", "low", "high"}.isdisjoint(table["columns"])


@pytest.mark.parametrize("key", ["survival", "vintage", "j-curve", "credit", "cumulative-profit"])
def test_what_is_drawn_of_a_curve_stands_in_the_unit_of_its_axis(
    drawings: dict[str, Drawing], key: str
) -> None:
    figure = drawings[key]
    for axes, column in zip(figure.axes[:2], ("mean", "difference"), strict=True):
        unit = factor(axes.get_ylabel())
        known = figure.data[column].to_numpy()
        for line in (one for one in axes.get_lines() if len(one.get_xdata()) > 2):
            drawn = np.asarray(line.get_ydata(), float) * unit
            assert np.isclose(drawn[:, None], known[None, :], rtol=1e-9, atol=1e-12).any(1).all()


@pytest.mark.parametrize("key", ["distribution-bank-raroc", "distribution-firm-survival-5y"])
def test_histories_are_drawn_in_the_unit_of_their_axis(
    drawings: dict[str, Drawing], key: str
) -> None:
    axes = drawings[key].axes[0]
    name = {"b": "bank.raroc", "f": "firm.survival_5y"}[key[13]]
    drawn = np.concatenate([dots.get_offsets() for dots in axes.collections])[:, 0]
    values = synthetic.outcomes().table(name).to_numpy().T.ravel()
    np.testing.assert_allclose(drawn * factor(axes.get_xlabel()), values)


def terminal(comparison: Comparison) -> list[list[str]]:
    (table,) = summary(comparison)
    columns = [[str(cell) for cell in column.cells] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def test_the_terminal_shows_numbers_in_their_unit_and_the_words_of_the_report(
    comparison: Comparison,
) -> None:
    frame = comparison.frame().set_index(["outcome", "arrangement"])
    labels = {mark.label: name for name, mark in comparison.marks.items()}
    others = [name for name in comparison.arrangements if name != comparison.baseline]
    words = set()
    for head, level, *cells in terminal(comparison):
        *label, unit = head.split("\n")
        name = labels[" ".join(label)]
        for one, text in zip(others, cells, strict=True):
            row, report = frame.loc[name, one], outcome_cells(comparison, name)[one]
            difference, interval, word = text.split("\n")
            words.add(word)
            assert word == verdict_word(report["verdict"])
            assert (difference, interval) == (report["difference"], report["interval"])
            if pd.notna(row["difference"]):
                assert agree(level, [row["baseline_mean"]], factor(unit))
                assert agree(difference, [row["difference"]], factor(unit))
                assert agree(interval, [row["low"], row["high"]], factor(unit))
    assert {"better", "worse", "not ranked"} <= words


def test_what_never_differed_is_called_not_resolved_in_the_terminal_too() -> None:
    frame = synthetic.outcome_frame()
    frame.loc[frame["outcome"] == "bank.raroc", "value"] = 0.02
    same = dataclasses.replace(synthetic.outcomes(), tidy=frame)
    (row,) = (row for row in terminal(compare(same)) if row[0].startswith("RAROC"))
    assert {cell.split("\n")[2] for cell in row[2:]} == {"not resolved"}


def test_patterns_are_held_against_published_figures_in_one_unit() -> None:
    generator = np.random.default_rng(1)
    middle = {one.key: np.clip(0.5 * (one.low + one.high), -1e3, 1e3) for one in PATTERNS}
    values = pd.DataFrame({key: generator.normal(at, 0.1 * at, 6) for key, at in middle.items()})
    found = Patterns(values).findings()
    frame = found.tables["patterns"]
    finite = frame[np.isfinite(frame[["published_low", "published_high"]]).all(axis=1)]
    finite = finite[finite["published_high"] < 1e300].reset_index(drop=True)
    table = shown_table(finite, found.units, ("studies", "patterns", "patterns"))
    assert "%" in {cell.text for row in table["rows"] for cell in row}
    assert list(wrong(table, finite)) == []
