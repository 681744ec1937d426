"""When firms can issue bonds: market conditions, read from the regime in force."""

from typing import Any


def bond_market_open(c: Any) -> bool:
    """Whether bonds of technology firms find buyers: not in a regime in which setbacks abound.

    A winter of the equity market does not shut it: funds that buy no shares then buy bonds.
    """
    return c.bust == 0
