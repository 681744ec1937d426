"""Lines break between letters on squares, and a figure needs no font to be laid out."""

from textwrap import fill as by_spaces

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.language import language
from sim.report.figures import figures, letters
from sim.report.figures.letters import fill, fonts, has_glyphs, measured, width
from tests import synthetic

WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=9), min_size=1, max_size=20)


@given(WORDS, st.integers(9, 40))
def test_words_break_as_they_always_did(words: list[str], places: int) -> None:
    text = " ".join(words)
    assert fill(text, places) == by_spaces(text, places)


@given(st.text("收益互换，。（）RC95%", max_size=60), st.integers(8, 30))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, places: int) -> None:
    lines = fill(text, places).split("\n")
    assert "".join(lines) == text
    # A sign that may not open a line, or end one, can draw a neighbour with it.
    free = [line for line in lines if not set(line) & set("，。（）%RC95")]
    assert all(width(line) <= places for line in free)
    assert not any(line.startswith(("，", "。", "）")) for line in lines[1:])


def test_a_space_that_does_not_break_stays() -> None:
    assert fill("one\u00a0two three", 8) == "one\u00a0two\nthree"


def test_fonts_follow_the_language_and_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fonts("en") == [letters.PLOT_FONT]
    monkeypatch.setattr(letters, "CHINESE_FONTS", ("No Such Font",))
    assert fonts("zh") == [letters.PLOT_FONT]
    assert not has_glyphs("zh")
    assert has_glyphs("en")
    monkeypatch.setattr(letters, "CHINESE_FONTS", ("No Such Font", letters.PLOT_FONT))
    assert has_glyphs("zh")


def test_a_figure_is_laid_out_the_same_with_and_without_the_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a font every letter is missing, which would be a warning, so an error here."""
    monkeypatch.setattr(letters, "CHINESE_FONTS", ())
    rename = {"consortium": "联合贷款" * 4}
    results = synthetic.results(3)
    series = results.series.replace({"arrangement": rename})
    with language("zh"):
        bare = figures.survival(synthetic.MadeUpResults(results.outcomes, series))
    assert rename["consortium"] in bare.svg()
    with measured(bare.canvas.get_renderer()) as renderer:  # type: ignore[attr-defined]
        boxes = [t.get_window_extent(renderer).width for t in bare.legends[0].get_texts()]
    assert max(boxes) == pytest.approx(16 * 8.5 * bare.dpi / 72, rel=0.03)
