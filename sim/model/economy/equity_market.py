"""The equity market: open, or in a winter in which rounds, listings and values fall.

Winters come mostly, but not only, in busts: the hazard of entering and of leaving one
depends on the macro regime. Source: MK27 (money invested 2023 over 2021: 0.49), MK31 and
MK32 (listings 2024 over 2021: 0.19 and 0.09).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.base.calendar import Dated, unordered
from sim.base.draws import EQUITY_MARKET, exponential, uniform_pair
from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, Share, param
from sim.model.economy.macro import Macro, Path, macro_path, regime_names

# --- The equity market: open, or in a winter in which rounds, listings and values fall -----------


class MarketStep(Dated):
    """One step of a stated path of the equity market."""

    winter: bool = param(unit="", meaning="whether a winter begins, or else the market opens")


class EquityMarket(Frozen):
    """When winters come and what they do."""

    opening_winter_share: Share = param(
        unit="share", meaning="probability that the first day lies in a winter"
    )
    enter_winter_hazard: dict[str, NonNegative] = param(
        unit="per year", meaning="start of a winter, by macro regime"
    )
    leave_winter_hazard: dict[str, NonNegative] = param(
        unit="per year", meaning="end of a winter, by macro regime"
    )
    winter_rounds: NonNegative = param(unit="x", meaning="factor on equity rounds in a winter")
    winter_listing: NonNegative = param(unit="x", meaning="factor on listings in a winter")
    winter_acquisition: NonNegative = param(unit="x", meaning="factor on sales in a winter")
    winter_valuation: PositiveFloat = param(unit="x", meaning="factor on values in a winter")
    path: tuple[MarketStep, ...] = param(
        (), unit="", meaning="a stated path, in force from its first step on"
    )

    def broken_rules(self) -> Iterator[Broken]:
        """Both hazards name the same regimes; steps of a path rise."""
        if set(self.enter_winter_hazard) != set(self.leave_winter_hazard):
            rule = "must name the same macro regimes as enter_winter_hazard"
            cure = "give one hazard for each macro regime in both"
            yield "leave_winter_hazard", rule, cure
        yield from unordered("path", self.path)


def market_path(
    market: EquityMarket, names: tuple[str, ...], macro: Path, key: tuple[int, int], end: float
) -> Path:
    """Dates at which the equity market opens (0) or falls into a winter (1).

    Each state holds a unit-exponential threshold that the hazard of the current macro
    regime uses up, so a change of regime changes only the speed. Names are those of the
    macro regimes in the order of their codes; dates and end are in years.

    >>> calm = {"boom": 0.0}
    >>> rule = EquityMarket(
    ...     opening_winter_share=1.0, enter_winter_hazard=calm, leave_winter_hazard=calm,
    ...     winter_rounds=0.5, winter_listing=0.2, winter_acquisition=0.6, winter_valuation=0.6,
    ... )
    >>> market_path(rule, ("boom",), ((0.0, 0),), (1, 2), 15.0)
    ((0.0, 1),)
    """
    start = macro[0][0]
    u, _ = uniform_pair(key[0], key[1], 0, EQUITY_MARKET, 0, 0)
    winter = 1 if u < market.opening_winter_share else 0
    path, ordinal = [(start, winter)], 1
    left = exponential(key[0], key[1], 0, EQUITY_MARKET, ordinal, 0)
    for (date, regime), (until, _) in pairwise((*macro, (end, 0))):
        now = date
        while now < until:
            table = market.leave_winter_hazard if winter else market.enter_winter_hazard
            hazard = table[names[regime]]
            if hazard * (until - now) < left:
                left -= hazard * (until - now)
                break
            now += left / hazard
            winter = 1 - winter
            path.append((now, winter))
            ordinal += 1
            left = exponential(key[0], key[1], 0, EQUITY_MARKET, ordinal, 0)
    return _with_steps(market, tuple(path))


def _with_steps(market: EquityMarket, path: Path) -> Path:
    """Let a stated path take over from its first step on."""
    steps = [(step.years, int(step.winter)) for step in market.path]
    if not steps:
        return path
    first, start = steps[0][0], path[0][0]
    before = [step for step in path if step[0] < first]
    passed = [winter for date, winter in steps if date <= start][-1:]
    opening = [(start, winter) for winter in passed]
    return (*before, *opening, *(step for step in steps if step[0] > start))


# --- What the economy is expected to be: mean time in each state, in closed form -----------------
# Macro regime and equity market together are one Markov chain in continuous time; the
# yearly frailty has mean one and is independent of both. So the expected time that a window
# spends in each state follows from the matrix exponential, and what a history had beyond it
# is a number with mean zero.


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
    macro: Macro,
    market: EquityMarket,
    start: float,
    edges: Sequence[float],
    settling: float = 0.0,
) -> Floats:
    """Expected years in each state of the joint chain between edges.

    Shape (n_edges - 1, 2 n_regimes). The opening of the regimes applies at `start`, that of the
    market the years of `settling` earlier; edges are rising dates in years, none before `start`.

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
    if settling > 0.0:
        chance = _settled(macro, market, chance, settling)
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


def _settled(macro: Macro, market: EquityMarket, chance: Floats, years: float) -> Floats:
    """Chances of the market in each regime after some years, those of the regimes as they are.

    The regimes are the same chain in both directions of time: given where they stand, their
    past is that of a chain which began anywhere.
    """
    free = _opening(macro.model_copy(update={"opening": "stationary"}), market, ())
    _, joint = _step(generator(macro, market), free, years)
    of_regime, given = joint[0::2] + joint[1::2], chance[0::2] + chance[1::2]
    return np.asarray(joint * np.repeat(given / of_regime, 2))


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
    # Checking a scenario reads this file, and need not wait for SciPy.
    from scipy.linalg import expm

    both = expm(block * years)
    return chance @ both[:n, n:], chance @ both[:n, :n]
