"""The equity market: open, or in a winter in which rounds, listings and values fall.

Winters come mostly, but not only, in busts: the hazard of entering and of leaving one
depends on the macro regime. Source: MK27 (money invested 2023 over 2021: 0.49), MK31 and
MK32 (listings 2024 over 2021: 0.19 and 0.09).
"""

from collections.abc import Iterator
from itertools import pairwise

from sim.base.draws import EQUITY_MARKET, exponential, uniform_pair
from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, Share, param
from sim.model.economy.macro import Path, unordered


class MarketStep(Frozen):
    """One step of a stated path of the equity market."""

    from_years: float = param(unit="years", meaning="start, years from the start date")
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
        yield from unordered(self.path)


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
    steps = [(step.from_years, int(step.winter)) for step in market.path]
    if not steps:
        return path
    first, start = steps[0][0], path[0][0]
    before = [step for step in path if step[0] < first]
    passed = [winter for date, winter in steps if date <= start][-1:]
    opening = [(start, winter) for winter in passed]
    return (*before, *opening, *(step for step in steps if step[0] > start))
