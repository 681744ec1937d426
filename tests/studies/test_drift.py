"""Is it settled: ratios of last to first year with intervals, and words for a run that drifts."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.estimates import Interval, mean_interval
from sim.analysis.ratios import ratio_of_means
from sim.base.errors import ScenarioError
from sim.engine.history import Page
from sim.outcomes.sizes import size_curves
from sim.scenario.drift import unsettled
from sim.scenario.scenario import load_with_notices
from sim.studies.drift import Drift, drift, sizes_of, verdict
from tests.experiment.small import tiny
from tests.outcomes import tiny as hand

DRIFTING = {"experiment__horizon_years": 3.0, "population__entry_rate": 0.5,
            "population__initial_share": 0.5}  # fmt: skip


@cache
def found() -> Drift:
    """A run of three years in which half as many firms enter every year as are to be there."""
    from sim.experiment.simulate import simulate

    return drift(simulate(tiny(**DRIFTING), workers=1, keep=("firms",)))


def made(first: list[float], last: list[float]) -> Drift:
    """Made-up levels of two years."""
    levels = {"loans": np.column_stack([first, last])}
    population = SimpleNamespace(entries=0.0)
    scenario = SimpleNamespace(
        variance_reduction=SimpleNamespace(unit=1), population=population,
        experiment=SimpleNamespace(settling_years=75.0),
    )  # fmt: skip
    return Drift(scenario, levels)


def test_firms_and_money_of_each_year_are_those_of_the_run() -> None:
    from sim.experiment.simulate import simulate

    results = simulate(tiny(**DRIFTING), workers=1)
    banks = results.banks[results.banks["arrangement"] == "plain"]
    first = banks[(banks["year"] > 0.0) & (banks["year"] <= 1.0)]
    own = found().levels
    lost = first.groupby("replication")["exposure_at_default"].sum()
    assert own["loans that default"][:, 0] == pytest.approx(lost.to_numpy())
    # Four settlements of a year, and a level of each: their mean.
    loans = first.groupby("replication")["loans"].sum() / 4.0
    assert own["loans"][:, 0] == pytest.approx(loans.to_numpy())
    assert {name: level.shape for name, level in own.items()} == dict.fromkeys(own, (3, 3))


def test_a_run_into_which_more_enter_than_leave_drifts_and_says_so_first() -> None:
    table = found().table.set_index("quantity")
    assert table.loc["firms alive", "ratio"] > 1.3
    assert table.loc["firms alive", "verdict"] == "drifts"
    first, *others = found().findings().sentences
    assert first.startswith("The run drifts: firms and loans settle for 0 years")
    assert any("Firms alive: the last year over the first" in one for one in others)
    assert "entries a year a firm is followed for" in others[-1]


def test_a_settled_run_that_moves_by_luck_alone_is_steady() -> None:
    rng = np.random.default_rng(4)
    steady = made(*(100.0 + rng.normal(size=(2, 30))).tolist())
    assert steady.table["verdict"].tolist() == ["steady"]
    (sentence,) = steady.sentences()
    assert sentence.startswith("Loans: the last year over the first is 1.00")


def test_the_interval_of_a_ratio_covers_it_as_often_as_it_says() -> None:
    rng, hits = np.random.default_rng(7), 0
    for _ in range(1000):
        first = rng.lognormal(0.0, 0.2, 40)
        pairs = np.column_stack([first, 1.2 * first * rng.lognormal(-0.005, 0.1, 40)])
        ratio = ratio_of_means(pairs)
        hits += ratio.low <= 1.2 <= ratio.high
    # Four standard errors of a share of 1,000, and what linearization leaves with 40.
    assert abs(hits / 1000.0 - 0.95) < 4.0 * np.sqrt(0.95 * 0.05 / 1000.0) + 0.01


def test_a_ratio_of_nothing_is_not_known() -> None:
    ratio = ratio_of_means(np.array([[0.0, 1.0], [0.0, 2.0]]))
    assert np.isnan(ratio.estimate)
    assert verdict(ratio) == "not known"
    assert verdict(Interval(1.2, 1.0, 1.4, 0.1, 9)) == "not known"
    assert verdict(mean_interval([0.5, 0.51, 0.5])) == "drifts"


def test_a_horizon_of_a_year_tells_no_drift() -> None:
    results: Any = SimpleNamespace(scenario=tiny())
    with pytest.raises(ScenarioError):
        drift(results)


@pytest.mark.parametrize(("years", "drifts"), [(0.0, True), (59.9, True), (60.0, False)])
def test_sixty_years_of_settling_are_enough(years: float, drifts: bool) -> None:
    values = {"population__entry_rate": 0.1, "experiment__settling_years": years}
    why, cure = unsettled(tiny(**values))
    assert bool(why) == bool(cure) == drifts


def test_a_run_that_drifts_says_so_before_anything_else(tmp_path: Path) -> None:
    file = tmp_path / "few.toml"
    file.write_text('extends = "shipped:three_arrangements"\n[experiment]\nsettling_years = 0.0\n')
    first = load_with_notices(file)[1][0]
    assert (first.key, first.line) == ("experiment.settling_years", 3)
    assert first.rule.startswith("the run drifts: firms and loans settle for 0 years")
    settled = ["experiment.settling_years=60", "population.entry_rate=0.06"]
    told = load_with_notices(file, settled)[1]
    assert [one.rule for one in told if "drifts" in one.rule] == []


# --- Sizes by stratum ----------------------------------------------------------------------------


def curves(*firms: tuple[float, ...]) -> pd.DataFrame:
    """Series of the first and the last day for replications with these sales, all registered."""
    rows = []
    for replication, sales in enumerate(firms):
        pages = tuple(
            Page(day, np.ones(len(sales), np.int8), {}, np.full(len(sales), -1),
                 np.zeros(len(sales)), np.array(sales) * (1.0 + day), *hand.sizes(len(sales))[1:])
            for day in (0.0, 1.0)
        )  # fmt: skip
        for name, _, dates, values in size_curves(hand.history(pages=pages, horizon=1.0, end=1.0)):
            rows += [
                {"replication": replication, "series": name, "x": x, "value": value}
                for x, value in zip(dates, values, strict=True)
            ]
    return pd.DataFrame(rows)


def test_sizes_are_pooled_over_replications() -> None:
    found = sizes_of(curves((10.0, 150.0), (10.0, 10.0, 300.0)), 1)
    at = found.set_index(["stratum", "day", "quantity"])["mean"].sort_index()
    first = at.loc["on the register", 0.0]
    assert first["firms"] == 2.5
    assert first["median sales"] == pytest.approx((80.0 + 10.0) / 2.0)
    assert first["sales below 20 million"] == pytest.approx(3.0 / 5.0)
    assert first["sales above 200 million"] == pytest.approx(1.0 / 5.0)
    assert first["sum of sales"] == pytest.approx((160.0 + 320.0) / 2.0)
    assert first["part of the largest in it"] == pytest.approx(450.0 / 480.0)
    tail = 2.0 / (np.log(1.5) + np.log(3.0))
    assert at["all firms", 0.0, "exponent of the tail"] == pytest.approx(tail)
    assert at["all firms", 1.0, "sales above 200 million"] == pytest.approx(2.0 / 5.0)
    assert at["large firms", 0.0, "firms"] == 0.0
    assert np.isnan(at["large firms", 0.0, "sales below 20 million"])


def test_a_run_tells_the_sizes_of_its_firms_by_stratum_at_both_ends() -> None:
    sizes = found().sizes.set_index(["stratum", "quantity", "day"])["mean"]
    firms = sizes.xs("firms", level="quantity").unstack("day")
    assert list(firms) == [0.0, 3.0]
    both = firms.loc[["on the register", "large firms"]].sum()
    assert both.to_list() == firms.loc["all firms"].to_list()
