"""A player of a coordination game who knows nothing of how many others move.

Where players' knowledge differs a little, the one who is in doubt holds every number of others
that move to be equally likely. Reference: Morris and Shin (2003), Global games: theory and
applications, in Advances in Economics and Econometrics, volume 1.
"""

from collections.abc import Sequence


def mean_gain_of_moving(gains: Sequence[float]) -> float:
    """Mean gain of a player; `gains[m]` is that with m others moving, one for each m."""
    return sum(gains) / len(gains)
