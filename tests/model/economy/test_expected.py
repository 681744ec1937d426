"""Expected time in each state of the economy, against simulated paths."""

from itertools import pairwise

import numpy as np
import pytest

from sim.base.draws import replication_key
from sim.model.economy.equity_market import expected_times, generator, market_path
from sim.model.economy.macro import Step, macro_path, regime_names, time_share
from tests.house.small import shipped

EDGES = (-4.0, 0.0, 7.5, 15.0)
START = -12.0
KEYS = [replication_key(6, n) for n in range(1500)]


def test_rates_leave_no_state_out() -> None:
    scenario = shipped()
    rates = generator(scenario.macro, scenario.equity_market)
    assert np.allclose(rates.sum(axis=1), 0.0)
    assert np.all(rates - np.diag(np.diag(rates)) >= 0.0)


@pytest.mark.parametrize("path", [(), (Step(years_from_start=-3.0, regime="bust"),
                                       Step(years_from_start=2.0, regime="boom"))])  # fmt: skip
def test_simulated_paths_have_the_expected_times(path: tuple[Step, ...]) -> None:
    macro = shipped().macro.model_copy(update={"path": path})
    market, names = shipped().equity_market, regime_names(macro)
    expected = expected_times(macro, market, START, EDGES)
    seen = []
    for key in KEYS:
        regimes = macro_path(macro, key, START, EDGES[-1])
        winters = market_path(market, names, regimes, key, EDGES[-1])
        seen.append([
            [(b - a) * time_share(one, code, a, b) for one, code in ((regimes, 1), (winters, 1))]
            for a, b in pairwise(EDGES)
        ])  # fmt: skip
    values = np.array(seen)
    bust, winter = expected[:, 2:].sum(axis=1), expected[:, 1::2].sum(axis=1)
    error = values.std(axis=0, ddof=1) / np.sqrt(len(KEYS))
    off = np.abs(values.mean(axis=0) - np.column_stack([bust, winter]))
    assert np.all(off <= 4.0 * error + 1e-9)


@pytest.mark.parametrize("opening", ["stationary", "bust"])
def test_a_market_that_has_settled_is_expected_as_it_is_simulated(opening: str) -> None:
    macro = shipped().macro.model_copy(update={"opening": opening})
    # Winters are rare at first, so that a market which had not settled would be told.
    market = shipped().equity_market.model_copy(update={"opening_winter_share": 0.0})
    names, window = regime_names(macro), (-1.0, 1.0)
    (expected,) = expected_times(macro, market, window[0], window, settling=30.0)
    seen = np.zeros((len(KEYS), 2))
    for n, key in enumerate(KEYS):
        regimes = macro_path(macro, key, *window, settling=30.0)
        winters = market_path(market, names, regimes, key, window[1])
        assert regimes[0][0] == winters[0][0] == -31.0
        seen[n] = [2.0 * time_share(path, 1, *window) for path in (regimes, winters)]
    error = seen.std(axis=0, ddof=1) / np.sqrt(len(KEYS))
    off = np.abs(seen.mean(axis=0) - [expected[2:].sum(), expected[1::2].sum()])
    assert np.all(off <= 4.0 * error)
    at_once = expected_times(macro, market, window[0], window)[0]
    assert expected[1::2].sum() - at_once[1::2].sum() > 4.0 * error[1]


def test_windows_sum_to_their_length() -> None:
    found = expected_times(shipped().macro, shipped().equity_market, START, EDGES)
    assert np.allclose(found.sum(axis=1), np.diff(EDGES))
