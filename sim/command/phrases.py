"""Numbers, money and lists as phrases of a sentence."""

from collections.abc import Sequence

from sim.base.language import tr
from sim.outcomes.wording import unit_style

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
    size = share * unit_style("share").scale
    text = f"{size:.4g}" if share < 1.0 else number(size)
    return tr("{number} %", number=text)


def money(amount: float) -> str:
    """Write an amount of money.

    Examples
    --------
    >>> money(2.0), money(0.004)
    ('CNY 2 million', 'CNY 4,000')
    """
    if amount >= 0.1:
        return tr("CNY {amount} million", amount=number(amount))
    return tr("CNY {amount}", amount=number(1e6 * amount))


def span(years: float) -> str:
    """Write a length of time, in months where it is short.

    Examples
    --------
    >>> span(3.0), span(1.0), span(0.0833), span(0.25)
    ('3 years', '1 year', '1 month', '3 months')
    """
    if 0.0 < years < 1.0:
        count = round(_MONTHS * years, 1)
        return tr("1 month") if count == 1.0 else tr("{count} months", count=number(count))
    return tr("1 year") if years == 1.0 else tr("{count} years", count=number(years))


def joined(parts: Sequence[str]) -> str:
    """Join parts of a sentence.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(parts) < 2:
        return "".join(parts)
    return tr("{first} and {last}", first=tr(", ").join(parts[:-1]), last=parts[-1])


def each_stage(values: Sequence[float]) -> str:
    """Give a number for every stage of life.

    Examples
    --------
    >>> each_stage((1.0, 2.0, 3.0, 4.0))
    '1 for start-ups, 2 for growth firms, 3 for expanding firms and 4 for mature firms'
    """
    return joined([
        tr("{value} for {stage}", value=number(value), stage=tr(stage))
        for value, stage in zip(values, STAGES, strict=True)
    ])  # fmt: skip
