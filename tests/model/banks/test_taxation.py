"""Value-added tax in the interest on a loan, and which loans are exempt."""

import pytest

from sim.model.banks.taxation import vat_share
from tests.model.banks.three import rules

TAXED = 0.06 / 1.06
U = rules(
    vat_rate=0.06, exempt_line=10.0, exempt_rate_multiple=1.5, small_sales=40.0, one_year_rate=0.03
)


@pytest.mark.parametrize(
    ("line", "sales", "rate", "share"),
    [
        # All three at their limits: one and a half times three per cent.
        (10.0, 40.0, 0.045, 0.0),
        (10.001, 40.0, 0.045, TAXED),
        (10.0, 40.001, 0.045, TAXED),
        (10.0, 40.0, 0.045001, TAXED),
        (0.5, 1.0, 0.0, 0.0),
    ],
)
def test_small_loans_to_small_firms_at_common_rates_are_exempt(
    line: float, sales: float, rate: float, share: float
) -> None:
    assert vat_share(line, sales, rate, U) == pytest.approx(share, rel=1e-15)


def test_a_tax_of_nothing_takes_nothing() -> None:
    assert vat_share(99.0, 400.0, 0.05, rules(vat_rate=0.0)) == 0.0
