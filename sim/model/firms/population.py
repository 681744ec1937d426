"""Who enters, when, and with what: births from each firm's own stream.

So many firms enter in each calendar year, on independent dates that are uniform in it, and the
number alive settles as in a queue with infinitely many servers: at entries a year times the
mean time that a firm is followed (Little 1961). A longer history or horizon changes no firm
and no density. Without entries by the year a closed number of firms enters over history and
horizon, or from the first day, which cohort studies and closed-form checks use.
"""

import math
from collections.abc import Iterator
from typing import Any

from sim.base.draws import ACCOUNT, BIRTH, THRESHOLD, exponential, normal_pair, uniform_pair
from sim.base.parameter import Broken, Frozen, NonNegative, Share, param
from sim.model.firms.cash import months_wanted
from sim.model.firms.credit_line import release
from sim.model.firms.record import ALIVE, N_CAUSES, NEVER, OUTSIDE, STARTUP
from sim.model.firms.right import end_right

MOST_ENTRIES = 2.0**20
"""Firms of a year that have addresses of their own, see `sim.engine.entrants`."""


class Population(Frozen):
    """How many firms there are and when they enter."""

    firms: int = param(
        unit="count",
        meaning="firms alive at the start date once entries and exits have settled; without"
        " entries by the year, firms that ever enter, history included",
        low=0,
        high=10**7,
    )
    entry_rate: NonNegative = param(
        0.0,
        unit="per year",
        meaning="entries a year for each of these firms: one over the mean time that a firm is"
        " followed",
        high=1,
    )
    entries_a_year: NonNegative = param(
        0.0,
        unit="firms a year",
        meaning="entries a year instead of a stock, which then follows from the rate",
        high=MOST_ENTRIES,
    )
    first_place: int = param(
        0,
        unit="place",
        meaning="first of the places among possible entrants of a year that firms take: other"
        " places are other firms in the same economy",
        low=0,
    )
    initial_share: Share = param(
        unit="share", meaning="firms that exist from the first day of the history"
    )
    first_stage: int = param(unit="code", meaning="stage at entry, 0 start-up", low=0, high=3)
    tangible_mean: NonNegative = param(
        unit="CNY million per CNY million a year", meaning="mean tangible assets per scale"
    )
    tangible_log_sd: NonNegative = param(unit="-", meaning="log sd of tangible assets per scale")

    @property
    def entries(self) -> float:
        """Firms that enter a year; 0 where their number is closed."""
        return self.entries_a_year or self.firms * self.entry_rate

    @property
    def stock(self) -> float:
        """Firms to which money of banks refers: those alive in a steady state."""
        return self.entries_a_year / self.entry_rate if self.entries_a_year else float(self.firms)

    def broken_rules(self) -> Iterator[Broken]:
        """Entries a year tell a stock only by their rate; a year has so many addresses."""
        if self.entries_a_year and not self.entry_rate:
            cure = "give entry_rate, one over the years that a firm is followed"
            yield "entries_a_year", "needs an entry_rate", cure
        if self.entries > MOST_ENTRIES:
            rule = f"give {self.entries:g} entries a year, above {MOST_ENTRIES}"
            yield "firms", rule, "take fewer firms"
        elif self.first_place + math.ceil(self.entries) > MOST_ENTRIES:
            rule = f"leaves fewer than {self.entries:g} of {MOST_ENTRIES:.0f} places a year"
            yield "first_place", rule, "take a smaller one"


def set_nature(f: Any, p: Any, c: Any) -> None:
    """Latent quality, venture backing, weight of switching costs and assets."""
    f.quality, switching_cost_weight = normal_pair(c.k0, c.k1, f.stream, BIRTH, 2, 0)
    u_venture, _ = uniform_pair(c.k0, c.k1, f.stream, BIRTH, 3, 0)
    logit = p.venture_logit + p.venture_quality_slope * f.quality
    f.venture = 1 if u_venture < 1.0 / (1.0 + math.exp(-logit)) else 0
    f.switching_cost_weight = math.exp(p.switching_cost_weight_log_sd * switching_cost_weight)
    z_tangible, z_assets = normal_pair(c.k0, c.k1, f.stream, BIRTH, 4, 0)
    sd = p.tangible_log_sd
    f.tangible = p.tangible_mean * math.exp(sd * z_tangible - 0.5 * sd * sd)
    f.asset_factor = math.exp(p.assets_log_sd * z_assets)
    f.quality_on_progress = math.exp(p.progress_quality_slope * f.quality)
    f.quality_on_failure = math.exp(-p.failure_quality_slope * f.quality)
    f.quality_on_recovery = math.exp(p.recovery_quality_slope * f.quality)
    f.quality_on_exit = math.exp(p.exit_quality_slope * f.quality)


def set_opening(f: Any, p: Any, c: Any) -> None:
    """Opening scale, cash in keeping with it, and cap table.

    Outlays that did not fall with the scale of a firm would close the smallest.
    """
    z_scale, z_cash = normal_pair(c.k0, c.k1, f.stream, BIRTH, 5, 0)
    factor = p.venture_scale_factor if f.venture == 1 else 1.0
    f.log_scale = math.log(p.opening_scale * factor) + p.opening_scale_log_sd * z_scale
    exponent = p.venture_size_exponent if f.venture == 1 else p.size_exponent
    f.means = math.exp(exponent * p.opening_scale_log_sd * z_scale)
    mean = p.venture_opening_cash if f.venture == 1 else p.opening_cash
    sd = p.opening_cash_log_sd
    f.cash = mean * f.means * math.exp(sd * z_cash - 0.5 * sd * sd)
    f.cum_equity = f.cash
    f.founders = 1.0
    z_target, f.log_value = normal_pair(c.k0, c.k1, f.stream, BIRTH, 6, 0)
    f.log_value *= p.valuation_volatility
    f.cash_months = months_wanted(z_target, p)


def set_host(f: Any, p: Any, c: Any) -> None:
    """The bank of the basic account; any of those that firms know is likelier if it is large."""
    u, _ = uniform_pair(c.k0, c.k1, f.stream, ACCOUNT, 0, 2)
    f.host = OUTSIDE if u < p.outside_share else f.account_bank[0]
    f.old_host = f.host


def set_blank(f: Any, p: Any, t: float) -> None:
    """Nothing borrowed, nothing promised."""
    release(f)
    end_right(f)
    f.recovery_date = NEVER
    f.moved = -1
    f.may_apply = t
    f.end = NEVER


def be_born(f: Any, p: Any, c: Any, t: float) -> None:
    """Enter: all attributes come from the firm's own birth stream."""
    set_nature(f, p, c)
    set_opening(f, p, c)
    set_blank(f, p, t)
    set_host(f, p, c)
    f.birth = t
    f.now = t
    f.shocked = t
    f.quarter = math.floor(t * 4.0) + 1
    f.stage = p.first_stage
    f.stage_date[STARTUP] = t
    f.status = ALIVE
    for cause in range(N_CAUSES):
        f.left[cause] = next_threshold(f, c, cause)


def next_threshold(f: Any, c: Any, cause: int) -> float:
    """A fresh unit-exponential threshold of one cause."""
    threshold = exponential(c.k0, c.k1, f.stream, THRESHOLD, cause, f.count[cause])
    f.count[cause] += 1
    return threshold
