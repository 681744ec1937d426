"""What turns a sign is read from the numbers moved one at a time, nearest end first."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.studies.kept import keep, kept
from sim.studies.robustness import Robustness, robustness
from sim.studies.turns import COLUMNS, turn_words, turns, with_turns
from tests.studies.planted import OUTCOME, Planted, common_noise, scenario

FRAILTY, CASH = "macro.frailty_variance", "operations.opening_cash"


@pytest.fixture(scope="module")
def found() -> Robustness:
    now = scenario()
    frailty, cash = now.macro.frailty_variance, now.operations.opening_cash
    vary = [f"{FRAILTY}={0.5 * frailty}:{1.5 * frailty}", f"{CASH}={0.5 * cash}:{1.5 * cash}"]

    def profit(one: object, replication: int, arm: str) -> float:
        own = one.macro.frailty_variance / frailty  # type: ignore[attr-defined]
        # Turned where frailty is a quarter above its value; cash pulls, but never turns it.
        pull = 0.05 * one.operations.opening_cash / cash  # type: ignore[attr-defined]
        worth = {"plain": 0.0, "consortium": 1.2 - own + pull, "revenue_swap": 3.0 + pull}
        return worth[arm] + 0.001 * common_noise(replication, len(arm))

    given = Planted(bank__profit=profit)
    return robustness(now, vary, OUTCOME, points=16, replications=4, store=given)


def test_a_sign_is_turned_where_a_straight_line_crosses_zero(found: Robustness) -> None:
    table = turns(found).set_index("arrangement")
    assert list(table.reset_index().columns) != []
    row = table.loc["consortium"]
    frailty = scenario().macro.frailty_variance
    assert row["key"] == FRAILTY
    assert row["turns_at"] == pytest.approx(1.25 * frailty, rel=0.02)
    assert row["way"] == pytest.approx(0.5, abs=0.03)
    assert table.loc["revenue_swap", "key"] == ""
    assert table["tried"].tolist() == [2, 2]
    key, present, at = turn_words(dict(row))
    assert key
    assert float(present) == pytest.approx(frailty, rel=0.01)
    assert float(at) == pytest.approx(1.25 * frailty, rel=0.05)


def test_the_study_carries_the_table_and_it_is_kept_by_digest(
    found: Robustness, tmp_path: Path
) -> None:
    whole = with_turns(found)
    assert set(whole.captions) <= set(whole.tables)
    assert list(whole.tables["turns"].columns) == [one.name for one in COLUMNS]
    keep(tmp_path / "a.csv", "turns", whole.tables["turns"], scenario())
    again = kept("turns", scenario(), tmp_path)
    assert again is not None
    assert pd.isna(again["key"]).tolist() == [False, True]
    assert np.allclose(again["way"].dropna(), whole.tables["turns"]["way"].dropna())
    assert kept("over_parameters", scenario(), tmp_path) is None
