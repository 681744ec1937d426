"""Every word stands in the vocabulary, with what a reader needs of it."""

import re
from html import unescape as html_text
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.analysis.compare import compare
from sim.base.draws import STREAMS
from sim.base.errors import ScenarioError
from sim.base.language import language
from sim.base.shipped import FACTS
from sim.engine.ledger import PARTIES
from sim.model.contracts.arrangement import CLAUSES
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.record import FIRM
from sim.outcomes.mark import registry
from sim.outcomes.series import SERIES
from sim.report.explore_data import explored
from sim.report.parts import ECONOMY, Stated
from sim.report.vocabulary import COLUMNS, KINDS, entries, page, vocabulary, write_vocabulary
from sim.scenario.sources import read_facts
from tests import synthetic

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def words() -> pd.DataFrame:
    return vocabulary(ECONOMY)


def of_kind(words: pd.DataFrame, kind: str) -> pd.DataFrame:
    return words[words["kind"] == kind]


def test_the_public_name_gives_the_table(words: pd.DataFrame) -> None:
    assert sim.vocabulary is vocabulary
    assert tuple(words.columns) == COLUMNS
    assert list(dict.fromkeys(words["kind"])) == list(KINDS)


def test_no_word_lacks_unit_meaning_or_place(words: pd.DataFrame) -> None:
    for column in ("name", "subject", "unit", "meaning", "declared"):
        assert words.loc[words[column].str.strip() == "", "name"].tolist() == [], column


def test_every_outcome_has_range_formula_and_source(words: pd.DataFrame) -> None:
    outcomes = of_kind(words, "outcome")
    assert set(outcomes["name"]) == set(registry())
    for column in ("range", "formula", "source"):
        assert outcomes.loc[outcomes[column] == "", "name"].tolist() == [], column
    by_name = outcomes.set_index("name")
    assert by_name.loc["firm.survival_5y", "range"] == "[0, 1]"
    assert by_name.loc["bank.profit", "range"] == "any number"
    assert by_name.loc["bank.raroc", "meaning"] == "RAROC; higher is better"


def test_every_parameter_has_a_range_and_says_whether_it_must_be_given(
    words: pd.DataFrame,
) -> None:
    parameters = of_kind(words, "parameter")
    assert parameters.loc[parameters["range"] == "", "name"].tolist() == []
    tables = parameters["unit"] == "table"
    assert parameters.loc[~tables & (parameters["default"] == ""), "name"].tolist() == []


def test_numbers_of_the_default_economy_stand_with_their_sources(words: pd.DataFrame) -> None:
    rows = of_kind(words, "parameter").set_index("name")
    assert rows.loc["growth.growth_at_birth", "source"].startswith("fitted 0.2 to 0.5")
    assert rows.loc["macro.regime.NAME.mean_years", "shipped"] == "boom 3.5; bust 1.5"
    numbers = rows["shipped"].str.contains(r"\d") & ~rows["unit"].isin(["text", "table", "date"])
    assert rows.index[numbers & (rows["source"] == "")].tolist() == []
    assert numbers.sum() > 150


def test_every_clause_column_party_series_and_stream_is_there(words: pd.DataFrame) -> None:
    assert set(of_kind(words, "clause")["subject"]) == set(CLAUSES)
    columns = of_kind(words, "column")
    for record, table in (("firm", FIRM), ("contract", CONTRACT)):
        names = columns.loc[columns["subject"] == record, "name"].tolist()
        assert names == [column.name for column in table.columns]
    assert of_kind(words, "party")["name"].tolist() == list(PARTIES)
    assert of_kind(words, "series")["name"].tolist() == [mark.name for mark in SERIES]
    assert of_kind(words, "stream")["name"].tolist() == list(STREAMS)


def test_tables_of_a_run_hold_the_declared_columns(words: pd.DataFrame) -> None:
    columns = of_kind(words, "column")
    outcomes = synthetic.outcomes()
    comparison = compare(outcomes)
    frames = {
        "comparison.csv": comparison.frame(), "summary.csv": outcomes.summary(),
        "explore.csv": explored(outcomes, comparison),
    }  # fmt: skip
    for file, frame in frames.items():
        assert columns.loc[columns["subject"] == file, "name"].tolist() == list(frame.columns)


def test_a_missing_economy_is_told_and_the_default_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: pd.DataFrame
) -> None:
    with pytest.raises(ScenarioError, match=r"none\.toml"):
        vocabulary(tmp_path / "none.toml")
    monkeypatch.chdir(tmp_path)
    pd.testing.assert_frame_equal(vocabulary(), words)


def test_shared_sources_are_told_once() -> None:
    values = {("bank", name, "appetite"): 1.0 for name in "abcdef"}
    same = {f"bank.{name}.appetite": "design choice: as all" for name in "abcde"}
    value, source = Stated(values, same | {"bank.f.appetite": "MK12"}).of(
        ("bank", "NAME", "appetite")
    )
    assert value == "a 1.0; b 1.0; c 1.0; d 1.0 … (6)"
    assert source == "a; b; c; d … (5): design choice: as all; f: MK12"


# --- The page ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = write_vocabulary(
        tmp_path_factory.mktemp("page") / "new" / "words.html", ECONOMY, ROOT / FACTS
    )
    return file.read_text(encoding="utf-8")


def test_the_page_loads_nothing_and_is_small(html: str) -> None:
    assert len(html.encode()) < 1_200_000
    assert "default-src 'none'" in html
    assert not re.search(r"<(script|img|link|iframe)\b|https?://", html)


def test_every_word_has_a_place_of_its_own(html: str) -> None:
    anchors = [entry.anchor for entry in entries(ECONOMY)]
    assert len(set(anchors)) == len(anchors)
    places = re.findall(r'\bid="([^"]+)"', html)
    assert len(set(places)) == len(places)
    assert set(anchors) <= set(places)


def test_links_lead_to_places_on_the_page(html: str) -> None:
    places = set(re.findall(r'\bid="([^"]+)"', html))
    links = re.findall(r'href="#([^"]+)"', html)
    assert [link for link in links if link not in places] == []
    assert "fact-MK37" in links


def test_facts_that_sources_name_are_told_with_their_line(html: str) -> None:
    file = read_facts(ROOT / FACTS)
    fact = file.facts["MK37"]
    assert file.titles_of(fact) != [fact.text("source")]
    row = re.search(r'<tr id="fact-MK37">.*?</tr>', html)
    assert row is not None
    assert fact.text("grade") in row[0]
    assert all(title in html_text(row[0]) for title in file.titles_of(fact))
    assert f"<span>{fact.line}</span>" in row[0]


def test_a_word_cannot_bring_markup_with_it() -> None:
    (one,) = [entry for entry in entries() if entry.name == "bank.raroc"]
    bad = type(one)(**{**vars(one), "name": "<b>x", "meaning": "<i>y", "source": "<u>z"})
    assert not re.search(r"<(b|i|u)>", page([bad]))


def test_the_page_is_written_in_the_language_of_the_context() -> None:
    with language("zh"):
        assert '<html lang="zh-Hans">' in page(entries())
    assert '<html lang="en">' in page(entries())
