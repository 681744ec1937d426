"""Frames become tables of a page: words for readers, and an id behind every number."""

from dataclasses import replace

import pandas as pd
import pytest

from sim.base.language import language
from sim.base.wording import arrangement_text
from sim.outcomes.mark import registry
from sim.report.studies import with_studies
from sim.report.tables import Shown, belief_gaps, shown_table
from sim.studies.findings import Findings, Study, label_of
from tests import synthetic


def test_beliefs_are_held_against_what_happens() -> None:
    outcomes = synthetic.outcomes_with_beliefs()
    table = belief_gaps(outcomes)
    assert table is not None
    labels = [row[0].text for row in table["rows"]]
    assert labels == ["Defaults, start-ups", "Loss given default", "Own gap"]
    assert table["columns"][1:] == [arrangement_text(a) for a in synthetic.ARRANGEMENTS]
    shown = table["rows"][0][1]
    assert shown.cell == "summary/bank.belief_gap_default_startup/plain/mean+low+high"
    value, low, to, high = shown.text.replace("(", "").replace(")", "").split()
    assert to == "to"
    assert float(low) < float(value) < float(high)
    assert float(value) == pytest.approx(1.2, abs=0.05)


def test_without_outcomes_on_beliefs_there_is_nothing_to_hold() -> None:
    assert belief_gaps(synthetic.outcomes()) is None


def test_words_are_translated_and_numbers_cited() -> None:
    frame = pd.DataFrame({"arrangement": ["consortium"], "unit": ["share"], "mean": [0.25]})
    with language("zh"):
        table = shown_table(frame, {}, ("figures", "one"))
    assert table["rows"] == [
        [Shown("浙科联合贷"), Shown("%"), Shown("25.0%", "figures/one/0/mean")]
    ]
    assert table["columns"][0] == "融资安排"


def test_a_frame_that_is_kept_nowhere_has_no_ids() -> None:
    assert shown_table(pd.DataFrame({"mean": [0.25]}), {})["rows"] == [[Shown("0.250")]]


def test_a_column_names_its_unit_and_what_its_ends_are() -> None:
    frame = pd.DataFrame(
        {"x": [1.0], "mean": [0.5], "low": [0.4], "high": [0.6], "difference": [-0.1],
         "difference_low": [-0.2], "difference_high": [0.0]}
    )  # fmt: skip
    units = dict.fromkeys(("mean", "low", "difference"), "share")
    table = shown_table(frame, units, heads={"x": "Age (years)", "low": "5th to 95th percentile"})
    assert table["columns"] == [
        "Age (years)", "mean (%)", "5th to 95th percentile (%)",
        "difference (percentage points)", "difference: interval (percentage points)",
    ]  # fmt: skip
    texts = [cell.text for cell in table["rows"][0]]
    assert texts == ["1", "50.0", "40.0 to 60.0", "−10.0", "−20.0 to 0.0"]


def test_errors_and_sizes_stand_in_points_without_a_sign() -> None:
    frame = pd.DataFrame(
        {"effect": [0.139], "standard_error": [0.0014], "published_low": [0.0218],
         "published_high": [0.0299], "model": [0.01994], "unit": ["share"]}
    )  # fmt: skip
    texts = [cell.text for cell in shown_table(frame, {})["rows"][0]]
    assert texts == ["13.90 pp", "0.14 pp", "2.18 to 2.99", "1.99 %", "%"]


def test_an_outcome_has_the_name_that_its_run_can_state() -> None:
    frame = pd.DataFrame({"outcome": ["bank.worst_bank_year", "bank.raroc"], "value": [1.0, 2.0]})
    usual = registry()["bank.worst_bank_year"]
    marks = {usual.name: replace(usual, label="Worst year, of few")}
    names = [
        [row[0].text for row in shown_table(frame, {}, marks=m)["rows"]] for m in (None, marks)
    ]
    assert names == [[usual.label, "RAROC"], ["Worst year, of few", "RAROC"]]
    assert label_of(usual.name, marks) == "Worst year, of few"
    assert label_of(usual.name) == usual.label


@pytest.mark.parametrize(("sha", "is_named"), [("a", True), ("b", False)])
def test_a_study_of_the_run_calls_outcomes_as_the_run_does(sha: str, is_named: bool) -> None:
    """A study of other values may hold more bank-years, so it keeps its own names."""
    usual = registry()["bank.worst_bank_year"]
    table = pd.DataFrame({"outcome": [usual.name], "value": [1.0]})
    study = Study(Findings("one", "One", (), {"all": table}, {}), {"scenario_sha256": sha})
    marks = {usual.name: replace(usual, label="Worst year, of few")}
    page = with_studies("<!-- studies --><!-- end of studies -->", [study], "a", marks=marks)
    assert ("Worst year, of few" in page, usual.label in page) == (is_named, not is_named)
