"""Where a basic account is that moves between a bank and the others at constant hazards."""

import math


def host_probability(start: float, to: float, away: float, years: float) -> float:
    """Probability of being host after `years`, given the hazards of a move to and away.

    Examples
    --------
    >>> round(host_probability(0.0, 0.32, 0.0, 1.1), 7)
    0.2967199
    """
    if to + away <= 0.0:
        return start
    settled = to / (to + away)
    return settled + (start - settled) * math.exp(-(to + away) * years)
