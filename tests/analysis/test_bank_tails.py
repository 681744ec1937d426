"""Tails of banks' yearly losses: pooled over histories, refused where they rest on too little."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.bank_tails import (
    ANY_BANK,
    LARGE_DESK,
    QUANTILE,
    SHORTFALL,
    TAILS,
    TOO_FEW_BORROWERS,
    TOO_FEW_HISTORIES,
    TOO_FEW_YEARS,
    Tail,
    bank_tails,
    draws_of,
    refusal,
    studentised_ends,
    weighted_tail,
)
from sim.analysis.tables import Held
from sim.outcomes.quantiles_of_losses import sample_expected_shortfall, sample_quantile
from tests.tail_laws import CLUSTERS, capped, clustered, tails_of_clusters

YEARS = 15


def results(replications: int, borrowers: float = 500.0, unit: int = 1) -> SimpleNamespace:
    """Two banks, two arrangements, half-yearly settlements, a history behind and a run-off."""
    generator, rows = np.random.default_rng(5), []
    for n in range(replications):
        shock = generator.gamma(2.0, 0.01, YEARS + 2)
        for name, factor in (("plain", 1.0), ("joint", 0.5)):
            for half in range(-2, 2 * YEARS + 3):
                for bank, size in (("a", 100.0), ("b", 50.0)):
                    loss = 99.0 if half <= 0 or half > 2 * YEARS else size * shock[half // 2]
                    rows.append((name, n, bank, half / 2.0, factor * loss / 2.0, size / 2.0))
    names = ["arrangement", "replication", "bank", "year", "loss", "balance_years"]
    banks = pd.DataFrame(rows, columns=names)
    series = [
        {"arrangement": arm, "replication": 0, "series": "desk_borrowers", "bank": bank,
         "x": 0.0, "value": borrowers}
        for arm in ("plain", "joint") for bank in ("a", "b")
    ]  # fmt: skip
    tables = {"banks": Held(banks), "series": Held(pd.DataFrame(series))}
    experiment = SimpleNamespace(
        arrangements=("plain", "joint"), horizon_years=float(YEARS), baseline="plain"
    )
    scenario = SimpleNamespace(
        experiment=experiment, variance_reduction=SimpleNamespace(unit=unit)
    )
    return SimpleNamespace(scenario=scenario, table=tables.__getitem__, banks=banks)


@pytest.fixture(scope="module")
def told() -> tuple[SimpleNamespace, pd.DataFrame]:
    made = results(20)
    frame = bank_tails(made)
    assert list(frame) == [column.name for column in TAILS]
    return made, frame.set_index(["bank", "arrangement", "level", "measure"])


def yearly(banks: pd.DataFrame, bank: str | None, arm: str) -> np.ndarray:
    """Losses over balances of years 1 to 15, by hand."""
    own = banks[(banks["arrangement"] == arm) & (banks["year"] > 0) & (banks["year"] <= YEARS)]
    own = own if bank is None else own[own["bank"] == bank]
    sums = own.groupby(["replication", "bank", np.ceil(own["year"])])[["loss", "balance_years"]]
    sums = sums.sum()
    return (sums["loss"] / sums["balance_years"]).to_numpy()


def test_a_tail_is_that_of_the_years_of_all_histories_together(told):
    made, frame = told
    for bank, name in (("a", "a"), (None, ANY_BANK)):
        for arm in ("plain", "joint"):
            losses = yearly(made.banks, bank, arm)
            var, es = (frame.loc[(name, arm, 0.95, one)] for one in (QUANTILE, SHORTFALL))
            assert var["estimate"] == pytest.approx(sample_quantile(losses, 0.95))
            assert es["estimate"] == pytest.approx(sample_expected_shortfall(losses, 0.95))
            assert (es["bank_years"], es["histories"]) == (losses.size, 20)
            assert es["tail_years"] == losses.size // 20
            assert es["low"] <= es["estimate"] <= es["high"]


def test_differences_are_taken_in_the_same_draws_of_histories(told):
    """Half of every loss is half of every tail: its interval is half that of the baseline."""
    _, frame = told
    joint, plain = (frame.loc[("a", arm, 0.95, SHORTFALL)] for arm in ("joint", "plain"))
    assert joint["difference"] == pytest.approx(-0.5 * plain["estimate"])
    ends = joint["difference_low"], joint["difference_high"]
    assert ends == pytest.approx((-0.5 * plain["high"], -0.5 * plain["low"]))
    assert math.isnan(plain["difference"])


def test_a_tail_of_few_years_is_refused_and_says_what_it_rests_on(told):
    """Three hundred bank-years leave three beyond 99 %, those of both banks six."""
    _, frame = told
    for bank, count in (("a", 3), (ANY_BANK, 6)):
        row = frame.loc[(bank, "plain", 0.99, SHORTFALL)]
        assert (row["tail_years"], row["remark"]) == (count, TOO_FEW_YEARS)
        assert row[["estimate", "low", "high", "difference"]].isna().all()


def test_a_tail_that_few_histories_made_is_refused():
    """All years of the worst tenth stem from four histories of fifty."""
    values = np.concatenate([np.full(40, 1.0) + np.arange(40) / 100, np.arange(460) / 1000])
    history = np.concatenate([np.arange(40) % 4, np.arange(460) % 50])
    assert refusal(Tail.of(values, history), 0.95) == TOO_FEW_HISTORIES
    assert refusal(Tail.of(values, np.arange(500) % 50), 0.95) == ""


@pytest.mark.parametrize(
    ("borrowers", "remark"), [(299.0, TOO_FEW_BORROWERS), (300.0, ""), (2001.0, LARGE_DESK)]
)
def test_tails_belong_to_a_desk_of_a_stated_size(borrowers, remark):
    frame = bank_tails(results(14, borrowers), (0.95,))
    own = frame[frame["bank"] == "a"]
    assert set(own["remark"]) == {remark}
    assert own["estimate"].isna().all() == (remark == TOO_FEW_BORROWERS)
    assert (own["borrowers"] == borrowers).all()


def test_antithetic_histories_are_drawn_together():
    alone, pairs = (bank_tails(results(20, unit=unit), (0.95,)) for unit in (1, 2))
    assert pairs["histories"].max() == 10
    assert pairs["estimate"].to_numpy() == pytest.approx(alone["estimate"].to_numpy())


def test_a_history_that_is_drawn_twice_counts_twice():
    values, history = np.array([3.0, 1.0, 2.0, 0.5]), np.array([0, 0, 1, 1])
    once = Tail.of(values, history).drawn(np.array([[2, 0], [0, 0]]), 0.5)
    wanted = sample_quantile([3, 1, 3, 1], 0.5), sample_expected_shortfall([3, 1, 3, 1], 0.5)
    assert once[0] == pytest.approx(wanted)
    assert np.isnan(once[1]).all()


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_a_weighted_tail_is_the_tail_of_the_repeated_sample(level):
    generator = np.random.default_rng(1)
    values = np.sort(generator.gamma(2.0, 3.0, 200))[::-1]
    weights = generator.integers(0, 4, 200)
    repeated = np.repeat(values, weights)
    var, es = weighted_tail(values, weights, level)
    assert var == sample_quantile(repeated, level)
    assert es == pytest.approx(sample_expected_shortfall(repeated, level), rel=1e-12)


def test_draws_are_measured_as_the_samples_that_they_repeat():
    """Even draws of mild histories alone, whose worst years lie far from the worst of all."""
    generator = np.random.default_rng(2)
    values, history = generator.gamma(2.0, 1.0, 3000), np.arange(3000) // 300
    values *= 1.0 + history  # the first history is the mildest
    times = np.vstack([10 * np.eye(10, dtype=np.int64), draws_of(10, 5)])
    for measures, one in zip(Tail.of(values, history).drawn(times, 0.95), times, strict=True):
        repeated = np.repeat(values, one[history])
        wanted = sample_quantile(repeated, 0.95), sample_expected_shortfall(repeated, 0.95)
        assert measures == pytest.approx(wanted, rel=1e-12)


def test_the_pull_of_a_history_is_the_slope_of_the_shortfall_in_its_weight():
    values, history = clustered(np.random.default_rng(3), 7)
    tail, times, step = Tail.of(values, history), draws_of(7, 4), 1e-6
    drawn = tail.redrawn(times, 0.95)
    for one, own, pulls in zip(drawn.times, drawn.measures, drawn.pulls, strict=True):
        moved = tail.drawn(one + step * np.eye(7), 0.95)
        # Rounding leaves 1e-17 / 1e-6, the curve 1e-6 of what is found.
        assert pulls == pytest.approx((moved[:, 1] - own[1]) / step, rel=1e-4, abs=1e-8)
        assert one @ pulls == pytest.approx(0.0, abs=1e-15)


def test_nothing_that_differs_has_no_width_and_empty_draws_are_left_out():
    history, times = np.repeat(np.arange(8), 15), draws_of(10, 200)
    times[0] = [0] * 8 + [5, 5]  # of histories in which the bank had no loans
    flat, any_losses = np.full(120, 0.3), np.random.default_rng(4).gamma(2.0, 0.01, 120)
    assert Tail.of(flat, history).redrawn(times, 0.95).intervals() == pytest.approx(0.3)
    own = Tail.of(any_losses, history).redrawn(times, 0.95)
    assert np.isnan(own.measures[1]).all()
    estimate, low, high = own.intervals()
    assert (low < estimate).all()
    assert (estimate < high).all()
    assert (own.less(own).intervals() == 0.0).all()


def test_a_draw_without_spread_lies_no_farther_than_four_times_what_it_differs_by():
    ends = studentised_ends(np.array([1.0, 0.5, 2.0]), np.array([1.0, 0.0, 1e-9]), 1.0)
    assert ends == pytest.approx([1.0 - 4.0, 1.0 + 2.0])


@pytest.mark.parametrize("trials", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_the_interval_of_a_tail_covers_where_histories_differ(trials):
    """About nine times in ten at 95 %, forty histories of fifteen years; years alone would not."""
    generator, times = np.random.default_rng(8), draws_of(CLUSTERS, 300)
    truth = np.array(tails_of_clusters(0.95))
    hits, narrow = np.zeros(3, int), 0
    for _ in range(trials):
        values, history = clustered(generator)
        own = Tail.of(values, history).redrawn(times, 0.95)
        step = Tail.of(capped(values), history).redrawn(times, 0.95).less(own)
        _, low, high = np.hstack([own.intervals(), step.intervals()[:, 1:]])
        hits += (low <= truth) & (truth <= high)
        alone = np.random.default_rng(1).permutation(history)
        _, low, high = Tail.of(values, alone).redrawn(times, 0.95).intervals()[:, 1]
        narrow += low <= truth[1] <= high
    print(f"value-at-risk, shortfall, difference {hits}, years {narrow} of {trials}")  # noqa: T201
    error = math.sqrt(0.9 * 0.1 / trials)
    assert (hits / trials > 0.9 - 3.0 * error).all()
    assert narrow < hits[1]
