"""What the economy is expected to be: mean time in each state, in closed form.

Macro regime and equity market together are one Markov chain in continuous time; the
yearly frailty has mean one and is independent of both. So the expected time that a window
spends in each state follows from the matrix exponential, and what a history had beyond it
is a number with mean zero.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from sim.model.economy.equity_market import EquityMarket
from sim.model.economy.macro import Macro, Path, macro_path, regime_names

Floats = NDArray[np.float64]
OPEN, WINTER = 0, 1


def generator(macro: Macro, market: EquityMarket, moves: bool = True) -> Floats:
    """Rates of the joint chain, shape (2 n_regimes, 2 n_regimes); state = 2 regime + winter.

    Where the regimes follow a stated path, only the market `moves`.
    """
    names = regime_names(macro)
    n = len(names)
    rates = np.zeros((2 * n, 2 * n))
    for code, name in enumerate(names):
        rates[2 * code, 2 * code + 1] = market.enter_winter_hazard[name]
        rates[2 * code + 1, 2 * code] = market.leave_winter_hazard[name]
        for other in range(n):
            if moves and other != code:
                rate = 1.0 / (macro.regime[name].mean_years * (n - 1))
                rates[2 * code, 2 * other] = rates[2 * code + 1, 2 * other + 1] = rate
    return rates - np.diag(rates.sum(axis=1))


def expected_times(
    macro: Macro, market: EquityMarket, start: float, edges: Sequence[float]
) -> Floats:
    """Expected years in each state of the joint chain between edges.

    Shape (n_edges - 1, 2 n_regimes). The opening applies on the first day of the history,
    `start`; edges are rising dates in years, none before it.

    >>> from sim.model.economy.macro import Regime
    >>> regimes = {"boom": Regime(mean_years=3.0), "bust": Regime(mean_years=1.0)}
    >>> macro = Macro(opening="stationary", frailty_variance=0.2, regime=regimes)
    >>> calm = dict.fromkeys(regimes, 0.0)
    >>> market = EquityMarket(
    ...     opening_winter_share=0.5, enter_winter_hazard=calm, leave_winter_hazard=calm,
    ...     winter_rounds=1.0, winter_listing=1.0, winter_acquisition=1.0, winter_valuation=1.0,
    ... )
    >>> expected_times(macro, market, -3.0, [0.0, 4.0]).round(6).tolist()
    [[1.5, 1.5, 0.5, 0.5]]
    """
    path = macro_path(macro, (0, 0), start, edges[-1]) if macro.path else ()
    rates = generator(macro, market, moves=not path)
    chance = _opening(macro, market, path)
    spent = np.zeros((len(edges) - 1, chance.size))
    dates = sorted({start, *edges, *(date for date, _ in path if start < date < edges[-1])})
    for date, until in pairwise(dates):
        for since, code in path:
            if since == date:
                chance = _moved(chance, code)
        now, chance = _step(rates, chance, until - date)
        window = int(np.searchsorted(edges, date, side="right")) - 1
        if window >= 0:
            spent[window] += now
    return spent


def _opening(macro: Macro, market: EquityMarket, path: Path) -> Floats:
    stays = np.array([regime.mean_years for regime in macro.regime.values()])
    share = stays / stays.sum()
    names = regime_names(macro)
    if path or macro.opening in names:
        code = path[0][1] if path else names.index(macro.opening)
        share = np.eye(len(names))[code]
    winter = market.opening_winter_share
    return np.kron(share, [1.0 - winter, winter])


def _moved(chance: Floats, code: int) -> Floats:
    """Put the whole chance into one regime, the market as it is."""
    moved = np.zeros_like(chance)
    moved[2 * code : 2 * code + 2] = chance[0::2].sum(), chance[1::2].sum()
    return moved


def _step(rates: Floats, chance: Floats, years: float) -> tuple[Floats, Floats]:
    """Expected time in each state over some years, and the chances at their end."""
    n = chance.size
    block = np.zeros((2 * n, 2 * n))
    block[:n, :n], block[:n, n:] = rates, np.eye(n)
    both = expm(block * years)
    return chance @ both[:n, n:], chance @ both[:n, :n]
