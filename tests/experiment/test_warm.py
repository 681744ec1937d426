"""Warming up: everything that a run calls is loaded, and nothing is left behind."""

import time

import pytest

from sim.engine.kernel import ENTRIES, Kernel, interpreted
from sim.engine.world import new_world
from sim.experiment import simulate
from sim.experiment.simulate import entries_of, prepare, warm_up
from tests.engine.hand import economy, shipped


def counting(calls):
    """Interpreted rules that count how often each entry point is called."""
    plain = interpreted()

    def counted(name):
        def entry(*arguments):
            calls.append(name)
            return getattr(plain, name)(*arguments)

        return entry

    return Kernel(**{entry.__name__: counted(entry.__name__) for entry in ENTRIES}, compiled=False)


BASIC = {
    "advance", "switch_regime", "close_quarter", "hold_meeting",
}  # fmt: skip
REPEATING = {"repeat_judge", "repeat_sign", "repeat_reduction"}
ENDING = {"variance_reduction.controls": ("hazards", "exits"), "experiment.run_off_years": 1.0}


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"experiment.run_off_years": 0.0, "variance_reduction.controls": ()}, set()),
        (ENDING, {"loss_surprise", "exit_surprise"}),
        ({"experiment.footing": "equal_lending"}, REPEATING),
        ({"experiment.footing": "equal_firms"}, REPEATING),
    ],
)
def test_exactly_the_entry_points_of_a_run_are_called(monkeypatch, changes, more):
    calm = {"experiment.run_off_years": 0.0, "variance_reduction.controls": ()}
    scenario = economy().with_values(calm | changes)
    calls = []
    monkeypatch.setattr(
        simulate, "new_world", lambda s, number: new_world(s, number, rules=counting(calls))
    )
    assert warm_up(scenario) > 0.0
    assert set(calls) == set(entries_of(scenario)) == BASIC | more


def test_no_firm_lives_while_warming_up(monkeypatch):
    worlds = []

    def remembered(scenario, number):
        worlds.append(new_world(scenario, number, rules=interpreted()))
        return worlds[-1]

    monkeypatch.setattr(simulate, "new_world", remembered)
    warm_up(economy())
    assert [w.firms.shape[0] for w in worlds] == [0]
    assert worlds[0].book.used == 0


def test_it_tells_how_long_it_took():
    start = time.perf_counter()
    seconds = warm_up(economy())
    assert 0.0 < seconds <= time.perf_counter() - start
    # The second time everything is there.
    assert warm_up(economy()) < 5.0


@pytest.mark.parametrize("is_cold", [True, False])
def test_compiling_is_announced_and_nothing_is_said_where_none_is_needed(monkeypatch, is_cold):
    said = []
    monkeypatch.setattr(simulate, "must_compile", lambda _: is_cold)
    monkeypatch.setattr(simulate, "warm_up", lambda scenario: said.append("works") or 12.3)
    prepare(shipped(), said.append)
    if is_cold:
        assert said[0].startswith("compiling the rules")
        assert said[1:] == ["works", "compiled in 12 s"]
    else:
        assert said == []
