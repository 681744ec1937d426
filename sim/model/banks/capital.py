"""How much capital a loan requires: regulatory weights, and economic capital.

Regulatory capital is a ratio times risk-weighted exposure. The weight goes by the class of the
borrower and by its protection; the undrawn part of a line counts by how it is drawn. Economic
capital is the unexpected loss at the loan's own default probability and loss given default. Both
are found when a contract is signed and hold until the next one.

References
----------
National Financial Regulatory Administration (2023), Rules on Capital Management of Commercial
Banks, Order 4; Basel framework CRE20 (standardised weights) and CRE31 (internal ratings).
"""

import math
from typing import Any

from sim.base.parameter import Frozen, NonNegative, PositiveFloat, Share, param, stated_amount
from sim.base.special import normal_cdf, normal_quantile

MOST_WEIGHT = 12.5


class Capital(Frozen):
    """What loans require of a bank's capital, and what the desk is given."""

    small_weight: NonNegative = param(
        unit="share", meaning="risk weight of small loans to small firms", high=MOST_WEIGHT
    )
    medium_weight: NonNegative = param(
        unit="share",
        meaning="risk weight of other loans to small and medium-sized firms",
        high=MOST_WEIGHT,
    )
    large_weight: NonNegative = param(
        unit="share", meaning="risk weight of loans to larger firms", high=MOST_WEIGHT
    )
    small_line: NonNegative = stated_amount(
        unit="CNY million", meaning="largest line of one bank that counts as a small loan"
    )
    small_sales: NonNegative = stated_amount(
        unit="CNY million a year", meaning="sales up to which a firm counts as small"
    )
    medium_sales: NonNegative = stated_amount(
        unit="CNY million a year",
        meaning="sales up to which a firm counts as small or medium-sized",
    )
    cancellable_conversion: Share = param(
        unit="share", meaning="part of an undrawn line that counts where banks may cancel it"
    )
    committed_conversion: Share = param(
        unit="share", meaning="part of an undrawn line that counts where banks may not cancel it"
    )
    recognised_cover_share: Share = param(
        unit="share", meaning="part of protection that the supervisor recognises"
    )
    protector_weight: NonNegative = param(
        unit="share", meaning="risk weight of the part that is so protected", high=MOST_WEIGHT
    )
    provided_weight: NonNegative = param(
        unit="share",
        meaning="risk weight of a loan in default, net of provisions, where they are large",
        high=MOST_WEIGHT,
    )
    unprovided_weight: NonNegative = param(
        unit="share",
        meaning="risk weight of a loan in default, net of provisions, where they are small",
        high=MOST_WEIGHT,
    )
    large_provision_share: Share = param(
        unit="share of exposure at default", meaning="provisions that count as large"
    )
    minimum_ratio: PositiveFloat = param(
        unit="share", meaning="core capital over risk-weighted assets below which a bank fails",
        high=1,
    )  # fmt: skip
    conservation_buffer: Share = param(
        unit="share", meaning="capital that the supervisor demands above the minimum"
    )
    own_buffer: Share = param(
        unit="share", meaning="capital that a bank keeps above what is demanded"
    )
    eur_per_cny: PositiveFloat = param(
        unit="EUR for one CNY", meaning="in which economic capital counts the size of a firm"
    )
    hurdle_rate: NonNegative = param(
        unit="per year", meaning="return after tax that capital must earn"
    )
    endowment_multiple: NonNegative = param(
        unit="multiples of the requirement", meaning="opening capital budget of a desk"
    )
    replenish_share: Share = param(
        unit="share", meaning="part of the gap to the opening budget refilled each year"
    )
    single_name_share: Share = param(
        unit="share of parent capital", meaning="most lent to one firm by one bank"
    )


def demanded_ratio(capital: Capital, surcharge: float) -> float:
    """What the supervisor demands of a bank: below it, it breaches its buffers.

    Parameters
    ----------
    capital : Capital
    surcharge : float, share
        Of a systemically important bank.
    """
    return capital.minimum_ratio + capital.conservation_buffer + surcharge


def required_ratio(capital: Capital, surcharge: float) -> float:
    """What a bank holds against its loans: what is demanded, and its own buffer."""
    return demanded_ratio(capital, surcharge) + capital.own_buffer


# --- What the regulator makes of one loan --------------------------------------------------------


def class_weight(line: float, sales: float, u: Any) -> float:
    """Risk weight of one bank's line by the class of the borrower.

    Parameters
    ----------
    line : float, CNY million
        Of one bank.
    sales : float, CNY million a year
    u : rules of banks, `Capital` among them

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> u = SimpleNamespace(small_weight=0.75, medium_weight=0.85, large_weight=1.0,
    ...                     small_line=10.0, small_sales=40.0, medium_sales=300.0)
    >>> [class_weight(*one, u) for one in ((8.0, 20.0), (30.0, 20.0), (8.0, 200.0), (8.0, 400.0))]
    [0.75, 0.85, 0.85, 1.0]
    """
    if sales > u.medium_sales:
        return u.large_weight
    if line <= u.small_line and sales <= u.small_sales:
        return u.small_weight
    return u.medium_weight


def covered_weight(weight: float, covered: float, u: Any) -> float:
    """Risk weight of a loan of which protection providers bear the share `covered`."""
    recognised = covered * u.recognised_cover_share
    return (1.0 - recognised) * weight + recognised * u.protector_weight


def defaulted_weight(loss: float, u: Any) -> float:
    """Risk weight of a balance in default; what is provided for, the share `loss`, needs none."""
    is_provided = loss >= u.large_provision_share
    return (1.0 - loss) * (u.provided_weight if is_provided else u.unprovided_weight)


def exposure(balance: float, line: float, conversion: float) -> float:
    """What a line counts for: what is drawn, and a part of what is not, CNY million.

    Examples
    --------
    >>> exposure(12.0, 30.0, 0.4)
    19.2
    """
    return balance + conversion * max(line - balance, 0.0)


# --- What the loan's own risk asks for -----------------------------------------------------------


LEAST_DEFAULT = 0.0005
"""Smallest default probability per year that counts: Basel framework CRE32.4."""
MOST_DEFAULT = 0.999
_FACTOR = 3.090232306167813
"""Systematic factor at 99.9 per cent, standard deviations."""


def asset_correlation(default: float, sales: float) -> float:
    """Correlation of a firm's assets with the cycle; lower for small firms.

    Parameters
    ----------
    default : float, per year
    sales : float, EUR million a year
        Counts between 5 and 50.

    Examples
    --------
    >>> round(asset_correlation(0.01, 5.0), 9)
    0.152783679
    """
    weight = (1.0 - math.exp(-50.0 * default)) / (1.0 - math.exp(-50.0))
    small = 0.04 * (1.0 - (min(max(sales, 5.0), 50.0) - 5.0) / 45.0)
    return 0.12 * weight + 0.24 * (1.0 - weight) - small


def economic_capital(default: float, loss: float, sales: float) -> float:
    """Unexpected loss at 99.9 per cent of one unit of exposure, at a maturity of 2.5 years.

    Parameters
    ----------
    default : float, per year
        Believed; counts as at least `LEAST_DEFAULT`.
    loss : float, share
        Believed loss given default, net of protection.
    sales : float, EUR million a year

    References
    ----------
    Basel framework CRE31.5, without the scaling factor of 1.06.

    Examples
    --------
    >>> round(economic_capital(0.02, 0.45, 5.0), 9)
    0.070836456
    """
    prob = min(max(default, LEAST_DEFAULT), MOST_DEFAULT)
    correlation = asset_correlation(prob, sales)
    bound = normal_quantile(prob) + math.sqrt(correlation) * _FACTOR
    stressed = normal_cdf(bound / math.sqrt(1.0 - correlation))
    slope = 0.11852 - 0.05478 * math.log(prob)
    longer = 1.0 / (1.0 - 1.5 * slope * slope)
    return loss * (stressed - prob) * longer
