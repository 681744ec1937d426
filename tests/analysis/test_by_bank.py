"""Bank by bank: what stands for each bank adds up to what stands for all of them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.outcomes_table import BANK_COLUMNS, MEASURES, by_bank
from sim.analysis.tables import Held


def results(replications: int = 3) -> SimpleNamespace:
    """Two banks, two arrangements, two years of half-yearly settlements and a run-off."""
    rows = [
        {
            "arrangement": name, "replication": n, "bank": bank, "year": year,
            "profit": 1.0 + n + 10.0 * (bank == "b") + 3.0 * (name == "joint"),
            "loss": year * (1.0 + n), "loans": 100.0, "capital_years": 2.5,
            "capital_ratio": 0.2 - 0.01 * year - 0.001 * n,
        }
        for n in range(replications)
        for name in ("plain", "joint")
        for year in (0.5, 1.0, 1.5, 2.0, 2.5)
        for bank in ("a", "b")
    ]  # fmt: skip
    experiment = SimpleNamespace(arrangements=("plain", "joint"), horizon_years=2.0)
    scenario = SimpleNamespace(experiment=experiment)
    banks = pd.DataFrame(rows)
    return SimpleNamespace(banks=banks, scenario=scenario, table=lambda _: Held(banks))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    frame = by_bank(results(), "plain")
    assert list(frame) == list(BANK_COLUMNS)
    return frame.set_index(["measure", "bank", "arrangement"])


def test_every_bank_has_every_measure_under_every_arrangement(table: pd.DataFrame) -> None:
    assert len(table) == len(MEASURES) * 2 * 2
    assert set(table.index.get_level_values("measure")) == {m.name for m in MEASURES}
    assert (table["replications"] == 3).all()


def test_flows_are_summed_over_the_experiment_and_not_the_run_off(table: pd.DataFrame) -> None:
    """Four settlements at 1, 2 and 3 a replication: 8 on average."""
    assert table.loc[("profit", "a", "plain"), "mean"] == pytest.approx(8.0)
    assert table.loc[("profit", "b", "plain"), "mean"] == pytest.approx(48.0)
    assert table.loc[("credit_loss", "a", "plain"), "mean"] == pytest.approx(5.0 * 2.0)


def test_a_difference_is_paired_and_the_baseline_has_none(table: pd.DataFrame) -> None:
    """Twelve more in every replication: an interval without width."""
    ends = ["difference", "difference_low", "difference_high"]
    assert table.loc[("profit", "a", "joint"), ends].tolist() == pytest.approx([12.0] * 3)
    assert table.xs("plain", level="arrangement")[ends].isna().all(axis=None)


def test_raroc_is_profit_over_required_capital_and_years(table: pd.DataFrame) -> None:
    # Four settlements of the experiment; the run-off does not count.
    assert table.loc[("raroc", "a", "plain"), "mean"] == pytest.approx(8.0 / 10.0)


def test_the_worst_year_and_the_lowest_ratio_are_taken_within_a_history(
    table: pd.DataFrame,
) -> None:
    """The second year loses (1.5 + 2.0) times 1, 2 and 3."""
    assert table.loc[("worst_year_loss", "b", "joint"), "mean"] == pytest.approx(7.0)
    lowest = np.mean([0.18, 0.179, 0.178])
    assert table.loc[("capital_ratio_low", "b", "joint"), "mean"] == pytest.approx(lowest)


def test_a_bank_without_risk_has_no_raroc() -> None:
    made = results()
    made.banks["capital_years"] = 0.0
    found = by_bank(made, "plain").set_index("measure")
    assert found.loc["raroc", "mean"].isna().all()


def test_antithetic_pairs_are_one_observation() -> None:
    made = results(4)
    made.scenario.variance_reduction = SimpleNamespace(unit=2)
    paired = by_bank(made, "plain").set_index(["measure", "bank", "arrangement"])
    alone = by_bank(results(4), "plain").set_index(["measure", "bank", "arrangement"])
    where = ("profit", "a", "plain")
    assert paired.loc[where, "mean"] == pytest.approx(alone.loc[where, "mean"])
    # Means of (1, 2) and (3, 4) times four lie at 6 and 14; t has one degree of freedom.
    assert paired.loc[where, "high"] - 10.0 == pytest.approx(12.706 * 4.0, rel=1e-3)
