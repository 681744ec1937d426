"""Luck of firms and of histories are told apart, and the plan of least cost is found."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from sim.base.errors import ScenarioError
from sim.experiment.store import Store
from sim.scenario.toml_text import fingerprint
from sim.studies.comparison import FIRST_BATCH, Target
from sim.studies.findings import write_files
from sim.studies.precision import (
    SECONDS,
    Contrast,
    Cost,
    Split,
    cheapest,
    check_request,
    mean_squares,
    observed,
    plan_of,
    planned,
    precision,
    split_of,
)
from tests.house.small import shipped

HISTORIES, FIRMS = 0.3, 0.7
SMALL = {
    "population.firms": 60, "experiment.horizon_years": 1.0, "experiment.warm_up_years": 1.0,
    "experiment.arrangements": ["plain", "consortium"], "experiment.replications": 8,
}  # fmt: skip


def drawn(count: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    shared = math.sqrt(HISTORIES) * generator.normal(size=(count, 1))
    return shared + math.sqrt(FIRMS) * generator.normal(size=(count, 2))


def test_both_parts_are_unbiased_and_the_interval_covers() -> None:
    count, times = 20, 400
    found = [split_of(drawn(count, seed)) for seed in range(times)]
    # Under the normal law mean squares are chi-squared: Searle et al. (1992), section 3.5.
    between, within = FIRMS + 2 * HISTORIES, FIRMS
    spread = {
        "histories": math.sqrt((between**2 / (count - 1) + within**2 / count) * 2) / 2,
        "firms": within * math.sqrt(2 / count),
    }
    for name, truth in (("histories", HISTORIES), ("firms", FIRMS)):
        mean = np.mean([getattr(one, name) for one in found])
        assert abs(mean - truth) < 4.0 * spread[name] / math.sqrt(times), name
    covered = sum(one.low <= HISTORIES <= one.high for one in found)
    # A jackknife covers a little less than stated; 0.9 is far from what an error would give.
    assert covered > stats.binom.ppf(1e-4, times, 0.92)


def test_without_a_common_part_the_share_is_zero_and_with_it_alone_it_is_one() -> None:
    same = np.repeat(np.arange(5.0)[:, None], 2, axis=1)
    assert split_of(same).share == 1.0
    assert split_of(np.tile([1.0, 3.0], (5, 1))).share == 0.0
    assert math.isnan(split_of(np.ones((5, 2))).share)
    # Histories seem to differ less than chance alone makes them: the share may yet be some.
    below = split_of(np.array([[0.0, 3.0], [3.1, 0.1], [0.2, 2.9], [2.7, 0.3], [0.1, 3.3]]))
    assert below.histories < 0.0 == below.share == below.low < below.high


def law(firms: float, size: float = 1.0) -> Split:
    """Variance of histories whatever the number of firms, of firms as one over it."""
    return Split(4.0, 8_000.0 / firms).over(size)


def test_the_cheapest_number_of_firms_is_that_of_two_stage_sampling() -> None:
    contrast = Contrast("bank.raroc", "swap", ((100, law(100)), (10_000, law(10_000))))
    assert contrast.variance(1000.0) == pytest.approx(12.0, rel=1e-12)
    cost = Cost(fixed=2.0, each=0.001)
    narrow = Contrast("bank.raroc", "swap", tuple((n, law(n, 0.1)) for n in (100, 10_000)))
    best = cheapest([narrow], cost, (100, 10_000))
    # Cochran (1977), section 10.6.
    optimum = math.sqrt(8_000.0 * cost.fixed / (4.0 * cost.each))
    assert optimum / 1.2 < best.firms < optimum * 1.2
    for firms in (100, 10_000):
        assert best.seconds < plan_of([narrow], cost, firms).seconds
    n = best.replications
    width = stats.t.ppf(0.975, n - 1) * math.sqrt(narrow.variance(best.firms) / n)
    assert width <= 1.0 < width * math.sqrt(n / (n - 2))


def test_no_plan_has_fewer_observations_than_a_first_look() -> None:
    easy = Contrast("bank.raroc", "swap", ((100, Split(0.0, 1e-6)),))
    assert plan_of([easy], Cost(1.0, 0.0), 100, unit=2).replications == 2 * FIRST_BATCH


def test_a_time_that_grows_faster_than_firms_has_no_fixed_part() -> None:
    assert Cost.through([(100, 1.0), (200, 4.0)]) == Cost(0.0, 0.02)
    assert Cost.through([(100, 1.0)]).seconds(50) == 1.0


class Made(Store):
    """A store of made-up pilots with known parts, in which a replication takes a known time."""

    def reading(self, reader: object) -> "Made":
        return self

    def many(
        self, scenarios: Sequence[object], replications: Iterable[int], progress: object = None
    ) -> list[pd.DataFrame]:
        (scenario,) = scenarios
        rows = []
        firms = scenario.population.firms
        for n in replications:
            lives = np.random.default_rng([n, firms]).normal()
            shared = np.random.default_rng([n // 2]).normal()
            gap = 0.01 * shared + 0.1 * lives / math.sqrt(firms / 100)
            told = {"bank.raroc": (0.2, 0.2 + gap), SECONDS: (1.0 + 0.01 * firms,) * 2}
            for place, arm in enumerate(("plain", "consortium")):
                for name, values in told.items():
                    rows.append((arm, n, name, values[place]))
        return [pd.DataFrame(rows, columns=["arrangement", "replication", "outcome", "value"])]


def test_a_made_up_pilot_is_read_as_it_was_made() -> None:
    scenario = shipped().with_values(SMALL | {"experiment.replications": 2000})
    found = sim.precision(scenario, ["bank.raroc=0.5pp"], firms="100:2500", store=Made())
    assert found.cost.fixed == pytest.approx(1.0)
    assert found.cost.each == pytest.approx(0.01)
    rows = found.frame().set_index("firms")
    for firms, part in ((100, 0.01), (2500, 0.0004)):
        truth = 0.0001 / (0.0001 + part)
        assert rows.loc[firms, "histories_low"] < truth < rows.loc[firms, "histories_high"]
        needed = (stats.norm.ppf(0.975) / 0.005) ** 2 * (0.0001 + part)
        low, high = rows.loc[firms, ["replications_low", "replications_high"]]
        assert low < needed < high
    # The optimum of the true parts: sqrt(1.0 * fixed / (0.0001 * each)).
    assert found.best.firms == pytest.approx(1000, rel=0.35)
    assert [plan.firms for plan in found.plans] == sorted({100, found.best.firms, 2500})
    words = " ".join(found.sentences())
    assert f"Least cost: {found.best.replications:,} replications" in words


def test_a_history_with_a_hole_is_left_out_whole() -> None:
    scenario = shipped().with_values(SMALL)
    (frame,) = Made().many([scenario], range(8))
    frame.loc[(frame["replication"] == 3) & (frame["outcome"] == "bank.raroc"), "value"] = np.nan
    from sim.analysis.outcomes_table import measure
    from sim.studies.comparison import View

    outcomes = measure(View(scenario, frame[frame["outcome"] != SECONDS]))
    values, fitted = observed(outcomes, "bank.raroc", ("consortium", "plain"))
    assert (values.shape, fitted) == ((3, 2), 0)
    table = outcomes.table("bank.raroc")
    gap = (table["consortium"] - table["plain"]).to_numpy()
    assert values.ravel() == pytest.approx(gap[[0, 1, 4, 5, 6, 7]])


def test_a_real_pilot_without_systematic_risk_has_no_luck_of_histories() -> None:
    scenario = shipped()
    calm = next(iter(scenario.macro.regime))
    still = {
        **SMALL, "experiment.replications": 24, "macro.frailty_variance": 0.0,
        "macro.path": [{"regime": calm, "years_from_start": -1.0}],
        "equity_market.path": [{"years_from_start": -1.0, "winter": False}],
        "variance_reduction.controls": [],
    }  # fmt: skip
    found = precision(scenario.with_values(still), outcomes=["firm.access_share"])
    row = found.frame().iloc[0]
    assert row["histories_low"] == 0.0
    assert found.cost.seconds(60) > 0.0
    assert found.findings().key == "precision"


def test_what_cannot_be_asked_is_told_at_once() -> None:
    scenario = shipped().with_values(SMALL | {"experiment.replications": 4})
    with pytest.raises(ScenarioError) as error:
        check_request(scenario, ["bank.rarok=1pp"], firms="400:100")
    assert len(error.value.problems) == 3
    with pytest.raises(ScenarioError, match="grows with the number of firms"):
        check_request(shipped(), ["bank.profit=50"], firms="100:400")
    assert check_request(shipped(), ["bank.profit=50"]).sizes == (shipped().population.firms,)


def test_a_run_takes_the_plan_of_its_own_scenario_and_targets_alone(tmp_path: Path) -> None:
    scenario = shipped().with_values(SMALL | {"population.firms": 100})
    found = precision(scenario, ["bank.raroc=0.5pp"], store=Made())
    about = {"scenario_sha256": fingerprint(scenario)}
    write_files(tmp_path / "studies" / "precision", found.findings(), about)
    asked = (Target("bank.raroc", 0.005),)
    assert planned(tmp_path, scenario, asked) == found.best.replications > FIRST_BATCH
    assert planned(tmp_path, scenario, (Target("bank.raroc", 0.001),)) == 0
    assert planned(tmp_path, scenario.with_values({"experiment.seed": 1}), asked) == 0
    assert planned(tmp_path / "nowhere", scenario, asked) == 0


def test_mean_squares_of_unequal_histories() -> None:
    assert mean_squares(np.array([[0.0, 2.0], [2.0, 4.0], [7.0, 9.0]])) == pytest.approx(
        (2 * np.var([1.0, 3.0, 8.0], ddof=1), 2.0)
    )
