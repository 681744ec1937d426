"""Macro regimes and yearly frailty: what hits all firms at once.

Regimes follow a continuous-time Markov chain, or a stated path. Regimes alone bound the
tail of losses, so a gamma factor with mean one is drawn for each calendar year on top.

References
----------
Hamilton (1989) for regimes; Credit Suisse (1997), CreditRisk+, for gamma factors.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from itertools import pairwise

from sim.base.calendar import EDGE, Dated, unordered
from sim.base.draws import FRAILTY, MACRO, uniform_pair
from sim.base.parameter import Broken, Frozen, NonNegative, PositiveFloat, param


class Regime(Frozen):
    """One macro regime: how long it lasts and what it multiplies."""

    mean_years: PositiveFloat = param(unit="years", meaning="mean stay in the regime")
    setback: NonNegative = param(1.0, unit="x", meaning="factor on setbacks and failures")
    progress: NonNegative = param(1.0, unit="x", meaning="factor on progress")
    recovery: NonNegative = param(1.0, unit="x", meaning="factor on recovery")
    rounds: NonNegative = param(1.0, unit="x", meaning="factor on equity rounds")
    listing: NonNegative = param(1.0, unit="x", meaning="factor on listings")
    acquisition: NonNegative = param(1.0, unit="x", meaning="factor on acquisitions")
    valuation: PositiveFloat = param(1.0, unit="x", meaning="factor on equity values")
    margin: float = param(0.0, unit="share of scale", meaning="margin lost")
    drift: float = param(0.0, unit="per year", meaning="added growth", low=-5, high=5)
    collateral: NonNegative = param(1.0, unit="x", meaning="factor on collateral values")


class Step(Dated):
    """One step of a stated path."""

    regime: str = param(unit="", meaning="name of the regime")
    frailty: PositiveFloat = param(1.0, unit="x", meaning="factor on the yearly systematic factor")


class Spell(Step):
    """A spell of a regime that is laid over the chain, which goes on beneath it."""

    length_years: PositiveFloat = param(unit="years", meaning="length of the spell")

    @property
    def until(self) -> float:
        """End, years from the start date."""
        return self.years + self.length_years


class Macro(Frozen):
    """The regimes, how they follow each other, and the frailty inside them."""

    opening: str = param(unit="", meaning='regime on the first day, or "stationary"')
    frailty_variance: NonNegative = param(unit="-", meaning="variance of the yearly factor")
    regime: dict[str, Regime] = param(unit="", meaning="regimes by name")
    path: tuple[Step, ...] = param((), unit="", meaning="a stated path instead of the chain")
    spell: tuple[Spell, ...] = param((), unit="", meaning="stressed spells laid over the regimes")
    price_level: PositiveFloat = param(
        1.0,
        unit="index",
        meaning="prices over those of the start date, by which amounts fixed in law and contracts"
        " are deflated",
        low=0.01,
        high=100,
    )

    def broken_rules(self) -> Iterator[Broken]:
        """Names are known; steps of a path rise, and spells do not overlap."""
        if not self.regime:
            yield "regime", "must name at least one regime", "add [macro.regime.NAME]"
            return
        names = ", ".join(self.regime)
        if self.opening != "stationary" and self.opening not in self.regime:
            cure = f'use "stationary" or one of {names}'
            yield "opening", f'"{self.opening}" is no regime', cure
        for key, parts in (("path", self.path), ("spell", self.spell)):
            for n, step in enumerate(parts):
                if step.regime not in self.regime:
                    yield (
                        f"{key}[{n}].regime",
                        f'"{step.regime}" is no regime',
                        f"use one of {names}",
                    )
        yield from unordered("path", self.path)
        yield from unordered("spell", self.spell)
        yield from self._overlaps()

    def _overlaps(self) -> Iterator[Broken]:
        for n, (before, spell) in enumerate(pairwise(self.spell), start=1):
            if (before.date is None) == (spell.date is None):
                gap = spell.since(Date.min) - before.since(Date.min)
                if gap + EDGE < before.length_years:
                    rule = "must not begin before the spell before it has ended"
                    yield f"spell[{n}]", rule, "join the spells"


Path = tuple[tuple[float, int], ...]


def regime_names(macro: Macro) -> tuple[str, ...]:
    """Names of the regimes; a regime's code is its place.

    >>> regimes = {"boom": Regime(mean_years=3.5), "bust": Regime(mean_years=1.5)}
    >>> regime_names(Macro(opening="boom", frailty_variance=0.2, regime=regimes))
    ('boom', 'bust')
    """
    return tuple(macro.regime)


def macro_path(
    macro: Macro, key: tuple[int, int], start: float, end: float, settling: float = 0.0
) -> Path:
    """Dates in years at which the regime changes, with its code; the first on the first day.

    The key is that of the replication; start and end are the first and the last day of what is
    stated of it, in years. As many years as it is `settling` come before, in which the chain
    alone moves.

    >>> regimes = {"boom": Regime(mean_years=3.5), "bust": Regime(mean_years=1.5)}
    >>> steps = tuple(Step(years_from_start=year, regime=name)
    ...               for year, name in ((-9.0, "boom"), (2.0, "bust")))
    >>> rule = Macro(opening="boom", frailty_variance=0.0, regime=regimes, path=steps)
    >>> macro_path(rule, (1, 2), -3.0, 15.0)
    ((-3.0, 0), (2.0, 1))
    """
    path = _stated_path(macro, start) if macro.path else _chain(macro, key, start, end)
    path = _with_spells(macro, path, end) if macro.spell else path
    if settling <= 0.0:
        return path
    return (*_chain_before(macro, key, path[0], start - settling), *path[1:])


def _chain(macro: Macro, key: tuple[int, int], start: float, end: float) -> Path:
    """Follow the chain from one date to another."""
    regimes = list(macro.regime.values())
    u, _ = uniform_pair(key[0], key[1], 0, MACRO, 0, 0)
    code = _opening(macro, regimes, u)
    path, date, ordinal = [(start, code)], start, 1
    while date < end and len(regimes) > 1:
        u, v = uniform_pair(key[0], key[1], 0, MACRO, ordinal, 0)
        date -= regimes[code].mean_years * math.log(u)
        # The chain leaves for each other regime with equal odds.
        code = (code + 1 + int(v * (len(regimes) - 1))) % len(regimes)
        path.append((date, code))
        ordinal += 1
    return tuple(step for step in path if step[0] < end)


def _chain_before(
    macro: Macro, key: tuple[int, int], last: tuple[float, int], first: float
) -> Path:
    """Follow the chain back from a date and a state at which it is known to a first day.

    It leaves for each other regime with equal odds, and so is the same chain in both directions
    of time. A longer past adds to the path and changes none of it.
    """
    regimes = list(macro.regime.values())
    (date, code), path, ordinal = last, [], -1
    while date > first and len(regimes) > 1:
        u, v = uniform_pair(key[0], key[1], 0, MACRO, ordinal, 0)
        date = max(date + regimes[code].mean_years * math.log(u), first)
        path.append((date, code))
        code = (code + 1 + int(v * (len(regimes) - 1))) % len(regimes)
        ordinal -= 1
    return tuple(reversed(path)) or ((first, code),)


def _stated_path(macro: Macro, start: float) -> Path:
    names = regime_names(macro)
    steps = [(step.years, names.index(step.regime)) for step in macro.path]
    opening = names.index(macro.opening) if macro.opening in names else steps[0][1]
    before = [code for date, code in steps if date <= start]
    first = before[-1] if before else opening
    return ((start, first), *((date, code) for date, code in steps if date > start))


def _with_spells(macro: Macro, path: Path, end: float) -> Path:
    """Lay spells over a path; where one ends, the path goes on as it would be by then."""
    names = regime_names(macro)
    for spell in macro.spell:
        first = max(spell.years, path[0][0])
        last = min(spell.until, end)
        if first >= last:
            continue
        below = [code for date, code in path if date <= spell.until][-1]
        # The systematic factor changes with the year, so each year of a spell is a step.
        years = [float(year) for year in range(math.floor(first) + 1, math.ceil(last))]
        inside = [(date, names.index(spell.regime)) for date in (first, *years)]
        before = [step for step in path if step[0] < first]
        after = [step for step in path if step[0] > spell.until]
        back = [(spell.until, below)] if spell.until < end else []
        path = (*before, *inside, *back, *after)
    return path


def _opening(macro: Macro, regimes: Sequence[Regime], u: float) -> int:
    if macro.opening != "stationary":
        return regime_names(macro).index(macro.opening)
    # With equal odds of leaving for each other regime, time shares are as mean stays.
    total = sum(regime.mean_years for regime in regimes)
    for code, regime in enumerate(regimes):
        u -= regime.mean_years / total
        if u < 0.0:
            return code
    return len(regimes) - 1


def frailty(macro: Macro, key: tuple[int, int], year: int) -> float:
    """The systematic factor of one calendar year, gamma with mean one but for stress.

    A step or spell with a factor of its own raises a year in proportion to the part of
    the year that it covers. Years count from the start date and are negative in the history.

    >>> calm = Macro(opening="boom", frailty_variance=0.0, regime={"boom": Regime(mean_years=1)})
    >>> frailty(calm, (1, 2), 2030)
    1.0
    """
    variance, stress = macro.frailty_variance, _stress(macro, float(year))
    if variance == 0.0:
        return stress
    # Checking a scenario reads this file, and need not wait for SciPy.
    from scipy.special import gammaincinv

    u, _ = uniform_pair(key[0], key[1], 0, FRAILTY, year, 0)
    return stress * (variance * float(gammaincinv(1.0 / variance, u)))


def _stress(macro: Macro, year: float) -> float:
    """Mean over a calendar year of the factors of steps and spells."""
    steps = [(step.years, step.frailty) for step in macro.path]
    dates = [date for date, _ in steps[1:]] + [math.inf]
    parts = [(start, end, f) for (start, f), end in zip(steps, dates, strict=False)]
    parts += [(spell.years, spell.until, spell.frailty) for spell in macro.spell]
    factor = 1.0
    for start, end, own in parts:
        factor += (own - 1.0) * max(min(end, year + 1.0) - max(start, year), 0.0)
    return factor


def stays(path: Path, state: int) -> Iterator[tuple[float, float]]:
    """Start and end of each stay of a path in a state; the last state of a path has no end.

    >>> list(stays(((0.0, 0), (2.0, 1), (3.0, 0)), 0))
    [(0.0, 2.0), (3.0, inf)]
    """
    for (since, code), (until, _) in pairwise((*path, (math.inf, 0))):
        if code == state:
            yield since, until


def time_share(path: Path, code: int, start: float, end: float) -> float:
    """Share of the time from `start` to `end` spent in the regime `code`.

    >>> time_share(((0.0, 0), (3.0, 1)), 0, 0.0, 4.0)
    0.75
    """
    total = 0.0
    for since, until in stays(path, code):
        total += max(min(until, end) - max(since, start), 0.0)
    return total / (end - start) if end > start else 0.0
