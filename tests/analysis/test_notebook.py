"""Outcomes and comparisons take one name or several, complete names and show themselves."""

from typing import Any

import pandas as pd
import pytest

from sim.analysis.compare import Comparison
from sim.analysis.outcomes_table import Outcomes
from sim.base.errors import OutcomeError

TWO = ["bank.raroc", "firm.funding_gap"]


def test_tables_and_summary_take_one_name_or_several(
    outcomes: Outcomes, comparison: Comparison
) -> None:
    both = outcomes.table(TWO)
    for name in TWO:
        pd.testing.assert_frame_equal(both[name], outcomes.table(name))
    assert comparison.table(TWO[0]).equals(comparison.table(TWO[:1]))
    whole = outcomes.summary()
    assert outcomes.summary(TWO[0]).equals(whole[whole["outcome"] == TWO[0]])
    assert outcomes.summary(TWO)["outcome"].unique().tolist() == TWO
    assert outcomes.summary(TWO, 0.5)["low"].gt(outcomes.summary(TWO)["low"]).all()


@pytest.mark.parametrize("given", ["bank.raro", ["bank.raroc", "bank.raro"]])
def test_a_misspelt_name_has_one_error_wherever_it_is_given(
    given: Any, outcomes: Outcomes, comparison: Comparison
) -> None:
    for ask in (outcomes.table, outcomes.summary, comparison.table):
        with pytest.raises(OutcomeError, match=r'did you mean "bank\.raroc"'):
            ask(given)


@pytest.mark.parametrize("given", [0.95, [0.95], 3])
def test_what_is_no_name_is_told(given: Any, outcomes: Outcomes, comparison: Comparison) -> None:
    for ask in (outcomes.table, outcomes.summary, comparison.table):
        with pytest.raises(OutcomeError, match="is no name of an outcome\n  give one name or"):
            ask(given)


def test_brackets_take_outcomes_and_arrangements_and_complete_both(
    outcomes: Outcomes, comparison: Comparison
) -> None:
    for one in (outcomes, comparison):
        keys = one._ipython_key_completions_()
        assert {"bank.raroc", "revenue_swap"} <= set(keys)
        for key in keys:
            assert len(one[key])
        with pytest.raises(OutcomeError, match='did you mean "revenue_swap"'):
            one["revenue_swop"]
    values = outcomes["revenue_swap"]["bank.raroc"]
    pd.testing.assert_series_equal(
        values, outcomes["bank.raroc"]["revenue_swap"], check_names=False
    )
    assert set(comparison["revenue_swap"]["arrangement"]) == {"Revenue swap"}


def test_outcomes_show_themselves_folded_by_party(
    outcomes: Outcomes, comparison: Comparison
) -> None:
    for one in (outcomes, comparison):
        text = one._repr_html_()
        assert text.startswith(f"<p>{one!r}</p>")
        assert "<summary>Banks (4)</summary>" in text
        assert text.count("<details>") == 4
        assert "RAROC" in text
        assert "bank.raroc" not in text
    row = comparison.table("bank.raroc").iloc[3]
    assert row["difference"] in comparison._repr_html_()
