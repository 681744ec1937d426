"""What is left of a credit line, and what the whole line counts for."""

from typing import Any


def undrawn(f: Any) -> float:
    """What can still be drawn, CNY million; nothing once the line has been called."""
    if f.called == 1:
        return 0.0
    return max(f.limit - f.balance, 0.0)


def exposed(f: Any) -> float:
    """What the line counts for at lenders: the balance, and a part of what can be drawn."""
    return f.balance + f.conversion * undrawn(f)
