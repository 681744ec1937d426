"""Intervals over parameters: what luck adds is taken off, and shared luck moves no end."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.base.errors import ScenarioError
from sim.studies.draws import Draws, load_draws, write_draws
from sim.studies.over_parameters import (
    COLUMNS,
    OverParameters,
    interval_over,
    over_parameters,
    stored,
)
from tests.studies.planted import ARMS, OUTCOME, Planted, common_noise, scenario
from tests.studies.small_plan import write_plan

CASH = "operations.opening_cash"
COUNT, SPREAD = 60, 1.0


def profit(one: object, replication: int, arm: str) -> float:
    """Give a profit with luck that all draws share, and luck that answers to the draw."""
    cash = one.operations.opening_cash  # type: ignore[attr-defined]
    own = common_noise(replication, int(1e4 * cash)) if arm == "consortium" else 0.0
    shared = 5.0 * common_noise(replication) if arm == "consortium" else 0.0
    return (cash if arm == "consortium" else 0.0) + shared + own


@pytest.fixture(scope="module")
def draws(tmp_path_factory: pytest.TempPathFactory) -> Draws:
    folder = tmp_path_factory.mktemp("draws")
    plan = write_plan(folder)
    cash = np.random.default_rng(1).normal(5.0, SPREAD, COUNT).clip(2.0, 8.0)
    write_draws(folder / "posterior.csv", plan, pd.DataFrame({CASH: cash.round(4)}), {})
    found = load_draws(folder / "posterior.csv")
    # The planted scenario has the opening cash of the shipped economy.
    base = found.base.with_values({CASH: scenario().operations.opening_cash})
    return Draws(found.file, found.table, found.about, found.plan, base)


@pytest.fixture(scope="module")
def found(draws: Draws) -> OverParameters:
    return over_parameters(scenario(), draws, COUNT, 8, store=Planted(bank__profit=profit))


def test_the_interval_is_that_of_the_parameters_alone(found: OverParameters, draws: Draws) -> None:
    row = found.table.set_index("arrangement").loc["consortium"]
    assert list(found.table.columns) == [one.name for one in COLUMNS]
    cash = draws.table[CASH].to_numpy()
    spread = cash.std(ddof=1)
    # The centre moves with the shared luck of eight histories, the width does not.
    low, high = np.quantile(cash, [0.025, 0.975])
    assert row["high"] - row["low"] == pytest.approx(high - low, rel=0.15)
    assert row["of_parameters"] == pytest.approx(spread**2 / (spread**2 + 1.0 / 8.0), abs=0.1)
    assert (row["draws"], row["replications"]) == (COUNT, 8)


def test_luck_alone_has_no_width_over_parameters() -> None:
    luck = np.random.default_rng(3).normal(size=(1, 8)).repeat(40, axis=0)
    assert interval_over(luck)["low"] == pytest.approx(interval_over(luck)["high"])
    noise = np.random.default_rng(4).normal(size=(200, 8))
    told = interval_over(noise)
    # With no taking off the width would be 3.9 standard errors: 1.39.
    assert told["high"] - told["low"] < 0.5


def test_undefined_histories_are_left_out() -> None:
    gaps = np.array([[1.0, np.nan, 3.0], [2.0, 5.0, 4.0], [np.nan, np.nan, np.nan]])
    told = interval_over(gaps)
    assert told["draws"] == 2
    assert told["difference"] == pytest.approx(0.5 * (2.0 + 11.0 / 3.0))


def test_every_draw_is_kept_and_files_are_written(found: OverParameters, tmp_path: Path) -> None:
    each = found.each[found.each["arrangement"] == "consortium"]
    assert each["draw"].tolist() == list(range(COUNT))
    found.write(tmp_path)
    again = pd.read_parquet(tmp_path / "over_parameters.parquet")
    assert {"arrangement", "outcome", "draw", "difference"} <= set(again.columns)
    assert (tmp_path / "over_parameters.csv").is_file()
    assert found.sentences()[0].startswith(f"{COUNT} draws of the posterior")


def test_stored_intervals_are_found_by_digest_and_only_then(
    found: OverParameters, tmp_path: Path
) -> None:
    found.store(tmp_path / "shipped.csv")
    again = stored(scenario(), tmp_path)
    assert again is not None
    pd.testing.assert_frame_equal(again, found.table)
    luck = {"experiment.seed": 77, "experiment.replications": 3, "title": "Other words"}
    assert stored(scenario().with_values(luck), tmp_path) is not None
    assert stored(scenario().with_values({CASH: 3.3}), tmp_path) is None
    text = (tmp_path / "shipped.csv").read_text(encoding="utf-8")
    (tmp_path / "shipped.csv").write_text(text.replace("# facts_sha256: ", "# facts_sha256: 0"))
    assert stored(scenario(), tmp_path) is None


def test_names_are_those_of_arms_and_outcomes_and_too_few_draws_are_refused(
    found: OverParameters, draws: Draws
) -> None:
    assert set(found.table["arrangement"]) == set(ARMS[1:])
    assert set(found.table["outcome"]) == {OUTCOME}
    with pytest.raises(ScenarioError, match="--over-parameters"):
        over_parameters(scenario(), draws, 1, 2, store=Planted(bank__profit=profit))
