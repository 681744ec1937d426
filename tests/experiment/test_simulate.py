"""Replications side by side: the same bits however they are run, gathered in order."""

import gc
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from sim.engine.history import BANK_COLUMNS
from sim.engine.world import World
from sim.experiment import simulate as run
from sim.experiment.facts import facts_of
from sim.experiment.results import TABLES, names
from sim.experiment.simulate import (
    freeze,
    gather,
    one_replication,
    replicate,
    simulate,
    worlds,
)
from sim.model.firms.record import EVENT_NAMES, FIRM
from tests.experiment.small import tiny, tiny_results


def same(one, other):
    """Equal to the last bit, missing values included."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)


# --- However it is run ---------------------------------------------------------------------


def test_two_workers_give_the_bits_of_one():
    few = tiny(experiment__replications=2)
    one = simulate(few, keep=("firms", "events"))
    two = simulate(few, workers=2, keep=("firms", "events"))
    for name in ("outcomes", "series", "banks", "firms", "events"):
        same(getattr(one, name), getattr(two, name))


def test_the_same_party_pays_with_one_worker_or_two_where_caps_are_over_several_firms():
    capped = {"kind": "sole", "guaranteed_share": 0.6, "guarantee_cap_per_year_share": 0.02,
              "guarantor_capital": 5.0}  # fmt: skip
    few = tiny(
        experiment__replications=2, experiment__horizon_years=3.0,
        lifecycle__failure_hazard=[0.3] * 4, arrangement__revenue_swap__loss_sharing=capped,
    )  # fmt: skip
    one, two = (simulate(few, workers=n, keep=("firms",)) for n in (1, 2))
    same(one.firms, two.firms)
    same(one.outcomes, two.outcomes)
    assert (one.firms["fell_back"] > 0.0).any()
    assert (one.firms["borne_1"] > 0.0).any()


def test_a_replication_by_itself_is_the_one_of_the_experiment():
    whole = tiny_results().outcomes
    alone = one_replication(tiny(), 2)
    part = whole[whole["replication"] == 2].reset_index(drop=True)
    same(alone.outcomes, part)
    assert (alone.firms, alone.events) == (None, None)


class Backwards(Executor):
    """Runs what it is given in this process, the last first."""

    def __init__(self):
        self.waiting, self.open = [], True

    def submit(self, task, /, *given, **named):
        future = Future()
        self.waiting.append((future, task, given, named))
        if len(self.waiting) == 3:
            for chosen, work, arguments, words in reversed(self.waiting):
                chosen.set_result(work(*arguments, **words))
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.open = False


def test_an_executor_of_the_caller_is_used_and_left_open():
    pool = Backwards()
    results = simulate(tiny(), executor=pool, workers=3, keep=("firms",))
    assert pool.open
    assert len(pool.waiting) == 3
    same(results.outcomes, tiny_results().outcomes)
    same(results.firms, tiny_results().firms)


def test_threads_of_one_process_do_not_disturb_each_other():
    few = tiny(population__firms=400, experiment__horizon_years=2.0)
    alone = simulate(few)
    with ThreadPoolExecutor(3) as pool:
        together = simulate(few, executor=pool)
    same(together.outcomes, alone.outcomes)


def test_progress_is_told_after_each_replication():
    told = []
    simulate(tiny(population__firms=5), progress=lambda *done: told.append(done))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_only_the_replications_asked_for_are_run(monkeypatch):
    asked = []

    def noted(_, number, keep, threads, observers):
        assert observers == ()
        asked.append((number, keep, threads))
        return number

    monkeypatch.setattr(run, "one_replication", noted)
    assert list(replicate(tiny(), [4, 1], keep=["firms"])) == [4, 1]
    # The arrangements of a single one share the workers.
    assert list(replicate(tiny(), [3], workers=2)) == [3]
    assert asked == [(4, ("firms",), 1), (1, ("firms",), 1), (3, (), 2)]


def test_replications_are_gathered_in_order_however_they_come():
    scenario = tiny(population__firms=5)
    parts = [one_replication(scenario, n, ("firms",)) for n in (2, 0, 1)]
    results = gather(scenario, parts, keep=("firms",))
    assert results.outcomes["replication"].is_monotonic_increasing
    same(results.outcomes, gather(scenario, reversed(parts)).outcomes)
    assert results.firms["replication"].unique().tolist() == [0, 1, 2]
    assert len(results.manifest["seconds_per_replication"]) == 3


def test_nothing_gathered_is_an_empty_result():
    results = gather(tiny(), [], keep=("events",))
    assert results.firms is None
    for name in ("outcomes", "series", "banks", "events"):
        assert tuple(getattr(results, name).columns) == names(TABLES[name])
    assert (len(results.outcomes), results.manifest["largest_accounting_residual"]) == (0, 0.0)


# --- What comes out ------------------------------------------------------------------------


def test_every_arrangement_and_replication_has_every_outcome_once():
    frame = tiny_results().outcomes
    assert list(frame.columns) == list(names(TABLES["outcomes"]))
    assert frame["arrangement"].unique().tolist() == ["plain", "revenue_swap"]
    counts = frame.groupby(["arrangement", "replication"])["outcome"].agg(["size", "nunique"])
    assert len(counts) == 6
    assert (
        counts["size"].tolist() == counts["nunique"].tolist() == [frame["outcome"].nunique()] * 6
    )


def test_banks_have_one_row_a_settlement():
    scenario, frame = tiny(), tiny_results().banks
    assert len(frame) == 6 * 4 * len(scenario.bank)
    assert set(frame["bank"]) == set(scenario.bank)
    assert sorted(set(frame["year"])) == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("keep", [(), ("firms",), ("events",)])
def test_records_are_kept_only_where_asked_for(keep):
    results = simulate(tiny(population__firms=5, experiment__replications=1), keep=keep)
    assert (results.firms is not None) == ("firms" in keep)
    assert (results.events is not None) == ("events" in keep)


def test_kept_firms_have_one_row_each_in_every_run():
    firms = tiny_results().firms
    assert len(firms) == 2 * 3 * 60
    assert {"cash", "status", "arrangement", "replication"} <= set(firms.columns)
    assert sum(column.length for column in FIRM.columns) + 2 == len(firms.columns)


def test_kept_events_are_told_in_words_firm_by_firm():
    events = tiny_results().events
    assert set(events["event"]) <= set(EVENT_NAMES.values())
    assert {"birth", "quarter"} <= set(events["event"])
    one = events[(events["arrangement"] == "plain") & (events["replication"] == 1)]
    assert one["firm"].is_monotonic_increasing
    assert one.groupby("firm")["date"].is_monotonic_increasing.all()
    assert (one["event"] == "birth").sum() == 60


# --- Worlds of one replication -------------------------------------------------------------


def test_the_baseline_comes_first_wherever_it_stands_in_the_list():
    scenario = tiny(
        population__firms=5, experiment__arrangements=("revenue_swap", "plain", "common_growth")
    )
    assert [w.name for w in worlds(scenario, 0)] == ["plain", "revenue_swap", "common_growth"]


def test_all_arrangements_begin_with_the_same_history():
    scenario = tiny(experiment__warm_up_years=1.0, experiment__horizon_years=0.25)
    ends = list(worlds(scenario, 0))
    assert ends[0].panel[3][0] == 0.0
    for n in range(4):
        assert len({w.panel[n][1].tobytes() for w in ends}) == 1
    assert ends[0].book.used > 0
    # Nobody repeats them.
    assert [w.decisions for w in ends] == [[]] * len(ends)


def test_with_equal_lending_the_others_repeat_what_the_baseline_decided():
    scenario = tiny(experiment__footing="equal_lending")
    baseline, other = worlds(scenario, 0)
    assert baseline.imposed is None
    assert baseline.decisions
    assert other.imposed == []
    alive = np.isin(other.book.rows.firm, baseline.book.rows.firm)
    assert np.all(alive)
    assert other.book.rows.limit.sum() <= baseline.book.rows.limit.sum()


@pytest.mark.parametrize("footing", ["as_offered", "equal_lending", "equal_firms"])
def test_arrangements_side_by_side_have_the_same_bits_in_the_same_order(footing):
    names = ("plain", "revenue_swap", "common_growth")
    scenario = tiny(experiment__footing=footing, experiment__arrangements=names)
    one, two = (one_replication(scenario, 0, ("events",), threads) for threads in (1, 2))
    for name in ("outcomes", "series", "banks", "events"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
    assert (one.residual, one.checks) == (two.residual, two.checks)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_world_is_given_back_before_the_next_one_lives(monkeypatch, threads):
    alive = []

    def counted(*given, **named):
        alive.append(sum(type(one) is World for one in gc.get_objects()))
        return run_arrangement(*given, **named)

    run_arrangement = run.run_arrangement
    monkeypatch.setattr(run, "run_arrangement", counted)
    before = sum(type(one) is World for one in gc.get_objects())
    names = ("plain", "revenue_swap", "common_growth", "consortium")
    one_replication(tiny(experiment__arrangements=names), 0, (), threads)
    # The common history, those that live now, and of several the one that is read.
    assert max(alive) - before <= (1 if threads == 1 else 1 + threads)


def test_after_the_horizon_nothing_is_lent():
    scenario = tiny(experiment__horizon_years=0.5, experiment__run_off_years=0.5)
    for w in worlds(scenario, 0):
        assert w.panel[-1][0] == 1.0
        assert w.book.used > 0
        assert w.book.rows.date.max() <= 0.5


def test_a_finished_world_is_frozen_with_what_outcomes_need():
    (w,) = worlds(tiny(experiment__arrangements=("plain",)), 1)
    history = freeze(w)
    assert (history.arrangement, history.replication, history.horizon) == ("plain", 1, 1.0)
    assert history.dates.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert history.panel.shape == (4, 6, len(BANK_COLUMNS))
    assert history.book.shape == (w.book.used,)
    facts, s = facts_of(w.scenario, w.menu, np.array([0.25])), w.scenario
    common = s.capital.minimum_ratio + s.capital.conservation_buffer
    surcharges = np.array([bank.surcharge for bank in s.bank.values()])
    assert facts["demanded_ratio"][0] == pytest.approx(common + surcharges)
    own = s.capital.own_buffer
    assert facts["required_ratio"][0] == pytest.approx(common + surcharges + own)
    assert facts["banks"] == tuple(s.bank)
    assert facts["menu"] == ()
