"""Who enters when: addresses of firms by calendar year, and their dates of entry.

An address is where a firm's random numbers stand. It tells the year of entry and the place among
the entrants of that year, so that neither a longer history nor a longer horizon nor more firms
change anything for anyone.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.draws import BIRTH, uniform_columns
from sim.model.firms.population import MOST_ENTRIES, Population

Floats = NDArray[np.float64]
Addresses = NDArray[np.int64]

PLACES, YEAR_ZERO = int(MOST_ENTRIES).bit_length() - 1, 2048
"""Bits of an address that number the entrants of a year; what the year zero counts as."""


def entries_in(
    population: Population, key: tuple[int, int], span: tuple[float, float], opens: bool = True
) -> tuple[Addresses, Floats]:
    """Addresses of the firms that enter within a span, and their dates of entry.

    Those that exist from the first day are among them where the span `opens` the history.
    """
    start, end = span
    first_place = population.first_place
    closed = first_place + np.arange(population.firms, dtype=np.int64)
    u, v = uniform_columns(key, closed, BIRTH, 0, 0)
    first = v < population.initial_share
    if not population.entries:
        return closed, np.where(first, start, start + u * (end - start))
    streams = first_place + entrants(population.entries, start, end)
    dates = year_of(streams) + uniform_columns(key, streams, BIRTH, 0, 0)[0]
    inside = (start <= dates) & (dates < end)
    there = closed[first & opens]
    return (
        np.concatenate([there, streams[inside]]),
        np.concatenate([np.full(there.size, start), dates[inside]]),
    )


def entrants(entries: float, start: float, end: float) -> Addresses:
    """Addresses of the firms that enter in the calendar years that `start` to `end` touch.

    An address tells the year and the place in it, so that it does not depend on how long
    history and horizon are. Years count from the start date.

    >>> [year_of(one) for one in entrants(0.5, -4.0, 2.0).tolist()]
    [-3, -1, 1]
    """
    years = range(math.floor(start), math.ceil(end))
    counts = {year: int(entries * (year + 1) // 1 - entries * year // 1) for year in years}
    parts = [((year + YEAR_ZERO) << PLACES) + np.arange(n) for year, n in counts.items()]
    return np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)


def year_of(stream: Any) -> Any:
    """Calendar year of entry of firms at such addresses, from the start date.

    >>> year_of((YEAR_ZERO << PLACES) + 7)
    0
    """
    return (stream >> PLACES) - YEAR_ZERO
