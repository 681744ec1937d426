"""Capital rules with round numbers, for tests of other things, and banks that are never short."""

from collections.abc import Iterable
from typing import Any

NO_TAXES = {"taxation.income_tax_rate": 0.0, "taxation.vat_rate": 0.0}


def one_weight(
    weight: float = 1.0, ratio: float = 0.1, defaulted: float = 1.5
) -> dict[str, float]:
    """Fields of `Capital`: one weight for all loans, one for all in default, no undrawn lines.

    Parameters
    ----------
    weight, defaulted : float, share
    ratio : float, share
        Required of every bank; as much is demanded, and the least.
    """
    return {
        "small_weight": weight, "medium_weight": weight, "large_weight": weight,
        "cancellable_conversion": 0.0, "committed_conversion": 0.0,
        "recognised_cover_share": 0.0,
        "provided_weight": defaulted, "unprovided_weight": defaulted,
        "minimum_ratio": ratio, "conservation_buffer": 0.0, "own_buffer": 0.0,
    }  # fmt: skip


def with_one_weight(weight: float = 1.0, ratio: float = 0.1, defaulted: float = 1.5) -> Any:
    """The same as values of a scenario, by dotted key."""
    fields = one_weight(weight, ratio, defaulted)
    return {f"capital.{name}": value for name, value in fields.items()}


def desks(names: Iterable[str], risk_assets: float) -> dict[str, float]:
    """Values that endow the desks of some banks for so much, CNY million per 1,000 firms."""
    return {f"bank.{name}.desk_risk_assets": risk_assets for name in names}


def ample(names: Iterable[str]) -> dict[str, float]:
    """Values with which no desk of these banks is ever short of capital."""
    return desks(names, 1e6)
