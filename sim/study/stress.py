"""Stressed spells: how long, how deep, from when, and how unlikely under the fitted chain.

A stress is a spell of the worst regime that is laid over whatever the chain brings, with
the yearly systematic factor raised by a depth. Its *severity* is how unlikely the fitted
economy makes it, given that a bust begins: minus the logarithm of the probability that a
stay in the regime lasts at least so long and that the gamma factor of each of its years
is at least the depth, relative to the factor's mean:

    severity = years / mean_years - years * log(P(F >= depth) / P(F >= 1))

It grows with both. ``exp(severity)`` reads as "one bust in so many is as bad".

References
----------
Breuer, Jandacka, Rheinberger and Summer 2009, How to find plausible, severe and useful
stress scenarios, International Journal of Central Banking 5(3).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import gamma

from sim.base.errors import Problem, ScenarioError
from sim.economy.macro import Macro
from sim.scenario.model import Scenario
from sim.study.aims import nearest, refused


@dataclass(frozen=True)
class Stress:
    """One stressed spell.

    Parameters
    ----------
    start, years : float
        Years from the start date, and length.
    depth : float, at least 1
        Factor on the yearly systematic factor while it lasts.
    """

    start: float
    years: float
    depth: float = 1.0

    def on(self, scenario: Scenario, regime: str) -> Scenario:
        """Give the scenario under this stress; without length, the scenario itself."""
        if self.years <= 0.0:
            return scenario
        spell = {
            "from_years": self.start, "until_years": self.start + self.years,
            "regime": regime, "frailty": self.depth,
        }  # fmt: skip
        return scenario.with_values({"macro.spell": [spell]})


def severity_rate(macro: Macro, regime: str, depth: float = 1.0) -> float:
    """Give the severity of a year of stress, in natural logarithms of probability.

    Parameters
    ----------
    macro : Macro
    regime : str
    depth : float, at least 1

    Returns
    -------
    float, per year
        Infinite for a depth above 1 where the factor does not vary.

    Examples
    --------
    >>> from sim.economy.macro import Regime
    >>> rule = Macro(opening="bust", frailty_variance=1.0, regime={"bust": Regime(mean_years=2.0)})
    >>> severity_rate(rule, "bust"), round(severity_rate(rule, "bust", 3.0), 9)
    (0.5, 2.5)
    """
    rate = 1.0 / macro.regime[regime].mean_years
    if depth == 1.0:
        return rate
    variance = macro.frailty_variance
    if variance == 0.0:
        return math.inf
    shape, scale = 1.0 / variance, variance
    deeper = gamma.logsf(depth, shape, scale=scale) - gamma.logsf(1.0, shape, scale=scale)
    return rate - float(deeper)


def worst_regime(macro: Macro, wanted: str = "") -> str:
    """Give the regime to impose: the one asked for, or the one with most setbacks.

    Raises
    ------
    ScenarioError
        If there is no regime of that name.
    """
    if not wanted:
        return max(macro.regime, key=lambda name: macro.regime[name].setback)
    if wanted not in macro.regime:
        rule = "is no macro regime of the scenario"
        raise refused("--regime", rule, wanted, nearest(wanted, macro.regime))
    return wanted


@dataclass(frozen=True)
class StressRange:
    """Where to look for a stress that breaks something.

    Parameters
    ----------
    starts : tuple of float, years
    depths : tuple of float, at least 1
    longest : float, years
    step : float, years
        Lengths are multiples of it.
    regime : str
        Which is imposed; empty for the one with most setbacks.
    """

    starts: tuple[float, ...] = (0.0, 5.0)
    depths: tuple[float, ...] = (1.0, 1.5, 2.0)
    longest: float = 5.0
    step: float = 0.25
    regime: str = ""

    @property
    def steps(self) -> int:
        """Number of lengths above zero."""
        return max(int(self.longest / self.step + 1e-9), 0)

    def check(self, scenario: Scenario) -> None:
        """Refuse a range that cannot be searched.

        Raises
        ------
        ScenarioError
            With the rule that is broken.
        """
        horizon = scenario.experiment.horizon_years
        varies = scenario.macro.frailty_variance > 0.0
        rules: Sequence[tuple[bool, str, str, str, str]] = (
            (bool(self.starts) and all(0.0 <= s < horizon for s in self.starts),
             "--starts", f"must lie from 0 to below the horizon, {horizon:g}", "", "give others"),
            (bool(self.depths) and all(d >= 1.0 for d in self.depths),
             "--depths", "must be at least 1", "", "1 is a bust as the scenario has it"),
            (varies or all(d == 1.0 for d in self.depths),
             "--depths", "has no probability where macro.frailty_variance is 0", "",
             "give depth 1"),
            (self.step > 0.0 and self.steps >= 1,
             "--longest", "must be at least one step, and a step above 0", "", "give more years"),
        )  # fmt: skip
        broken = [Problem(key, None, "", *words) for holds, key, *words in rules if not holds]
        if broken:
            raise ScenarioError(broken)
