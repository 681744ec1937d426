"""Load or compile every entry point before a run, so that the wait is told and counted."""

import time
from collections.abc import Callable

import numpy as np

from sim.base.language import tr
from sim.engine.compile import must_compile
from sim.engine.posting import post, read_all
from sim.engine.processes import set_climate
from sim.engine.settlement import by_bank
from sim.engine.world import new_world
from sim.firms.applicants import applicants
from sim.scenario.model import Scenario


def prepare(scenario: Scenario, say: Callable[[str], None]) -> None:
    """Compile the rules where no cached code is there, and say so.

    Processes that start later then find it, and need not all compile at once.

    Parameters
    ----------
    scenario : Scenario
    say : callable
        Takes a message before, and one after; none where nothing must be compiled.
    """
    if must_compile():
        say(tr("compiling the rules (once for this copy of the program; under half a minute) ..."))
        say(tr("compiled in {seconds} s", seconds=f"{warm_up(scenario):.0f}"))


def warm_up(scenario: Scenario) -> float:
    """Compile or load what a run of the scenario needs; returns seconds taken.

    Parameters
    ----------
    scenario : Scenario
        Only its shape matters: sectors and banks.
    """
    start = time.perf_counter()
    w = new_world(scenario.with_values({"population.firms": 0}), 0)
    nobody = np.zeros(0, dtype=np.int64)
    set_climate(w, 0.0)
    w.advance(0.0)
    w.rules.turn(w.firms, w.next_time, w.params, w.climate[0], 0.0)
    post(w, nobody, 0.0)
    read_all(w, 0.0)
    by_bank(w, np.zeros(0))
    applicants(w.rules.read_applicants, w.firms, w.params, nobody, 0.0)
    w.rules.fill_uniforms(*w.key, nobody, 1, np.zeros((0, 1), np.int64), nobody, np.zeros((0, 1)))
    w.rules.price_rights(np.zeros((5, 0)), 1.0, 0.0, np.zeros(0))
    state = (w.firms, w.next_time, w.pending, w.params, w.climate[0], 0.0)
    w.rules.sign_all(*state, w.book.store, nobody, w.log, w.cursor)
    w.rules.decline_all(*state, nobody, np.zeros(0), w.log, w.cursor)
    return time.perf_counter() - start
