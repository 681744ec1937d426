"""Regulatory capital per unit of exposure: internal ratings and standardised weights.

Capital is a share of exposure at default; a risk weight is 12.5 times that. Default
probabilities count as at least `DEFAULT_PROB_FLOOR`; no 1.06 scaling factor is applied. Floors
on the loss given default depend on the collateral and are the caller's (CRE32: 25 % for an
unsecured corporate loan, 30 % for unsecured other retail, less with collateral).
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from sim.base.checks import FloatArray, below_one, positive, share

DEFAULT_PROB_FLOOR = 0.0005
"""Smallest default probability per year that enters the formulas: Basel framework CRE32.4 and
CRE32.57, of 2023. Far below it the maturity adjustment has a pole and capital turns negative."""
_REGULATORY_FACTOR = float(ndtri(0.999))

STANDARDISED_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "central_government": 0.0,
        "small_micro_retail": 0.75,
        "small_medium_corporate": 0.85,
        "corporate": 1.0,
        "equity_supported": 2.5,
        "equity_swapped_listed": 2.5,
        "equity_swapped_unlisted": 4.0,
        "equity_ordinary": 12.5,
    }
)
"""Standardised weight per kind of exposure under China's 2023 capital rules (in force
2024). From memory of the rules: treat as parameters and verify before quoting.
`equity_supported` is held passively, for policy reasons or with major state subsidy (some
cases carry 4.0); `equity_swapped` comes from market-based debt-equity swaps."""


def standardised_weight(kind: str) -> float:
    """Look up the standardised risk weight of one kind of exposure.

    Parameters
    ----------
    kind : str
        A key of `STANDARDISED_WEIGHTS`.

    Returns
    -------
    float
        Risk-weighted assets per unit of exposure.

    Raises
    ------
    ValueError
        If the kind is unknown.

    References
    ----------
    National Financial Regulatory Administration (2023), Rules on Capital Management of
    Commercial Banks, Order 4 (recalled; verify).

    Examples
    --------
    >>> standardised_weight("small_medium_corporate")
    0.85
    """
    if kind not in STANDARDISED_WEIGHTS:
        known = ", ".join(STANDARDISED_WEIGHTS)
        raise ValueError(f"kind must be one of {known}; got {kind!r}")
    return STANDARDISED_WEIGHTS[kind]


def corporate_correlation(
    default_prob: ArrayLike, sales_eur_million: ArrayLike = np.inf
) -> FloatArray:
    """Asset correlation of the internal-ratings formula for corporates.

    Parameters
    ----------
    default_prob : array_like
        Per year, in [0, 1); counts as at least `DEFAULT_PROB_FLOOR`.
    sales_eur_million : array_like
        Annual sales in EUR million; below 50 the firm counts as small or medium, below 5
        it counts as 5. The default is a large firm.

    Returns
    -------
    ndarray of float, broadcast shape
        Between 0.08 and 0.24.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Basel Committee (2006), International Convergence of Capital Measurement, par. 272-273;
    Basel framework CRE31.

    Examples
    --------
    >>> round(float(corporate_correlation(0.01, 5.0)), 9)
    0.152783679
    """
    weight = _decay(_floored(default_prob), 50.0)
    sales = np.clip(positive("sales_eur_million", sales_eur_million), 5.0, 50.0)
    small = 0.04 * (1.0 - (sales - 5.0) / 45.0)
    return np.asarray(0.12 * weight + 0.24 * (1.0 - weight) - small)


def retail_correlation(default_prob: ArrayLike) -> FloatArray:
    """Asset correlation of the internal-ratings formula for other retail.

    Parameters
    ----------
    default_prob : array_like
        Per year, in [0, 1); counts as at least `DEFAULT_PROB_FLOOR`.

    Returns
    -------
    ndarray of float, shape of `default_prob`
        Between 0.03 and 0.16.

    Raises
    ------
    ValueError
        If a probability lies outside its range.

    References
    ----------
    Basel Committee (2006), par. 330; Basel framework CRE31.

    Examples
    --------
    >>> round(float(retail_correlation(0.01)), 9)
    0.121609452
    """
    weight = _decay(_floored(default_prob), 35.0)
    return np.asarray(0.03 * weight + 0.16 * (1.0 - weight))


def corporate_capital(
    default_prob: ArrayLike,
    loss_given_default: ArrayLike,
    maturity_years: ArrayLike = 2.5,
    sales_eur_million: ArrayLike = np.inf,
) -> FloatArray:
    """Internal-ratings capital of a corporate loan.

    Parameters
    ----------
    default_prob : array_like
        Per year, in [0, 1); counts as at least `DEFAULT_PROB_FLOOR`.
    loss_given_default : array_like
        In [0, 1].
    maturity_years : array_like
        Effective maturity; counts as at least 1 and at most 5 years.
    sales_eur_million : array_like
        As in `corporate_correlation`.

    Returns
    -------
    ndarray of float, broadcast shape
        Share of exposure at default.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Basel Committee (2006), par. 272-273; Basel framework CRE31.

    Examples
    --------
    >>> round(float(corporate_capital(0.05, 0.35, 3.0, 10.0)), 9)
    0.075390871
    """
    prob = _floored(default_prob)
    correlation = corporate_correlation(prob, sales_eur_million)
    slope = (0.11852 - 0.05478 * np.log(prob)) ** 2
    maturity = np.clip(positive("maturity_years", maturity_years), 1.0, 5.0)
    longer = (1.0 + (maturity - 2.5) * slope) / (1.0 - 1.5 * slope)
    return _one_year_capital(prob, loss_given_default, correlation) * longer


def retail_capital(default_prob: ArrayLike, loss_given_default: ArrayLike) -> FloatArray:
    """Internal-ratings capital of a loan in the class "other retail".

    Parameters
    ----------
    default_prob : array_like
        Per year, in [0, 1); counts as at least `DEFAULT_PROB_FLOOR`.
    loss_given_default : array_like
        In [0, 1].

    Returns
    -------
    ndarray of float, broadcast shape
        Share of exposure at default; there is no maturity term.

    Raises
    ------
    ValueError
        If an input lies outside its range.

    References
    ----------
    Basel Committee (2006), par. 330; Basel framework CRE31.

    Examples
    --------
    >>> round(float(retail_capital(0.05, 0.85)), 9)
    0.100360699
    """
    prob = _floored(default_prob)
    return _one_year_capital(prob, loss_given_default, retail_correlation(prob))


def risk_weight(capital: ArrayLike) -> FloatArray:
    """Risk-weighted assets per unit of exposure that a capital charge stands for.

    Parameters
    ----------
    capital : array_like
        Share of exposure, in [0, 1].

    Returns
    -------
    ndarray of float, shape of `capital`
        12.5 times the capital, the inverse of the 8 per cent ratio.

    Raises
    ------
    ValueError
        If a charge lies outside [0, 1].

    References
    ----------
    Basel Committee (2006), par. 44.

    Examples
    --------
    >>> round(float(risk_weight(corporate_capital(0.01, 0.45))), 7)
    0.923168
    """
    return np.asarray(12.5 * share("capital", capital))


def _floored(default_prob: ArrayLike) -> FloatArray:
    """Default probabilities, none below the regulatory floor."""
    return np.maximum(below_one("default_prob", default_prob), DEFAULT_PROB_FLOOR)


def _decay(prob: FloatArray, speed: float) -> FloatArray:
    """Weight that moves from 0 to 1 as the default probability rises."""
    return np.asarray(np.expm1(-speed * prob) / np.expm1(-speed))


def _one_year_capital(
    prob: FloatArray, loss_given_default: ArrayLike, correlation: FloatArray
) -> FloatArray:
    """Unexpected loss of a large pool at 99.9 per cent."""
    bound = ndtri(prob) + np.sqrt(correlation) * _REGULATORY_FACTOR
    stressed = ndtr(bound / np.sqrt(1.0 - correlation))
    loss = share("loss_given_default", loss_given_default)
    return np.asarray(loss * (stressed - prob))
