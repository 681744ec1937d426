"""Totals of the simulated book on a common footing: per thousand firms, and per year.

How much money a run moves hangs on how many firms it simulates and for how long, which are
settings and no findings.  Beside each total stands what it is per thousand firms that enter
and, where it adds up over time, per year.
"""

from typing import Any, NamedTuple

from sim.outcomes.mark import Mark

TOTAL, TOTAL_A_YEAR = "CNY million", "CNY million per year"
_FIRMS = 1000.0


class Footing(NamedTuple):
    """What a total is divided by to compare runs of different size, and the unit it then has."""

    divisor: float
    unit: str


def firms_of(scenario: Any) -> int | None:
    """Give how many firms a scenario simulates; None where it does not tell."""
    return getattr(getattr(scenario, "population", None), "firms", None)


def per_thousand(mark: Mark, scenario: Any) -> Footing | None:
    """Give the common footing of an outcome; None where it is no total of the simulated book.

    >>> from types import SimpleNamespace as Made
    >>> run = Made(population=Made(firms=500), experiment=Made(horizon_years=15.0))
    >>> per_thousand(Made(unit="CNY million", basis="flow"), run)
    Footing(divisor=7.5, unit='CNY million per 1,000 firms and year')
    >>> per_thousand(Made(unit="CNY million", basis="stock"), run).divisor
    0.5
    >>> per_thousand(Made(unit="share", basis="flow"), run) is None
    True
    """
    firms = firms_of(scenario)
    if firms is None or mark.basis not in ("flow", "stock"):
        return None
    thousands = firms / _FIRMS
    if mark.unit == TOTAL_A_YEAR:
        return Footing(thousands, "CNY million per 1,000 firms and year")
    if mark.unit != TOTAL:
        return None
    if mark.basis == "stock":
        return Footing(thousands, "CNY million per 1,000 firms")
    years = float(scenario.experiment.horizon_years)
    return Footing(thousands * years, "CNY million per 1,000 firms and year")
