"""Frames become tables of a page: words for readers, and an id behind every number."""

import pandas as pd
import pytest

from sim.base.language import language
from sim.outcomes.wording import arrangement_text
from sim.page.frame_tables import Shown, belief_gaps, plain_table
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
        table = plain_table(frame, "figures", "one")
    assert table["rows"] == [[Shown("联合贷款"), Shown("%"), Shown("0.25", "figures/one/0/mean")]]
    assert table["columns"][0] == "安排"


def test_a_frame_that_is_kept_nowhere_has_no_ids() -> None:
    assert plain_table(pd.DataFrame({"mean": [0.25]}))["rows"] == [[Shown("0.25")]]
