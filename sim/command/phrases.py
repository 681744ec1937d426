"""Numbers, money and lists as phrases of a sentence."""

from collections.abc import Sequence

STAGES = ("start-ups", "growth firms", "expanding firms", "mature firms")
_MONTHS = 12


def number(value: float) -> str:
    """Write a number without needless digits.

    Examples
    --------
    >>> number(5.0), number(0.165), number(15000.0)
    ('5', '0.165', '15,000')
    """
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Write a share or a rate in per cent.

    Examples
    --------
    >>> percent(0.165), percent(2 / 3)
    ('16.5 %', '66.67 %')
    """
    return f"{100.0 * share:.4g} %" if share < 1.0 else f"{number(100.0 * share)} %"


def money(amount: float) -> str:
    """Write an amount of money.

    Examples
    --------
    >>> money(2.0), money(0.004)
    ('CNY 2 million', 'CNY 4,000')
    """
    return f"CNY {number(amount)} million" if amount >= 0.1 else f"CNY {number(1e6 * amount)}"


def span(years: float) -> str:
    """Write a length of time, in months where it is short.

    Examples
    --------
    >>> span(3.0), span(1.0), span(0.0833), span(0.25)
    ('3 years', '1 year', '1 month', '3 months')
    """
    if 0.0 < years < 1.0:
        return counted(round(_MONTHS * years, 1), "month")
    return counted(years, "year")


def joined(parts: Sequence[str]) -> str:
    """Join parts of a sentence.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def counted(count: float, word: str) -> str:
    """Write a number of things."""
    return f"{number(count)} {word}" + ("" if count == 1.0 else "s")
