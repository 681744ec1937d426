"""Growth: a drift that falls with age, and shocks whose spread falls with size.

Growth is that of the level, so the spread of the shocks moves no mean and size alone has no
say in it below `REFERENCE_SALES`. Part of it needs a project while a next stage exists: a
project brings, on average, just the part that the business does not get on its own, so a firm
whose projects are all paid for grows as measured growth says and one without money by less.

Shocks of four quarters sum to a Laplace number, and shocks of any quarters are independent: a
quarter is a variance-gamma number, a normal one whose variance is a gamma number of shape 1/4.

What keeps means finite: above `REFERENCE_SALES` growth falls with each log of size, so that no
quality outgrows the hazard at which large firms leave (`sim.model.firms.register`).

References
----------
Stanley et al. (1996), Scaling behaviour in the growth of companies, Nature 379, for Laplace
growth and a spread that falls as a power of size; Evans (1987), Tests of alternative theories
of firm growth, for age; Haltiwanger, Jarmin and Miranda (2013), Who creates jobs?, for no slope
on size at given age; Madan, Carr and Chang (1998), The variance gamma process, for quarters
whose sum is Laplace; Luttmer (2007), Selection, growth, and the size distribution of firms, for
the tail.
"""

import math
from collections.abc import Iterator
from typing import Any

from sim.base.draws import SHOCK, normal_pair, uniform_pair
from sim.base.parameter import (
    Broken,
    Frozen,
    NonNegative,
    PositiveFloat,
    Share,
    StageVector,
    param,
)
from sim.base.special import gamma_quarter
from sim.model.firms.record import MATURE

REFERENCE_SALES = 20.0
"""Size at which the spread is stated, CNY million a year."""
LOG_REFERENCE = math.log(REFERENCE_SALES)


class Growth(Frozen):
    """Drift and spread of the size of the business."""

    growth_at_birth: float = param(
        unit="per year", meaning="growth of a firm that enters", low=-5, high=5
    )
    growth_of_old: float = param(unit="per year", meaning="growth of old firms", low=-5, high=5)
    growth_decay_years: PositiveFloat = param(
        unit="years", meaning="age by which the difference has fallen to 1/e"
    )
    growth_quality_slope: float = param(
        unit="per year", meaning="growth per sd of quality", low=-5, high=5
    )
    growth_of_venture: StageVector = param(
        unit="per year", meaning="further growth of venture-backed firms", low=-5, high=5
    )
    growth_size_slope: NonNegative = param(
        unit="per year", meaning="growth lost per log of sales above 20 million", high=5
    )
    growth_in_trouble: float = param(
        unit="per year", meaning="growth of a firm in a setback or in arrears, at most"
    )
    project_share: Share = param(
        unit="share", meaning="part of growth that needs a project while there is a next stage"
    )
    volatility: NonNegative = param(
        unit="per root year", meaning="sd of yearly log growth at sales of 20 million", high=1
    )
    volatility_size_exponent: NonNegative = param(
        unit="-", meaning="power of sales by which it falls, constant below 1 million", high=1
    )

    def broken_rules(self) -> Iterator[Broken]:
        """A Laplace year has a mean of its exponential only where its spread is below root two."""
        spread = self.volatility * REFERENCE_SALES**self.volatility_size_exponent
        if spread >= 1.0:
            rule = f"must keep the spread of the smallest firms below 1; it is {spread:.3g}"
            yield "volatility", rule, "lower it, or volatility_size_exponent"


def mean_growth(f: Any, p: Any, age: float, years: float) -> float:
    """Mean growth over `years` from an age on of a firm whose projects are all paid for."""
    growth = p.growth_of_old + youth(p, age, years) + p.growth_quality_slope * f.quality
    if f.venture == 1:
        growth += p.growth_of_venture[f.stage]
    return growth - p.growth_size_slope * max(f.log_scale - LOG_REFERENCE, 0.0)


def youth(p: Any, age: float, years: float) -> float:
    """Mean over `years` from an age on of growth beyond that of old firms."""
    decay = p.growth_decay_years
    now = (p.growth_at_birth - p.growth_of_old) * math.exp(-age / decay)
    if years <= 0.0:
        return now
    return -now * math.expm1(-years / decay) * decay / years


def organic_growth(f: Any, p: Any, c: Any, age: float, years: float) -> float:
    """Growth that needs no project, mean over `years` from an age on."""
    growth = mean_growth(f, p, age, years)
    if has_projects(f, p):
        growth -= p.project_share * max(growth, 0.0)
    growth += c.drift
    if f.setback == 1 or f.arrears == 1:
        return min(growth, p.growth_in_trouble)
    if f.starved == 1:
        return min(growth, 0.0)
    return growth


def growth_now(f: Any, p: Any, c: Any) -> float:
    """Growth since the last quarter's end that needs no project, per year."""
    return organic_growth(f, p, c, f.shocked - f.birth, 0.0)


def has_projects(f: Any, p: Any) -> bool:
    """Whether projects come to the firm at its stage."""
    return f.stage < MATURE and project_arrival(f, p) > 0.0


def project_arrival(f: Any, p: Any) -> float:
    """Projects a year of a firm for which none waits and that is in no setback."""
    return p.progress_hazard[f.stage] * f.quality_on_progress * success_chance(f, p)


def success_chance(f: Any, p: Any) -> float:
    """Chance that the step that is due works at all; quality moves its log odds."""
    share = p.success_share[f.stage]
    if share >= 1.0:
        return 1.0
    odds = share / (1.0 - share) * f.quality_on_progress if share > 0.0 else 0.0
    return odds / (1.0 + odds)


def project_gain(f: Any, p: Any) -> float:
    """Scale that a project brings when it is paid in full, per unit of scale before."""
    if not has_projects(f, p):
        return 0.0
    growth = mean_growth(f, p, f.now - f.birth, 0.0)
    return p.project_share * max(growth, 0.0) / project_arrival(f, p)


def spread(f: Any, p: Any) -> float:
    """Standard deviation of a year's log growth at the firm's size."""
    above = max(f.log_scale, 0.0) - LOG_REFERENCE
    return p.volatility * math.exp(-p.volatility_size_exponent * above)


def take_shock(f: Any, p: Any, c: Any, t: float) -> None:
    """One quarter's step of log scale and of the log deviation of valuation."""
    z_scale, z_value = normal_pair(c.k0, c.k1, f.stream, SHOCK, f.quarter, 0)
    years = max(t - f.shocked, 0.0)
    drift = organic_growth(f, p, c, f.shocked - f.birth, years) * years
    # The part of its first quarter that a firm lives through has the variance of the part.
    sd = spread(f, p) * math.sqrt(4.0 * years)
    f.log_scale += drift + mean_one(sd, clock_of_shock(f, c), z_scale)
    f.log_value += -p.valuation_reversion * f.log_value * years
    f.log_value += p.valuation_volatility * math.sqrt(years) * z_value
    f.shocked = t
    f.quarter += 1


def mean_one(sd: float, clock: float, z: float) -> float:
    """Variance-gamma step of a quarter whose exponential has mean one.

    Parameters
    ----------
    sd : float
        Standard deviation of a year of such steps, below root two.
    clock : float
        A gamma number of shape 1/4 and scale one: the year that passes for the firm.
    z : float
        A standard normal number.
    """
    return sd * math.sqrt(clock) * z + 0.25 * math.log1p(-0.5 * sd * sd)


def clock_of_shock(f: Any, c: Any) -> float:
    """Gamma number of the firm's calendar quarter, at addresses of its own."""
    u, v = uniform_pair(c.k0, c.k1, f.stream, SHOCK, f.quarter, 1)
    w, _ = uniform_pair(c.k0, c.k1, f.stream, SHOCK, f.quarter, 2)
    return gamma_quarter(u, v, w)
