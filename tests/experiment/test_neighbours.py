"""Neighbours live beside the arrangements, with the same luck, and are compared apart."""

from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.compare import ARM, NEIGHBOUR
from sim.analysis.measured import Measured
from sim.experiment.results import Results
from sim.experiment.run import Run, load_run
from sim.experiment.simulate import simulate
from sim.report.committee import TABLE
from sim.report.explore_data import OutcomeTables
from sim.report.figures.curves import defined, family, family_parts
from sim.report.figures.gallery import planned
from sim.report.report import write_report
from sim.report.scenario_words import describe
from sim.scenario.scenario import Scenario, load_scenario

FILE = Path(__file__).parents[2] / "scenarios" / "three_arrangements.toml"
BESIDE = ("swap_without_promise",)
ARMS = ("plain", "revenue_swap")


def study(arms: tuple[str, ...], beside: tuple[str, ...]) -> Scenario:
    return load_scenario(FILE).with_values({
        "experiment.arrangements": arms, "experiment.neighbours": beside,
        "experiment.replications": 3, "population.firms": 40,
        "experiment.horizon_years": 4.0, "experiment.run_off_years": 0.0,
    })  # fmt: skip


@pytest.fixture(scope="module")
def results() -> Results:
    return simulate(study(ARMS, BESIDE), workers=1)


def test_a_neighbour_lives_as_it_would_among_the_arrangements(results: Results) -> None:
    arms = simulate(study((*ARMS, *BESIDE), ()), workers=1)
    pd.testing.assert_frame_equal(results.outcomes, arms.outcomes, check_exact=True)
    assert set(results.outcomes["arrangement"]) == {*ARMS, *BESIDE}
    assert set(results.series["arrangement"]) == {*ARMS, *BESIDE}


def test_neighbours_are_compared_below_the_arrangements_with_a_mark_of_their_own(
    results: Results,
) -> None:
    found = Measured(results)
    assert found.outcomes.arrangements == found.comparison.arrangements == ARMS
    assert set(found.comparison.frame()["role"]) == {ARM}
    rows = found.all_compared
    assert rows.groupby("role")["arrangement"].unique().map(list).to_dict() == {
        ARM: ["revenue_swap"], NEIGHBOUR: list(BESIDE),
    }  # fmt: skip
    pd.testing.assert_frame_equal(rows[rows["role"] == ARM], found.comparison.frame())
    values = found.outcomes.with_neighbours.table("bank.net_margin")
    assert tuple(values.columns) == (*ARMS, *BESIDE)
    steps = (values[BESIDE[0]] - values["plain"]).dropna()
    own = rows[(rows["role"] == NEIGHBOUR) & (rows["outcome"] == "bank.net_margin")]
    if found.outcomes.controls is None:
        assert own["difference"].item() == pytest.approx(steps.mean(), rel=1e-12)
    assert set(found.outcomes.with_neighbours.summary()["arrangement"]) == {*ARMS, *BESIDE}
    assert set(found.outcomes.summary()["arrangement"]) == set(ARMS)


def test_figures_and_banks_leave_neighbours_out(results: Results) -> None:
    assert set(defined(results, "cumulative_profit")["arrangement"]) == set(ARMS)
    assert set(Measured(results).by_bank["arrangement"]) == set(ARMS)


@pytest.mark.full
def test_the_page_has_neighbours_among_clauses_and_in_its_table_only(
    results: Results, tmp_path: Path
) -> None:
    found, scenario = Measured(results), results.scenario
    page = write_report(
        tmp_path / "report.html", scenario_title=scenario.title, question=scenario.question,
        comparison=found.comparison, outcomes=found.outcomes, results=results,
        describe=describe(scenario), sources={}, limits=(), drawings={},
    ).read_text(encoding="utf-8")  # fmt: skip
    part = {name: page.split(f'<section id="{name}"')[1].split("</section>")[0]
            for name in ("arrangements", "verdicts")}  # fmt: skip
    assert "Swap without promise" in part["arrangements"]
    assert "Revenue swap" in part["verdicts"]
    assert "Swap without promise" not in part["verdicts"]
    table = pd.read_csv(tmp_path / TABLE, encoding="utf-8-sig")
    asked = table[table["outcome"] == "bank.net_margin"]
    assert {("revenue_swap", "swap_without_promise"), ("swap_without_promise", "plain")} <= set(
        zip(asked["arrangement"], asked["versus"], strict=True)
    )


@pytest.mark.full
def test_every_figure_and_what_a_reader_explores_leaves_neighbours_out(results: Results) -> None:
    found = Measured(results)
    plans = list(planned(found.outcomes, found.comparison, results))
    assert len(plans) > 10
    for plan in plans:
        data = plan.draw().data
        for column in {"arrangement", "versus", "baseline"} & set(data):
            assert not set(data[column]) & set(BESIDE), plan.key
    explored = OutcomeTables(found.outcomes, found.comparison).explored
    assert not set(explored["arrangement"]) & set(BESIDE)


def test_a_finished_run_tells_neighbours_as_one_in_memory_does(
    results: Results, tmp_path: Path
) -> None:
    Run(results).save(tmp_path / "run")
    stored, held = load_run(tmp_path / "run"), Measured(results)
    again = Measured(stored.results)
    assert again.outcomes.neighbours == BESIDE
    pd.testing.assert_frame_equal(again.all_compared, held.all_compared, check_exact=True)
    pd.testing.assert_frame_equal(again.by_bank, held.by_bank, check_exact=True)
    names = family(stored.results, "effect_")["arrangement"]
    parts = [part["arrangement"] for part in family_parts(stored.results, "effect_")]
    assert set(names) == set(pd.concat(parts)) == set(ARMS)
