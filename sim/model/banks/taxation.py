"""What the state takes of a bank's income: value-added tax on interest, tax on profit.

Rates are quoted with value-added tax. Interest on small loans to small firms is exempt unless
the rate is far above the loan prime rate.

References
----------
Ministry of Finance and State Taxation Administration, Notice 16/2023 (exemption of interest on
loans to small and micro firms).
"""

from typing import Any

from sim.base.parameter import Frozen, NonNegative, param, stated_amount

MOST_TAX = 0.99
"""Capital that earns its hurdle after tax must be left something."""


class Taxation(Frozen):
    """Taxes that banks pay."""

    income_tax_rate: NonNegative = param(
        unit="share of profit", meaning="tax on profit, and on losses", high=MOST_TAX
    )
    vat_rate: NonNegative = param(
        unit="share of interest before tax", meaning="value-added tax on interest", high=1
    )
    exempt_line: NonNegative = stated_amount(
        unit="CNY million", meaning="largest line of one bank whose interest is exempt"
    )
    exempt_rate_multiple: NonNegative = param(
        unit="multiples of the loan prime rate", meaning="highest rate that is exempt"
    )


def vat_share(line: float, sales: float, rate: float, u: Any) -> float:
    """Share of the interest on one bank's line that is value-added tax.

    Parameters
    ----------
    line : float, CNY million
    sales : float, CNY million a year
    rate : float, per year
    u : rules of banks, `Taxation` and `sim.model.banks.capital.Capital` among them

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> u = SimpleNamespace(vat_rate=0.06, exempt_line=10.0, exempt_rate_multiple=1.5,
    ...                     small_sales=40.0, one_year_rate=0.03)
    >>> [round(vat_share(line, 20.0, 0.034, u), 6) for line in (8.0, 30.0)]
    [0.0, 0.056604]
    """
    is_small = line <= u.exempt_line and sales <= u.small_sales
    if is_small and rate <= u.exempt_rate_multiple * u.one_year_rate:
        return 0.0
    return u.vat_rate / (1.0 + u.vat_rate)
