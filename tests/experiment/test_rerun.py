"""Kept histories give the numbers of a fresh simulation, and only what has changed is lived."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment import rerun
from sim.experiment.rerun import HistoryCache, Kept, history_key, read_arrangements, size_of
from sim.experiment.simulate import freeze, run_arrangement, run_history, simulate
from sim.experiment.store import Queues, Store, grouped
from sim.outcomes.mark import evaluate
from sim.scenario.scenario import Scenario
from tests.experiment.small import tiny

COVERAGE = "arrangement.revenue_swap.upside.coverage"
THREE = ("plain", "revenue_swap", "consortium")
YEARS: dict[str, Any] = {
    "experiment__warm_up_years": 1.0, "experiment__horizon_years": 2.0,
    "experiment__replications": 2, "experiment__arrangements": THREE,
}  # fmt: skip


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch) -> HistoryCache:
    """A cache of its own for every test."""
    own = HistoryCache()
    monkeypatch.setattr(rerun, "CACHE", own)
    return own


@pytest.fixture
def lives(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what has been lived, one entry for each life; histories count as well."""
    found: list[str] = []

    def counted(real: Any, name: str | None = None) -> Any:
        def live(first: Any, second: Any, *others: Any) -> Any:
            found.append(name or second)
            return real(first, second, *others)

        return live

    monkeypatch.setattr(rerun, "run_arrangement", counted(rerun.run_arrangement))
    monkeypatch.setattr(rerun, "run_history", counted(rerun.run_history, "history"))
    return found


def again(scenario: Scenario) -> pd.DataFrame:
    """Outcomes that nothing but kept histories can shorten: the store knows none of them."""
    return Store().outcomes(scenario, range(scenario.experiment.replications))


def same(scenario: Scenario) -> None:
    """Hold kept histories to a simulation of its own, to the last bit."""
    pd.testing.assert_frame_equal(
        again(scenario), simulate(scenario).outcomes, check_exact=True, check_dtype=False
    )


def test_a_changed_contract_gives_the_numbers_of_a_fresh_simulation(lives: list[str]) -> None:
    study = tiny(**YEARS)
    same(study)
    assert lives == ["history", *THREE] * 2
    for changed in (study.with_values({COVERAGE: 0.4}), study):
        lives.clear()
        same(changed)
        assert lives == ["revenue_swap"] * 2


def test_what_is_dated_holds_in_kept_histories_too(lives: list[str]) -> None:
    rates = [(-0.5, 0.03), (0.0, 0.02), (0.75, 0.025)]
    steps = [{"years_from_start": since, "value": rate} for since, rate in rates]
    study = tiny(**YEARS).with_values({"dated": {"underwriting.funding_rate": steps}})
    same(study)
    lives.clear()
    same(study.with_values({COVERAGE: 0.4}))
    assert lives == ["revenue_swap"] * 2


def test_nothing_is_lived_where_nothing_has_changed(lives: list[str]) -> None:
    study = tiny(**YEARS)
    again(study)
    lives.clear()
    again(study.with_values({"title": "Another"}))
    assert lives == []
    again(study.with_values({"experiment.replications": 3}))
    assert lives == ["history", *THREE]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("population.firms", 50),
        ("experiment.seed", 5),
        ("experiment.warm_up_years", 2.0),
        ("experiment.baseline", "consortium"),
        ("macro.frailty_variance", 0.4),
        ("measurement.discount_rate", 0.07),
        ("belief.bust_factor", 1.2),
    ],
)
def test_another_economy_begins_again(key: str, value: Any, lives: list[str]) -> None:
    study = tiny(**YEARS)
    again(study)
    lives.clear()
    same(study.with_values({key: value}))
    assert lives.count("history") == 2


def test_a_changed_baseline_is_lived_anew_with_all_that_is_measured_against_it(
    lives: list[str],
) -> None:
    study = tiny(**YEARS, experiment__baseline="revenue_swap")
    again(study)
    lives.clear()
    same(study.with_values({COVERAGE: 0.4}))
    assert lives == ["revenue_swap", "plain", "consortium"] * 2


@pytest.mark.parametrize("footing", ["equal_lending", "equal_firms"])
def test_a_footing_that_ties_arrangements_together_keeps_nothing(
    footing: str, cache: HistoryCache
) -> None:
    same(tiny(**YEARS, experiment__footing=footing))
    assert len(cache) == 0


def test_equal_capital_ties_nothing_and_is_kept(lives: list[str]) -> None:
    study = tiny(**YEARS, experiment__footing="equal_capital")
    again(study)
    lives.clear()
    same(study.with_values({COVERAGE: 0.4}))
    assert lives == ["revenue_swap"] * 2


def kept(firms: int) -> Kept:
    """A history and the life under the baseline."""
    history = run_history(tiny(population__firms=firms), 0)
    return Kept(history, freeze(run_arrangement(history, "plain")))


def test_what_is_kept_stays_within_its_bytes_and_the_last_one_stays() -> None:
    one = kept(20)
    own = size_of((one.history, one.history.book.store, one.baseline))
    cache = HistoryCache(2 * own)
    for name in "abc":
        cache.put(name, one)
    assert (len(cache), cache.size) == (2, 2 * own)
    # Whatever was used last stays: b comes back behind c.
    assert cache.take("a") is None
    found = cache.take("b")
    assert found is one
    cache.put("b", found)
    cache.put("d", one)
    assert cache.take("c") is None
    # One that is too large serves its own scenarios, and leaves before another is made.
    small = HistoryCache(own - 1)
    small.put("a", one)
    assert len(small) == 1
    assert small.take("other") is None
    assert len(small) == 0


def test_the_bytes_of_a_history_are_those_of_its_arrays() -> None:
    one = kept(200)
    assert one.baseline is not None
    arrays = one.history.firms.nbytes + one.baseline.firms.nbytes + one.baseline.book.nbytes
    assert size_of((one.history, one.baseline)) > arrays


def test_workers_with_kept_histories_give_the_same_bits() -> None:
    scenarios = [tiny(**YEARS).with_values({COVERAGE: 0.1 * k}) for k in range(1, 5)]
    with Store(workers=2) as store:
        two = store.outcome_array(scenarios, range(3)).values
    np.testing.assert_array_equal(two, Store().outcome_array(scenarios, range(3)).values)
    single = tiny(**YEARS).with_values({COVERAGE: 0.2, "experiment.replications": 3})
    values = simulate(single).outcomes["value"].to_numpy()
    np.testing.assert_array_equal(two[1].ravel(), values)


def test_runs_that_share_a_history_follow_one_another() -> None:
    study = tiny(**YEARS)
    scenarios = {
        "a": study, "b": study.with_values({"experiment.seed": 5}),
        "c": study.with_values({COVERAGE: 0.4}),
    }  # fmt: skip
    todo = {(key, n): one for key, one in scenarios.items() for n in range(2)}
    order = [address for address, _ in grouped(todo)]
    assert order == [("a", 0), ("c", 0), ("a", 1), ("c", 1), ("b", 0), ("b", 1)]
    assert (
        history_key(scenarios["a"]) == history_key(scenarios["c"]) != history_key(scenarios["b"])
    )


def test_a_replication_goes_where_its_history_is_and_nobody_waits() -> None:
    study = tiny(**YEARS)
    queues = Queues([((name, n), study) for name in "ab" for n in range(4)], 2)

    def given(process: int) -> Any:
        run = queues.next(process)
        return run and run[0]

    assert [given(0) for _ in range(4)] == [("a", 0), ("a", 2), ("b", 0), ("b", 2)]
    assert given(0) == ("b", 3)
    assert [given(1) for _ in range(4)] == [("a", 1), ("a", 3), ("b", 1), None]


def test_values_that_change_on_dates_of_the_calendar_hold_in_what_is_lived_again():
    steps = {"underwriting.funding_rate": [{"date": date(2025, 7, 1), "value": 0.01}]}
    dated = tiny(population__firms=5, dated=steps)
    assert list(read_arrangements(dated, 0, evaluate)) == ["plain", "revenue_swap"]
