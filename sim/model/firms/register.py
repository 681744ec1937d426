"""The register of technology SMEs: its caps, who outgrows it, and who leaves unseen.

A firm whose sales, assets or staff are above a cap at two year ends in a row graduates to the
stratum of large firms: no programme is open to it, no line of its size is capped, and it is
reported apart. Firms also leave without closing: those on the register that do not renew their
entry, and large firms that stop being technology firms. No count holds either hazard; the
second decides the tail of the sizes of large firms, and no firm on the register feels it.

High-tech enterprises are a label beside the strata, the likelier the more a firm sells.

References
----------
Ministry of Science and Technology and others (2017) No. 115 for the caps. Shares of high-tech
enterprises below 20 and above 100 million of sales: science departments of Shaanxi (2020) and
Sichuan (2021).
"""

import math
from typing import Any

from sim.base.draws import BIRTH, uniform_pair
from sim.base.parameter import (
    Frozen,
    NonNegative,
    PositiveFloat,
    PositiveInt,
    Share,
    param,
    stated_amount,
)
from sim.model.firms.record import LARGE, REGISTERED
from sim.model.firms.relationship import leave_desks

YEAR_END = 4
"""Quarters from one end of a year to the next."""


class Register(Frozen):
    """Caps of the register, the label of high-tech enterprises, and how firms leave unseen."""

    sales_cap: PositiveFloat = stated_amount(
        unit="CNY million a year", meaning="sales above which a firm outgrows the register"
    )
    asset_cap: PositiveFloat = stated_amount(
        unit="CNY million", meaning="assets above which a firm outgrows the register"
    )
    staff_cap: PositiveFloat = param(
        unit="heads", meaning="staff above which a firm outgrows the register"
    )
    cap_years: PositiveInt = param(
        unit="count", meaning="year ends in a row above a cap after which it does"
    )
    assets_per_sales: PositiveFloat = param(
        unit="CNY million per CNY million a year", meaning="median assets beside cash per scale"
    )
    assets_log_sd: NonNegative = param(unit="-", meaning="log sd of assets per scale")
    sales_per_staff: PositiveFloat = param(
        unit="CNY million a year", meaning="scale per head of staff"
    )
    high_tech_least: Share = param(
        unit="share", meaning="high-tech enterprises among the smallest firms"
    )
    high_tech_most: Share = param(
        unit="share", meaning="high-tech enterprises among the largest firms"
    )
    high_tech_sales: PositiveFloat = param(
        unit="CNY million a year", meaning="sales at which their share is halfway between"
    )
    high_tech_log_width: PositiveFloat = param(
        unit="-", meaning="log sales over which that share rises"
    )
    departure_age: NonNegative = param(
        unit="years", meaning="age from which firms leave the register without closing"
    )
    departure_hazard: NonNegative = param(
        unit="per year", meaning="leaving the register without closing"
    )
    large_departure_hazard: NonNegative = param(
        unit="per year", meaning="large firms that leave the world that is followed"
    )


def keep_register(f: Any, p: Any, c: Any) -> None:
    """At a year's end: the label, and how long the firm has been above a cap."""
    f.high_tech = 1 if is_high_tech(f, p, c) else 0
    f.years_above = f.years_above + 1 if is_above(f, p) else 0
    if f.stratum == REGISTERED and f.years_above >= p.cap_years:
        graduate(f)


def graduate(f: Any) -> None:
    """Outgrow the register, for good; what is told of registered firms ends here."""
    f.stratum = LARGE
    f.gap_on_register = f.cum_gap
    f.demand_on_register = f.cum_demand
    if f.limit <= 0.0:
        leave_desks(f)


def is_year_end(quarter: int) -> bool:
    """Whether a calendar quarter, counted from the start date, is the last one of its year."""
    return quarter % YEAR_END == 0


def is_above(f: Any, p: Any) -> bool:
    """Whether sales, assets or staff are above the register's cap."""
    assets = total_assets(f, p, f.cash)
    staff = f.scale / p.sales_per_staff
    return f.sales > p.sales_cap or assets > p.asset_cap or staff > p.staff_cap


def total_assets(f: Any, p: Any, cash: float) -> float:
    """Assets in operation and cash, CNY million."""
    return p.assets_per_sales * f.asset_factor * f.scale + max(cash, 0.0)


def high_tech_share(p: Any, sales: float) -> float:
    """Share of high-tech enterprises among firms of given sales."""
    above = math.log(max(sales, 1e-9) / p.high_tech_sales) / p.high_tech_log_width
    rise = 1.0 / (1.0 + math.exp(-above))
    return p.high_tech_least + (p.high_tech_most - p.high_tech_least) * rise


def is_high_tech(f: Any, p: Any, c: Any) -> bool:
    """Whether the firm is a high-tech enterprise; one draw for its whole life."""
    u, _ = uniform_pair(c.k0, c.k1, f.stream, BIRTH, 7, 0)
    return u < high_tech_share(p, f.sales)


def departure_hazard(f: Any, p: Any) -> float:
    """Leaving without closing: the followed world if large, the register otherwise.

    Whoever cannot pay does not leave so.
    """
    if f.arrears == 1:
        return 0.0
    if f.stratum == LARGE:
        return p.large_departure_hazard
    # Age is that of the last quarter's end, so that no other date of the firm moves it.
    return p.departure_hazard if f.shocked - f.birth >= p.departure_age else 0.0
