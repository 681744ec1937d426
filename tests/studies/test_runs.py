"""Two runs: what differs in scenario, program and results, paired where the luck is the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

import sim
from sim.analysis.compare import UNRESOLVED, is_ranking
from sim.base.errors import ScenarioError
from sim.cli.app import app
from sim.experiment.run import Run
from sim.studies.runs import compare_runs, independent_interval
from tests.experiment.small import tiny, tiny_results

COVERAGE = "arrangement.revenue_swap.upside.coverage"


@pytest.fixture(scope="module")
def one() -> Run:
    return Run(tiny_results())


def shifted(run: Run, step: float, **values: Any) -> Run:
    """A run whose swap gives each history so much more profit, under changed values."""
    frame = run.results.outcomes.copy()
    chosen = (frame["outcome"] == "bank.profit") & (frame["arrangement"] == "revenue_swap")
    frame.loc[chosen, "value"] += step + 1e-3 * frame.loc[chosen, "replication"]
    scenario = run.scenario.with_values({k.replace("__", "."): v for k, v in values.items()})
    return Run(replace(run.results, outcomes=frame, scenario=scenario))


def profit(found: Any) -> Any:
    rows = found.frame().set_index(["outcome", "arrangement"])
    return rows.loc[("bank.profit", "revenue_swap")]


def test_runs_of_the_same_luck_are_paired(one: Run) -> None:
    found = compare_runs(one, shifted(one, 0.5, arrangement__revenue_swap__upside__coverage=0.3))
    assert found.is_paired
    assert found.scenario["key"].tolist() == [COVERAGE]
    assert found.program.empty
    row = profit(found)
    # Steps of 0.500, 0.501, 0.502: paired, their spread is a thousandth.
    assert row["part"] == pytest.approx(0.501)
    assert row["high"] - row["low"] == pytest.approx(2 * 4.30265 * 1e-3 / np.sqrt(3), rel=1e-4)
    assert is_ranking(row["verdict"])
    others = found.frame()[lambda rows: rows["arrangement"] == "plain"]
    assert set(others["verdict"]) <= {UNRESOLVED, "not enough replications"}
    assert f"The scenarios differ in {COVERAGE}." in found.sentences()


def test_runs_of_other_luck_are_independent(one: Run) -> None:
    found = compare_runs(one, shifted(one, 0.5, experiment__seed=3))
    assert not found.is_paired
    row, table = profit(found), one.outcomes.table("bank.profit")["revenue_swap"]
    two = table + 0.5 + 1e-3 * table.index
    ends = stats.ttest_ind(two, table, equal_var=False).confidence_interval()
    assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high))


def test_an_interval_of_what_does_not_vary_is_a_point_and_of_too_few_none() -> None:
    flat = independent_interval([1.0, 1.0], [2.0, 2.0])
    assert (flat.estimate, flat.low, flat.high) == (1.0, 1.0, 1.0)
    assert np.isnan(independent_interval([1.0], [2.0, 3.0]).low)


def test_another_program_and_arrangements_of_one_run_alone_are_told(one: Run) -> None:
    manifest = {**one.manifest, "code_sha256": "0", "versions": {"numpy": "1.0"}}
    alone = tiny(experiment__arrangements=("plain", "consortium"))
    frame = one.results.outcomes.replace({"arrangement": {"revenue_swap": "consortium"}})
    other = Run(replace(one.results, manifest=manifest, outcomes=frame, scenario=alone))
    found = compare_runs(one, other)
    assert {"code_sha256", "versions.numpy"} <= set(found.program["key"])
    assert found.alone == ("consortium", "revenue_swap")
    assert set(found.frame()["arrangement"]) == {"plain"}
    nothing = Run(replace(other.results, outcomes=frame[frame["arrangement"] != "plain"]))
    with pytest.raises(ScenarioError, match="share an arrangement"):
        compare_runs(shifted(one, 0.0), nothing)


def test_the_command_takes_two_folders(
    one: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one.save("a")
    shifted(one, 0.5).save("b")
    result = CliRunner().invoke(app, ["compare", "a", "b", "--out", "both"])
    assert result.exit_code == 0, result.output
    assert "The scenarios are the same." in result.stdout
    assert "tables: both/studies/runs" in result.stdout
    rows = sim.compare_runs(sim.load_run("a"), sim.load_run("b")).frame()
    assert len(rows) == 2 * len(one.outcomes.names)
    for words in (["a"], ["a", "b", "--seed", "3"], ["a", "b", "a"]):
        result = CliRunner().invoke(app, ["compare", *words])
        assert result.exit_code == 2
        assert "must be two folders of runs" in result.stderr
